package streamspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
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
import org.junit.jupiter.api.Test;

/** Tests of the observation that is made of what a caller saw. */
final class ObservationTest {
    /** An exception with the getters of an SDK. */
    static final class ServiceException extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient Headers headers;

        ServiceException(String retryAfter) {
            headers = new Headers(retryAfter);
        }

        public int statusCode() {
            return 529;
        }

        public Optional<String> type() {
            return Optional.of("overloaded_error");
        }

        public Optional<String> empty() {
            return Optional.empty();
        }

        public String broken() {
            throw new IllegalStateException("`type` is not set");
        }

        public JsonNode body() {
            return node("type", "other_error").put("code", 1302).putNull("param");
        }

        public Optional<Headers> headers() {
            return Optional.of(headers);
        }
    }

    /** The headers of its response. */
    record Headers(String retryAfter) {
        public List<String> values(String name) {
            return name.equals("retry-after") && retryAfter != null ? List.of(retryAfter) : List.of();
        }
    }

    @Test
    void aFurtherAttemptBeginsAnew() {
        Observer seen = new Observer(
                new Run(
                        1,
                        "api",
                        "create-async",
                        "",
                        Duration.ZERO,
                        2,
                        false,
                        "",
                        Delivers.EVENTS,
                        List.of("usage", "endings"),
                        Caller.PLAIN),
                Error.class::isInstance);
        seen.say("Hel");
        seen.tool(0L).name("get_weather");
        seen.count(Optional.of(3L), Optional.empty());
        seen.complete(Optional.of(new Exception()));
        seen.restart();
        seen.say("Hello");
        assertEquals(
                "{'ended':'returned','events':0,'text':'Hello','tool_calls':[],'stop_reason':null,'usage':null,'endings':[]}",
                seen.observation().toString().replace('"', '\''));
    }

    @Test
    void aFieldIsAReadingOrEmptyOrAbsent() {
        checkFields("{'status':{'via':'attribute','value':529}}", fields().attribute("status", "statusCode"));
        checkFields(
                "{'status':null,'unread':['status: \\\"overloaded_error\\\", a string, is none']}",
                fields().attribute("status", "type"));
        checkFields("{}", fields().attribute("type", "notThere"));
        checkFields(
                "{'unread':['type: reading `broken` throws IllegalStateException']}",
                fields().attribute("type", "broken"));
        checkFields("{'type':null}", fields().attribute("type", "empty"));
        checkFields("{'status':{'via':'attribute','value':529}}", fields().attribute("status", () -> 529));
        checkFields("{'type':null}", fields().attribute("type", () -> null));
        checkFields(
                "{'retry_after':{'via':'header','value':1.5}}",
                fields().header("retry_after", () -> Optional.of("1.5")));
        checkFields(
                "{'type':{'via':'body','value':'other_error'},'code':{'via':'body','value':'1302'}}", fields().body());
        checkFields(
                "{'type':{'via':'attribute','value':'overloaded_error'},'code':{'via':'body','value':'1302'}}",
                fields().attribute("type", "type").body());
        checkFields("{'code':null}", fields().attribute("code", "empty").header("code", "none"));
        checkFields("{'request_id':null}", fields().header("request_id", "request-id"));
        checkFields("{}", new ErrorFields(new Exception()).header("request_id", "request-id"));
        checkFields("{'code':null}", new ErrorFields(null).attribute("code", "code"));
    }

    @Test
    void retryAfterIsSecondsOrADate() {
        checkFields("{'retry_after':{'via':'header','value':1.5}}", retryAfter("1.5"));
        checkFields(
                "{'retry_after':null,'unread':['retry_after: \\\"soon\\\", a string, is none']}", retryAfter("soon"));
        ZonedDateTime later = ZonedDateTime.now(ZoneOffset.UTC).plus(Duration.ofMinutes(2));
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        retryAfter(later.format(DateTimeFormatter.RFC_1123_DATE_TIME)).writeTo(error, false);
        assertEquals(119, error.at("/retry_after/value").doubleValue(), 2);
    }

    @Test
    void aBodyMayBeText() {
        checkFields("{'code':{'via':'body','value':'b'}}", said("{\"error\":{\"code\":\"b\"}}"));
        checkFields("{'code':{'via':'body','value':'false'}}", said("{\"code\":false}"));
        checkFields("{'request_id':{'via':'body','value':'r'}}", said("{\"error\":{\"request_id\":\"r\"}}"));
        String text = "{'unread':['the body is a string that is not a JSON object']}";
        checkFields(text, said("{\"code\":\"b\"} and more"));
        checkFields(text, said("<html>"));
        checkFields("{'unread':['the `error` in the body is a number']}", said("{\"error\":7}"));
        checkFields("{}", said(""));
        checkFields("{}", new ErrorFields(new Exception()).body());
    }

    @Test
    void anErrorIsNamedWithItsBasesAndItsCauses() {
        Exception inner = new IllegalStateException("inner");
        Exception outer = new UncheckedIOException(null, new java.io.IOException(inner));
        Observer seen = seen("create-sync");
        seen.opened();
        seen.raised(outer, new ErrorFields(null), false);
        JsonNode error = seen.observation().get("error");
        assertEquals(
                json("{'site':'iterate','class':'UncheckedIOException','classes':['UncheckedIOException',"
                        + "'RuntimeException','Exception','Throwable'],'message':'',"
                        + "'causes':['IOException','IllegalStateException']}"),
                error.toString());
        inner.initCause(outer);
        seen.raised(outer, new ErrorFields(null), false);
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
        Observer seen = seen("final-sync");
        seen.finish(() -> "Hello", Observer::say);
        assertEquals("Hello", seen.observation().get("text").textValue());
    }

    @Test
    void everyNoticeOfTheEndIsKept() {
        Observer seen = seen("create-async", List.of("endings"));
        checkSeen("{'endings':[]}", seen, List.of("endings"));
        seen.complete(Optional.of(new ServiceException("5")));
        seen.complete(Optional.empty());
        checkSeen("{'endings':['failed','completed']}", seen, List.of("endings"));
    }

    @Test
    void whatASurfaceAlsoShowsIsThereFromTheBeginning() {
        List<String> fields = List.of("usage", "thinking", "refusal");
        Observer seen = seen("create-sync", fields);
        checkSeen("{'usage':null,'thinking':'','refusal':''}", seen, fields);
        seen.think("Hm");
        seen.think("m.");
        seen.refuse("I can");
        seen.refuse("not.");
        seen.count(Optional.of(25L), Optional.empty());
        String expected = "{'usage':{'input':25,'output':null},'thinking':'Hmm.','refusal':'I cannot.'}";
        checkSeen(expected, seen, fields);
        Observer plain = seen("create-sync");
        plain.think("Hm");
        plain.count(Optional.of(25L), Optional.of(1L));
        checkSeen("{}", plain, fields);
        plain.alsoShow("thinking");
        checkSeen("{'thinking':'Hm'}", plain, fields);
        Observer unfinished = seen("final-sync", fields);
        checkSeen("{}", unfinished, fields);
        unfinished.finish(() -> "Hello", Observer::think);
        checkSeen("{'usage':null,'thinking':'Hello','refusal':''}", unfinished, fields);
    }

    @Test
    void theLastNumberThatWasToldCounts() {
        Observer seen = seen("create-sync", List.of("usage"));
        seen.count(Optional.of(25L), Optional.of(1L));
        seen.count(Optional.empty(), Optional.of(15L));
        checkSeen("{'usage':{'input':25,'output':15}}", seen, List.of("usage"));
        seen.count(Optional.of(0L), Optional.of(-1L));
        checkSeen("{'usage':{'input':0,'output':15}}", seen, List.of("usage"));
    }

    @Test
    void aToolCallGrows() {
        Observer seen = seen("create-sync");
        seen.tool(0L).name("get_weather").arguments(JsonNodeFactory.instance.objectNode());
        seen.tool(0L).name("other").add("");
        checkTool(seen, "{}", false);
        seen.tool(0L).add("{\"city\":");
        seen.tool(0L).add("\"Paris\"}");
        checkTool(seen, "\"{\\\"city\\\":\\\"Paris\\\"}\"", false);
        seen.tool(0L).arguments("").end();
        checkTool(seen, "\"{\\\"city\\\":\\\"Paris\\\"}\"", true);
        seen.tool(0L).arguments(NullNode.instance).arguments(node("city", "Paris"));
        checkTool(seen, "{\"city\":\"Paris\"}", true);
    }

    @Test
    void aToolCallWithoutANameIsNoneAndOneWithoutArgumentsHasNone() {
        Observer seen = seen("create-sync");
        seen.tool(0L).end();
        seen.tool(1L).name("get_weather");
        checkTool(seen, "\"\"", false);
        seen.tool(1L).end();
        checkTool(seen, "{}", true);
        assertEquals(1, seen.observation().get("tool_calls").size());
    }

    @Test
    void theFirstItemThatSaysAnythingCounts() {
        Observer seen = seen("create-sync");
        seen.failedItem("empty", "", new ErrorFields(null));
        seen.failedItem("first", "one", new ErrorFields(null));
        seen.failedItem("second", "two", new ErrorFields(null));
        assertEquals("error-item", seen.observation().get("ended").textValue());
        assertEquals("one", seen.observation().at("/error/message").textValue());
        assertEquals("String", seen.observation().at("/error/class").textValue());
        seen.raised(new IllegalStateException("three"), new ErrorFields(null), false);
        assertEquals("error-item", seen.observation().get("ended").textValue());
        seen = seen("create-sync");
        seen.failedItem("empty", "", new ErrorFields(null));
        seen.raised(new IllegalStateException("three"), new ErrorFields(null), false);
        assertEquals("raised", seen.observation().get("ended").textValue());
    }

    @Test
    void readingFailsAsTheSdkOrAsTheAdapter() {
        Observer seen = seen("create-sync");
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
        seen.<String>take(null, Observer::say);
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
    void aTextSurfaceShowsNoCallsAndNoStopReason() {
        Observer seen = seen("text-sync", List.of("usage"));
        seen.opened();
        seen.take("Hello", Observer::say);
        seen.stop("end");
        assertEquals(
                "{\"ended\":\"returned\",\"events\":1,\"text\":\"Hello\",\"usage\":null}",
                seen.observation().toString());
    }

    @Test
    void aHugeStringIsCutWithANote() {
        String text = Json.text("a".repeat(5_000_001)).textValue();
        assertEquals("aa [cut by the adapter: 5000001 characters]", text.substring(4_999_998));
    }

    private static Observer seen(String surface) {
        return seen(surface, List.of());
    }

    private static Observer seen(String surface, List<String> alsoShows) {
        Delivers delivers = switch (surface.split("-")[0]) {
            case "final" -> Delivers.FINAL;
            case "text" -> Delivers.TEXT;
            default -> Delivers.EVENTS;
        };
        Run run = new Run(1, "api", surface, "", Duration.ZERO, 0, false, "", delivers, alsoShows, Caller.PLAIN);
        return new Observer(run, IllegalStateException.class::isInstance);
    }

    private static void checkSeen(String expected, Observer seen, List<String> fields) {
        assertEquals(json(expected), seen.observation().retain(fields).toString());
    }

    private static void checkTool(Observer seen, String arguments, boolean complete) {
        JsonNode tool = seen.observation().at("/tool_calls/0");
        assertEquals("get_weather", tool.get("name").textValue());
        assertEquals(arguments, tool.get("arguments").toString());
        assertEquals(complete, tool.get("complete").booleanValue());
    }

    private static ErrorFields fields() {
        return new ErrorFields(new ServiceException(null));
    }

    private static ErrorFields retryAfter(String value) {
        return new ErrorFields(new ServiceException(value)).header("retry_after", "retry-after");
    }

    /** Returns the fields of an error whose body is a text. */
    private static ErrorFields said(String body) {
        return new ErrorFields(new GoldenTest.Exposed(body)).body();
    }

    private static void checkFields(String expected, ErrorFields actual) {
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        actual.writeTo(error, false);
        assertEquals(json(expected), error.toString());
    }

    private static void checkJson(String expected, JsonNode value) throws JsonProcessingException {
        assertEquals(json(expected) + "\n", new String(Json.line(Json.plain(value, 0)), StandardCharsets.US_ASCII));
    }

    private static ObjectNode node(String key, String value) {
        return JsonNodeFactory.instance.objectNode().put(key, value);
    }

    /** Returns JSON that is written with single quotes, which need no escapes in Java. */
    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
