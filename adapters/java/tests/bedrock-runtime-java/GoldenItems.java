import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.eventstream.HeaderValue;
import software.amazon.awssdk.eventstream.Message;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import streamspec.Golden;
import streamspec.Observer;

/**
 * Reads the golden items: those of ConverseStream as a server sends them, as the SDK makes its events of frames alone, and
 * those of Anthropic, which are JSON for its caller; the argument is the file.
 */
final class GoldenItems {
    private GoldenItems() {}

    public static void main(String[] arguments) throws Throwable {
        new Golden(arguments[0], JsonMapper.builder().build())
                .events("anthropic-messages", JsonNode.class, Invoke::readEvent, Set.of())
                .streams("bedrock-converse", GoldenItems::converse)
                .end();
    }

    private static void converse(Observer seen, JsonNode events) throws Throwable {
        Golden.Body body = out -> {
            for (JsonNode event : events) {
                for (Map.Entry<String, JsonNode> member : event.properties()) {
                    frame(member.getKey(), member.getValue()).encode(out);
                }
            }
        };
        Golden.served("bedrock-converse", "converse", body, run -> {
            try (SdkAsyncHttpClient http = NettyNioAsyncHttpClient.create();
                    BedrockRuntimeAsyncClient client = Adapter.client(run, http)) {
                Converse.stream(client, run, seen);
            }
        });
    }

    private static Message frame(String name, JsonNode payload) {
        Map<String, HeaderValue> headers =
                Map.of(":message-type", HeaderValue.fromString("event"), ":event-type", HeaderValue.fromString(name));
        return new Message(headers, payload.toString().getBytes(StandardCharsets.UTF_8));
    }
}
