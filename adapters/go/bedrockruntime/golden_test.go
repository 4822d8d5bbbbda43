package main

import (
	"testing"

	"streamspec/golden"
)

func TestGoldenMessageEvents(t *testing.T) { golden.Events(t, "anthropic-messages", readMessageEvent) }
