package streamspec;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** An adapter of an SDK that prints, reads stdin, throws and never returns, for the tests of the protocol. */
final class SampleAdapter {
    private static final CyclicBarrier MEETING = new CyclicBarrier(2);

    /** Its manifest; the name of an api says what happens. */
    static final String MANIFEST = """
            {"package": "sample", "surfaces": {
                "create-sync": {"delivers": "events", "apis": ["returns", "meets", "throws", "throwsOfOtherRoot",
                    "wraps", "wrapsOther", "overflows", "hangs", "misread", "refuses", "unprepared"]},
                "final-async": {"delivers": "final", "apis": ["returns"]}}}
            """;

    /** A root class of the SDK. */
    static final class SampleException extends RuntimeException {
        private static final long serialVersionUID = 1;

        SampleException(String message) {
            super(message);
        }

        public int statusCode() {
            return 529;
        }
    }

    /** Another root class of the SDK. */
    static final class OtherException extends Exception {
        private static final long serialVersionUID = 1;

        public int statusCode() {
            return 503;
        }
    }

    private SampleAdapter() {}

    public static void main(String[] arguments) {
        Server.serve(() -> new Sdk(
                "1.0.0",
                List.of(SampleException.class, OtherException.class),
                SampleAdapter::prepare,
                error -> new ErrorFields(error).attribute("status", "statusCode")));
    }

    /** Prepares a call; the name of the api says what happens. */
    private static Sdk.Call prepare(Run run) {
        if (run.api().equals("unprepared")) {
            throw new IllegalStateException("not prepared");
        }
        Sdk.Call call = seen -> {
            System.out.println("noise");
            System.in.read();
            seen.opened();
            switch (run.api()) {
                case "meets" -> MEETING.await();
                case "throws" -> throw new SampleException("while it was read");
                case "throwsOfOtherRoot" -> throw new OtherException();
                case "wraps" ->
                    throw new ExecutionException(new CompletionException(new SampleException("while it was awaited")));
                case "wrapsOther" -> throw new CompletionException(new IllegalStateException("another library's"));
                case "overflows" -> overflow(0);
                case "hangs" -> new CountDownLatch(1).await();
                default -> {}
            }
            for (String item : List.of("a", "b")) {
                seen.take(item, (to, text) -> read(run.api(), to, text));
                if (seen.stops()) {
                    return;
                }
            }
        };
        // Closed too early, the client is of no use for a second call.
        AtomicBoolean closed = new AtomicBoolean();
        Sdk.Call open = seen -> {
            if (closed.get()) {
                throw new SampleException("closed");
            }
            call.make(seen);
        };
        return open.closing(() -> closed.set(true));
    }

    private static void read(String api, Observer seen, String item) {
        switch (api) {
            case "misread" -> throw new IllegalArgumentException("no such field");
            case "refuses" -> throw new SampleException("field is null");
            default -> seen.say(item);
        }
    }

    private static int overflow(int depth) {
        return overflow(depth + 1) + 1;
    }
}
