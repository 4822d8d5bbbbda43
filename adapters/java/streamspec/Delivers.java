package streamspec;

import java.util.Locale;

/** The form in which a surface hands over an answer. */
public enum Delivers {
    /** Events or chunks, as they come. */
    EVENTS,
    /** Pieces of text alone: no tool calls, and nothing that says why the answer stopped. */
    TEXT,
    /** The finished answer. */
    FINAL;

    /** Reads the manifest's word for it; another one is an exception. */
    static Delivers parse(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
