package streamspec;

/** The adapter could not read what the SDK handed over; not an {@link Exception}, so that few SDKs swallow it. */
final class ReadingFault extends Error {
    private static final long serialVersionUID = 1;

    ReadingFault(Object item, Throwable cause) {
        super("cannot read " + item.getClass().getName(), cause);
    }
}
