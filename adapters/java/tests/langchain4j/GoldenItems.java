import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import streamspec.Golden;
import streamspec.Observer;

/** Reads the golden items as a server sends them, as the SDK makes its answer of events alone; the argument is the file. */
final class GoldenItems {
    /** A call that the SDK hands over without an end, a choice that it takes for the first, and what it cannot parse. */
    private static final Set<String> NOT_OF_CHAT = Set.of(
            "a call without an end",
            "a call without a name",
            "a second choice, which was not asked for",
            "content in parts");

    private GoldenItems() {}

    public static void main(String[] arguments) throws Throwable {
        new Golden(arguments[0], JsonMapper.builder().build())
                .streams("openai-chat", GoldenItems::take, NOT_OF_CHAT, Map.of("tool_execution", "tool_calls"))
                .end();
    }

    private static void take(Observer seen, JsonNode events) throws Throwable {
        StringBuilder body = new StringBuilder();
        for (JsonNode event : events) {
            body.append("data: ").append(event).append("\n\n");
        }
        Golden.served(
                "openai-chat",
                "final",
                out -> out.write(body.toString().getBytes(StandardCharsets.UTF_8)),
                run -> Adapter.prepare(run).make(seen));
    }
}
