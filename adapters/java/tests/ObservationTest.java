package streamspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What becomes of what a caller saw. */
final class ObservationTest {
    @Test
    void aFieldIsAReadingOrEmptyOrAbsent() {
        JsonNode body = JsonNodeFactory.instance.objectNode().set("error", node("type", "overloaded_error"));
        Supplier<Object> broken = () -> {
            throw new IllegalStateException("no type");
        };
        checkFields("{}", new ErrorFields());
        checkFields("{}", new ErrorFields().attribute("type", broken));
        checkFields("{}", new ErrorFields().body("type", () -> body, "error", "code"));
        checkFields("{'type':null}", new ErrorFields().attribute("type", Optional::empty));
        checkFields("{'retry_after':null}", new ErrorFields().header("retry_after", List::of));
        checkFields(
                "{'type':{'via':'body','value':'overloaded_error'}}",
                new ErrorFields().attribute("type", Optional::empty).body("type", () -> body, "error", "type"));
        checkFields(
                "{'type':{'via':'attribute','value':'rate_limit_error'}}",
                new ErrorFields()
                        .attribute("type", () -> Optional.of("rate_limit_error"))
                        .body("type", () -> body, "error", "type"));
        checkFields("{'status':null}", new ErrorFields().attribute("status", () -> "429"));
        checkFields("{'status':{'via':'attribute','value':429}}", new ErrorFields().attribute("status", () -> 429));
        checkFields("{'code':{'via':'attribute','value':'1302'}}", new ErrorFields().attribute("code", () -> 1302));
    }

    @Test
    void retryAfterIsSecondsOrADate() {
        checkFields("{'retry_after':{'via':'header','value':1.5}}", retryAfter("1.5"));
        checkFields("{'retry_after':null}", retryAfter("soon"));
        checkFields("{'retry_after':null}", retryAfter("NaN"));
        ZonedDateTime later = ZonedDateTime.now(ZoneOffset.UTC).plus(Duration.ofMinutes(2));
        double seconds = fields(retryAfter(later.format(DateTimeFormatter.RFC_1123_DATE_TIME)))
                .at("/retry_after/value")
                .doubleValue();
        assertEquals(119, seconds, 2);
    }

    @Test
    void anErrorIsNamedWithItsBasesAndItsCauses() {
        Exception inner = new IllegalStateException("inner");
        Exception outer = new UncheckedIOException(null, new java.io.IOException(inner));
        Seen seen = seen("create-sync");
        seen.opened();
        seen.raised(outer, new ErrorFields());
        JsonNode error = seen.observation().get("error");
        assertEquals(
                json("{'site':'iterate','class':'UncheckedIOException','classes':['UncheckedIOException',"
                        + "'RuntimeException','Exception','Throwable'],'message':'',"
                        + "'causes':['IOException','IllegalStateException']}"),
                error.toString());
        inner.initCause(outer);
        seen.raised(outer, new ErrorFields());
        assertEquals(2, seen.observation().at("/error/causes").size(), "causes may go round");
    }

    @Test
    void aSurfaceTellsOnlyWhatItDelivers() {
        assertEquals(
                json("{'ended':'returned','events':0,'text':'','tool_calls':[],'stop_reason':null}"),
                seen("create-sync").observation().toString());
        assertEquals(
                json("{'ended':'returned','events':0}"),
                seen("final-sync").observation().toString());
        Seen seen = seen("final-sync");
        seen.finish(() -> "Hello", Seen::say);
        assertEquals("Hello", seen.observation().get("text").textValue());
    }

    @Test
    void aToolCallGrows() {
        Seen seen = seen("create-sync");
        seen.tool(0L).name("get_weather").arguments(JsonNodeFactory.instance.objectNode());
        seen.tool(0L).name("other").add("");
        checkTool(seen, "{}", false);
        seen.tool(0L).add("{\"city\":");
        seen.tool(0L).add("\"Paris\"}");
        checkTool(seen, "\"{\\\"city\\\":\\\"Paris\\\"}\"", false);
        seen.tool(0L).arguments("").complete(true);
        seen.tool(0L).complete(false);
        checkTool(seen, "\"{\\\"city\\\":\\\"Paris\\\"}\"", true);
        seen.tool(0L).arguments(node("city", "Paris"));
        checkTool(seen, "{\"city\":\"Paris\"}", true);
    }

    @Test
    void theFirstItemThatIsAFailureCounts() {
        Seen seen = seen("create-sync");
        seen.failedItem("first", "one", new ErrorFields());
        seen.failedItem("second", "two", new ErrorFields());
        assertEquals("error-item", seen.observation().get("ended").textValue());
        assertEquals("one", seen.observation().at("/error/message").textValue());
        assertEquals("String", seen.observation().at("/error/class").textValue());
    }

    @Test
    void readingFailsAsTheSdkOrAsTheAdapter() {
        Seen seen = seen("create-sync");
        IllegalStateException own = new IllegalStateException("a field of the SDK");
        assertEquals(
                own,
                assertThrows(
                        IllegalStateException.class,
                        () -> seen.take("item", (to, item) -> {
                            throw own;
                        })));
        assertEquals(null, seen.fault());
        assertThrows(
                ReadingFault.class,
                () -> seen.take("item", (to, item) -> {
                    throw new ClassCastException();
                }));
        assertEquals("cannot read java.lang.String", seen.fault().getMessage());
        seen.<String>take(null, Seen::say);
        assertEquals(3, seen.observation().get("events").intValue());
    }

    @Test
    void everyValueBecomesStrictJson() throws JsonProcessingException {
        checkJson("{'a':'\\uD83D\\uDE00 \\u00E9 \\uFFFD'}", node("a", "\ud83d\ude00 \u00e9 \udc00"));
        JsonNodeFactory values = JsonNodeFactory.instance;
        checkJson("'NaN'", values.numberNode(Double.NaN));
        checkJson(
                "18446744073709551615", values.numberNode(BigInteger.TWO.pow(64).subtract(BigInteger.ONE)));
        checkJson("'18446744073709551616'", values.numberNode(BigInteger.TWO.pow(64)));
        checkJson("-9223372036854775808", values.numberNode(Long.MIN_VALUE));
        JsonNode deep = values.numberNode(1);
        for (int depth = 0; depth < 100; depth++) {
            deep = values.arrayNode().add(deep);
        }
        String said = new String(Json.line(Json.plain(deep, 0)), StandardCharsets.US_ASCII);
        assertEquals(
                "[".repeat(64) + "\"" + "[".repeat(36) + "1" + "]".repeat(36) + "\"" + "]".repeat(64) + "\n", said);
    }

    @Test
    void aHugeStringIsCutWithANote() {
        String text = Json.text("a".repeat(5_000_001)).textValue();
        assertEquals("aa [cut by the adapter: 5000001 characters]", text.substring(4_999_998));
    }

    private static Seen seen(String surface) {
        Run run = new Run(1, "api", surface, "", Duration.ZERO, 0, false);
        return new Seen(run, IllegalStateException.class);
    }

    private static void checkTool(Seen seen, String arguments, boolean complete) {
        JsonNode tool = seen.observation().at("/tool_calls/0");
        assertEquals("get_weather", tool.get("name").textValue());
        assertEquals(arguments, tool.get("arguments").toString());
        assertEquals(complete, tool.get("complete").booleanValue());
    }

    private static ErrorFields retryAfter(String value) {
        return new ErrorFields().header("retry_after", () -> List.of(value));
    }

    private static ObjectNode fields(ErrorFields fields) {
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        fields.writeTo(error);
        return error;
    }

    private static void checkFields(String expected, ErrorFields actual) {
        assertEquals(json(expected), fields(actual).toString());
    }

    private static void checkJson(String expected, JsonNode value) throws JsonProcessingException {
        assertEquals(json(expected) + "\n", new String(Json.line(Json.plain(value, 0)), StandardCharsets.US_ASCII));
    }

    private static ObjectNode node(String key, String value) {
        return JsonNodeFactory.instance.objectNode().put(key, value);
    }

    /** JSON with single quotes, which need no escapes in Java. */
    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
