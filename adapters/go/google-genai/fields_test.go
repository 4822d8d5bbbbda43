package main

import (
	"testing"

	"streamspec/golden"
)

func TestNumbersOfAResponse(t *testing.T) {
	prompt := `{"usageMetadata":{"promptTokenCount":12}}`
	whole := `{"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":5}}`
	for _, each := range []struct {
		chunks []string
		usage  any
	}{
		{[]string{`{}`}, nil},
		{[]string{`{"usageMetadata":{}}`}, nil},
		{[]string{prompt}, map[string]any{"input": 12, "output": nil}},
		{[]string{prompt, whole, `{}`}, map[string]any{"input": 12, "output": 5}},
		{[]string{whole, prompt}, map[string]any{"input": 12, "output": 5}},
	} {
		golden.Sees(t, false, readChunk, each.chunks, map[string]any{"usage": each.usage})
	}
}

func TestThoughtsOfAResponse(t *testing.T) {
	chunk := `{"candidates":[{"content":{"parts":[{"text":"Hm.","thought":true},{"text":"Hi"}]}}]}`
	golden.Sees(t, false, readChunk, []string{chunk, chunk}, map[string]any{"thinking": "Hm.Hm.", "text": "HiHi"})
}
