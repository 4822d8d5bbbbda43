package streamspec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests of callers that do not just read one answer to the end. */
final class CallerTest {
    @Test
    void aCallerIsRead() throws JsonProcessingException {
        assertEquals(Caller.PLAIN, Caller.parse(MissingNode.getInstance()));
        assertEquals(new Caller(0, true, 0), read("{'read':'all','again':true}"));
        assertEquals(new Caller(2, false, 0), read("{'read':{'stop-after':2},'again':false}"));
        assertEquals(new Caller(0, false, 16), read("{'read':'all','again':false,'at-once':16}"));
        assertThrows(IllegalArgumentException.class, () -> read("{'read':{'cancel-after':500},'again':false}"));
        assertThrows(IllegalArgumentException.class, () -> read("{'read':'some'}"));
    }

    @Test
    void onlyACallerOfSeveralCallsHasAClientForItself() {
        assertFalse(Caller.PLAIN.sharesClient());
        assertTrue(new Caller(0, true, 0).sharesClient());
        assertTrue(new Caller(0, false, 2).sharesClient());
    }

    @Test
    void aCallerStopsAfterItsItems() {
        Observer seen = seen(2);
        seen.take("a", Observer::say);
        assertFalse(seen.stops());
        assertEquals("returned", seen.observation().get("ended").textValue());
        seen.take("b", Observer::say);
        assertTrue(seen.stops());
        assertEquals("stopped", seen.observation().get("ended").textValue());
        seen.raised(new IllegalStateException("while it was closed"), new ErrorFields(null), false);
        assertEquals("raised", seen.observation().get("ended").textValue());
    }

    @Test
    void aFailureThatWasHandedOverStaysOneWhereTheCallerStops() {
        Observer seen = seen(1);
        seen.take("a", (to, item) -> to.failedItem(item, "it failed", new ErrorFields(null)));
        assertTrue(seen.stops());
        assertEquals("error-item", seen.observation().get("ended").textValue());
    }

    @Test
    void aCallerWhoReadsToTheEndNeverStops() {
        Observer seen = seen(0);
        seen.take("a", Observer::say);
        assertFalse(seen.stops());
    }

    private static Observer seen(long stopAfter) {
        Caller caller = new Caller(stopAfter, false, 0);
        Run run = new Run(1, "api", "create-sync", "", Duration.ZERO, 0, false, "", Delivers.EVENTS, List.of(), caller);
        return new Observer(run, IllegalStateException.class::isInstance);
    }

    private static Caller read(String text) throws JsonProcessingException {
        return Caller.parse(Json.MAPPER.readTree(text.replace('\'', '"')));
    }
}
