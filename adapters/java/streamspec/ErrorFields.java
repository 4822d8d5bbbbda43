package streamspec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The fields of a failure, each at the first of its ways that leads to a value: absent where the failure has no such getter,
 * null where it has one and leaves it empty. Getters are named, as not every class and every version of an SDK has them.
 */
public final class ErrorFields {
    /** A getter that is not there: not every class and every version of an SDK has each. */
    private static final class NotThere extends Exception {
        private static final long serialVersionUID = 1;
    }

    /** Something that is there and cannot be read, such as a getter that throws: a caller cannot read it either. */
    private static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(String why) {
            super(why);
        }
    }

    private interface Way {
        Object follow() throws NotThere, Unreadable;
    }

    /** Reads a text that is JSON to its end. */
    private static final ObjectReader WHOLE = Json.MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final int EXCERPT = 60;

    private static final Pattern SECONDS = Pattern.compile("[0-9]+(\\.[0-9]+)?");

    private final Object failure;
    private final Map<String, JsonNode> fields = new LinkedHashMap<>();
    private final Set<String> unread = new LinkedHashSet<>();

    /** Takes an exception, or what tells about the failure in an item; null where an item leaves that empty. */
    public ErrorFields(Object failure) {
        this.failure = failure;
    }

    /** Adds a documented getter. */
    public ErrorFields attribute(String field, String getter) {
        return read(field, "attribute", true, () -> call(failure, getter));
    }

    /** Adds what is reached through several documented getters; null where the last one leaves it empty. */
    public ErrorFields attribute(String field, Supplier<?> value) {
        return read(field, "attribute", true, value::get);
    }

    /** Adds a header of the response, which is reached in the same way. */
    public ErrorFields header(String field, Supplier<?> value) {
        return read(field, "header", true, value::get);
    }

    /** Adds a header of the response, through the documented {@code headers()}. */
    public ErrorFields header(String field, String name) {
        return read(field, "header", true, () -> value(content(call(failure, "headers")), name));
    }

    /**
     * Adds the body, through the documented {@code body()} and by the rule in adapters/README.md; what is not in there is
     * no field.
     */
    public ErrorFields body() {
        JsonNode body = readBody();
        JsonNode error = errorIn(body);
        boolean isEnvelope = error == body && "error".equals(error.path("type").textValue());
        return said("type", isEnvelope ? null : error.get("type")).rest(body, error);
    }

    /** Adds a body in Google's shape, whose status is the type. */
    public ErrorFields googleBody() {
        JsonNode body = readBody();
        JsonNode error = errorIn(body);
        return said("type", error.get("status")).rest(body, error);
    }

    /** Writes them into an error; one that was opened to find this failure is the way to all of them. */
    void writeTo(ObjectNode error, boolean opened) {
        error.setAll(fields);
        if (!unread.isEmpty()) {
            unread.forEach(error.putArray("unread")::add);
        }
        if (opened) {
            fields.values().stream()
                    .filter(JsonNode::isObject)
                    .forEach(reading -> ((ObjectNode) reading).put("via", "cause"));
        }
    }

    /**
     * Reads the body as JSON, which may be its text; of a list, as Google puts around the errors of a stream, the
     * first.
     */
    private JsonNode readBody() {
        Object held = null;
        try {
            held = call(failure, "body");
            JsonNode raw = Json.of(held);
            JsonNode body = raw != null && raw.isTextual() ? parsed(raw.textValue()) : raw;
            body = body != null && body.isArray() ? body.get(0) : body;
            if (body == null || body.isNull() || body.isMissingNode()) {
                return MissingNode.getInstance();
            }
            if (!body.isObject()) {
                unread.add("the body is a " + kind(raw) + " that is not a JSON object");
            } else if (body.hasNonNull("error") && !body.get("error").isObject()) {
                unread.add("the `error` in the body is a " + kind(body.get("error")));
            }
            return body;
        } catch (NotThere absent) {
            return MissingNode.getInstance();
        } catch (Unreadable unreadable) {
            unread.add("body: " + unreadable.getMessage());
            return MissingNode.getInstance();
        } catch (IllegalArgumentException noJson) {
            unread.add("the body is a " + held.getClass().getSimpleName() + ", which says nothing as JSON");
            return MissingNode.getInstance();
        }
    }

    /** Returns a text as the JSON that it is, or else as itself; nothing of an empty one. */
    private static JsonNode parsed(String text) {
        try {
            return text.isBlank() ? MissingNode.getInstance() : WHOLE.readTree(text);
        } catch (JsonProcessingException noJson) {
            return Json.text(text);
        }
    }

    private static String kind(JsonNode node) {
        return node.getNodeType().toString().toLowerCase(Locale.ROOT);
    }

    /** Returns the object at {@code error}, or the body itself where it has none. */
    private static JsonNode errorIn(JsonNode body) {
        return body.hasNonNull("error") ? body.get("error") : body;
    }

    /**
     * Adds what has the same place in every shape. A number that can be an HTTP status is one: Google and OpenRouter document
     * it of {@code code}, and Groq of {@code status_code}.
     */
    private ErrorFields rest(JsonNode body, JsonNode error) {
        return said("status", error.get("status_code"))
                .said("status", error.get("code"))
                .said("code", error.get("code"))
                .said("request_id", body.get("request_id"))
                .said("request_id", error.get("request_id"));
    }

    private ErrorFields said(String field, JsonNode value) {
        return read(field, "body", false, () -> value);
    }

    private ErrorFields read(String field, String via, boolean isField, Way way) {
        if (fields.get(field) instanceof ObjectNode) {
            return this;
        }
        try {
            Object found = content(way.follow());
            JsonNode value = convert(field, found);
            if (value != null) {
                fields.put(
                        field,
                        JsonNodeFactory.instance.objectNode().put("via", via).set("value", value));
            } else if (isField) {
                fields.put(field, NullNode.instance);
                note(field, found);
            }
        } catch (NotThere absent) {
            // Unless there is another way.
        } catch (Unreadable | IllegalArgumentException unreadable) {
            // Then it is absent, unless there is another way.
            unread.add(field + ": " + unreadable.getMessage());
        }
        return this;
    }

    /** Keeps a value that the field cannot have. */
    private void note(String field, Object found) {
        JsonNode node = Json.of(found);
        if (node != null
                && !node.isNull()
                && !node.isMissingNode()
                && !node.asText().isEmpty()) {
            String text = node.asText();
            String excerpt = text.substring(0, Math.min(text.length(), EXCERPT));
            unread.add(field + ": \"" + excerpt + "\", a " + kind(node) + ", is none");
        }
    }

    private static Object call(Object object, String getter, String... arguments) throws NotThere, Unreadable {
        if (object == null) {
            return null;
        }
        try {
            Class<?>[] types = new Class<?>[arguments.length];
            Arrays.fill(types, String.class);
            return object.getClass().getMethod(getter, types).invoke(object, (Object[]) arguments);
        } catch (NoSuchMethodException absent) {
            throw new NotThere();
        } catch (ReflectiveOperationException cause) {
            Throwable thrown = cause.getCause() == null ? cause : cause.getCause();
            String name = thrown.getClass().getSimpleName();
            throw new Unreadable("reading `" + getter + "` throws " + name);
        }
    }

    /** Returns a header; what is documented as headers has them by their names. */
    private static Object value(Object headers, String name) throws Unreadable {
        try {
            return call(headers, "values", name);
        } catch (NotThere noHeaders) {
            throw new Unreadable("`headers` is a " + headers.getClass().getSimpleName());
        }
    }

    /** Returns the content of an optional or a list. */
    private static Object content(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.orElse(null);
        }
        return value instanceof List<?> list ? list.stream().findFirst().orElse(null) : value;
    }

    /** Returns a value as the contract has it; null for an empty one and for one that the field cannot have. */
    static JsonNode convert(String field, Object value) {
        JsonNode node = Json.of(value);
        if (node == null || node.isNull() || node.isMissingNode()) {
            return null;
        }
        return switch (field) {
            case "status" -> isStatus(node) ? node : null;
            case "retry_after" -> seconds(node.asText().strip());
            case "retryable" -> node.isBoolean() ? node : null;
            default -> word(node.isContainerNode() ? node.toString() : node.asText());
        };
    }

    /** Says whether it is a number with the three digits of an HTTP status; providers count their own codes, too. */
    private static boolean isStatus(JsonNode node) {
        return node.isIntegralNumber() && node.asText().matches("[1-9][0-9]{2}");
    }

    private static JsonNode word(String value) {
        return value.isEmpty() ? null : Json.text(value);
    }

    /** Reads {@code Retry-After} in seconds, from seconds or from a date, of which one that has passed asks for no delay. */
    private static JsonNode seconds(String value) {
        double seconds;
        if (SECONDS.matcher(value).matches()) {
            seconds = Double.parseDouble(value);
        } else {
            try {
                Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                seconds = Math.max(Duration.between(Instant.now(), date).toMillis() / 1000.0, 0);
            } catch (DateTimeParseException notADate) {
                return null;
            }
        }
        return Double.isFinite(seconds) ? JsonNodeFactory.instance.numberNode(seconds) : null;
    }
}
