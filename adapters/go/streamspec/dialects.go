package streamspec

// The dialects' rules about tool calls: what says that one is over, and what that it was cut. They are written down in
// adapters/README.md, "A complete tool call".

// End takes the SDK's word that the call is over.
func (tool *Tool) End() { tool.ended = true }

// EndItem takes the end of an item of Responses. With the status `incomplete` it was cut, and with `in_progress` it was
// unless the response completes.
func (tool *Tool) EndItem(status string) {
	tool.End()
	tool.cut, tool.inProgress = status == "incomplete", status == "in_progress"
}

// EndCalls says that every call so far is over, as all in a finished answer are that was returned normally.
func (seen *Observer) EndCalls() {
	for _, tool := range seen.tools {
		tool.End()
	}
}

// Block says that a content block of an Anthropic message begins; a tool call in it has the same key.
func (seen *Observer) Block(key any) { seen.lastBlock = key }

// StopMessage keeps the stop reason of an Anthropic message. A limit cuts the call in the message's last block.
func (seen *Observer) StopMessage(reason string) { seen.stopBlocks("anthropic-messages", reason) }

// StopConverse keeps the stop reason of an answer of ConverseStream. A limit cuts the call in its last block.
func (seen *Observer) StopConverse(reason string) { seen.stopBlocks("bedrock-converse", reason) }

// stopBlocks keeps the stop reason of an answer in blocks.
func (seen *Observer) stopBlocks(api, reason string) {
	seen.Stop(reason)
	switch {
	case endsCalls(api, reason):
		seen.EndCalls()
	case isLimit(api, reason):
		if tool := seen.OpenTool(seen.lastBlock); tool != nil {
			tool.cut = true
		}
	}
}

// FinishChoice keeps the finish reason of a choice of Chat Completions. One that does not end the calls cuts them all.
func (seen *Observer) FinishChoice(reason string) {
	seen.finish(reason, endsCalls("openai-chat", reason))
}

// FinishCandidate keeps the finish reason of a candidate of Gemini's. One that does not end the calls cuts them all.
func (seen *Observer) FinishCandidate(reason string) {
	seen.finish(reason, endsCalls("gemini-generate", reason))
}

// finish keeps a finish reason, which ends all calls or cuts them.
func (seen *Observer) finish(reason string, ends bool) {
	seen.Stop(reason)
	if reason == "" {
		return
	}
	for _, tool := range seen.tools {
		tool.ended, tool.cut = tool.ended || ends, tool.cut || !ends
	}
}

// StopResponse keeps the stop reason of a response that is over: its status, or why it is incomplete. A call that is in
// progress to the end of a response that completed is over.
func (seen *Observer) StopResponse(status, incomplete string) {
	switch status {
	case "queued", "in_progress":
		return
	case "incomplete":
		seen.Stop(incomplete)
		return
	case "completed":
		for _, tool := range seen.tools {
			tool.inProgress = false
		}
	}
	seen.Stop(status)
}
