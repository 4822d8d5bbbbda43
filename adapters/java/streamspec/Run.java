package streamspec;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * One call through the SDK, as the harness asks for it.
 *
 * @param prompt the words of the question
 * @param delivers the form in which the surface hands over the answer
 * @param alsoShows the fields that the surface hands over beside those of every one of its kind
 * @param caller the caller's part in it
 */
public record Run(
        long id,
        String api,
        String surface,
        String baseUrl,
        Duration timeout,
        int maxRetries,
        boolean asksTool,
        String prompt,
        Delivers delivers,
        List<String> alsoShows,
        Caller caller) {

    /**
     * Reads a {@code run} message; a field that is not there and has no default is an exception, and so is a surface that
     * is not in the manifest.
     */
    static Run parse(JsonNode message, Manifest manifest) {
        String surface = message.required("surface").textValue();
        String api = message.required("api").textValue();
        Manifest.Surface known = manifest.surfaces().get(surface);
        if (known == null || !known.apis().contains(api)) {
            throw new NoSuchElementException("no surface " + surface + " for " + api);
        }
        return new Run(
                message.required("id").longValue(),
                api,
                surface,
                message.required("base_url").textValue(),
                Duration.ofMillis(message.required("timeout_ms").longValue()),
                message.required("max_retries").intValue(),
                message.required("ask").textValue().equals("tool"),
                message.path("prompt").asText(Asked.PROMPT),
                known.delivers(),
                known.alsoShows(),
                Caller.parse(message.path("caller")));
    }

    /** Returns a further call of a caller who makes several, which is read to the end. */
    Run toTheEnd() {
        return new Run(
                id, api, surface, baseUrl, timeout, maxRetries, asksTool, prompt, delivers, alsoShows, Caller.PLAIN);
    }

    /** Says whether the surface hands over the finished answer only. */
    public boolean isFinal() {
        return delivers == Delivers.FINAL;
    }

    /** Says whether the surface belongs to the async client. */
    public boolean isAsync() {
        return surface.endsWith("-async");
    }
}
