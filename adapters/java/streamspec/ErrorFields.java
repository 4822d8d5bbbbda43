package streamspec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields of a failure, each at the first of its ways that leads to a value: absent where the failure has no such getter,
 * null where it has one and leaves it empty. Getters are named, as not every class and every version of an SDK has them.
 */
public final class ErrorFields {
    /** A getter that is not there, or that throws: a caller cannot read it either. */
    private static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        Unreadable(Throwable cause) {
            super(cause);
        }
    }

    private interface Way {
        Object follow() throws Unreadable;
    }

    private final Object failure;
    private final Map<String, JsonNode> fields = new LinkedHashMap<>();

    /** For an exception, or for what tells about the failure in an item; null where an item leaves that empty. */
    public ErrorFields(Object failure) {
        this.failure = failure;
    }

    /** A documented getter. */
    public ErrorFields attribute(String field, String getter) {
        return read(field, "attribute", true, () -> call(failure, getter));
    }

    /** A header of the response, through the documented {@code headers()}. */
    public ErrorFields header(String field, String name) {
        return read(field, "header", true, () -> call(content(call(failure, "headers")), "values", name));
    }

    /** A value in the parsed body, through the documented {@code body()}; one that is not in there is no field. */
    public ErrorFields body(String field, String... path) {
        return read(field, "body", false, () -> {
            JsonNode value = Json.of(call(failure, "body"));
            for (String key : path) {
                value = value == null ? null : value.get(key);
            }
            return value;
        });
    }

    void writeTo(ObjectNode error) {
        error.setAll(fields);
    }

    private ErrorFields read(String field, String via, boolean isField, Way way) {
        if (fields.get(field) instanceof ObjectNode) {
            return this;
        }
        try {
            JsonNode value = convert(field, content(way.follow()));
            if (value != null) {
                fields.put(
                        field,
                        JsonNodeFactory.instance.objectNode().put("via", via).set("value", value));
            } else if (isField) {
                fields.put(field, NullNode.instance);
            }
        } catch (Unreadable | IllegalArgumentException unreadable) {
            // Then it is absent, unless there is another way.
        }
        return this;
    }

    private static Object call(Object object, String getter, String... arguments) throws Unreadable {
        if (object == null) {
            return null;
        }
        try {
            Class<?>[] types = new Class<?>[arguments.length];
            Arrays.fill(types, String.class);
            return object.getClass().getMethod(getter, types).invoke(object, (Object[]) arguments);
        } catch (ReflectiveOperationException cause) {
            throw new Unreadable(cause);
        }
    }

    /** What is in an optional or a list. */
    private static Object content(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.orElse(null);
        }
        return value instanceof List<?> list ? list.stream().findFirst().orElse(null) : value;
    }

    private static JsonNode convert(String field, Object value) {
        JsonNode node = Json.of(value);
        if (node == null || node.isNull()) {
            return null;
        }
        return switch (field) {
            case "status" -> node.isIntegralNumber() ? node : null;
            case "retry_after" -> seconds(node.asText());
            default -> Json.text(node.isContainerNode() ? node.toString() : node.asText());
        };
    }

    /** {@code Retry-After} in seconds, from seconds or from a date. */
    private static JsonNode seconds(String value) {
        double seconds;
        try {
            seconds = Double.parseDouble(value);
        } catch (NumberFormatException notANumber) {
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
