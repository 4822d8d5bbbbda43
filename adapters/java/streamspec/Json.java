package streamspec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** JSON that every reader takes: ASCII, without lone surrogates, NaN, and huge numbers, strings or depths. */
final class Json {
    static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final int LONGEST_STRING = 5_000_000;
    private static final int DEEPEST_NESTING = 64;
    private static final BigInteger SMALLEST = BigInteger.valueOf(Long.MIN_VALUE);
    private static final BigInteger GREATEST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private Json() {}

    static byte[] line(JsonNode message) throws JsonProcessingException {
        return MAPPER.writeValueAsString(message).concat("\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns a value as JSON; the models of the SDKs say themselves how they are written. */
    static JsonNode of(Object value) {
        return MAPPER.valueToTree(value);
    }

    static TextNode text(String value) {
        String text = value;
        if (text.length() > LONGEST_STRING) {
            text = text.substring(0, LONGEST_STRING) + " [cut by the adapter: " + value.length() + " characters]";
        }
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints().forEach(point -> whole.appendCodePoint(isSurrogate(point) ? 0xFFFD : point));
        return TextNode.valueOf(whole.toString());
    }

    static JsonNode plain(JsonNode value, int depth) {
        if (value.isTextual() || (depth >= DEEPEST_NESTING && value.isContainerNode())) {
            return text(value.isTextual() ? value.textValue() : value.toString());
        }
        if (value instanceof ObjectNode object) {
            ObjectNode plain = JsonNodeFactory.instance.objectNode();
            object.properties()
                    .forEach(field -> plain.set(text(field.getKey()).textValue(), plain(field.getValue(), depth + 1)));
            return plain;
        }
        if (value instanceof ArrayNode array) {
            ArrayNode plain = JsonNodeFactory.instance.arrayNode();
            array.forEach(each -> plain.add(plain(each, depth + 1)));
            return plain;
        }
        return value.isNumber() && !isPlain(value) ? text(value.asText()) : value;
    }

    private static boolean isPlain(JsonNode number) {
        if (!number.isIntegralNumber()) {
            return Double.isFinite(number.doubleValue());
        }
        BigInteger integer = number.bigIntegerValue();
        return integer.compareTo(SMALLEST) >= 0 && integer.compareTo(GREATEST) <= 0;
    }

    private static boolean isSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }
}
