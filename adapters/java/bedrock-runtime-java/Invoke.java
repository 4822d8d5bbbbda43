import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelWithResponseStreamRequest;
import software.amazon.awssdk.services.bedrockruntime.model.InvokeModelWithResponseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.PayloadPart;
import software.amazon.awssdk.services.bedrockruntime.model.ResponseStream;
import streamspec.Asked;
import streamspec.Dialects;
import streamspec.ErrorFields;
import streamspec.Observer;
import streamspec.Run;

/** InvokeModelWithResponseStream, whose chunks are bytes for the SDK: events of a message of Anthropic's. */
final class Invoke {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** A chunk with the event that its caller reads in its bytes. */
    public record Chunk(PayloadPart part, JsonNode event) {
        /** Returns what is said of an error, for which the SDK has no other name. */
        public JsonNode body() {
            return event;
        }
    }

    private Invoke() {}

    static void stream(BedrockRuntimeAsyncClient client, Run run, Observer seen) throws Throwable {
        CompletableFuture<Void> left = new CompletableFuture<>();
        InvokeModelWithResponseStreamResponseHandler handler = InvokeModelWithResponseStreamResponseHandler.builder()
                .onResponse(response -> seen.opened())
                .subscriber(() -> Taker.of(seen, Invoke::take, left))
                .onError(error -> seen.complete(Optional.of(error)))
                .onComplete(() -> seen.complete(Optional.empty()))
                .build();
        Taker.await(client.invokeModelWithResponseStream(request(run), handler), left);
    }

    private static InvokeModelWithResponseStreamRequest request(Run run) throws JsonProcessingException {
        Map<String, Object> question = Map.of(
                "anthropic_version",
                "bedrock-2023-05-31",
                "max_tokens",
                1024,
                "messages",
                List.of(Map.of("role", "user", "content", run.prompt())),
                "tools",
                run.asksTool() ? List.of(tool()) : List.of());
        return InvokeModelWithResponseStreamRequest.builder()
                .modelId(Asked.model(run.api()))
                .contentType("application/json")
                .body(SdkBytes.fromUtf8String(MAPPER.writeValueAsString(question)))
                .build();
    }

    private static Map<String, Object> tool() {
        return Map.of(
                "name", Asked.TOOL,
                "description", Asked.ABOUT_THE_TOOL,
                "input_schema", Map.of("type", "object", "properties", Asked.PROPERTIES, "required", Asked.REQUIRED));
    }

    /** Takes an event of the SDK's; bytes that are no JSON are an error in the caller's own loop. */
    private static void take(Observer seen, ResponseStream event) throws Exception {
        if (event instanceof PayloadPart part && part.bytes() != null) {
            Chunk chunk = new Chunk(part, MAPPER.readTree(part.bytes().asByteArray()));
            seen.take(chunk, Invoke::readChunk);
        } else {
            seen.take(event, (observer, other) -> {});
        }
    }

    private static void readChunk(Observer seen, Chunk chunk) {
        readEvent(seen, chunk.event());
        if (chunk.event().path("type").asText().equals("error")) {
            String message = chunk.event().path("error").path("message").asText();
            seen.failedItem(chunk.part(), message, new ErrorFields(chunk).body());
        }
    }

    /** Reads an event of a message of Anthropic's. */
    static void readEvent(Observer seen, JsonNode event) {
        JsonNode delta = event.path("delta");
        long index = event.path("index").asLong();
        switch (event.path("type").asText()) {
            case "message_start" -> readStart(seen, event.path("message"));
            case "content_block_start" -> readBlock(seen, index, event.path("content_block"));
            case "content_block_delta" -> {
                seen.say(delta.path("text").asText());
                seen.think(delta.path("thinking").asText());
                seen.openTool(index)
                        .ifPresent(tool -> tool.add(delta.path("partial_json").asText()));
            }
            case "content_block_stop" -> seen.openTool(index).ifPresent(Observer.ToolCall::end);
            case "message_delta" -> {
                count(seen, event.path("usage"));
                Dialects.stopMessage(seen, delta.path("stop_reason").textValue());
            }
            default -> {}
        }
    }

    /** Reads the message that a stream begins with: one that was whole before has its content and its stop reason. */
    private static void readStart(Observer seen, JsonNode message) {
        count(seen, message.path("usage"));
        long index = 0;
        for (JsonNode block : message.path("content")) {
            readBlock(seen, index++, block);
        }
        Optional.ofNullable(message.path("stop_reason").textValue()).ifPresent(reason -> {
            Dialects.endCalls(seen);
            Dialects.stopMessage(seen, reason);
        });
    }

    private static void readBlock(Observer seen, long index, JsonNode block) {
        seen.block(index);
        seen.say(block.path("text").asText());
        seen.think(block.path("thinking").asText());
        if (block.path("type").asText().equals("tool_use")) {
            seen.tool(index).name(block.path("name").textValue()).arguments(block.get("input"));
        }
    }

    private static void count(Observer seen, JsonNode usage) {
        seen.count(tokens(usage.path("input_tokens")), tokens(usage.path("output_tokens")));
    }

    private static Optional<Long> tokens(JsonNode number) {
        return Stream.of(number)
                .filter(JsonNode::isIntegralNumber)
                .map(JsonNode::longValue)
                .findFirst();
    }
}
