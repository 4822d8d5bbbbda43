package main

import (
	"testing"

	"streamspec/golden"
)

func TestGoldenChunks(t *testing.T) { golden.Events(t, "gemini-generate", readChunk) }
