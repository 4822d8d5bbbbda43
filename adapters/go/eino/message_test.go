package main

import (
	"testing"

	"github.com/cloudwego/eino/schema"

	"streamspec"
	"streamspec/golden"
)

// A message of Eino's has the names of OpenAI's fields in other places than a chunk, so there are no golden items of it.
func TestPiecesOfACall(t *testing.T) {
	pieces := []string{
		`{"tool_calls":[{"index":0,"function":{"name":"get_weather","arguments":"{\"city\":"}}]}`,
		`{"tool_calls":[{"index":0,"function":{"arguments":"\"Paris\"}"}}]}`,
	}
	for reason, complete := range map[string]bool{"tool_calls": true, "length": false} {
		end := `{"response_meta":{"finish_reason":"` + reason + `","usage":{"prompt_tokens":12,"completion_tokens":3}}}`
		golden.Sees(t, false, readMessage, append(pieces, end), map[string]any{
			"stop_reason": reason,
			"usage":       map[string]any{"input": 12, "output": 3},
			"tool_calls": []any{map[string]any{
				"name": "get_weather", "arguments": map[string]any{"city": "Paris"}, "complete": complete,
			}},
		})
	}
}

func TestTextAndThoughts(t *testing.T) {
	pieces := []string{`{"reasoning_content":"Hm."}`, `{"content":"Hel"}`, `{"content":"lo"}`}
	golden.Sees(t, false, readMessage, pieces, map[string]any{"text": "Hello", "thinking": "Hm.", "stop_reason": nil})
}

func TestAWholeMessage(t *testing.T) {
	read := func(seen *streamspec.Observer, message *schema.Message) {
		seen.HandOver("text", "tool_calls", "stop_reason")
		readMessage(seen, message)
		seen.EndCalls()
	}
	whole := `{"content":"Hello","tool_calls":[{"function":{"name":"get_weather","arguments":"{}"}}]}`
	golden.Sees(t, true, read, []string{whole}, map[string]any{
		"text": "Hello",
		"tool_calls": []any{map[string]any{
			"name": "get_weather", "arguments": map[string]any{}, "complete": true,
		}},
	})
}
