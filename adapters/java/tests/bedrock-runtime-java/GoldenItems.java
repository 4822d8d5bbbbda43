import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.eventstream.HeaderValue;
import software.amazon.awssdk.eventstream.Message;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import streamspec.Caller;
import streamspec.Golden;
import streamspec.Observer;
import streamspec.Run;

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
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (JsonNode event : events) {
                for (Map.Entry<String, JsonNode> member : event.properties()) {
                    frame(member.getKey(), member.getValue()).encode(exchange.getResponseBody());
                }
            }
            exchange.close();
        });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        Run run = new Run(
                0,
                "bedrock-converse",
                "converse",
                url,
                Duration.ofSeconds(5),
                0,
                false,
                "Hi",
                false,
                List.of(),
                new Caller(0, false, 0));
        try (SdkAsyncHttpClient http = NettyNioAsyncHttpClient.create();
                BedrockRuntimeAsyncClient client = Adapter.client(run, http)) {
            Converse.stream(client, run, seen);
        } finally {
            server.stop(0);
        }
    }

    private static Message frame(String name, JsonNode payload) {
        Map<String, HeaderValue> headers =
                Map.of(":message-type", HeaderValue.fromString("event"), ":event-type", HeaderValue.fromString(name));
        return new Message(headers, payload.toString().getBytes(StandardCharsets.UTF_8));
    }
}
