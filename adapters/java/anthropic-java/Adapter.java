import com.anthropic.bedrock.backends.BedrockBackend;
import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.AsyncStreamResponse;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawContentBlockDeltaEvent;
import com.anthropic.models.messages.RawContentBlockStartEvent;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolUseBlock;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.regions.Region;
import streamspec.Asked;
import streamspec.Dialects;
import streamspec.ErrorFields;
import streamspec.Observer;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Server;

/**
 * Drives {@code anthropic-java}, Anthropic's SDK for Java, over the Messages API and, with {@code anthropic-java-bedrock}, over
 * InvokeModelWithResponseStream of Amazon Bedrock.
 */
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
     * One client of each API for all calls, as the SDK asks for, but for a caller who makes several. It keeps no idle
     * connection: each call is on its own, and the server can tell a connection that was let go from one that idles in a pool.
     */
    private final Map<String, AnthropicClient> shared = new ConcurrentHashMap<>();

    public static void main(String[] arguments) {
        Server.serve(() -> new Sdk(
                AnthropicClient.class.getPackage().getImplementationVersion(),
                AnthropicException.class,
                new Adapter()::prepare,
                Adapter::fields));
    }

    private static ErrorFields fields(Throwable error) {
        return new ErrorFields(error)
                .attribute("status", "statusCode")
                .attribute("type", "type")
                .attribute("code", "errorCode")
                .attribute("request_id", "requestId")
                .header("request_id", "request-id")
                .header("request_id", "x-amzn-requestid")
                .header("type", () -> awsErrorType(error))
                .header("retry_after", "retry-after")
                .body();
    }

    /** Returns the type of an error in a response of AWS's, which its header has before a colon. */
    private static String awsErrorType(Throwable error) {
        return error instanceof AnthropicServiceException service
                ? service.headers().values("x-amzn-errortype").stream()
                        .map(type -> type.split(":")[0])
                        .findFirst()
                        .orElse(null)
                : null;
    }

    /** A caller who makes several calls has a client for itself, which keeps connections as the SDK does by default. */
    private Sdk.Call prepare(Run run) {
        if (!run.caller().sharesClient()) {
            return call(
                    run,
                    shared.computeIfAbsent(
                            run.api(),
                            api -> client(api)
                                    .maxIdleConnections(0)
                                    .keepAliveDuration(Duration.ofSeconds(1))
                                    .build()));
        }
        AnthropicClient own = client(run.api()).build();
        return call(run, own).closing(own::close);
    }

    /** Makes a client that has what an API asks for, made up. */
    private static AnthropicOkHttpClient.Builder client(String api) {
        if (!api.equals("bedrock-invoke")) {
            return AnthropicOkHttpClient.builder().apiKey("no-key");
        }
        return AnthropicOkHttpClient.builder()
                .backend(BedrockBackend.builder()
                        .awsCredentials(AwsBasicCredentials.create("no-id", "no-key"))
                        .region(Region.US_EAST_1)
                        .build());
    }

    private Sdk.Call call(Run run, AnthropicClient made) {
        AnthropicClient client = made.withOptions(
                options -> options.baseUrl(run.baseUrl()).timeout(run.timeout()).maxRetries(run.maxRetries()));
        MessageCreateParams.Builder asked = MessageCreateParams.builder()
                .model(Asked.model(run.api()))
                .maxTokens(1024)
                .addUserMessage(run.prompt());
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

    /**
     * Takes every event of the stream, as the SDK's documentation shows it. A caller who stops closes the stream from within,
     * as the SDK's examples of cancellation do.
     */
    @SuppressWarnings("try")
    private static void stream(
            Run run,
            AnthropicClient client,
            MessageCreateParams params,
            Observer seen,
            Consumer<RawMessageStreamEvent> take)
            throws Throwable {
        if (!run.isAsync()) {
            try (StreamResponse<RawMessageStreamEvent> stream =
                    client.messages().createStreaming(params)) {
                seen.opened();
                stream.stream().forEach(event -> {
                    take.accept(event);
                    if (seen.stops()) {
                        stream.close();
                    }
                });
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
    }

    static void readEvent(Observer seen, RawMessageStreamEvent event) {
        event.messageStart()
                .flatMap(start -> start._message().asKnown())
                .ifPresent(message -> readStart(seen, message));
        event.contentBlockStart().ifPresent(start -> readStart(seen, start));
        event.contentBlockDelta().ifPresent(delta -> readDelta(seen, delta));
        // Who waits for no tool call need not ask which block has ended.
        event.contentBlockStop()
                .filter(stop -> !seen.toolCalls().isEmpty())
                .flatMap(stop -> seen.openTool(stop.index()))
                .ifPresent(Observer.ToolCall::end);
        event.messageDelta()
                .flatMap(delta -> delta._usage().asKnown())
                .ifPresent(usage -> seen.count(
                        usage._inputTokens().asKnown(), usage._outputTokens().asKnown()));
        event.messageDelta()
                .flatMap(delta -> delta.delta().stopReason())
                .ifPresent(reason -> Dialects.stopMessage(seen, reason.asString()));
    }

    /** Reads the message that a stream begins with: one that was whole before has its content and its stop reason. */
    private static void readStart(Observer seen, Message message) {
        readUsage(seen, message);
        message._content().asKnown().ifPresent(content -> readContent(seen, content));
        message._stopReason().asKnown().ifPresent(reason -> {
            Dialects.endCalls(seen);
            Dialects.stopMessage(seen, reason.asString());
        });
    }

    private static void readStart(Observer seen, RawContentBlockStartEvent start) {
        seen.block(start._index().asKnown().orElse(null));
        start.contentBlock().text().ifPresent(text -> seen.say(text.text()));
        start.contentBlock()
                .thinking()
                .flatMap(thought -> thought._thinking().asKnown())
                .ifPresent(seen::think);
        start.contentBlock().toolUse().ifPresent(tool -> readCall(seen.tool(start.index()), tool));
    }

    private static void readDelta(Observer seen, RawContentBlockDeltaEvent delta) {
        delta.delta().text().ifPresent(text -> seen.say(text.text()));
        delta.delta()
                .thinking()
                .flatMap(thought -> thought._thinking().asKnown())
                .ifPresent(seen::think);
        delta.delta()
                .inputJson()
                .ifPresent(piece -> seen.openTool(delta.index()).ifPresent(tool -> tool.add(piece.partialJson())));
    }

    /** Reads the numbers of tokens as the SDK has them: who reads them need not have each. */
    private static void readUsage(Observer seen, Message message) {
        message._usage()
                .asKnown()
                .ifPresent(usage -> seen.count(
                        usage._inputTokens().asKnown(), usage._outputTokens().asKnown()));
    }

    static void readMessage(Observer seen, Message message) {
        readUsage(seen, message);
        readContent(seen, message.content());
        Dialects.endCalls(seen);
        Dialects.stopMessage(
                seen, message.stopReason().map(StopReason::asString).orElse(null));
    }

    private static void readContent(Observer seen, List<ContentBlock> content) {
        long index = 0;
        for (ContentBlock block : content) {
            Object key = index++;
            seen.block(key);
            block.text().ifPresent(text -> seen.say(text.text()));
            block.thinking().flatMap(thought -> thought._thinking().asKnown()).ifPresent(seen::think);
            block.toolUse().ifPresent(tool -> readCall(seen.tool(key), tool));
        }
    }

    private static void readCall(Observer.ToolCall call, ToolUseBlock tool) {
        call.name(tool.name()).arguments(tool._input().convert(JsonNode.class));
    }
}
