import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import streamspec.Asked;
import streamspec.ErrorFields;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Server;

/** Drives LangChain4j, with its own clients of OpenAI and of Anthropic; its caller takes the whole answer. */
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
                Sdk.mavenVersion(StreamingChatModel.class, "dev.langchain4j:langchain4j-core"),
                LangChain4jException.class,
                Adapter::prepare,
                Adapter::fields));
    }

    /** Lists the getters: the status is in the exception of the HTTP client, the type in that of an event of Anthropic's. */
    private static ErrorFields fields(Throwable error) {
        ErrorFields fields =
                new ErrorFields(error).attribute("status", "statusCode").attribute("type", "type");
        return error.getCause() instanceof HttpException http ? fields.attribute("status", http::statusCode) : fields;
    }

    static Sdk.Call prepare(Run run) {
        StreamingChatModel model = model(run);
        ChatRequest.Builder asked = ChatRequest.builder().messages(UserMessage.from(run.prompt()));
        ChatRequest request = run.asksTool() ? asked.toolSpecifications(TOOL).build() : asked.build();
        Whole answer = new Whole(run);
        return seen -> answer.take(seen, handler -> model.chat(request, handler));
    }

    private static StreamingChatModel model(Run run) {
        String address = run.baseUrl() + "/v1";
        String key = "no-key";
        String name = Asked.model(run.api());
        if (run.api().equals("openai-chat")) {
            return OpenAiStreamingChatModel.builder()
                    .baseUrl(address)
                    .apiKey(key)
                    .modelName(name)
                    .timeout(run.timeout())
                    .returnThinking(true)
                    .build();
        }
        return AnthropicStreamingChatModel.builder()
                .baseUrl(address)
                .apiKey(key)
                .modelName(name)
                .timeout(run.timeout())
                .returnThinking(true)
                .build();
    }
}
