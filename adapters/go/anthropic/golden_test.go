package main

import (
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"

	"streamspec"
	"streamspec/golden"
)

func TestGoldenEvents(t *testing.T) { golden.Events(t, "anthropic-messages", readEvent) }

func TestGoldenMessages(t *testing.T) {
	golden.Finals(t, "anthropic-messages", func(seen *streamspec.Observer, message anthropic.Message) {
		readAccumulated(seen, message, true)
	})
}
