import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.AsyncStreamResponse;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawContentBlockDeltaEvent;
import com.anthropic.models.messages.RawContentBlockStartEvent;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import streamspec.Asked;
import streamspec.ErrorFields;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Seen;
import streamspec.Server;

/** Drives {@code anthropic-java}, Anthropic's SDK for Java, over the Messages API. */
public final class Adapter {
    private final Tool tool = Tool.builder()
            .name(Asked.TOOL)
            .description(Asked.ABOUT_THE_TOOL)
            .inputSchema(Tool.InputSchema.builder()
                    .properties(Tool.InputSchema.Properties.builder()
                            .putAdditionalProperty("city", JsonValue.from(Asked.PROPERTIES.get("city")))
                            .build())
                    .required(Asked.REQUIRED)
                    .build())
            .build();

    /**
     * One client for all calls, as the SDK asks for. It keeps no idle connection: each call is on its own, and the server
     * can tell a connection that was let go from one that idles in a pool.
     */
    private final AnthropicClient shared = AnthropicOkHttpClient.builder()
            .apiKey("no-key")
            .maxIdleConnections(0)
            .keepAliveDuration(Duration.ofSeconds(1))
            .build();

    public static void main(String[] arguments) {
        Server.serve(() -> new Sdk(
                "com.anthropic:anthropic-java",
                AnthropicClient.class.getPackage().getImplementationVersion(),
                AnthropicException.class,
                List.of("anthropic-messages"),
                List.of("create-sync", "create-async", "final-sync", "final-async"),
                new Adapter()::prepare,
                Adapter::fields));
    }

    private static ErrorFields fields(Throwable error) {
        return new ErrorFields(error)
                .attribute("status", "statusCode")
                .attribute("type", "type")
                .body("type", "error", "type")
                .attribute("code", "errorCode")
                .body("code", "error", "code")
                .attribute("request_id", "requestId")
                .header("request_id", "request-id")
                .body("request_id", "request_id")
                .header("retry_after", "retry-after");
    }

    private Sdk.Call prepare(Run run) {
        AnthropicClient client = shared.withOptions(
                options -> options.baseUrl(run.baseUrl()).timeout(run.timeout()).maxRetries(run.maxRetries()));
        MessageCreateParams.Builder asked = MessageCreateParams.builder()
                .model("claude-sonnet-4-6")
                .maxTokens(1024)
                .addUserMessage(Asked.PROMPT);
        MessageCreateParams params = run.asksTool() ? asked.addTool(tool).build() : asked.build();
        if (!run.isFinal()) {
            return seen -> stream(run, client, params, seen, event -> seen.take(event, Adapter::readEvent));
        }
        return seen -> {
            MessageAccumulator whole = MessageAccumulator.create();
            stream(run, client, params, seen, whole::accumulate);
            seen.finish(whole::message, Adapter::readMessage);
        };
    }

    /** Takes every event of the stream, as the SDK's documentation shows it. */
    private static void stream(
            Run run,
            AnthropicClient client,
            MessageCreateParams params,
            Seen seen,
            Consumer<RawMessageStreamEvent> take)
            throws Throwable {
        if (!run.isAsync()) {
            try (StreamResponse<RawMessageStreamEvent> stream =
                    client.messages().createStreaming(params)) {
                seen.opened();
                stream.stream().forEach(take);
            }
            return;
        }
        CompletableFuture<Optional<Throwable>> over = new CompletableFuture<>();
        AsyncStreamResponse<RawMessageStreamEvent> stream =
                client.async().messages().createStreaming(params);
        seen.opened();
        stream.subscribe(new AsyncStreamResponse.Handler<>() {
            @Override
            public void onNext(RawMessageStreamEvent event) {
                take.accept(event);
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

    private static void readEvent(Seen seen, RawMessageStreamEvent event) {
        event.contentBlockStart().ifPresent(start -> readStart(seen, start));
        event.contentBlockDelta().ifPresent(delta -> readDelta(seen, delta));
        // Who waits for no tool call need not ask which block has ended.
        event.contentBlockStop()
                .filter(stop -> !seen.toolCalls().isEmpty())
                .flatMap(stop -> seen.openTool(stop.index()))
                .ifPresent(tool -> tool.complete(true));
        event.messageDelta()
                .flatMap(delta -> delta.delta().stopReason())
                .ifPresent(reason -> seen.stop(reason.asString()));
    }

    private static void readStart(Seen seen, RawContentBlockStartEvent start) {
        start.contentBlock().text().ifPresent(text -> seen.say(text.text()));
        start.contentBlock()
                .toolUse()
                .ifPresent(tool -> seen.tool(start.index())
                        .name(tool.name())
                        .arguments(tool._input().convert(JsonNode.class)));
    }

    private static void readDelta(Seen seen, RawContentBlockDeltaEvent delta) {
        delta.delta().text().ifPresent(text -> seen.say(text.text()));
        delta.delta()
                .inputJson()
                .ifPresent(piece -> seen.openTool(delta.index()).ifPresent(tool -> tool.add(piece.partialJson())));
    }

    private static void readMessage(Seen seen, Message message) {
        int index = 0;
        for (ContentBlock block : message.content()) {
            Object key = index++;
            block.text().ifPresent(text -> seen.say(text.text()));
            block.toolUse()
                    .ifPresent(tool -> seen.tool(key)
                            .name(tool.name())
                            .arguments(tool._input().convert(JsonNode.class))
                            .complete(true));
        }
        seen.stop(message.stopReason().map(StopReason::asString).orElse(null));
    }
}
