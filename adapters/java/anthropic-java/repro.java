// Makes one call with `anthropic-java`, and prints what its caller sees.

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.AsyncStreamResponse;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.Tool;
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

    /** Hands on what the SDK hands to its caller. */
    private static void call(String baseUrl, Consumer<Object> item) throws Throwable {
        AnthropicClient client = AnthropicOkHttpClient.builder()
                .apiKey("any")
                .baseUrl(baseUrl)
                .timeout(Duration.ofMillis(TIMEOUT_MS))
                .maxRetries(MAX_RETRIES)
                .build();
        MessageCreateParams params = MessageCreateParams.builder()
                .model("claude-sonnet-4-6")
                .maxTokens(1024)
                .addUserMessage("Say hello, or ask for the weather in Paris.")
                // only: ask-tool
                .addTool(Tool.builder()
                        .name("get_weather")
                        .description("The weather in a city.")
                        .inputSchema(Tool.InputSchema.builder()
                                .properties(Tool.InputSchema.Properties.builder()
                                        .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                                        .build())
                                .required(List.of("city"))
                                .build())
                        .build())
                // end
                .build();
        // only: create-sync
        stream(client, params, item::accept);
        // end
        // only: create-async
        subscribe(client, params, item::accept);
        // end
        // only: final-sync
        MessageAccumulator message = MessageAccumulator.create();
        stream(client, params, message::accumulate);
        item.accept(message.message());
        // end
        // only: final-async
        MessageAccumulator whole = MessageAccumulator.create();
        subscribe(client, params, whole::accumulate);
        item.accept(whole.message());
        // end
    }

    // only: create-sync final-sync
    private static void stream(
            AnthropicClient client, MessageCreateParams params, Consumer<RawMessageStreamEvent> event) {
        try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(params)) {
            stream.stream().forEach(event);
        }
    }

    // end
    // only: create-async final-async
    private static void subscribe(
            AnthropicClient client, MessageCreateParams params, Consumer<RawMessageStreamEvent> event)
            throws Throwable {
        CompletableFuture<Optional<Throwable>> over = new CompletableFuture<>();
        client.async().messages().createStreaming(params).subscribe(new AsyncStreamResponse.Handler<>() {
            @Override
            public void onNext(RawMessageStreamEvent next) {
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
        return error instanceof AnthropicException;
    }

    // end
    /** Returns the text in an item. */
    private static String textOf(Object item) {
        // only: create-sync create-async
        if (item instanceof RawMessageStreamEvent event) {
            return event.contentBlockDelta()
                    .flatMap(delta -> delta.delta().text())
                    .map(text -> text.text())
                    .orElse("");
        }
        // end
        // only: final-sync final-async
        if (item instanceof Message message) {
            StringBuilder text = new StringBuilder();
            message.content().forEach(block -> block.text().ifPresent(part -> text.append(part.text())));
            return text.toString();
        }
        // end
        return "";
    }

    /** Returns the stop reason in an item; null where there is none. */
    private static String stopReasonOf(Object item) {
        // only: create-sync create-async
        if (item instanceof RawMessageStreamEvent event) {
            return event.messageDelta()
                    .flatMap(delta -> delta.delta().stopReason())
                    .map(reason -> reason.asString())
                    .orElse(null);
        }
        // end
        // only: final-sync final-async
        if (item instanceof Message message) {
            return message.stopReason().map(reason -> reason.asString()).orElse(null);
        }
        // end
        return null;
    }

    /** Returns the status, the type and the code of an error, as the SDK says them; null where it does not. */
    private static List<Object> fieldsOf(Throwable error) {
        if (error instanceof AnthropicServiceException failure) {
            Object type = failure.type().map(known -> known.asString()).orElse(null);
            return Arrays.asList(failure.statusCode(), type, failure.errorCode().orElse(null));
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
