package main

import (
	"testing"

	"github.com/openai/openai-go/v3"

	"streamspec"
	"streamspec/golden"
)

// The content of a chunk is a string in the SDK, so it holds none in parts.
func TestGoldenChunks(t *testing.T) { golden.Events(t, "openai-chat", readChunk, "content in parts") }

func TestGoldenCompletions(t *testing.T) {
	golden.Finals(t, "openai-chat", func(seen *streamspec.Observer, completion openai.ChatCompletion) {
		readCompletion(seen, completion, true)
	})
}

// The SDK has no surface that hands over a finished response of a stream, so there is nothing that reads one.
func TestGoldenResponseEvents(t *testing.T) { golden.Events(t, "openai-responses", readResponseEvent) }
