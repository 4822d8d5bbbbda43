package streamspec;

/**
 * The dialects' rules about tool calls: what says that one is over, and what that it was cut. They are written down in
 * adapters/README.md, "A complete tool call".
 */
public final class Dialects {
    private Dialects() {}

    /** Every call so far is over, as all in a finished answer are that was returned normally. */
    public static void endCalls(Seen seen) {
        seen.toolCalls().forEach(Seen.ToolCall::end);
    }

    /** The stop reason of an Anthropic message, or null. */
    public static void stopMessage(Seen seen, String reason) {
        seen.stop(reason);
        if (Tables.endsCalls("anthropic-messages", reason)) {
            endCalls(seen);
        } else if (Tables.isLimit("anthropic-messages", reason)) {
            seen.lastBlock().ifPresent(tool -> tool.cut = true);
        }
    }

    /** The finish reason of a choice of Chat Completions. One that does not end the calls cuts them all. */
    public static void finishChoice(Seen seen, String reason) {
        boolean ends = Tables.endsCalls("openai-chat", reason);
        seen.stop(reason);
        for (Seen.ToolCall tool : seen.toolCalls()) {
            tool.ended |= ends;
            tool.cut |= !ends;
        }
    }

    /**
     * The end of an item of Responses, with its status or null. With {@code incomplete} it was cut, and with
     * {@code in_progress} it was unless the response completes.
     */
    public static void endItem(Seen.ToolCall tool, String status) {
        tool.end();
        tool.cut = "incomplete".equals(status);
        tool.inProgress = "in_progress".equals(status);
    }

    /** The status of a response that is over, or null, and why it is incomplete, which then is the stop reason. */
    public static void stopResponse(Seen seen, String status, String incomplete) {
        seen.stop("incomplete".equals(status) ? incomplete : status);
        if ("completed".equals(status)) {
            seen.toolCalls().forEach(tool -> tool.inProgress = false);
        }
    }
}
