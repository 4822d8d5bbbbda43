import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The same calls as the adapter's {@code create-sync}, in a bare loop: what the suite's overhead is measured against. */
public final class AnthropicJava {
    public static void main(String[] arguments) throws Exception {
        int calls = Integer.parseInt(arguments[1]);
        int atOnce = Integer.parseInt(arguments[2]);
        AnthropicClient shared = AnthropicOkHttpClient.builder()
                .apiKey("no-key")
                .maxIdleConnections(0)
                .keepAliveDuration(Duration.ofSeconds(1))
                .build();
        Runnable call = () -> {
            AnthropicClient client = shared.withOptions(options ->
                    options.baseUrl(arguments[0]).timeout(Duration.ofSeconds(20)).maxRetries(0));
            MessageCreateParams params = MessageCreateParams.builder()
                    .model("claude-sonnet-4-6")
                    .maxTokens(1024)
                    .addUserMessage("Say hello.")
                    .build();
            try (StreamResponse<RawMessageStreamEvent> stream = client.messages().createStreaming(params)) {
                stream.stream().forEach(event -> {});
            }
        };
        ExecutorService threads = Executors.newFixedThreadPool(atOnce);
        loop(threads, call, calls);
        long begun = System.nanoTime();
        loop(threads, call, calls);
        System.out.println((System.nanoTime() - begun) / 1e9);
        threads.shutdown();
        shared.close();
    }

    private static void loop(ExecutorService threads, Runnable call, int calls) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int number = 0; number < calls; number++) {
            all.add(threads.submit(call));
        }
        for (Future<?> one : all) {
            one.get();
        }
    }
}
