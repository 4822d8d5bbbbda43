package streamspec;

import java.util.List;
import java.util.function.Function;

/**
 * What an adapter says about its SDK, and does with it.
 *
 * @param name the package's name in its registry
 * @param version the version that is really loaded
 * @param errorBase the root of the SDK's own exceptions
 * @param surfaces their names; {@code final-…} hand over the finished answer only, {@code …-async} are the async client's
 * @param prepare prepares a call; an exception here is the adapter's fault
 * @param fields what a catcher can read through the documented getters of an exception of the SDK's own
 */
public record Sdk(
        String name,
        String version,
        Class<? extends Throwable> errorBase,
        List<String> apis,
        List<String> surfaces,
        Function<Run, Call> prepare,
        Function<Throwable, ErrorFields> fields) {

    /** One call; whatever it throws is what the SDK threw. */
    public interface Call {
        void make(Seen seen) throws Throwable;
    }
}
