import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import streamspec.Asked;
import streamspec.ErrorFields;
import streamspec.Observer;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Server;

/** Drives {@code openai-java}, OpenAI's SDK for Java, over Chat Completions and Responses. */
public final class Adapter {
    private static final String KEY = "no-key";

    /**
     * One client for all calls, as the SDK asks for, but for a caller who makes several. It keeps no idle connection: each call
     * is on its own, and the server can tell a connection that was let go from one that idles in a pool.
     */
    private final OpenAIClient shared = OpenAIOkHttpClient.builder()
            .apiKey(KEY)
            .maxIdleConnections(0)
            .keepAliveDuration(Duration.ofSeconds(1))
            .build();

    public static void main(String[] arguments) {
        Server.serve(() -> new Sdk(
                OpenAIClient.class.getPackage().getImplementationVersion(),
                OpenAIException.class,
                new Adapter()::prepare,
                Adapter::fields));
    }

    /** Lists the getters of an exception, whose body is what the answer's {@code error} held. */
    private static ErrorFields fields(Throwable error) {
        return new ErrorFields(error)
                .attribute("status", "statusCode")
                .attribute("type", "type")
                .attribute("code", "code")
                .header("request_id", "x-request-id")
                .header("retry_after", "retry-after")
                .body();
    }

    /** A caller who makes several calls has a client for itself, which keeps connections as the SDK does by default. */
    private Sdk.Call prepare(Run run) {
        if (!run.caller().sharesClient()) {
            return call(run, shared);
        }
        OpenAIClient own = OpenAIOkHttpClient.builder().apiKey(KEY).build();
        return call(run, own).closing(own::close);
    }

    private static Sdk.Call call(Run run, OpenAIClient made) {
        OpenAIClient client = made.withOptions(options ->
                options.baseUrl(run.baseUrl() + "/v1").timeout(run.timeout()).maxRetries(run.maxRetries()));
        return run.api().equals("openai-chat") ? chat(run, client) : responses(run, client);
    }

    private static Sdk.Call chat(Run run, OpenAIClient client) {
        // Without the option there is no usage in a stream.
        ChatCompletionCreateParams.Builder asked = ChatCompletionCreateParams.builder()
                .model(Asked.model(run.api()))
                .addUserMessage(run.prompt())
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build());
        if (run.asksTool()) {
            FunctionParameters parameters = FunctionParameters.builder()
                    .putAllAdditionalProperties(parameters())
                    .build();
            FunctionDefinition function = FunctionDefinition.builder()
                    .name(Asked.TOOL)
                    .description(Asked.ABOUT_THE_TOOL)
                    .parameters(parameters)
                    .build();
            asked.addTool(
                    ChatCompletionFunctionTool.builder().function(function).build());
        }
        ChatCompletionCreateParams params = asked.build();
        Events<ChatCompletionChunk> chunks = run.isAsync()
                ? subscribed(() -> client.async().chat().completions().createStreaming(params))
                : iterated(() -> client.chat().completions().createStreaming(params));
        if (!run.isFinal()) {
            return seen -> chunks.give(seen, chunk -> seen.take(chunk, Chat::readChunk));
        }
        return seen -> {
            ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
            chunks.give(seen, whole::accumulate);
            seen.finish(whole::chatCompletion, Chat::readCompletion);
        };
    }

    private static Sdk.Call responses(Run run, OpenAIClient client) {
        ResponseCreateParams.Builder asked =
                ResponseCreateParams.builder().model(Asked.model(run.api())).input(run.prompt());
        if (run.asksTool()) {
            FunctionTool.Parameters parameters = FunctionTool.Parameters.builder()
                    .putAllAdditionalProperties(parameters())
                    .build();
            asked.addTool(FunctionTool.builder()
                    .name(Asked.TOOL)
                    .description(Asked.ABOUT_THE_TOOL)
                    .strict(true)
                    .parameters(parameters)
                    .build());
        }
        ResponseCreateParams params = asked.build();
        Events<ResponseStreamEvent> events = run.isAsync()
                ? subscribed(() -> client.async().responses().createStreaming(params))
                : iterated(() -> client.responses().createStreaming(params));
        if (!run.isFinal()) {
            return seen -> events.give(seen, event -> seen.take(event, Responses::readEvent));
        }
        return seen -> {
            ResponseAccumulator whole = ResponseAccumulator.create();
            events.give(seen, whole::accumulate);
            seen.finish(whole::response, Responses::readResponse);
        };
    }

    /** Gives every item of a stream, as the SDK's documentation shows it. A caller who stops closes the stream from within. */
    private interface Events<T> {
        void give(Observer seen, Consumer<T> take) throws Throwable;
    }

    @SuppressWarnings("try")
    private static <T> Events<T> iterated(Supplier<StreamResponse<T>> open) {
        return (seen, take) -> {
            try (StreamResponse<T> stream = open.get()) {
                seen.opened();
                stream.stream().forEach(item -> {
                    take.accept(item);
                    if (seen.stops()) {
                        stream.close();
                    }
                });
            }
        };
    }

    private static <T> Events<T> subscribed(Supplier<AsyncStreamResponse<T>> open) {
        return (seen, take) -> {
            CompletableFuture<Optional<Throwable>> over = new CompletableFuture<>();
            AsyncStreamResponse<T> stream = open.get();
            seen.opened();
            stream.subscribe(new AsyncStreamResponse.Handler<>() {
                @Override
                public void onNext(T item) {
                    take.accept(item);
                    if (seen.stops()) {
                        stream.close();
                    }
                }

                @Override
                public void onComplete(Optional<Throwable> error) {
                    seen.complete(error);
                    over.complete(error);
                }
            });
            // It completes behind the subscriber, who may be told more than once until then.
            stream.onCompleteFuture().handle((nothing, thrown) -> null).get();
            Optional<Throwable> error = over.get();
            if (error.isPresent()) {
                throw error.get();
            }
        };
    }

    private static Map<String, JsonValue> parameters() {
        return Map.of(
                "type", JsonValue.from("object"),
                "properties", JsonValue.from(Asked.PROPERTIES),
                "required", JsonValue.from(Asked.REQUIRED),
                "additionalProperties", JsonValue.from(false));
    }
}
