import com.anthropic.core.ObjectMappers;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.RawMessageStreamEvent;
import java.io.IOException;
import java.util.Set;
import streamspec.Golden;

/** Reads the golden items as this SDK's types; the argument is the file. */
final class GoldenItems {
    private GoldenItems() {}

    public static void main(String[] arguments) throws IOException {
        new Golden(arguments[0], ObjectMappers.jsonMapper())
                .events("anthropic-messages", RawMessageStreamEvent.class, Adapter::readEvent, Set.of())
                .finals("anthropic-messages", Message.class, Adapter::readMessage)
                .end();
    }
}
