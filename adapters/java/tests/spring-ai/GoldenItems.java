import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.Set;
import streamspec.Golden;

/** Reads the golden items as a server sends them, as the SDK makes its responses of events alone; the argument is the file. */
final class GoldenItems {
    /** A call that the SDK hands over without an end, and those at which it throws. */
    private static final Set<String> NOT_OF_CHAT =
            Set.of("a call without an end", "a call without a name", "content in parts");

    /** Calls of which the SDK hands over nothing, or not the input, or not that a text came after them. */
    private static final Set<String> NOT_OF_MESSAGES = Set.of(
            "a call whose input is in the start of its block",
            "a call whose block is not ended",
            "a call that the token limit cuts, in an open block",
            "a call, and a text that the token limit cuts",
            "content and stop reason in message_start");

    private GoldenItems() {}

    public static void main(String[] arguments) throws Throwable {
        new Golden(arguments[0], JsonMapper.builder().build())
                .streams(
                        "openai-chat",
                        Golden.asServed("openai-chat", "stream", "", Adapter::prepare),
                        NOT_OF_CHAT,
                        Map.of())
                .streams(
                        "anthropic-messages",
                        Golden.asServed("anthropic-messages", "stream", "", Adapter::prepare),
                        NOT_OF_MESSAGES,
                        Map.of())
                .end();
    }
}
