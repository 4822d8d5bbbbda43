package streamspec

import "testing"

func TestAReasonEndsCallsOrCutsThem(t *testing.T) {
	for _, each := range []struct {
		finish          func(*Observer, string)
		reason          string
		begun, complete bool
		stop            any
	}{
		{(*Observer).FinishChoice, "tool_calls", true, true, "tool_calls"},
		{(*Observer).FinishChoice, "function_call", true, true, "function_call"},
		{(*Observer).FinishChoice, "stop", true, true, "stop"},
		{(*Observer).FinishChoice, "length", true, false, "length"},
		{(*Observer).FinishChoice, "", true, false, nil},
		{(*Observer).FinishCandidate, "STOP", true, true, "STOP"},
		{(*Observer).FinishCandidate, "MAX_TOKENS", true, false, "MAX_TOKENS"},
		{(*Observer).FinishCandidate, "", true, false, nil},
		{(*Observer).StopMessage, "tool_use", true, true, "tool_use"},
		{(*Observer).StopMessage, "end_turn", true, false, "end_turn"},
		{(*Observer).StopMessage, "", true, false, nil},
		{(*Observer).StopConverse, "tool_use", true, true, "tool_use"},
		{(*Observer).StopConverse, "guardrail_intervened", true, false, "guardrail_intervened"},
		{(*Observer).StopConverse, "max_tokens", false, false, "max_tokens"},
		// These have ended before the reason comes.
		{(*Observer).FinishChoice, "content_filter", false, false, "content_filter"},
		{(*Observer).FinishChoice, "", false, true, nil},
		{(*Observer).FinishCandidate, "SAFETY", false, false, "SAFETY"},
		{(*Observer).StopMessage, "end_turn", false, true, "end_turn"},
		{(*Observer).StopMessage, "max_tokens", false, false, "max_tokens"},
		{(*Observer).StopMessage, "model_context_window_exceeded", false, false, "model_context_window_exceeded"},
	} {
		seen := newObserver(Surface{Delivers: Events}, Read{})
		seen.Block(0)
		seen.Tool(0, "weather")
		if !each.begun {
			seen.EndCalls()
		}
		each.finish(seen, each.reason)
		sees(t, seen, each.complete, each.stop)
	}
}

func TestALimitCutsOnlyTheLastBlock(t *testing.T) {
	seen := newObserver(Surface{Delivers: Events}, Read{})
	seen.Block(0)
	seen.Tool(0, "weather").End()
	seen.Block(1)
	seen.StopMessage("max_tokens")
	sees(t, seen, true, "max_tokens")
}

func TestTheStatusOfAnItemAndOfItsResponseDecide(t *testing.T) {
	for _, each := range []struct {
		item, response, why string
		complete            bool
		stop                any
	}{
		{"completed", "completed", "", true, "completed"},
		{"completed", "incomplete", "max_output_tokens", true, "max_output_tokens"},
		{"completed", "incomplete", "", true, nil},
		{"completed", "failed", "", true, "failed"},
		{"", "completed", "", true, "completed"},
		{"in_progress", "completed", "", true, "completed"},
		{"in_progress", "incomplete", "max_output_tokens", false, "max_output_tokens"},
		{"in_progress", "in_progress", "", false, nil},
		{"in_progress", "queued", "", false, nil},
		{"in_progress", "", "", false, nil},
		{"incomplete", "completed", "", false, "completed"},
	} {
		seen := newObserver(Surface{Delivers: Events}, Read{})
		seen.Tool(0, "weather").EndItem(each.item)
		seen.StopResponse(each.response, each.why)
		sees(t, seen, each.complete, each.stop)
	}
	// What the finished response says of an item counts.
	seen := newObserver(Surface{Delivers: Events}, Read{})
	seen.Tool(0, "weather").EndItem("in_progress")
	seen.Tool(0, "weather").EndItem("completed")
	seen.StopResponse("incomplete", "max_output_tokens")
	sees(t, seen, true, "max_output_tokens")
}

// sees compares the one call's completeness and the stop reason.
func sees(t *testing.T, seen *Observer, complete bool, stop any) {
	t.Helper()
	observation := seen.observation()
	same(t, observation["tool_calls"].([]any)[0].(map[string]any)["complete"], complete)
	same(t, observation["stop_reason"], stop)
}
