package streamspec;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** One call through the SDK, as the harness asks for it. */
public record Run(
        long id, String api, String surface, String baseUrl, Duration timeout, int maxRetries, boolean asksTool) {

    /** From a {@code run} message; a field that is not there is an exception. */
    static Run parse(JsonNode message) {
        return new Run(
                message.required("id").longValue(),
                message.required("api").textValue(),
                message.required("surface").textValue(),
                message.required("base_url").textValue(),
                Duration.ofMillis(message.required("timeout_ms").longValue()),
                message.required("max_retries").intValue(),
                message.required("ask").textValue().equals("tool"));
    }

    /** Whether the surface belongs to the async client. */
    public boolean isAsync() {
        return surface.endsWith("-async");
    }

    /** Whether the surface hands over the finished answer only. */
    public boolean isFinal() {
        return surface.startsWith("final-");
    }
}
