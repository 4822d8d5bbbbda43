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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The fields of an error, each at the first of its ways that leads to a value: absent where the SDK has no such getter,
 * null where it has one and leaves it empty.
 */
public final class ErrorFields {
    private final Map<String, JsonNode> fields = new LinkedHashMap<>();

    /** A documented getter; an {@link Optional} or a list gives what is in it. */
    public ErrorFields attribute(String field, Supplier<?> getter) {
        return read(field, "attribute", getter, true);
    }

    /** The values of a header, through the documented getter of the response's headers. */
    public ErrorFields header(String field, Supplier<List<String>> values) {
        return read(field, "header", values, true);
    }

    /** A value in the parsed body, through the documented getter of the body; one that is not there is no field. */
    public ErrorFields body(String field, Supplier<JsonNode> body, String... path) {
        return read(
                field,
                "body",
                () -> {
                    JsonNode value = body.get();
                    for (String key : path) {
                        value = value == null ? null : value.get(key);
                    }
                    return value;
                },
                false);
    }

    void writeTo(ObjectNode error) {
        error.setAll(fields);
    }

    private ErrorFields read(String field, String via, Supplier<?> getter, boolean isField) {
        if (fields.get(field) instanceof ObjectNode) {
            return this;
        }
        try {
            JsonNode value = convert(field, content(getter.get()));
            if (value != null) {
                fields.put(
                        field,
                        JsonNodeFactory.instance.objectNode().put("via", via).set("value", value));
            } else if (isField) {
                fields.put(field, NullNode.instance);
            }
        } catch (RuntimeException unreadable) {
            // A getter that throws cannot be read by a caller either.
        }
        return this;
    }

    private static Object content(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.orElse(null);
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? null : list.get(0);
        }
        return value instanceof JsonNode node && node.isNull() ? null : value;
    }

    private static JsonNode convert(String field, Object value) {
        if (value == null) {
            return null;
        }
        JsonNode node = Json.MAPPER.valueToTree(value);
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
