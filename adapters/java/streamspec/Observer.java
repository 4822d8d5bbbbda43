package streamspec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The observer of one call: it collects what the SDK's caller sees, and makes the observation of it. */
public final class Observer {
    /**
     * A tool call as far as it has been handed over; its arguments are a string until the SDK has parsed them. The signs that
     * it is over, and those that it was cut, are in {@link Dialects}.
     */
    public static final class ToolCall {
        private String name = "";
        private Object arguments = "";
        boolean ended;
        boolean cut;
        boolean inProgress;

        /** Sets its name; a later one does not take back an earlier one. */
        public ToolCall name(String name) {
            this.name = this.name.isEmpty() && name != null ? name : this.name;
            return this;
        }

        /** Sets the arguments as far as they are known, as text or as the SDK parsed them; none at all change nothing. */
        public ToolCall arguments(Object arguments) {
            boolean isKnown = arguments != null && !arguments.equals("") && !(arguments instanceof NullNode);
            this.arguments = isKnown ? arguments : this.arguments;
            return this;
        }

        /** Adds raw text of the arguments; a parsed placeholder gives way to the first of it. */
        public void add(String piece) {
            if (!piece.isEmpty()) {
                arguments = arguments instanceof String text ? text + piece : piece;
            }
        }

        /** Ends the call, as the SDK says that it is over. */
        public void end() {
            ended = true;
        }

        /** Writes the contract's {@code ToolCall}. One that is complete without arguments has none. */
        private void writeTo(ArrayNode calls) {
            boolean complete = ended && !cut && !inProgress;
            ObjectNode call = calls.addObject();
            call.set("name", Json.text(name));
            call.set(
                    "arguments",
                    complete && arguments.equals("") ? call.objectNode() : Json.plain(Json.of(arguments), 0));
            call.put("complete", complete);
        }
    }

    private final Predicate<Throwable> isOwn;
    private final Set<String> alsoShows;
    private final boolean isText;
    private final long stopAfter;
    private String site = "open";
    private String ended = "returned";
    private long events;
    private StringBuilder text;
    private Map<Object, ToolCall> tools;
    private String stopReason;
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final ArrayNode endings = JsonNodeFactory.instance.arrayNode();
    private Long inputTokens;
    private Long outputTokens;
    private Object lastBlock;
    private ObjectNode error;
    private ReadingFault fault;

    /** Observes a call; the predicate says which exceptions are the SDK's own. */
    Observer(Run run, Predicate<Throwable> isOwn) {
        this.isOwn = isOwn;
        this.alsoShows = new LinkedHashSet<>(run.alsoShows());
        this.isText = run.delivers() == Delivers.TEXT;
        this.stopAfter = run.caller().stopAfter();
        if (!run.isFinal()) {
            handOver();
        }
    }

    /** Notes that the call which opens the stream has returned. */
    public void opened() {
        site = "iterate";
    }

    /**
     * Reads one item; there is nothing to read in a null that was handed over as one. The SDKs check a field when it is
     * read, so an exception of theirs is what their caller sees; any other one is the adapter's fault.
     */
    public <T> void take(T item, BiConsumer<Observer, T> read) {
        events++;
        try {
            if (item != null) {
                read.accept(this, item);
            }
        } catch (RuntimeException thrown) {
            if (isOwn.test(thrown)) {
                throw thrown;
            }
            fault = new ReadingFault(item, thrown);
            throw fault;
        }
    }

    /** Says whether the caller wants no more items, and stops here; it then lets go of the stream as the SDK documents. */
    public boolean stops() {
        boolean stops = stopAfter > 0 && events >= stopAfter;
        if (stops && error == null) {
            ended = "stopped";
        }
        return stops;
    }

    /** Forgets what an earlier attempt has handed over and told, where the SDK documents that its caller has to. */
    public void restart() {
        handOver();
        thinking.setLength(0);
        refusal.setLength(0);
        endings.removeAll();
        stopReason = null;
        inputTokens = null;
        outputTokens = null;
        lastBlock = null;
    }

    /** Asks for the finished answer, and reads it. */
    public <T> void finish(Supplier<T> answer, BiConsumer<Observer, T> read) {
        site = "finalize";
        T finished = answer.get();
        handOver();
        take(finished, read);
    }

    /** Adds a piece of text. */
    public void say(String piece) {
        text.append(piece);
    }

    /** Adds a piece of the model's thoughts. */
    public void think(String piece) {
        thinking.append(piece);
    }

    /** Takes a notice of a subscriber's that the answer is over, with what went wrong if anything did. */
    public void complete(Optional<Throwable> error) {
        endings.add(error.isPresent() ? "failed" : "completed");
    }

    /** Adds a field that the surface shows in this dialect and not in each of its dialects. */
    public void alsoShow(String field) {
        alsoShows.add(field);
    }

    /** Adds a piece of a refusal that is apart from the text. */
    public void refuse(String piece) {
        refusal.append(piece);
    }

    /**
     * Keeps the numbers of tokens of the request and of the answer so far; one that was not told does not take back
     * an earlier one.
     */
    public void count(Optional<Long> input, Optional<Long> output) {
        inputTokens = input.filter(number -> number >= 0).orElse(inputTokens);
        outputTokens = output.filter(number -> number >= 0).orElse(outputTokens);
    }

    /** Returns the tool call with this key, begun now if it is new. */
    public ToolCall tool(Object key) {
        return tools.computeIfAbsent(key, begun -> new ToolCall());
    }

    /** Returns the tool call with this key, if it was begun. */
    public Optional<ToolCall> openTool(Object key) {
        return Optional.ofNullable(tools.get(key));
    }

    /** Returns the tool calls that were begun. */
    public Collection<ToolCall> toolCalls() {
        return tools.values();
    }

    /** Begins a content block; a tool call in it has the same key. */
    public void block(Object key) {
        lastBlock = key;
    }

    /** Returns the tool call in the block that began last, if it holds one. */
    Optional<ToolCall> lastBlock() {
        return lastBlock == null ? Optional.empty() : openTool(lastBlock);
    }

    /** Keeps a stop reason; an item without one does not take back an earlier one. */
    public void stop(String reason) {
        stopReason = reason == null ? stopReason : reason;
    }

    /** Takes a failure that the SDK handed over as an item; the first such item that says anything counts. */
    public void failedItem(Object item, String message, ErrorFields fields) {
        if (!knowsWhy()) {
            ended = "error-item";
            error = described(item, message, fields, false);
        }
    }

    /** Says whether the failure so far has a message, a type or a code. */
    private boolean knowsWhy() {
        return error != null
                && (!error.path("message").asText().isEmpty() || error.hasNonNull("type") || error.hasNonNull("code"));
    }

    /** Takes what the SDK threw, in a wrapper of the platform's that was opened or as it is; an item that has said why stands. */
    void raised(Throwable thrown, ErrorFields fields, boolean opened) {
        if (knowsWhy()) {
            return;
        }
        ended = "raised";
        error = described(thrown, thrown.getMessage(), fields, opened);
        Set<Throwable> met = Collections.newSetFromMap(new IdentityHashMap<>());
        met.add(thrown);
        for (Throwable cause = thrown.getCause(); cause != null && met.add(cause); cause = cause.getCause()) {
            ((ArrayNode) error.get("causes")).add(name(cause.getClass()));
        }
    }

    ReadingFault fault() {
        return fault;
    }

    /** Returns the contract's {@code Observation}. */
    ObjectNode observation() {
        ObjectNode seen =
                JsonNodeFactory.instance.objectNode().put("ended", ended).put("events", events);
        if (text != null) {
            seen.set("text", Json.text(text.toString()));
            if (!isText) {
                ArrayNode calls = seen.putArray("tool_calls");
                // A call without a name is none.
                tools.values().stream().filter(tool -> !tool.name.isEmpty()).forEach(tool -> tool.writeTo(calls));
                seen.set("stop_reason", stopReason == null ? null : Json.text(stopReason));
            }
            alsoShows.forEach(field -> seen.set(field, shown(field)));
        }
        return error == null ? seen : seen.set("error", error);
    }

    /** Returns a field that not every surface shows. */
    private JsonNode shown(String field) {
        return switch (field) {
            case "usage" ->
                inputTokens == null && outputTokens == null
                        ? NullNode.instance
                        : JsonNodeFactory.instance
                                .objectNode()
                                .put("input", inputTokens)
                                .put("output", outputTokens);
            case "thinking" -> Json.text(thinking.toString());
            case "refusal" -> Json.text(refusal.toString());
            case "endings" -> endings.deepCopy();
            default -> throw new IllegalArgumentException("no field " + field);
        };
    }

    /** Offers the fields of the surface from here on, though they may still be empty. */
    private void handOver() {
        text = new StringBuilder();
        tools = new LinkedHashMap<>();
    }

    private ObjectNode described(Object subject, String message, ErrorFields fields, boolean opened) {
        ObjectNode error = JsonNodeFactory.instance.objectNode().put("site", site);
        error.put("class", name(subject.getClass()));
        ArrayNode classes = error.putArray("classes");
        for (Class<?> each = subject.getClass(); each != Object.class; each = each.getSuperclass()) {
            classes.add(name(each));
        }
        error.set("message", Json.text(message == null ? "" : message));
        error.putArray("causes");
        fields.writeTo(error, opened);
        return error;
    }

    /** Returns a class's name without its package; one without a name has that of its file. */
    private static String name(Class<?> each) {
        String name = each.getSimpleName();
        return name.isEmpty() ? each.getName().substring(each.getName().lastIndexOf('.') + 1) : name;
    }
}
