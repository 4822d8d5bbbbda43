package streamspec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;

/**
 * The facts that an adapter declares about its SDK besides those in its manifest, and the calls that it makes.
 *
 * @param version the version that is really loaded
 * @param errorBases the roots of the SDK's own exceptions
 * @param prepare prepares a call; an exception here is the adapter's fault
 * @param fields what a catcher can read through the documented getters of an exception of the SDK's own
 */
public record Sdk(
        String version,
        List<Class<? extends Throwable>> errorBases,
        Function<Run, Call> prepare,
        Function<Throwable, ErrorFields> fields) {

    /** Declares an SDK whose own exceptions have one root. */
    public Sdk(
            String version,
            Class<? extends Throwable> errorBase,
            Function<Run, Call> prepare,
            Function<Throwable, ErrorFields> fields) {
        this(version, List.of(errorBase), prepare, fields);
    }

    /** Says whether an exception is one of the SDK's own. */
    boolean isOwn(Throwable thrown) {
        return errorBases.stream().anyMatch(base -> base.isInstance(thrown));
    }

    /** Returns the version that Maven has written into a package, {@code GROUP:ARTIFACT}, for one whose manifest has none. */
    public static String mavenVersion(Class<?> ofPackage, String name) {
        String file = "/META-INF/maven/" + name.replace(':', '/') + "/pom.properties";
        Properties said = new Properties();
        try (InputStream stream = ofPackage.getResourceAsStream(file)) {
            said.load(stream);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return said.getProperty("version");
    }

    /** One call; whatever it throws is what the SDK threw. It can be made several times, also at once, on one client. */
    public interface Call {
        void make(Observer seen) throws Throwable;

        /** Closes a client that no other call has, after the last one. */
        default void close() {}

        /** Returns this call, with what closes its client. */
        default Call closing(Runnable close) {
            Call call = this;
            return new Call() {
                @Override
                public void make(Observer seen) throws Throwable {
                    call.make(seen);
                }

                @Override
                public void close() {
                    close.run();
                }
            };
        }
    }
}
