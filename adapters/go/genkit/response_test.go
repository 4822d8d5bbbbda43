package main

import (
	"testing"

	"github.com/firebase/genkit/go/ai"

	"streamspec"
	"streamspec/golden"
)

// sees has chunks read, and then a response where there is one.
func sees(t *testing.T, wanted map[string]any, response *ai.ModelResponse, chunks ...*ai.Part) {
	t.Helper()
	golden.Sees(t, false, func(seen *streamspec.Observer, _ any) {
		reader := reader{seen: seen}
		for _, part := range chunks {
			reader.chunk(&ai.ModelResponseChunk{Content: []*ai.Part{part}})
		}
		if response != nil {
			reader.response(response)
		}
	}, []string{`{}`}, wanted)
}

func called(arguments any, complete bool) []any {
	return []any{map[string]any{"name": "get_weather", "arguments": arguments, "complete": complete}}
}

func request(name string, input any) *ai.Part {
	return ai.NewToolRequestPart(&ai.ToolRequest{Name: name, Input: input})
}

func TestAToolRequestInPiecesIsOneOfTheResponse(t *testing.T) {
	pieces := []*ai.Part{request("get_weather", ""), request("", `{"city":`), request("", `"Pa`)}
	sees(t, map[string]any{"tool_calls": called(`{"city":"Pa`, false), "stop_reason": nil}, nil, pieces...)
	paris := map[string]any{"city": "Paris"}
	whole := &ai.ModelResponse{
		FinishReason: ai.FinishReasonStop,
		Message:      ai.NewModelMessage(request("get_weather", paris)),
		Usage:        &ai.GenerationUsage{InputTokens: 12, OutputTokens: 3},
	}
	sees(t, map[string]any{
		"tool_calls": called(paris, true), "stop_reason": "stop", "usage": map[string]any{"input": 12, "output": 3},
	}, whole, pieces...)
}

func TestTextsThoughtsAndARefusal(t *testing.T) {
	blocked := &ai.ModelResponse{
		FinishReason: ai.FinishReasonBlocked, FinishMessage: "I cannot.", Message: ai.NewModelMessage(),
	}
	sees(t, map[string]any{
		"text": "Hello", "thinking": "Hm.", "refusal": "I cannot.", "stop_reason": "blocked", "usage": nil,
	}, blocked, ai.NewReasoningPart("Hm.", nil), ai.NewTextPart("Hel"), ai.NewTextPart("lo"))
}
