import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Set;
import streamspec.Golden;

/** Reads the golden items of the events in chunks, which are JSON for the SDK's caller; the argument is the file. */
final class GoldenItems {
    private GoldenItems() {}

    public static void main(String[] arguments) throws IOException {
        new Golden(arguments[0], JsonMapper.builder().build())
                .events("anthropic-messages", JsonNode.class, Invoke::readEvent, Set.of())
                .end();
    }
}
