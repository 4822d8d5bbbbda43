import com.openai.core.ObjectMappers;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.util.Set;
import streamspec.Golden;

/** Reads the golden items as this SDK's types; the argument is the file. */
final class GoldenItems {
    private GoldenItems() {}

    public static void main(String[] arguments) throws IOException {
        // The content of a chunk is a text in the SDK, which throws when a caller asks for one in parts.
        Set<String> leftOut = Set.of("content in parts");
        new Golden(arguments[0], ObjectMappers.jsonMapper())
                .events("openai-chat", ChatCompletionChunk.class, Chat::readChunk, leftOut)
                .finals("openai-chat", ChatCompletion.class, Chat::readCompletion)
                .events("openai-responses", ResponseStreamEvent.class, Responses::readEvent, Set.of())
                .finals("openai-responses", Response.class, Responses::readResponse)
                .end();
    }
}
