package streamspec;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The caller's part in a call. No SDK in Java documents how a call that waits for the server is cancelled.
 *
 * @param stopAfter the number of items after which it stops reading; 0 where it reads to the end
 * @param again whether it makes the same call once more, on the same client
 * @param atOnce the number of the same calls that it makes at once, on the same client; 0 where it makes one at a time
 */
public record Caller(long stopAfter, boolean again, int atOnce) {
    /** A caller who reads one answer to the end. */
    static final Caller PLAIN = new Caller(0, false, 0);

    /** Reads the {@code caller} of a {@code run} message, which may be missing; what it does not know is an exception. */
    static Caller parse(JsonNode caller) {
        JsonNode read = caller.path("read");
        boolean again = caller.path("again").booleanValue();
        int atOnce = caller.path("at-once").intValue();
        if (read.isMissingNode() || "all".equals(read.textValue())) {
            return new Caller(0, again, atOnce);
        }
        return new Caller(read.required("stop-after").longValue(), again, atOnce);
    }

    /** Says whether it makes several calls on one client, which then keeps its connections as the SDK does by default. */
    public boolean sharesClient() {
        return again || atOnce > 0;
    }
}
