package streamspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Speaks the protocol with an adapter in a process of its own. */
@Timeout(30)
final class ProtocolTest {
    private Process adapter;
    private BufferedReader replies;

    @BeforeEach
    void start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder =
                new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), SampleAdapter.class.getName());
        builder.environment().put(Manifest.VARIABLE, SampleAdapter.MANIFEST);
        adapter = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        replies = adapter.inputReader();
    }

    @AfterEach
    void stop() {
        adapter.destroyForcibly();
    }

    @Test
    void helloSaysWhoItIs() throws IOException {
        send("{\"op\":\"hello\",\"protocol\":1}");
        JsonNode hello = Json.MAPPER.readTree(replies.readLine());
        assertEquals("{\"name\":\"sample\",\"version\":\"1.0.0\",\"language\":\"java\"}", text(hello, "sdk"));
        assertEquals("[\"SampleException\",\"OtherException\"]", text(hello, "error_bases"));
        assertEquals("[\"create-sync\",\"final-async\"]", text(hello, "surfaces"));
        assertEquals(11, hello.get("apis").size());
    }

    @Test
    void whatTheSdkThrowsIsAnObservation() throws IOException {
        run(1, "throws");
        run(2, "overflows");
        run(3, "refuses");
        Map<Integer, JsonNode> replies = replies(3);
        JsonNode error = replies.get(1).at("/observation/error");
        assertEquals("SampleException", error.get("class").textValue());
        assertEquals("while it was read", error.get("message").textValue());
        assertEquals("{\"via\":\"attribute\",\"value\":529}", text(error, "status"));
        error = replies.get(2).at("/observation/error");
        assertEquals(
                "[\"StackOverflowError\",\"VirtualMachineError\",\"Error\",\"Throwable\"]", text(error, "classes"));
        assertTrue(error.path("status").isMissingNode(), "what is not the SDK's own has no fields");
        assertEquals(
                "SampleException", replies.get(3).at("/observation/error/class").textValue());
    }

    @Test
    void eachRootIsTheSdksOwn() throws IOException {
        run(1, "throwsOfOtherRoot");
        JsonNode error = replies(1).get(1).at("/observation/error");
        assertEquals("OtherException", error.get("class").textValue());
        assertEquals("{\"via\":\"attribute\",\"value\":503}", text(error, "status"));
    }

    @Test
    void thePlatformsWrappersAreOpened() throws IOException {
        run(1, "wraps");
        run(2, "wrapsOther");
        Map<Integer, JsonNode> replies = replies(2);
        JsonNode error = replies.get(1).at("/observation/error");
        assertEquals("SampleException", error.get("class").textValue());
        assertEquals("while it was awaited", error.get("message").textValue());
        assertEquals("{\"via\":\"cause\",\"value\":529}", text(error, "status"));
        assertEquals("[]", text(error, "causes"));
        error = replies.get(2).at("/observation/error");
        assertEquals("IllegalStateException", error.get("class").textValue());
    }

    @Test
    void theSecondCallIsReadToTheEnd() throws IOException {
        run(1, "returns", "{\"read\":{\"stop-after\":1},\"again\":true}");
        run(2, "misread", "{\"again\":true}");
        run(3, "returns", "{\"read\":{\"cancel-after\":500}}");
        Map<Integer, JsonNode> replies = replies(3);
        JsonNode observation = replies.get(1).get("observation");
        assertEquals("stopped", observation.get("ended").textValue());
        assertEquals("a", observation.get("text").textValue());
        assertEquals("returned", observation.at("/again/ended").textValue());
        assertEquals("ab", observation.at("/again/text").textValue());
        assertEquals("fault", replies.get(2).get("op").textValue());
        assertEquals("fault", replies.get(3).get("op").textValue());
    }

    @Test
    void callsAreMadeAtOnce() throws IOException {
        run(1, "meets", "{\"at-once\":2}");
        run(2, "misread", "{\"at-once\":2}");
        Map<Integer, JsonNode> replies = replies(2);
        JsonNode observation = replies.get(1).get("observation");
        assertEquals("ab", observation.get("text").textValue());
        assertEquals(1, observation.get("others").size());
        assertEquals("ab", observation.at("/others/0/text").textValue());
        assertEquals("fault", replies.get(2).get("op").textValue());
    }

    @Test
    void whatTheAdapterCannotDoIsAFault() throws IOException {
        send("no JSON");
        send("{\"op\":\"dance\",\"id\":1}");
        send("{\"op\":\"run\",\"id\":2}");
        run(3, "unknown");
        run(4, "unprepared");
        run(5, "misread");
        for (JsonNode reply : replies(6).values()) {
            assertEquals("fault", reply.get("op").textValue(), reply::toString);
        }
    }

    @Test
    void callsAreInFlightTogetherAndOnlyTheProtocolReachesStdout() throws IOException {
        run(1, "meets");
        run(2, "meets");
        for (JsonNode reply : replies(2).values()) {
            assertEquals("ab", reply.at("/observation/text").textValue());
        }
    }

    @Test
    void itEndsAtOnceWithCallsInFlight() throws IOException, InterruptedException {
        run(1, "hangs");
        send("{\"op\":\"bye\"}");
        assertTrue(adapter.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, adapter.exitValue());
    }

    @Test
    void itEndsAtOnceWhenTheHarnessIsGone() throws IOException, InterruptedException {
        run(1, "hangs");
        adapter.outputWriter().close();
        assertTrue(adapter.waitFor(10, TimeUnit.SECONDS));
        assertEquals(0, adapter.exitValue());
    }

    private void run(int id, String api) throws IOException {
        run(id, api, "{}");
    }

    private void run(int id, String api, String caller) throws IOException {
        send("{\"op\":\"run\",\"id\":%d,\"api\":\"%s\",\"surface\":\"create-sync\",\"base_url\":\"\","
                        .formatted(id, api)
                + "\"timeout_ms\":1,\"max_retries\":0,\"ask\":\"text\",\"caller\":" + caller + "}");
    }

    private void send(String line) throws IOException {
        adapter.outputWriter().write(line + "\n");
        adapter.outputWriter().flush();
    }

    /** Returns the next replies by their ids; one without an id is 0. */
    private Map<Integer, JsonNode> replies(int count) throws IOException {
        Map<Integer, JsonNode> found = new HashMap<>();
        for (int reply = 0; reply < count; reply++) {
            JsonNode message = Json.MAPPER.readTree(replies.readLine());
            found.put(message.path("id").asInt(), message);
        }
        assertEquals(count, found.size());
        return found;
    }

    private static String text(JsonNode node, String field) {
        return node.get(field).toString();
    }
}
