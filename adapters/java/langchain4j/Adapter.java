import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import streamspec.Asked;
import streamspec.ErrorFields;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Server;

/** Drives LangChain4j over Chat Completions, with its own client of OpenAI. */
public final class Adapter {
    private static final String ABOUT_THE_PACKAGE =
            "/META-INF/maven/dev.langchain4j/langchain4j-open-ai/pom.properties";

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
        Server.serve(() -> new Sdk(version(), LangChain4jException.class, Adapter::prepare, Adapter::fields));
    }

    /** Returns the version that the package says; its manifest has none. */
    private static String version() {
        Properties said = new Properties();
        try (InputStream file = OpenAiStreamingChatModel.class.getResourceAsStream(ABOUT_THE_PACKAGE)) {
            said.load(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return said.getProperty("version");
    }

    /** Lists the getters: the status is in the exception of the HTTP client. */
    private static ErrorFields fields(Throwable error) {
        ErrorFields fields = new ErrorFields(error).attribute("status", "statusCode");
        return error.getCause() instanceof HttpException http ? fields.attribute("status", http::statusCode) : fields;
    }

    static Sdk.Call prepare(Run run) {
        StreamingChatModel model = model(run);
        ChatRequest.Builder asked = ChatRequest.builder().messages(UserMessage.from(run.prompt()));
        ChatRequest request = run.asksTool() ? asked.toolSpecifications(TOOL).build() : asked.build();
        return seen -> Whole.take(seen, handler -> model.chat(request, handler));
    }

    private static StreamingChatModel model(Run run) {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(run.baseUrl() + "/v1")
                .apiKey("no-key")
                .modelName(Asked.model(run.api()))
                .timeout(run.timeout())
                .returnThinking(true)
                .build();
    }
}
