package main

import (
	"testing"

	"github.com/tmc/langchaingo/llms"

	"streamspec"
	"streamspec/golden"
)

// choice returns a choice of an answer, with one call or without any.
func choice(text, stop, arguments string, info map[string]any) *llms.ContentChoice {
	choice := &llms.ContentChoice{Content: text, StopReason: stop, GenerationInfo: info}
	if arguments != "" {
		call := llms.FunctionCall{Name: "get_weather", Arguments: arguments}
		choice.ToolCalls = []llms.ToolCall{{FunctionCall: &call}}
	}
	return choice
}

func sees(t *testing.T, api string, wanted map[string]any, choices ...*llms.ContentChoice) {
	t.Helper()
	golden.Sees(t, true, func(seen *streamspec.Observer, _ any) {
		answer := &llms.ContentResponse{Choices: choices}
		readText(seen, answer)
		readEnd(seen, api, answer)
	}, []string{`{}`}, wanted)
}

func called(arguments any, complete bool) map[string]any {
	return map[string]any{"name": "get_weather", "arguments": arguments, "complete": complete}
}

func TestBlocksOfAnthropicAreChoices(t *testing.T) {
	whole, half := called(map[string]any{}, true), called(`{"city":`, false)
	sees(t, "anthropic-messages", map[string]any{
		"text": "Hello", "thinking": "Hm.", "stop_reason": "tool_use", "tool_calls": []any{whole},
	}, choice("Hello", "tool_use", "", map[string]any{"ThinkingContent": "Hm."}), choice("", "tool_use", "{}", nil))
	// A limit cuts the call in the last block alone.
	sees(t, "anthropic-messages", map[string]any{"stop_reason": "max_tokens", "tool_calls": []any{whole, half}},
		choice("", "max_tokens", "{}", nil), choice("", "max_tokens", `{"city":`, nil))
}

func TestAnAnswerOfOpenAIIsOneChoice(t *testing.T) {
	sees(t, "openai-chat", map[string]any{"text": "Hello", "stop_reason": "stop", "tool_calls": []any{}, "usage": nil},
		choice("Hello", "stop", "", nil))
	sees(t, "openai-chat", map[string]any{"tool_calls": []any{called(map[string]any{}, false)}},
		choice("", "length", "{}", nil))
}

func TestNumbersOfTokens(t *testing.T) {
	wanted := map[string]any{"usage": map[string]any{"input": 12, "output": 3}}
	sees(t, "openai-chat", wanted, choice("", "", "", map[string]any{"PromptTokens": 12, "CompletionTokens": 3}))
	sees(t, "anthropic-messages", wanted, choice("", "", "", map[string]any{"InputTokens": 12, "OutputTokens": 3}))
}
