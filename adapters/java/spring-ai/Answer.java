import java.util.Locale;
import java.util.Optional;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import streamspec.Dialects;
import streamspec.Observer;
import streamspec.Run;

/** A reader of the responses of one answer: those of a stream, or the one that they make together. */
final class Answer {
    private final boolean isOpenAi;
    private final boolean isWhole;
    private int thoughts;

    Answer(Run run) {
        isOpenAi = run.api().equals("openai-chat");
        isWhole = run.isFinal();
    }

    void read(Observer seen, ChatResponse response) {
        Usage usage = response.getMetadata().getUsage();
        seen.count(tokens(usage.getPromptTokens()), tokens(usage.getCompletionTokens()));
        response.getResults().stream().filter(this::isAnswer).forEach(generation -> readGeneration(seen, generation));
    }

    /**
     * Says whether it is the first choice: no other one was asked for. Anthropic's messages have none, and the metadata of the response
     * that a stream makes are those of all choices.
     */
    private boolean isAnswer(Generation generation) {
        return isWhole
                || generation
                        .getOutput()
                        .getMetadata()
                        .getOrDefault("index", 0L)
                        .equals(0L);
    }

    private void readGeneration(Observer seen, Generation generation) {
        AssistantMessage message = generation.getOutput();
        Optional.ofNullable(message.getText()).ifPresent(seen::say);
        if (isOpenAi) {
            readMetadata(seen, message);
        }
        // Each call that is handed over is to be executed: `hasToolCalls` is all that the documentation asks before.
        for (AssistantMessage.ToolCall call : message.getToolCalls()) {
            Object key = seen.toolCalls().size();
            seen.block(key);
            seen.tool(key).name(call.name()).arguments(call.arguments()).end();
        }
        // Its case means nothing: Spring AI compares it without, in `ChatResponse.hasFinishReasons`.
        String reason = generation.getMetadata().getFinishReason();
        if (reason != null && !reason.isEmpty()) {
            readReason(seen, reason.toLowerCase(Locale.ROOT));
        }
    }

    private void readReason(Observer seen, String reason) {
        if (isOpenAi) {
            Dialects.finishChoice(seen, reason);
        } else {
            Dialects.stopMessage(seen, reason);
        }
    }

    /** Reads what the model of OpenAI has in the message's metadata: the thoughts of the answer so far, and a piece of a refusal. */
    private void readMetadata(Observer seen, AssistantMessage message) {
        seen.alsoShow("thinking");
        seen.alsoShow("refusal");
        if (message.getMetadata().get("refusal") instanceof String refusal) {
            seen.refuse(refusal);
        }
        if (message.getMetadata().get("reasoningContent") instanceof String soFar && soFar.length() > thoughts) {
            seen.think(soFar.substring(thoughts));
            thoughts = soFar.length();
        }
    }

    /** Returns a number of tokens, which the SDK leaves at zero where it was not told. */
    private static Optional<Long> tokens(Integer number) {
        return Optional.of(number).filter(told -> told > 0).map(Integer::longValue);
    }
}
