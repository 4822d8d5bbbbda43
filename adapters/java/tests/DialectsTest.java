package streamspec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Tests of the signs that a tool call is over, and those that it was cut. */
final class DialectsTest {
    private final Observer seen = new Observer(
            new Run(1, "api", "create-sync", "", Duration.ZERO, 0, false, "", Delivers.EVENTS, List.of(), Caller.PLAIN),
            Error.class::isInstance);

    @Test
    void aReasonEndsCallsOrCutsThem() {
        checkBegun(Dialects::finishChoice, "tool_calls", true);
        checkBegun(Dialects::finishChoice, "function_call", true);
        checkBegun(Dialects::finishChoice, "stop", true);
        checkBegun(Dialects::finishChoice, "length", false);
        checkBegun(Dialects::finishCandidate, "STOP", true);
        checkBegun(Dialects::finishCandidate, "MAX_TOKENS", false);
        checkBegun(Dialects::stopMessage, "tool_use", true);
        checkBegun(Dialects::stopMessage, "end_turn", false);
        checkBegun(Dialects::stopMessage, null, false);
        checkBegun(Dialects::stopConverse, "tool_use", true);
        checkBegun(Dialects::stopConverse, "guardrail_intervened", false);
        checkEnded(Dialects::stopConverse, "max_tokens", false);
        checkEnded(Dialects::finishChoice, "content_filter", false);
        checkEnded(Dialects::finishCandidate, "SAFETY", false);
        checkEnded(Dialects::stopMessage, "end_turn", true);
        checkEnded(Dialects::stopMessage, null, true);
        checkEnded(Dialects::stopMessage, "max_tokens", false);
        checkEnded(Dialects::stopMessage, "model_context_window_exceeded", false);
    }

    @Test
    void aLimitCutsOnlyTheLastBlock() {
        seen.block(0L);
        seen.tool(0L).name("get_weather").end();
        seen.block(1L);
        Dialects.stopMessage(seen, "max_tokens");
        check(seen, true, "max_tokens");
    }

    @Test
    void theStatusOfAnItemAndOfItsResponseDecide() {
        checkItem("completed", "completed", null, true, "completed");
        checkItem("completed", "incomplete", "max_output_tokens", true, "max_output_tokens");
        checkItem("completed", "incomplete", null, true, null);
        checkItem(null, "completed", null, true, "completed");
        checkItem("in_progress", "completed", null, true, "completed");
        checkItem("in_progress", "incomplete", "max_output_tokens", false, "max_output_tokens");
        checkItem("in_progress", null, null, false, null);
        checkItem("incomplete", "completed", null, false, "completed");
        // What the finished response says of an item counts.
        Dialects.endItem(seen.tool(0L).name("get_weather"), "incomplete");
        Dialects.endItem(seen.tool(0L), "completed");
        check(seen, true, null);
    }

    private static void checkBegun(BiConsumer<Observer, String> finish, String reason, boolean complete) {
        Observer seen = new DialectsTest().seen;
        seen.block(0L);
        seen.tool(0L).name("get_weather");
        finish.accept(seen, reason);
        check(seen, complete, reason);
    }

    /** Checks a call that has ended before the reason comes. */
    private static void checkEnded(BiConsumer<Observer, String> finish, String reason, boolean complete) {
        Observer seen = new DialectsTest().seen;
        seen.block(0L);
        seen.tool(0L).name("get_weather");
        Dialects.endCalls(seen);
        finish.accept(seen, reason);
        check(seen, complete, reason);
    }

    private static void checkItem(String item, String response, String why, boolean complete, String stop) {
        Observer seen = new DialectsTest().seen;
        Dialects.endItem(seen.tool(0L).name("get_weather"), item);
        Dialects.stopResponse(seen, response, why);
        check(seen, complete, stop);
    }

    private static void check(Observer seen, boolean complete, String stop) {
        JsonNode observation = seen.observation();
        assertEquals(complete, observation.at("/tool_calls/0/complete").booleanValue());
        assertEquals(stop, observation.get("stop_reason").textValue());
    }
}
