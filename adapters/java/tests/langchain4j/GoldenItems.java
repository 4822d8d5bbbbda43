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

    /** Calls of blocks that do not end, which the SDK leaves out, an order and a word that it has not, and what it does not read. */
    private static final Set<String> NOT_OF_MESSAGES = Set.of(
            "a call, and a text that the token limit cuts",
            "a call whose block is not ended",
            "a call that the token limit cuts, in an open block",
            "a call that the context window cuts",
            "a call whose input is in the start of its block",
            "content and stop reason in message_start");

    /** The end of a stream of Messages, which the items leave out. */
    private static final String END = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

    private GoldenItems() {}

    public static void main(String[] arguments) throws Throwable {
        new Golden(arguments[0], JsonMapper.builder().build())
                .streams(
                        "openai-chat",
                        Golden.asServed("openai-chat", "final", "", Adapter::prepare),
                        NOT_OF_CHAT,
                        Map.of("tool_execution", "tool_calls"))
                .streams(
                        "anthropic-messages",
                        Golden.asServed("anthropic-messages", "final", END, Adapter::prepare),
                        NOT_OF_MESSAGES,
                        Map.of("stop", "end_turn", "tool_execution", "tool_use", "length", "max_tokens"))
                .end();
    }
}
