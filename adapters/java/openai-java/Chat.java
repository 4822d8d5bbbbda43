import com.openai.core.JsonField;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import java.util.List;
import streamspec.Dialects;
import streamspec.Seen;

/** What a caller reads of Chat Completions. */
final class Chat {
    private Chat() {}

    static void readChunk(Seen seen, ChatCompletionChunk chunk) {
        for (ChatCompletionChunk.Choice choice : chunk.choices()) {
            if (!isAnswer(choice._index())) {
                continue;
            }
            choice.delta().content().ifPresent(seen::say);
            for (ChatCompletionChunk.Choice.Delta.ToolCall piece :
                    choice.delta().toolCalls().orElse(List.of())) {
                Seen.ToolCall tool = seen.tool(piece.index());
                piece.function().flatMap(function -> function.name()).ifPresent(tool::name);
                piece.function().flatMap(function -> function.arguments()).ifPresent(tool::add);
            }
            choice.finishReason().ifPresent(reason -> Dialects.finishChoice(seen, reason.asString()));
        }
    }

    static void readCompletion(Seen seen, ChatCompletion completion) {
        for (ChatCompletion.Choice choice : completion.choices()) {
            if (!isAnswer(choice._index())) {
                continue;
            }
            choice.message().content().ifPresent(seen::say);
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

    /** No choice but the first was asked for, and a caller who asks for one need not look at its index. */
    private static boolean isAnswer(JsonField<Long> index) {
        return index.asKnown().orElse(0L) == 0;
    }
}
