import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.Set;
import streamspec.Golden;

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
                .streams(
                        "openai-chat",
                        Golden.asServed("openai-chat", "final", "", Adapter::prepare),
                        NOT_OF_CHAT,
                        Map.of("tool_execution", "tool_calls"))
                .end();
    }
}
