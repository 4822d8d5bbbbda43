package streamspec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The adapter protocol, version 1: JSON Lines over stdin and stdout, a thread for every call in flight. */
public final class Server {
    private static final int PROTOCOL = 1;
    private static final int FRAMES = 3;

    private final Sdk sdk;
    private final Manifest manifest;
    private final OutputStream output;
    private final ReentrantLock lock = new ReentrantLock();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private Server(Sdk sdk, Manifest manifest, OutputStream output) {
        this.sdk = sdk;
        this.manifest = manifest;
        this.output = output;
    }

    /** Speaks the protocol until {@code bye} or the end of stdin, then ends at once, whatever is still in flight. */
    public static void serve(Supplier<Sdk> sdk) {
        OutputStream output = new FileOutputStream(FileDescriptor.out);
        BufferedReader input = new BufferedReader(
                new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
        // Before any class of the SDK is loaded: from here on it reads nothing and prints to stderr.
        System.setIn(InputStream.nullInputStream());
        System.setOut(System.err);
        try {
            Trust.prepare();
            Manifest manifest = Manifest.handedOver();
            Server server = new Server(sdk.get(), manifest, output);
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                if (!line.isBlank() && !server.handle(line)) {
                    break;
                }
            }
            // A half-written line would be garbage; but a reader that is gone must not keep the process.
            server.lock.tryLock(1, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException gone) {
            System.err.println("streamspec-adapter: " + gone);
        }
        Runtime.getRuntime().halt(0);
    }

    /** Handles one line; false after the last. */
    private boolean handle(String line) {
        JsonNode id = null;
        try {
            JsonNode message = Json.MAPPER.readTree(line);
            id = message.get("id");
            switch (message.required("op").textValue()) {
                case "hello" -> send(hello());
                case "run" -> {
                    Run run = Run.parse(message, manifest);
                    threads.execute(() -> send(answer(run)));
                }
                case "bye" -> {
                    return false;
                }
                default -> throw new NoSuchElementException("no operation " + message.get("op"));
            }
        } catch (Exception unknown) {
            // A line that cannot be handled must not end the others' calls.
            send(fault(id, unknown));
        }
        return true;
    }

    /** Makes a call, and a second one where the caller calls again, or others at once where it makes several. */
    private ObjectNode answer(Run run) {
        try {
            Sdk.Call call = sdk.prepare().apply(run);
            try {
                List<CompletableFuture<ObjectNode>> others = IntStream.range(
                                1, run.caller().atOnce())
                        .mapToObj(other -> CompletableFuture.supplyAsync(() -> further(call, run), threads))
                        .toList();
                ObjectNode observation = observe(call, new Observer(run, sdk::isOwn));
                if (!others.isEmpty()) {
                    ArrayNode all = observation.putArray("others");
                    others.forEach(other -> all.add(other.join()));
                }
                if (run.caller().again()) {
                    observation.set("again", further(call, run));
                }
                return reply("observed").put("id", run.id()).set("observation", observation);
            } finally {
                call.close();
            }
        } catch (Throwable thrown) {
            return fault(JsonNodeFactory.instance.numberNode(run.id()), thrown);
        }
    }

    /** Makes a further call of the caller of this run. */
    private ObjectNode further(Sdk.Call call, Run run) {
        return observe(call, new Observer(run.toTheEnd(), sdk::isOwn));
    }

    /** Makes a call: what the SDK throws is an observation, and everything else is the adapter's fault. */
    private ObjectNode observe(Sdk.Call call, Observer seen) {
        try {
            call.make(seen);
        } catch (Throwable thrown) {
            Throwable said = opened(thrown);
            ErrorFields fields = sdk.isOwn(said) ? sdk.fields().apply(said) : new ErrorFields(said);
            seen.raised(said, fields, said != thrown);
        }
        if (seen.fault() != null) {
            throw seen.fault();
        }
        return seen.observation();
    }

    /** Returns the content of the platform's wrappers, which whoever waits for a future opens. */
    private static Throwable opened(Throwable thrown) {
        boolean wraps = thrown instanceof CompletionException || thrown instanceof ExecutionException;
        return wraps && thrown.getCause() != null ? opened(thrown.getCause()) : thrown;
    }

    /** Returns what is loaded: the harness compares it with the manifest. */
    private ObjectNode hello() {
        ObjectNode hello = reply("hello").put("protocol", PROTOCOL);
        hello.putObject("sdk")
                .put("name", manifest.sdk())
                .put("version", sdk.version())
                .put("language", "java");
        hello.put("runtime", "Java " + System.getProperty("java.version"));
        manifest.apis().forEach(hello.putArray("apis")::add);
        ArrayNode bases = hello.putArray("error_bases");
        sdk.errorBases().forEach(base -> bases.add(base.getSimpleName()));
        manifest.surfaces().keySet().forEach(hello.putArray("surfaces")::add);
        hello.putArray("capabilities")
                .add("timeout")
                .add("max-retries")
                .add("tools")
                .add("prompt");
        return hello;
    }

    /** Says what broke in the adapter and where, in one line. */
    private static ObjectNode fault(JsonNode id, Throwable thrown) {
        StringBuilder message = new StringBuilder();
        for (Throwable each = thrown; each != null; each = each.getCause()) {
            message.append(message.isEmpty() ? "" : " <- ").append(each);
            StackTraceElement[] frames = each.getStackTrace();
            for (int frame = 0; frame < Math.min(FRAMES, frames.length); frame++) {
                message.append(" at ").append(frames[frame]);
            }
        }
        ObjectNode fault = reply("fault");
        fault.set("message", Json.text(message.toString()));
        return id != null && id.isIntegralNumber() ? fault.set("id", id) : fault;
    }

    private static ObjectNode reply(String op) {
        return JsonNodeFactory.instance.objectNode().put("op", op);
    }

    /** Writes one line, whole. */
    private void send(ObjectNode message) {
        lock.lock();
        try {
            output.write(Json.line(message));
            output.flush();
        } catch (IOException gone) {
            Runtime.getRuntime().halt(0);
        } finally {
            lock.unlock();
        }
    }
}
