package streamspec;

import java.util.List;
import java.util.Map;

/** What an adapter says about its SDK, and does with it. */
public interface Sdk {
    /** What the caller of a surface is handed. */
    enum Delivers {
        EVENTS,
        FINAL
    }

    /** One call; whatever it throws is what the SDK threw. */
    interface Call {
        void make(Seen seen) throws Throwable;
    }

    /** The package's name in its registry. */
    String name();

    /** The version that is really loaded. */
    String version();

    /** The root of the SDK's own exceptions. */
    Class<? extends Throwable> errorBase();

    List<String> apis();

    Map<String, Delivers> surfaces();

    /** Prepares a call; an exception here is the adapter's fault. */
    Call prepare(Run run);

    /** What a catcher can read through the documented getters of an exception of the SDK's own. */
    ErrorFields fields(Throwable error);
}
