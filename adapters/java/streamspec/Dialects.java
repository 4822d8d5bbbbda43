package streamspec;

/**
 * The dialects' rules about tool calls: the signs that one is over, and those that it was cut. They are written down in
 * adapters/README.md, "A complete tool call".
 */
public final class Dialects {
    private Dialects() {}

    /** Ends every call so far, as all in a finished answer have ended that was returned normally. */
    public static void endCalls(Observer seen) {
        seen.toolCalls().forEach(Observer.ToolCall::end);
    }

    /** Takes the stop reason of an Anthropic message, or null. */
    public static void stopMessage(Observer seen, String reason) {
        stopBlocks(seen, "anthropic-messages", reason);
    }

    /** Takes the stop reason of an answer of ConverseStream, or null. */
    public static void stopConverse(Observer seen, String reason) {
        stopBlocks(seen, "bedrock-converse", reason);
    }

    /** Takes the stop reason of an answer in blocks, or null. A limit cuts the call in the last one. */
    private static void stopBlocks(Observer seen, String api, String reason) {
        seen.stop(reason);
        if (Tables.endsCalls(api, reason)) {
            endCalls(seen);
        } else if (Tables.isLimit(api, reason)) {
            seen.lastBlock().ifPresent(tool -> tool.cut = true);
        }
    }

    /** Takes the finish reason of a choice of Chat Completions. One that does not end the calls cuts them all. */
    public static void finishChoice(Observer seen, String reason) {
        finish(seen, "openai-chat", reason);
    }

    /** Takes the finish reason of a candidate of Gemini's. One that does not end the calls cuts them all. */
    public static void finishCandidate(Observer seen, String reason) {
        finish(seen, "gemini-generate", reason);
    }

    private static void finish(Observer seen, String api, String reason) {
        boolean ends = Tables.endsCalls(api, reason);
        seen.stop(reason);
        for (Observer.ToolCall tool : seen.toolCalls()) {
            tool.ended |= ends;
            tool.cut |= !ends;
        }
    }

    /**
     * Takes the end of an item of Responses, with its status or null. With {@code incomplete} it was cut, and with
     * {@code in_progress} it was unless the response completes.
     */
    public static void endItem(Observer.ToolCall tool, String status) {
        tool.end();
        tool.cut = "incomplete".equals(status);
        tool.inProgress = "in_progress".equals(status);
    }

    /** Takes the status of a response that is over, or null, and why it is incomplete, which then is the stop reason. */
    public static void stopResponse(Observer seen, String status, String incomplete) {
        seen.stop("incomplete".equals(status) ? incomplete : status);
        if ("completed".equals(status)) {
            seen.toolCalls().forEach(tool -> tool.inProgress = false);
        }
    }
}
