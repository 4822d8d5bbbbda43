import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseError;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseReasoningItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.List;
import java.util.Optional;
import streamspec.Dialects;
import streamspec.ErrorFields;
import streamspec.Observer;

/**
 * Readers of Responses.
 *
 * <p>The stop reason is the response's status, or why it is incomplete. A failure that the SDK hands over as an item (the
 * {@code error} event, {@code response.failed}, a finished response that failed) is reported as such.
 */
final class Responses {
    private Responses() {}

    static void readEvent(Observer seen, ResponseStreamEvent event) {
        event.outputTextDelta().ifPresent(text -> seen.say(text.delta()));
        event.reasoningSummaryTextDelta()
                .flatMap(piece -> piece._delta().asKnown())
                .ifPresent(seen::think);
        event.reasoningTextDelta().flatMap(piece -> piece._delta().asKnown()).ifPresent(seen::think);
        event.refusalDelta().flatMap(piece -> piece._delta().asKnown()).ifPresent(seen::refuse);
        event.outputItemAdded()
                .ifPresent(added ->
                        added.item().functionCall().ifPresent(call -> readCall(seen.tool(added.outputIndex()), call)));
        event.functionCallArgumentsDelta()
                .ifPresent(piece -> seen.tool(piece.outputIndex()).add(piece.delta()));
        event.functionCallArgumentsDone()
                .ifPresent(done -> seen.tool(done.outputIndex())
                        .arguments(done.arguments())
                        .end());
        event.outputItemDone()
                .ifPresent(done ->
                        done.item().functionCall().ifPresent(call -> endCall(seen.tool(done.outputIndex()), call)));
        event.error()
                .ifPresent(error ->
                        seen.failedItem(error, error.message(), new ErrorFields(error).attribute("code", "code")));
        event.completed().ifPresent(completed -> readEnd(seen, completed, completed.response()));
        event.incomplete().ifPresent(incomplete -> readEnd(seen, incomplete, incomplete.response()));
        event.failed().ifPresent(failed -> readStatus(seen, failed, failed.response()));
    }

    /**
     * Reads the end of a response, which carries the whole answer and so ends calls that had no done event of their
     * own.
     */
    private static void readEnd(Observer seen, Object event, Response response) {
        // Who has taken the deltas need not ask for it.
        readCalls(seen, response._output().asKnown().orElse(List.of()));
        readStatus(seen, event, response);
    }

    static void readResponse(Observer seen, Response response) {
        seen.alsoShow("thinking");
        for (ResponseOutputItem item : response.output()) {
            item.message().stream()
                    .flatMap(message -> message.content().stream())
                    .flatMap(part -> part.outputText().stream())
                    .forEach(text -> seen.say(text.text()));
            item.message().stream()
                    .flatMap(message -> message.content().stream())
                    .flatMap(part -> part.refusal().stream())
                    .flatMap(refusal -> refusal._refusal().asKnown().stream())
                    .forEach(seen::refuse);
            item.reasoning().ifPresent(reasoning -> readReasoning(seen, reasoning));
        }
        readCalls(seen, response.output());
        readStatus(seen, response, response);
    }

    private static void readReasoning(Observer seen, ResponseReasoningItem reasoning) {
        reasoning._summary().asKnown().stream()
                .flatMap(List::stream)
                .flatMap(part -> part._text().asKnown().stream())
                .forEach(seen::think);
        reasoning._content().asKnown().stream()
                .flatMap(List::stream)
                .flatMap(part -> part._text().asKnown().stream())
                .forEach(seen::think);
    }

    private static void readCalls(Observer seen, List<ResponseOutputItem> output) {
        long index = 0;
        for (ResponseOutputItem item : output) {
            long place = index++;
            item.functionCall().ifPresent(call -> endCall(seen.tool(place), call));
        }
    }

    private static void endCall(Observer.ToolCall tool, ResponseFunctionToolCall call) {
        readCall(tool, call);
        Dialects.endItem(tool, call.status().map(status -> status.asString()).orElse(null));
    }

    private static void readCall(Observer.ToolCall tool, ResponseFunctionToolCall call) {
        tool.name(call.name()).arguments(call.arguments());
    }

    /** Reads the status of a response that is over, and its error if it failed; the item is what was handed over. */
    private static void readStatus(Observer seen, Object item, Response response) {
        response._usage()
                .asKnown()
                .ifPresent(usage -> seen.count(
                        usage._inputTokens().asKnown(), usage._outputTokens().asKnown()));
        Optional<String> status = response.status().map(ResponseStatus::asString);
        Optional<String> reason = response.incompleteDetails()
                .flatMap(details -> details.reason())
                .map(each -> each.asString());
        Dialects.stopResponse(seen, status.orElse(null), reason.orElse(null));
        if (status.filter("failed"::equals).isPresent()) {
            Optional<ResponseError> error = response.error();
            ErrorFields fields = new ErrorFields(error.orElse(null))
                    .attribute("code", "code")
                    .attribute("type", "type");
            seen.failedItem(item, error.map(ResponseError::message).orElse(""), fields);
        }
    }
}
