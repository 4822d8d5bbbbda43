// Makes one call with `openai-java`, and prints what its caller sees.

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.AsyncStreamResponse;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

final class Program {
    private static final long TIMEOUT_MS = 20000; // fill: timeout-ms
    private static final int MAX_RETRIES = 0; // fill: max-retries
    // only: ask-tool
    private static final Map<String, JsonValue> PARAMETERS = Map.of(
            "type", JsonValue.from("object"),
            "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))),
            "required", JsonValue.from(List.of("city")),
            "additionalProperties", JsonValue.from(false));
    // end

    /** Hands on what the SDK hands to its caller. */
    private static void call(String baseUrl, Consumer<Object> item) throws Throwable {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .apiKey("any")
                .baseUrl(baseUrl + "/v1")
                .timeout(Duration.ofMillis(TIMEOUT_MS))
                .maxRetries(MAX_RETRIES)
                .build();
        // only: openai-chat
        ChatCompletionCreateParams chat = ChatCompletionCreateParams.builder()
                .model("gpt-5.2")
                .addUserMessage("Say hello, or ask for the weather in Paris.")
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                // only: ask-tool
                .addTool(ChatCompletionFunctionTool.builder()
                        .function(FunctionDefinition.builder()
                                .name("get_weather")
                                .description("The weather in a city.")
                                .parameters(FunctionParameters.builder()
                                        .putAllAdditionalProperties(PARAMETERS)
                                        .build())
                                .build())
                        .build())
                // end
                .build();
        // only: create-sync
        stream(client.chat().completions().createStreaming(chat), item::accept);
        // end
        // only: create-async
        subscribe(client.async().chat().completions().createStreaming(chat), item::accept);
        // end
        // only: final-sync
        ChatCompletionAccumulator completion = ChatCompletionAccumulator.create();
        stream(client.chat().completions().createStreaming(chat), completion::accumulate);
        item.accept(completion.chatCompletion());
        // end
        // only: final-async
        ChatCompletionAccumulator answer = ChatCompletionAccumulator.create();
        subscribe(client.async().chat().completions().createStreaming(chat), answer::accumulate);
        item.accept(answer.chatCompletion());
        // end
        // end
        // only: openai-responses
        ResponseCreateParams params = ResponseCreateParams.builder()
                .model("gpt-5.2")
                .input("Say hello, or ask for the weather in Paris.")
                // only: ask-tool
                .addTool(FunctionTool.builder()
                        .name("get_weather")
                        .description("The weather in a city.")
                        .strict(true)
                        .parameters(FunctionTool.Parameters.builder()
                                .putAllAdditionalProperties(PARAMETERS)
                                .build())
                        .build())
                // end
                .build();
        // only: create-sync
        stream(client.responses().createStreaming(params), item::accept);
        // end
        // only: create-async
        subscribe(client.async().responses().createStreaming(params), item::accept);
        // end
        // only: final-sync
        ResponseAccumulator response = ResponseAccumulator.create();
        stream(client.responses().createStreaming(params), response::accumulate);
        item.accept(response.response());
        // end
        // only: final-async
        ResponseAccumulator whole = ResponseAccumulator.create();
        subscribe(client.async().responses().createStreaming(params), whole::accumulate);
        item.accept(whole.response());
        // end
        // end
    }

    // only: create-sync final-sync
    private static <T> void stream(StreamResponse<T> events, Consumer<T> event) {
        try (events) {
            events.stream().forEach(event);
        }
    }

    // end
    // only: create-async final-async
    private static <T> void subscribe(AsyncStreamResponse<T> events, Consumer<T> event) throws Throwable {
        CompletableFuture<Optional<Throwable>> over = new CompletableFuture<>();
        events.subscribe(new AsyncStreamResponse.Handler<>() {
            @Override
            public void onNext(T next) {
                event.accept(next);
            }

            @Override
            public void onComplete(Optional<Throwable> error) {
                over.complete(error);
            }
        });
        Optional<Throwable> error = over.get();
        if (error.isPresent()) {
            throw error.get();
        }
    }

    // end
    // only: test
    private static boolean isOwn(Throwable error) {
        return error instanceof OpenAIException;
    }

    // end
    /** Returns the text in an item. */
    private static String textOf(Object item) {
        // only: openai-chat
        // only: create-sync create-async
        if (item instanceof ChatCompletionChunk chunk && !chunk.choices().isEmpty()) {
            return chunk.choices().get(0).delta().content().orElse("");
        }
        // end
        // only: final-sync final-async
        if (item instanceof ChatCompletion whole && !whole.choices().isEmpty()) {
            return whole.choices().get(0).message().content().orElse("");
        }
        // end
        // end
        // only: openai-responses
        // only: create-sync create-async
        if (item instanceof ResponseStreamEvent event) {
            return event.outputTextDelta().map(text -> text.delta()).orElse("");
        }
        // end
        // only: final-sync final-async
        if (item instanceof Response response) {
            StringBuilder text = new StringBuilder();
            response.output().stream()
                    .flatMap(output -> output.message().stream())
                    .flatMap(message -> message.content().stream())
                    .forEach(part -> part.outputText().ifPresent(said -> text.append(said.text())));
            return text.toString();
        }
        // end
        // end
        return "";
    }

    /** Returns the stop reason in an item; null where there is none. */
    private static String stopReasonOf(Object item) {
        // only: openai-chat
        // only: create-sync create-async
        if (item instanceof ChatCompletionChunk chunk && !chunk.choices().isEmpty()) {
            return chunk.choices()
                    .get(0)
                    .finishReason()
                    .map(reason -> reason.asString())
                    .orElse(null);
        }
        // end
        // only: final-sync final-async
        if (item instanceof ChatCompletion whole && !whole.choices().isEmpty()) {
            return whole.choices().get(0).finishReason().asString();
        }
        // end
        // end
        // only: openai-responses
        // only: create-sync create-async
        if (item instanceof ResponseStreamEvent event) {
            return event.completed()
                    .map(completed -> completed.response())
                    .or(() -> event.incomplete().map(incomplete -> incomplete.response()))
                    .flatMap(response -> response.status())
                    .map(status -> status.asString())
                    .orElse(null);
        }
        // end
        // only: final-sync final-async
        if (item instanceof Response response) {
            return response.status().map(status -> status.asString()).orElse(null);
        }
        // end
        // end
        return null;
    }

    /** Returns the status, the type and the code of an error, as the SDK says them; null where it does not. */
    private static List<Object> fieldsOf(Throwable error) {
        if (error instanceof OpenAIServiceException failure) {
            return Arrays.asList(
                    failure.statusCode(),
                    failure.type().orElse(null),
                    failure.code().orElse(null));
        }
        return Arrays.asList(null, null, null);
    }

    /** Opens what the platform wraps around the error of a call that was awaited. */
    private static Throwable opened(Throwable error) {
        boolean isWrapper = error instanceof ExecutionException || error instanceof CompletionException;
        return isWrapper && error.getCause() != null ? opened(error.getCause()) : error;
    }

    // program
    public static void main(String[] arguments) {
        try {
            call(System.getenv("BASE_URL"), item -> {
                System.out.println("item: " + item.toString().replace('\n', ' '));
                // The SDK looks at a field when it is read, and not before.
                System.out.println("text: " + textOf(item).replace('\n', ' ') + ", stop reason: " + stopReasonOf(item));
            });
            System.out.println("ended: returned");
        } catch (Throwable thrown) {
            Throwable error = opened(thrown);
            System.out.println("ended: raised");
            System.out.println("class: " + error.getClass().getSimpleName());
            System.out.println("message: " + String.valueOf(error.getMessage()).replace('\n', ' '));
            System.out.println("status: " + fieldsOf(error).get(0));
            System.out.println("type: " + fieldsOf(error).get(1));
        }
        // The client's threads would keep the process.
        System.exit(0);
    }
}
