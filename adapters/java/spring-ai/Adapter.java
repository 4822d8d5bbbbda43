import com.anthropic.errors.AnthropicException;
import com.openai.client.OpenAIClientAsync;
import com.openai.errors.OpenAIException;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.springframework.ai.anthropic.AnthropicChatModel;
import org.springframework.ai.anthropic.AnthropicChatOptions;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.setup.OpenAiSetup;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;
import reactor.core.publisher.Flux;
import streamspec.Asked;
import streamspec.ErrorFields;
import streamspec.Observer;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Server;

/** Drives Spring AI by its chat models, of OpenAI and of Anthropic, and by the chat client on each of them. */
public final class Adapter {
    /** The arguments of the tool, from which Spring AI makes its schema. */
    record Place(String city) {}

    /** The tool, of which the model is told. A chat model executes none. */
    private static final ToolCallback TOOL = FunctionToolCallback.builder(Asked.TOOL, (Place place) -> "")
            .description(Asked.ABOUT_THE_TOOL)
            .inputType(Place.class)
            .build();

    private static final String KEY = "no-key";
    private static final Duration SHORT = Duration.ofSeconds(1);

    private Adapter() {}

    public static void main(String[] arguments) {
        // The model of Anthropic holds one of these threads for each stream; by default there are 10 for each core.
        System.setProperty("reactor.schedulers.defaultBoundedElasticSize", "100");
        Server.serve(() -> new Sdk(
                ChatModel.class.getPackage().getImplementationVersion(),
                List.of(OpenAIException.class, AnthropicException.class),
                Adapter::prepare,
                Adapter::fields));
    }

    /** Lists the getters of the exceptions of the vendors' SDKs, which Spring AI hands over as they are. */
    private static ErrorFields fields(Throwable error) {
        return new ErrorFields(error)
                .attribute("status", "statusCode")
                .attribute("type", "type")
                .attribute("type", "errorType")
                .attribute("code", "code")
                .header("request_id", "x-request-id")
                .header("request_id", "request-id")
                .header("retry_after", "retry-after")
                .body();
    }

    static Sdk.Call prepare(Run run) {
        if (run.api().equals("openai-chat")) {
            return openAi(run);
        }
        AnthropicChatModel model = anthropic(run);
        return call(run, model).closing(() -> {
            model.getAnthropicClient().close();
            model.getAnthropicClientAsync().close();
        });
    }

    /** Makes a call of a chat model as the page "ChatModel Tool Calling" reads a stream, and one of a client as "Chat Client API" does. */
    private static Sdk.Call call(Run run, ChatModel model) {
        return switch (run.surface()) {
            case "stream" -> seen -> each(seen, model.stream(new Prompt(run.prompt())), new Answer(run)::read);
            case "client" -> seen -> each(seen, asked(run, model).chatResponse(), new Answer(run)::read);
            case "content" -> seen -> each(seen, asked(run, model).content(), Observer::say);
            default ->
                seen -> {
                    Answer answer = new Answer(run);
                    Flux<ChatResponse> stream = model.stream(new Prompt(run.prompt()));
                    seen.opened();
                    AtomicReference<ChatResponse> whole = new AtomicReference<>();
                    new MessageAggregator().aggregate(stream, whole::set).blockLast();
                    seen.finish(whole::get, answer::read);
                };
        };
    }

    private static ChatClient.StreamResponseSpec asked(Run run, ChatModel model) {
        return ChatClient.create(model).prompt(run.prompt()).stream();
    }

    /** Takes the items of a stream until the caller has enough. */
    private static <T> void each(Observer seen, Flux<T> stream, BiConsumer<Observer, T> read) {
        seen.opened();
        stream.doOnNext(item -> seen.take(item, read))
                .takeUntil(item -> seen.stops())
                .blockLast();
    }

    /**
     * Makes a call of a model for OpenAI. A model cannot be closed, so it gets a client that Spring AI makes as the model would. It keeps no
     * idle connection unless the caller makes several calls: the server can then tell a connection that was let go from one that idles
     * in a pool.
     */
    private static Sdk.Call openAi(Run run) {
        String name = Asked.model(run.api());
        OpenAIClientAsync client = OpenAiSetup.setupAsyncClient(
                run.baseUrl() + "/v1",
                KEY,
                null,
                null,
                null,
                null,
                false,
                false,
                name,
                run.timeout(),
                run.maxRetries(),
                null,
                null,
                ObservationRegistry.NOOP,
                null,
                run.caller().sharesClient()
                        ? List.of()
                        : List.of(http -> http.maxIdleConnections(0).keepAliveDuration(SHORT)));
        ChatModel model = OpenAiChatModel.builder()
                .openAiClientAsync(client)
                .openAiClient(client.sync())
                .options(OpenAiChatOptions.builder()
                        .model(name)
                        .timeout(run.timeout())
                        .toolCallbacks(run.asksTool() ? List.of(TOOL) : List.of())
                        .build())
                .build();
        return call(run, model).closing(client::close);
    }

    /** Makes a model for Anthropic in the same way. */
    private static AnthropicChatModel anthropic(Run run) {
        AnthropicChatModel.Builder model = AnthropicChatModel.builder()
                .options(AnthropicChatOptions.builder()
                        .baseUrl(run.baseUrl())
                        .apiKey(KEY)
                        .model(Asked.model(run.api()))
                        .timeout(run.timeout())
                        .maxRetries(run.maxRetries())
                        .toolCallbacks(run.asksTool() ? List.of(TOOL) : List.of())
                        .build());
        if (!run.caller().sharesClient()) {
            model.httpClientBuilderCustomizer(
                    client -> client.maxIdleConnections(0).keepAliveDuration(SHORT));
        }
        return model.build();
    }
}
