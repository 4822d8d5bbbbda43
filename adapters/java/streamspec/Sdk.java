package streamspec;

import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What an adapter says about its SDK, and does with it.
 *
 * @param name the package's name in its registry
 * @param version the version that is really loaded
 * @param errorBase the root of the SDK's own exceptions
 * @param prepare prepares a call; an exception here is the adapter's fault
 * @param fields what a catcher can read through the documented getters of an exception of the SDK's own
 */
public record Sdk(
        String name,
        String version,
        Class<? extends Throwable> errorBase,
        List<String> apis,
        Function<Run, Call> prepare,
        Function<Throwable, ErrorFields> fields) {

    /** The official SDKs have these; {@code final} is the SDK's accumulator, which is given every event. */
    static final Set<String> SURFACES = Set.of("create-sync", "create-async", "final-sync", "final-async");

    /** One call; whatever it throws is what the SDK threw. */
    public interface Call {
        void make(Seen seen) throws Throwable;
    }
}
