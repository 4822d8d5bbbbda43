package streamspec

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

var shown = Surface{Delivers: Events, AlsoShows: []string{"usage", "thinking", "refusal"}}

// waiting returns a call that ends when its context does, with what it makes of that.
func waiting(made func(err error) error) Call {
	return func(ctx context.Context, seen *Observer) error {
		<-ctx.Done()
		return made(ctx.Err())
	}
}

func TestACallerIsRead(t *testing.T) {
	for text, wanted := range map[string]Caller{
		`{"read":"all","again":true}`:                {Again: true},
		`{"read":{"stop-after":2},"again":false}`:    {Read: Read{StopAfter: 2}},
		`{"read":{"cancel-after":500},"again":true}`: {Read: Read{CancelAfter: 500}, Again: true},
		`{"read":"all","again":false,"at-once":16}`:  {AtOnce: 16},
		`{}`: {},
	} {
		var caller Caller
		if err := json.Unmarshal([]byte(text), &caller); err != nil {
			t.Error(err)
		}
		same(t, caller, wanted)
	}
	var caller Caller
	for _, text := range []string{`{"read":"some"}`, `{"read":{"leave-after":1}}`, `{"read":7}`} {
		if json.Unmarshal([]byte(text), &caller) == nil {
			t.Errorf("%s is a caller", text)
		}
	}
}

func TestACallerWhoStopsClosesTheStream(t *testing.T) {
	read := func(stream *sampleStream, after int) map[string]any {
		return Observe(shown, nil, Read{StopAfter: after}, func(_ context.Context, seen *Observer) error {
			return Iterate(seen, stream, Reader(seen, func(seen *Observer, item any) { seen.Say(item.(string)) }))
		})
	}
	stream := &sampleStream{items: []any{"a", "b", "c"}}
	observation := read(stream, 2)
	same(t, []any{observation["ended"], observation["events"], observation["text"]}, []any{"stopped", 2, "ab"})
	same(t, []any{stream.at, stream.closed}, []any{2, true})
	// One that ends before has not been stopped.
	stream = &sampleStream{items: []any{"a"}}
	same(t, read(stream, 2)["ended"], "returned")
	same(t, stream.closed, false)
	// What closing raises is raised.
	observation = read(&sampleStream{items: []any{"a"}, closing: errors.New("closed twice")}, 1)
	same(t, observation["ended"], "raised")
	same(t, observation["error"].(map[string]any)["message"], "closed twice")
}

func TestAStreamIsReceivedToItsEnd(t *testing.T) {
	for _, each := range []struct {
		last      error
		stopAfter int
		ended     string
		text      string
	}{
		{io.EOF, 0, "returned", "ab"},
		{fmt.Errorf("the end: %w", io.EOF), 0, "returned", "ab"},
		// The connection broke.
		{io.ErrUnexpectedEOF, 0, "raised", "ab"},
		{io.EOF, 1, "stopped", "a"},
		{io.EOF, 3, "returned", "ab"},
	} {
		items := []string{"a", "b"}
		receive := func() (item string, err error) {
			if len(items) == 0 {
				return "", each.last
			}
			item, items = items[0], items[1:]
			return item, nil
		}
		observation := Observe(shown, nil, Read{StopAfter: each.stopAfter}, func(_ context.Context, seen *Observer) error {
			return Receive(seen, receive, (*Observer).Say)
		})
		same(t, []any{observation["ended"], observation["text"]}, []any{each.ended, each.text})
	}
}

func TestAFailureThatWasHandedOverStaysOneWhereTheCallerStops(t *testing.T) {
	observation := Observe(shown, nil, Read{StopAfter: 1}, func(_ context.Context, seen *Observer) error {
		seen.Item()
		seen.FailedItem("item", "it failed", nil)
		same(t, seen.Stops(), true)
		return nil
	})
	same(t, observation["ended"], "error-item")
}

func TestAFailureThatWasHandedOverStaysOneWhereTheCallerCancels(t *testing.T) {
	canceled := waiting(func(err error) error { return err })
	observation := Observe(shown, nil, Read{CancelAfter: 10}, func(ctx context.Context, seen *Observer) error {
		seen.FailedItem("item", "it failed", nil)
		return canceled(ctx, seen)
	})
	same(t, observation["ended"], "error-item")
	same(t, observation["error"].(map[string]any)["message"], "it failed")
}

func TestOnlyAContextThatTheCallerCanceledIsACancellation(t *testing.T) {
	cancels := Read{CancelAfter: 10}
	for name, each := range map[string]struct {
		call  Call
		ended string
	}{
		"the context's error":      {waiting(func(err error) error { return err }), "cancelled"},
		"one that wraps it":        {waiting(func(err error) error { return fmt.Errorf("read: %w", err) }), "cancelled"},
		"one that only says so":    {waiting(func(err error) error { return errors.New(err.Error()) }), "raised"},
		"a deadline":               {waiting(func(error) error { return context.DeadlineExceeded }), "raised"},
		"an end without any error": {waiting(func(error) error { return nil }), "returned"},
		"one before the caller cancels": {
			func(context.Context, *Observer) error { return context.Canceled }, "raised",
		},
	} {
		observation := Observe(shown, nil, cancels, each.call)
		if observation["ended"] != each.ended {
			t.Errorf("%s: %v is not %s", name, observation["ended"], each.ended)
		}
		same(t, observation["error"] != nil, each.ended != "returned")
	}
}

func TestACallIsCanceledAfterItsTimeAndNotBefore(t *testing.T) {
	began := time.Now()
	Observe(shown, nil, Read{CancelAfter: 100}, waiting(func(err error) error { return err }))
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("it was canceled after %v", took)
	}
	same(t, Read{}.context().Done() == nil, true)
}

func TestTheSecondCallIsReadToTheEnd(t *testing.T) {
	adapter := start(t)
	line := run(1, "plain", "text")
	adapter.say(line[:len(line)-1] + `,"caller":{"read":{"stop-after":1},"again":true}}`)
	same(t, adapter.heard(1)[1.0]["observation"], map[string]any{
		"ended": "stopped", "events": 1.0, "text": "a",
		"again": map[string]any{"ended": "returned", "events": 2.0, "text": "ab"},
	})
}

func TestCallsAreMadeAtOnce(t *testing.T) {
	adapter := start(t)
	atOnce := func(id int, api string) string {
		line := run(id, api, "text")
		return line[:len(line)-1] + `,"caller":{"at-once":2}}`
	}
	whole := map[string]any{"ended": "returned", "events": 2.0, "text": "ab"}
	adapter.say(atOnce(1, "meets"))
	same(t, adapter.heard(1)[1.0]["observation"], map[string]any{
		"ended": "returned", "events": 2.0, "text": "ab", "others": []any{whole},
	})
	// What goes wrong in one of them is told, and ends nothing else.
	adapter.say(atOnce(2, "misread"))
	same(t, adapter.heard(1)[2.0]["op"], "fault")
	adapter.say(run(3, "plain", "text"))
	same(t, adapter.heard(1)[3.0]["observation"], whole)
}

// Only a caller who makes several calls keeps a connection, and nobody else gets it.
func TestConnectionsAreKeptForTheFurtherCallsAlone(t *testing.T) {
	clients := []string{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		clients = append(clients, request.RemoteAddr)
	}))
	defer server.Close()
	ask := func(client *http.Client) {
		response, err := client.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	for _, caller := range []Caller{{Again: true}, {}, {AtOnce: 2}} {
		client := caller.httpClient()
		ask(client)
		ask(client)
	}
	same(t, []bool{clients[0] == clients[1], clients[2] == clients[3], clients[4] == clients[5]}, []bool{true, false, true})
	same(t, slices.Contains(clients[:4], clients[4]), false)
}

func TestWhatASurfaceAlsoShowsIsThereFromTheBeginning(t *testing.T) {
	seen := newObserver(shown, Read{})
	observation := seen.observation()
	same(t, []any{observation["thinking"], observation["refusal"]}, []any{"", ""})
	usage, there := observation["usage"]
	same(t, []any{usage, there}, []any{nil, true})
	seen.Think("Hm")
	seen.Think("m.")
	seen.Refuse("I can")
	seen.Refuse("not.")
	observation = seen.observation()
	same(t, []any{observation["thinking"], observation["refusal"], observation["text"]}, []any{"Hmm.", "I cannot.", ""})
	// A surface that does not show them has none, and neither has one of which nothing was handed over.
	for _, surface := range []Surface{{Delivers: Events}, {Delivers: Final, AlsoShows: shown.AlsoShows}} {
		seen := newObserver(surface, Read{})
		seen.Think("Hm")
		seen.Count(Tokens{1, true}, Tokens{1, true})
		for _, field := range shown.AlsoShows {
			if _, there := seen.observation()[field]; there {
				t.Errorf("%s is in %v", field, seen.observation())
			}
		}
	}
}

func TestTheLastNumberThatWasToldCounts(t *testing.T) {
	present := func(number int64) Tokens { return Tokens{number, true} }
	absent := func(number int64) Tokens { return Tokens{number, false} }
	for _, each := range []struct {
		counts [][2]Tokens
		usage  any
	}{
		{[][2]Tokens{{absent(0), absent(0)}}, nil},
		{[][2]Tokens{{present(0), absent(0)}}, map[string]any{"input": int64(0), "output": nil}},
		{[][2]Tokens{{absent(3), absent(4)}}, map[string]any{"input": int64(3), "output": int64(4)}},
		{[][2]Tokens{{present(25), present(1)}, {absent(0), present(15)}}, map[string]any{"input": int64(25), "output": int64(15)}},
		{[][2]Tokens{{present(25), present(1)}, {present(0), absent(0)}}, map[string]any{"input": int64(0), "output": int64(1)}},
		{[][2]Tokens{{present(-1), absent(-1)}}, nil},
	} {
		seen := newObserver(shown, Read{})
		for _, count := range each.counts {
			seen.Count(count[0], count[1])
		}
		same(t, seen.observation()["usage"], each.usage)
	}
}
