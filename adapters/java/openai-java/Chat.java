import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import java.util.List;
import java.util.Set;
import streamspec.Seen;

/** What a caller reads of Chat Completions. */
final class Chat {
    /** With these a choice came to its own end; {@code length} or {@code content_filter} leave a tool call unfinished. */
    private static final Set<String> FINISHED = Set.of("stop", "tool_calls", "function_call");

    private Chat() {}

    static void readChunk(Seen seen, ChatCompletionChunk chunk) {
        for (ChatCompletionChunk.Choice choice : chunk.choices()) {
            choice.delta().content().ifPresent(seen::say);
            for (ChatCompletionChunk.Choice.Delta.ToolCall piece :
                    choice.delta().toolCalls().orElse(List.of())) {
                Seen.ToolCall tool = seen.tool(piece.index());
                piece.function().flatMap(function -> function.name()).ifPresent(tool::name);
                piece.function().flatMap(function -> function.arguments()).ifPresent(tool::add);
            }
            choice.finishReason().map(reason -> reason.asString()).ifPresent(reason -> {
                seen.stop(reason);
                seen.toolCalls().forEach(tool -> tool.complete(FINISHED.contains(reason)));
            });
        }
    }

    static void readCompletion(Seen seen, ChatCompletion completion) {
        for (ChatCompletion.Choice choice : completion.choices()) {
            choice.message().content().ifPresent(seen::say);
            for (ChatCompletionMessageToolCall call :
                    choice.message().toolCalls().orElse(List.of())) {
                call.function()
                        .map(tool -> tool.function())
                        .ifPresent(function -> seen.tool(seen.toolCalls().size())
                                .name(function.name())
                                .arguments(function.arguments())
                                .complete(true));
            }
            seen.stop(choice.finishReason().asString());
        }
    }
}
