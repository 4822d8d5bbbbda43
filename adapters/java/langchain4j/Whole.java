import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import streamspec.Dialects;
import streamspec.Observer;
import streamspec.Run;

/** The whole answer, which the SDK hands over at its end. */
record Whole(Run run) {

    /** Makes a call of which only the whole answer is taken. */
    void take(Observer seen, Consumer<StreamingChatResponseHandler> call) throws Throwable {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        call.accept(new StreamingChatResponseHandler() {
            @Override
            public void onCompleteResponse(ChatResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                answer.completeExceptionally(error);
            }
        });
        ChatResponse response;
        try {
            response = answer.get();
        } catch (ExecutionException wrapped) {
            // The callback was given the error itself.
            throw wrapped.getCause();
        }
        seen.finish(() -> response, this::readAnswer);
    }

    /**
     * Reads a finished answer. The kit knows in a dialect's own words which stop reasons cut calls; what is told is the name of the
     * finish reason as the words of other SDKs for several vendors are written, as Gemini has an {@code OTHER} that means more.
     */
    private void readAnswer(Observer seen, ChatResponse response) {
        Optional.ofNullable(response.aiMessage().text()).ifPresent(seen::say);
        Optional.ofNullable(response.aiMessage().thinking()).ifPresent(seen::think);
        for (ToolExecutionRequest request : response.aiMessage().toolExecutionRequests()) {
            Object block = seen.toolCalls().size();
            seen.block(block);
            seen.tool(block).name(request.name()).arguments(request.arguments());
        }
        Dialects.endCalls(seen);
        if (run.api().equals("openai-chat")) {
            if (cutsCalls(response.finishReason())) {
                Dialects.finishChoice(seen, "length");
            }
        } else if (response.finishReason() == FinishReason.LENGTH) {
            Dialects.stopMessage(seen, "max_tokens");
        }
        Optional.ofNullable(response.finishReason())
                .ifPresent(reason -> seen.stop(reason.name().toLowerCase(Locale.ROOT)));
        TokenUsage usage = response.tokenUsage();
        if (usage != null) {
            seen.count(tokens(usage.inputTokenCount()), tokens(usage.outputTokenCount()));
        }
    }

    private static boolean cutsCalls(FinishReason reason) {
        return reason == FinishReason.LENGTH || reason == FinishReason.CONTENT_FILTER || reason == FinishReason.OTHER;
    }

    private static Optional<Long> tokens(Integer number) {
        return Optional.ofNullable(number).map(Integer::longValue);
    }
}
