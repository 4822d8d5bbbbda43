package main

import (
	"testing"

	"streamspec/golden"
)

// The content of a chunk is a string in the SDK, so it holds none in parts.
func TestGoldenChunks(t *testing.T) { golden.Events(t, "openai-chat", readChunk, "content in parts") }

// The SDK has no surface that hands over a finished response of a stream, so there is nothing that reads one.
func TestGoldenEvents(t *testing.T) { golden.Events(t, "openai-responses", readEvent) }
