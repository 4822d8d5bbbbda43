package streamspec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Has an adapter read the items of adapters/golden.json, as its SDK's own types; the tests of the adapters call it. */
public final class Golden {
    private static final List<String> SEEN = List.of("text", "tool_calls", "stop_reason");
    private static final List<String> ALSO_SHOWN = List.of("usage", "thinking", "refusal");

    private final JsonNode items;
    private final JsonMapper mapper;
    private final List<String> wrong = new ArrayList<>();
    private int read;

    /** Reads the vectors with the mapper that makes the SDK's types. */
    public Golden(String file, JsonMapper mapper) throws IOException {
        this.items = Json.MAPPER.readTree(new File(file)).required("items");
        this.mapper = mapper;
    }

    /** Reads the streams of a dialect. An item that the SDK's events cannot hold is left out by its name. */
    public <T> Golden events(String api, Class<T> event, BiConsumer<Observer, T> read, Set<String> leftOut)
            throws JsonProcessingException {
        for (JsonNode item : of(api, "events", leftOut)) {
            Observer seen = seen("create-sync");
            for (JsonNode each : item.get("events")) {
                seen.take(mapper.treeToValue(each, event), read);
            }
            check(item, seen);
        }
        return this;
    }

    /** A reader of a whole stream, for an SDK whose events cannot be made of JSON. */
    public interface StreamReader {
        void read(Observer seen, JsonNode events) throws Throwable;
    }

    /** The body of an answer, as a server sends it. */
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /** A call for a run. */
    public interface Call {
        void make(Run run) throws Throwable;
    }

    /** Makes a call to a server of its own that answers with a body. */
    public static void served(String api, String surface, Body body, Call call) throws Throwable {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            body.writeTo(exchange.getResponseBody());
            exchange.close();
        });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        Caller caller = new Caller(0, false, 0);
        try {
            call.make(new Run(
                    0, api, surface, url, Duration.ofSeconds(5), 0, false, "Hi", Delivers.EVENTS, List.of(), caller));
        } finally {
            server.stop(0);
        }
    }

    /** Makes a reader that has a call take the events as a server sends them, with what ends its answer. */
    public static StreamReader asServed(String api, String surface, String end, Function<Run, Sdk.Call> prepare) {
        return (seen, events) -> {
            StringBuilder body = new StringBuilder();
            for (JsonNode event : events) {
                if (event.has("type")) {
                    body.append("event: ").append(event.get("type").textValue()).append('\n');
                }
                body.append("data: ").append(event).append("\n\n");
            }
            byte[] sent = body.append(end).toString().getBytes(StandardCharsets.UTF_8);
            served(
                    api,
                    surface,
                    out -> out.write(sent),
                    run -> prepare.apply(run).make(seen));
        };
    }

    /** Reads the streams of a dialect whole. */
    public Golden streams(String api, StreamReader read) throws Throwable {
        return streams(api, read, Set.of(), Map.of());
    }

    /** Reads the streams of a dialect whole but for those left out; an SDK's own stop reasons are compared as the dialect's. */
    public Golden streams(String api, StreamReader read, Set<String> leftOut, Map<String, String> words)
            throws Throwable {
        for (JsonNode item : of(api, "events", leftOut)) {
            Observer seen = seen("create-sync");
            read.read(seen, item.get("events"));
            check(item, seen, words);
        }
        return this;
    }

    /** Reads the finished answers of a dialect. */
    public <T> Golden finals(String api, Class<T> answer, BiConsumer<Observer, T> read) throws JsonProcessingException {
        for (JsonNode item : of(api, "final", Set.of())) {
            Observer seen = seen("final-sync");
            T finished = mapper.treeToValue(item.get("final"), answer);
            seen.finish(() -> finished, read);
            check(item, seen);
        }
        return this;
    }

    /** Reads events, which are JSON with single quotes, and compares what is seen besides text, calls and the stop reason. */
    public <T> Golden also(Class<T> event, BiConsumer<Observer, T> read, String sees, String... events)
            throws JsonProcessingException {
        Observer seen = seen("create-sync");
        for (String each : events) {
            seen.take(mapper.readValue(json(each), event), read);
        }
        compare(sees, seen);
        return this;
    }

    /** Reads a finished answer, and compares the same. */
    public <T> Golden alsoFinal(Class<T> answer, BiConsumer<Observer, T> read, String sees, String given)
            throws JsonProcessingException {
        Observer seen = seen("final-sync");
        T finished = mapper.readValue(json(given), answer);
        seen.finish(() -> finished, read);
        compare(sees, seen);
        return this;
    }

    private void compare(String sees, Observer seen) throws JsonProcessingException {
        read++;
        JsonNode found =
                Json.MAPPER.readTree(seen.observation().retain(ALSO_SHOWN).toString());
        if (!found.equals(Json.MAPPER.readTree(json(sees)))) {
            wrong.add("expected " + json(sees) + "\n  but " + found);
        }
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    /** Ends the process: with status 1 if anything was read otherwise. */
    public void end() {
        wrong.forEach(System.err::println);
        System.out.println(read + " golden items, " + wrong.size() + " read otherwise");
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    private List<JsonNode> of(String api, String kind, Set<String> leftOut) {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode item : items) {
            boolean isLeftOut = leftOut.contains(item.get("name").textValue());
            if (item.get("api").textValue().equals(api) && item.has(kind) && !isLeftOut) {
                found.add(item);
            }
        }
        if (found.isEmpty()) {
            wrong.add("there is no item of " + api + " with " + kind);
        }
        return found;
    }

    private void check(JsonNode item, Observer seen) throws JsonProcessingException {
        check(item, seen, Map.of());
    }

    private void check(JsonNode item, Observer seen, Map<String, String> words) throws JsonProcessingException {
        read++;
        JsonNode expected = said(item.get("sees").deepCopy());
        ObjectNode actual = seen.observation();
        String reason = actual.get("stop_reason").asText();
        if (words.containsKey(reason)) {
            actual.put("stop_reason", words.get(reason));
        }
        String ended = actual.get("ended").textValue();
        // Read again from its text, so that numbers compare.
        JsonNode found = said(Json.MAPPER.readTree(actual.retain(SEEN).toString()));
        if (!ended.equals("returned") || !found.equals(expected)) {
            String name = item.get("api").textValue() + ": " + item.get("name").textValue();
            wrong.add(name + "\n  expected " + expected + "\n  but " + ended + " with " + found);
        }
    }

    /** Has arguments that are JSON text as what they say. */
    private static JsonNode said(JsonNode fields) {
        for (JsonNode call : fields.get("tool_calls")) {
            if (call.get("arguments").isTextual()) {
                try {
                    ((ObjectNode) call)
                            .set(
                                    "arguments",
                                    Json.MAPPER.readTree(call.get("arguments").textValue()));
                } catch (JsonProcessingException isCut) {
                    // Then it is compared as it is.
                }
            }
        }
        return fields;
    }

    private static Observer seen(String surface) {
        Delivers delivers = surface.startsWith("final") ? Delivers.FINAL : Delivers.EVENTS;
        Run run = new Run(0, "golden", surface, "", Duration.ZERO, 0, false, "", delivers, ALSO_SHOWN, Caller.PLAIN);
        return new Observer(run, Error.class::isInstance);
    }
}
