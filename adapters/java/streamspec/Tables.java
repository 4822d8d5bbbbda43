package streamspec;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The question of every request and the facts of each dialect that the kit asks for, from a generated copy of
 * adapters/dialects.json on the class path.
 */
final class Tables {
    private static final JsonNode TABLES = read();

    private Tables() {}

    /** Says whether calls are over in an answer of a dialect that stops with this reason, which may be null. */
    static boolean endsCalls(String api, String reason) {
        return has(api, "end_calls", reason);
    }

    /** Says whether a limit has cut an answer of a dialect that stops with this reason, which may be null. */
    static boolean isLimit(String api, String reason) {
        return has(api, "limits", reason);
    }

    /** Returns the prompt, and the tool that may be declared. */
    static JsonNode question() {
        return TABLES.required("question");
    }

    /** Returns the model that is asked in a dialect. */
    static String model(String api) {
        return dialect(api).required("model").textValue();
    }

    private static JsonNode dialect(String api) {
        return TABLES.required("dialects").required(api);
    }

    private static boolean has(String api, String list, String reason) {
        for (JsonNode word : dialect(api).required("stop_reasons").required(list)) {
            if (word.textValue().equals(reason)) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode read() {
        try (InputStream file = Tables.class.getResourceAsStream("dialects.json")) {
            return Json.MAPPER.readTree(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
