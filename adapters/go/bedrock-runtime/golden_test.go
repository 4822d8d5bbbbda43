package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/smithy-go/eventstream"

	"streamspec"
	"streamspec/golden"
)

func TestGoldenMessageEvents(t *testing.T) { golden.Events(t, "anthropic-messages", readMessageEvent) }

// TestGoldenConverseEvents has a server send the events, as the SDK makes its own of frames alone.
func TestGoldenConverseEvents(t *testing.T) {
	golden.Streams(t, "bedrock-converse", func(seen *streamspec.Observer, events []json.RawMessage) error {
		server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
			for _, event := range events {
				if err := send(answer, event); err != nil {
					t.Error(err)
				}
			}
		}))
		defer server.Close()
		run := streamspec.Run{API: "bedrock-converse", Surface: "converse", BaseURL: server.URL, TimeoutMS: 5000}
		return plan(run)(context.Background(), seen)
	})
}

// send sends an event in a frame: an object whose one member has the name of the event.
func send(answer http.ResponseWriter, event json.RawMessage) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(event, &members); err != nil {
		return err
	}
	for name, payload := range members {
		message := eventstream.Message{Payload: payload}
		message.Headers.Set(":message-type", eventstream.StringValue("event"))
		message.Headers.Set(":event-type", eventstream.StringValue(name))
		if err := eventstream.NewEncoder().Encode(answer, message); err != nil {
			return err
		}
	}
	return nil
}
