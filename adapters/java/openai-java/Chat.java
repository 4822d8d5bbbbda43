import com.openai.core.JsonField;
import com.openai.core.JsonString;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.completions.CompletionUsage;
import java.util.List;
import streamspec.Dialects;
import streamspec.Observer;

/** Readers of Chat Completions. */
final class Chat {
    private Chat() {}

    static void readChunk(Observer seen, ChatCompletionChunk chunk) {
        chunk._usage().asKnown().ifPresent(usage -> readUsage(seen, usage));
        for (ChatCompletionChunk.Choice choice : chunk.choices()) {
            if (!isAnswer(choice._index())) {
                continue;
            }
            choice.delta().content().ifPresent(seen::say);
            choice.delta()._refusal().asKnown().ifPresent(seen::refuse);
            readThoughts(seen, choice.delta());
            for (ChatCompletionChunk.Choice.Delta.ToolCall piece :
                    choice.delta().toolCalls().orElse(List.of())) {
                Observer.ToolCall tool = seen.tool(piece.index());
                piece.function().flatMap(function -> function.name()).ifPresent(tool::name);
                piece.function().flatMap(function -> function.arguments()).ifPresent(tool::add);
            }
            choice.finishReason().ifPresent(reason -> Dialects.finishChoice(seen, reason.asString()));
        }
    }

    /**
     * Reads thoughts in the fields that other vendors have for them: the SDK hands over a field that it does not know
     * as a value
     * of JSON. A vendor that sends both sends the same text twice. The method that is to replace this getter is not in older
     * versions.
     */
    @SuppressWarnings("deprecation")
    private static void readThoughts(Observer seen, ChatCompletionChunk.Choice.Delta delta) {
        for (String name : List.of("reasoning_content", "reasoning")) {
            if (delta._additionalProperties().get(name) instanceof JsonString text
                    && !text.value().isEmpty()) {
                seen.think(text.value());
                return;
            }
        }
    }

    private static void readUsage(Observer seen, CompletionUsage usage) {
        seen.count(usage._promptTokens().asKnown(), usage._completionTokens().asKnown());
    }

    static void readCompletion(Observer seen, ChatCompletion completion) {
        completion._usage().asKnown().ifPresent(usage -> readUsage(seen, usage));
        for (ChatCompletion.Choice choice : completion.choices()) {
            if (!isAnswer(choice._index())) {
                continue;
            }
            choice.message().content().ifPresent(seen::say);
            choice.message()._refusal().asKnown().ifPresent(seen::refuse);
            for (ChatCompletionMessageToolCall call :
                    choice.message().toolCalls().orElse(List.of())) {
                call.function()
                        .map(tool -> tool.function())
                        .ifPresent(function -> seen.tool(seen.toolCalls().size())
                                .name(function.name())
                                .arguments(function.arguments())
                                .end());
            }
            Dialects.finishChoice(seen, choice.finishReason().asString());
        }
    }

    /**
     * Says whether it is the first choice: no other one was asked for, and a caller who asks for one need not look at
     * its index.
     */
    private static boolean isAnswer(JsonField<Long> index) {
        return index.asKnown().orElse(0L) == 0;
    }
}
