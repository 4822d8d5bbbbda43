package streamspec;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The caller's part in a call. No SDK in Java documents how a call that waits for the server is cancelled.
 *
 * @param stopAfter the number of items after which it stops reading; 0 where it reads to the end
 * @param again whether it makes the same call once more, on the same client
 */
public record Caller(long stopAfter, boolean again) {
    /** A caller who reads one answer to the end. */
    static final Caller PLAIN = new Caller(0, false);

    /** From the {@code caller} of a {@code run} message, which may be missing; what it does not know is an exception. */
    static Caller parse(JsonNode caller) {
        JsonNode read = caller.path("read");
        boolean again = caller.path("again").booleanValue();
        if (read.isMissingNode() || "all".equals(read.textValue())) {
            return new Caller(0, again);
        }
        return new Caller(read.required("stop-after").longValue(), again);
    }
}
