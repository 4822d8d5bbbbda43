package main

import (
	"testing"

	"github.com/openai/openai-go/v3"

	"streamspec"
	"streamspec/golden"
)

func chunk(delta string) string {
	return `{"choices":[{"index":0,"delta":` + delta + `}],"usage":null}`
}

func TestNumbersOfAChunk(t *testing.T) {
	usage := `{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":0}}`
	counted := map[string]any{"usage": map[string]any{"input": 12, "output": 0}}
	golden.Sees(t, false, readChunk, []string{chunk(`{}`), usage, chunk(`{}`)}, counted)
	golden.Sees(t, false, readChunk, []string{chunk(`{}`)}, map[string]any{"usage": nil})
}

func TestThoughtsAndRefusalOfAChunk(t *testing.T) {
	for delta, thought := range map[string]string{
		`{"reasoning_content":"Hm."}`:                    "Hm.",
		`{"reasoning":"Hm."}`:                            "Hm.",
		`{"reasoning_content":"Hm.","reasoning":"Hm."}`:  "Hm.",
		`{"reasoning_content":null,"reasoning":"Hm."}`:   "Hm.",
		`{"reasoning_content":null,"content":"Hm."}`:     "",
		`{"reasoning":{"text":"in an unknown shape"}}`:   "",
		`{"reasoning_content":"\u00e9","refusal":"Not"}`: "é",
	} {
		golden.Sees(t, false, readChunk, []string{chunk(delta), chunk(delta)}, map[string]any{"thinking": thought + thought})
	}
	pieces := []string{chunk(`{"refusal":"I can"}`), chunk(`{"refusal":"not."}`), chunk(`{"refusal":null}`)}
	golden.Sees(t, false, readChunk, pieces, map[string]any{"refusal": "I cannot.", "text": ""})
}

func TestNumbersAndRefusalOfACompletion(t *testing.T) {
	read := func(seen *streamspec.Observer, completion openai.ChatCompletion) {
		readCompletion(seen, completion, false)
	}
	whole := `{"choices":[{"index":0,"message":{"refusal":"No."}}],"usage":{"prompt_tokens":12,"completion_tokens":3}}`
	golden.Sees(t, true, read, []string{whole},
		map[string]any{"refusal": "No.", "text": "", "usage": map[string]any{"input": 12, "output": 3}})
	golden.Sees(t, true, read, []string{`{}`}, map[string]any{"refusal": "", "usage": nil})
}

func TestFieldsOfAResponse(t *testing.T) {
	events := []string{
		`{"type":"response.created","response":{"status":"in_progress","usage":null}}`,
		`{"type":"response.reasoning_summary_text.delta","delta":"Hm"}`,
		`{"type":"response.reasoning_text.delta","delta":"m."}`,
		`{"type":"response.refusal.delta","delta":"I can"}`,
		`{"type":"response.refusal.delta","delta":"not."}`,
		`{"type":"response.refusal.done","refusal":"I cannot."}`,
	}
	seen := map[string]any{"thinking": "Hmm.", "refusal": "I cannot.", "text": "", "usage": nil}
	golden.Sees(t, false, readResponseEvent, events, seen)
	for _, status := range []string{"completed", "incomplete"} {
		usage := `"usage":{"input_tokens":36,"output_tokens":87}`
		end := `{"type":"response.` + status + `","response":{"status":"` + status + `",` + usage + `}}`
		counted := map[string]any{"usage": map[string]any{"input": 36, "output": 87}}
		golden.Sees(t, false, readResponseEvent, []string{end}, counted)
	}
}
