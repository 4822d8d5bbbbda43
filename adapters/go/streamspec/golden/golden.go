// Package golden has an adapter read the items of adapters/golden.json, for the tests of the adapters.
package golden

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"testing"

	"streamspec"
)

type item struct {
	Name, API string
	Events    []json.RawMessage
	Final     json.RawMessage
	Sees      map[string]any
}

// Events reads the streams of a dialect, as the SDK's own events. An item that these cannot hold is left out by its name.
func Events[Event any](t *testing.T, api string, read func(*streamspec.Observer, Event), leftOut ...string) {
	check(t, api, false, leftOut, func(seen *streamspec.Observer, each item) error {
		for _, raw := range each.Events {
			var event Event
			if err := json.Unmarshal(raw, &event); err != nil {
				return err
			}
			seen.Read(func() { read(seen, event) })
		}
		return nil
	})
}

// Streams reads the streams of a dialect whole, for an SDK whose events cannot be made of JSON.
func Streams(t *testing.T, api string, read func(seen *streamspec.Observer, events []json.RawMessage) error) {
	check(t, api, false, nil, func(seen *streamspec.Observer, each item) error { return read(seen, each.Events) })
}

// Finals reads the finished answers of a dialect, as the SDK's own type.
func Finals[Answer any](t *testing.T, api string, read func(*streamspec.Observer, Answer)) {
	check(t, api, true, nil, func(seen *streamspec.Observer, each item) error {
		var answer Answer
		if err := json.Unmarshal(each.Final, &answer); err != nil {
			return err
		}
		seen.Read(func() { read(seen, answer) })
		return nil
	})
}

// Sees has a surface's reader read events, or a finished answer as the only one, and compares the fields that are named.
func Sees[Event any](t *testing.T, final bool, read func(*streamspec.Observer, Event), events []string, wanted map[string]any) {
	t.Helper()
	seen := observe(final, func(seen *streamspec.Observer) error {
		for _, raw := range events {
			var event Event
			if err := json.Unmarshal([]byte(raw), &event); err != nil {
				return err
			}
			seen.Read(func() { read(seen, event) })
		}
		return nil
	})
	compare(t, seen, wanted)
}

// observe returns what is seen in a call of a surface that shows every field.
func observe(final bool, read func(*streamspec.Observer) error) map[string]any {
	surface := streamspec.Surface{Delivers: streamspec.Events, AlsoShows: []string{"usage", "thinking", "refusal"}}
	if final {
		surface.Delivers = streamspec.Final
	}
	call := func(_ context.Context, seen *streamspec.Observer) error { return read(seen) }
	return streamspec.Observe(surface, nil, streamspec.Read{}, call)
}

func compare(t *testing.T, observation, wanted map[string]any) {
	t.Helper()
	if observation["error"] != nil {
		t.Fatal(observation["error"])
	}
	for field, wanted := range plain(t, wanted) {
		if seen, there := plain(t, observation)[field]; !there || !reflect.DeepEqual(seen, wanted) {
			t.Errorf("%s: %v is not %v", field, seen, wanted)
		}
	}
}

func check(t *testing.T, api string, final bool, leftOut []string, read func(*streamspec.Observer, item) error) {
	text, err := os.ReadFile("../../golden.json")
	var golden struct{ Items []item }
	if err == nil {
		err = json.Unmarshal(text, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, each := range golden.Items {
		if each.API != api || final == (each.Final == nil) || slices.Contains(leftOut, each.Name) {
			continue
		}
		count++
		t.Run(each.Name, func(t *testing.T) {
			compare(t, observe(final, func(seen *streamspec.Observer) error { return read(seen, each) }), each.Sees)
		})
	}
	if count == 0 {
		t.Fatalf("there are no items of %s", api)
	}
}

// plain returns what was seen as JSON, with arguments that are JSON text as what they say.
func plain(t *testing.T, seen map[string]any) (fields map[string]any) {
	text, err := json.Marshal(seen)
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		t.Fatal(err)
	}
	calls, _ := fields["tool_calls"].([]any)
	for _, each := range calls {
		call := each.(map[string]any)
		var said any
		if text, ok := call["arguments"].(string); ok && json.Unmarshal([]byte(text), &said) == nil {
			call["arguments"] = said
		}
	}
	return fields
}
