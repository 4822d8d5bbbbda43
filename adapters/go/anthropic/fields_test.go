package main

import (
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"

	"streamspec"
	"streamspec/golden"
)

const (
	begins = `{"type":"message_start","message":{"content":[],"usage":{"input_tokens":25,"output_tokens":1}}}`
	block  = `{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"H"}}`
	piece  = `{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"m."}}`
	signed = `{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"Eq"}}`
)

func ends(usage string) string {
	return `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":` + usage + `}`
}

func TestThoughtsAndNumbersOfAStream(t *testing.T) {
	for usage, counted := range map[string]map[string]any{
		`{"output_tokens":15}`:                    {"input": 25, "output": 15},
		`{"input_tokens":30,"output_tokens":15}`:  {"input": 30, "output": 15},
		`{"input_tokens":null,"output_tokens":0}`: {"input": 25, "output": 0},
		`{}`: {"input": 25, "output": 1},
	} {
		golden.Sees(t, false, readEvent, []string{begins, block, piece, signed, ends(usage)},
			map[string]any{"thinking": "Hm.", "text": "", "usage": counted})
	}
	golden.Sees(t, false, readEvent, []string{block}, map[string]any{"thinking": "H", "usage": nil})
}

func TestThoughtsAndNumbersOfAMessage(t *testing.T) {
	read := func(seen *streamspec.Observer, message anthropic.Message) { readAccumulated(seen, message, false) }
	whole := `{"content":[{"type":"thinking","thinking":"Hm.","signature":"Eq"},{"type":"text","text":"Hi"}],` +
		`"usage":{"input_tokens":25,"output_tokens":15}}`
	golden.Sees(t, true, read, []string{whole},
		map[string]any{"thinking": "Hm.", "text": "Hi", "usage": map[string]any{"input": 25, "output": 15}})
	golden.Sees(t, true, read, []string{`{}`}, map[string]any{"thinking": "", "usage": nil})
}
