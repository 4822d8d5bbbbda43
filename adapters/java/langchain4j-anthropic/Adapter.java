import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import streamspec.Asked;
import streamspec.Dialects;
import streamspec.ErrorFields;
import streamspec.Observer;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Server;

/** Drives LangChain4j over Messages, with its own client of Anthropic; its caller takes the whole answer. */
public final class Adapter {
    private static final ToolSpecification TOOL = ToolSpecification.builder()
            .name(Asked.TOOL)
            .description(Asked.ABOUT_THE_TOOL)
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("city")
                    .required(Asked.REQUIRED)
                    .build())
            .build();

    private Adapter() {}

    public static void main(String[] arguments) {
        Server.serve(() -> new Sdk(
                Sdk.mavenVersion(AnthropicStreamingChatModel.class, "dev.langchain4j:langchain4j-anthropic"),
                LangChain4jException.class,
                Adapter::prepare,
                Adapter::fields));
    }

    /** Lists the getters: the status is in the exception of the HTTP client, the type in that of an event. */
    private static ErrorFields fields(Throwable error) {
        ErrorFields fields =
                new ErrorFields(error).attribute("status", "statusCode").attribute("type", "type");
        return error.getCause() instanceof HttpException http ? fields.attribute("status", http::statusCode) : fields;
    }

    static Sdk.Call prepare(Run run) {
        StreamingChatModel model = AnthropicStreamingChatModel.builder()
                .baseUrl(run.baseUrl() + "/v1")
                .apiKey("no-key")
                .modelName(Asked.model(run.api()))
                .timeout(run.timeout())
                .returnThinking(true)
                .build();
        ChatRequest.Builder asked = ChatRequest.builder().messages(UserMessage.from(run.prompt()));
        ChatRequest request = run.asksTool() ? asked.toolSpecifications(TOOL).build() : asked.build();
        return seen -> {
            ChatResponse response = take(model, request).get();
            seen.finish(() -> response, Adapter::readAnswer);
        };
    }

    private static CompletableFuture<ChatResponse> take(StreamingChatModel model, ChatRequest request) {
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        model.chat(request, new StreamingChatResponseHandler() {
            @Override
            public void onCompleteResponse(ChatResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                answer.completeExceptionally(error);
            }
        });
        return answer;
    }

    /** Reads a finished answer; what is told is the name of the finish reason, in the form of the words of other such SDKs. */
    private static void readAnswer(Observer seen, ChatResponse response) {
        Optional.ofNullable(response.aiMessage().text()).ifPresent(seen::say);
        Optional.ofNullable(response.aiMessage().thinking()).ifPresent(seen::think);
        for (ToolExecutionRequest request : response.aiMessage().toolExecutionRequests()) {
            Object block = seen.toolCalls().size();
            seen.block(block);
            seen.tool(block).name(request.name()).arguments(request.arguments());
        }
        Dialects.endCalls(seen);
        if (response.finishReason() == FinishReason.LENGTH) {
            Dialects.stopMessage(seen, "max_tokens");
        }
        Optional.ofNullable(response.finishReason())
                .ifPresent(reason -> seen.stop(reason.name().toLowerCase(Locale.ROOT)));
        TokenUsage usage = response.tokenUsage();
        if (usage != null) {
            seen.count(tokens(usage.inputTokenCount()), tokens(usage.outputTokenCount()));
        }
    }

    private static Optional<Long> tokens(Integer number) {
        return Optional.ofNullable(number).map(Integer::longValue);
    }
}
