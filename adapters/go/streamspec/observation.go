package streamspec

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Delivers is what the caller of a surface is handed; it decides which fields exist before anything has arrived.
type Delivers string

// The kinds of surfaces: events one by one, pieces of text one by one, the finished answer only.
const (
	Events Delivers = "events"
	Text   Delivers = "text"
	Final  Delivers = "final"
)

// Tool is a tool call as far as it has been handed over; the arguments are a string until the SDK parses them. The signs
// that it is over, and those that it was cut, are in dialects.go.
type Tool struct {
	name                   string
	arguments              any
	ended, cut, inProgress bool
}

// Set takes the arguments as far as they are known, as text or as the SDK parsed them; none at all change nothing, and
// neither does the empty object that a call begins with.
func (tool *Tool) Set(arguments any) {
	switch known := arguments.(type) {
	case nil:
	case string:
		if known != "" {
			tool.arguments = known
		}
	case map[string]any:
		if len(known) > 0 {
			tool.arguments = known
		}
	default:
		tool.arguments = known
	}
}

// Add adds a piece of the raw arguments; what the SDK had parsed before gives way to the first of them.
func (tool *Tool) Add(piece string) {
	if piece != "" {
		before, _ := tool.arguments.(string)
		tool.arguments = before + piece
	}
}

// call returns the contract's `ToolCall`. One that is complete without arguments has none.
func (tool *Tool) call() map[string]any {
	arguments, complete := tool.arguments, tool.ended && !tool.cut && !tool.inProgress
	if complete && arguments == "" {
		arguments = map[string]any{}
	}
	return map[string]any{"name": tool.name, "arguments": arguments, "complete": complete}
}

// Observer observes one call: it collects what the SDK's caller sees, and makes the observation of it.
type Observer struct {
	site, ended             string
	events, stopAfter       int
	fields                  map[string]any
	text, thinking, refusal strings.Builder
	keys                    []any
	tools                   map[any]*Tool
	lastBlock               any
	usage                   map[string]any
	failure                 map[string]any
}

func newObserver(surface Surface, read Read) *Observer {
	seen := &Observer{site: "open", ended: "returned", fields: map[string]any{}, tools: map[any]*Tool{}}
	seen.stopAfter = read.StopAfter
	switch surface.Delivers {
	case Events:
		seen.HandOver("text", "tool_calls", "stop_reason")
		seen.HandOver(surface.AlsoShows...)
	case Text:
		seen.HandOver("text")
		seen.HandOver(surface.AlsoShows...)
	case Final:
	}
	return seen
}

// HandOver says which fields the caller can read from here on, though they may still be empty: text, tool_calls,
// stop_reason, usage, thinking, refusal. A final surface begins with none.
func (seen *Observer) HandOver(fields ...string) {
	for _, field := range fields {
		seen.fields[field] = nil
	}
}

// Opened says that the call which opens the stream has returned; an error from here on comes while items are taken.
func (seen *Observer) Opened() { seen.site = "iterate" }

// Item counts an item that the SDK handed over.
func (seen *Observer) Item() { seen.events++ }

// readingFault is how the adapter's own panic passes through the SDK.
type readingFault struct{ panicked any }

func (fault readingFault) String() string { return fmt.Sprint("cannot read an item: ", fault.panicked) }

// Read reads what the SDK handed over; what goes wrong here is the adapter's fault, not the SDK's.
func (seen *Observer) Read(read func()) {
	defer func() {
		if panicked := recover(); panicked != nil {
			panic(readingFault{panicked})
		}
	}()
	read()
}

// Stream is what SDKs hand out that iterate with Next, Current and Err, and are let go with Close.
type Stream[T any] interface {
	Next() bool
	Current() T
	Err() error
	Close() error
}

// Iterate takes the items of a stream with the loop of its documentation. The error of `each`, which an SDK's own
// accumulator may return, ends it. A caller who stops leaves the loop and closes the stream.
func Iterate[T any](seen *Observer, stream Stream[T], each func(item T) error) error {
	if err := stream.Err(); err != nil {
		return err
	}
	seen.Opened()
	for stream.Next() {
		item := stream.Current()
		seen.Item()
		if err := each(item); err != nil {
			return err
		}
		if seen.Stops() {
			return stream.Close()
		}
	}
	return stream.Err()
}

// Receive takes the items of a stream that ends with io.EOF, with the loop of its documentation. A caller who stops leaves the
// loop and closes the stream, which is left to the caller's `defer`.
func Receive[T any](seen *Observer, receive func() (T, error), read func(seen *Observer, item T)) error {
	for {
		item, err := receive()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		seen.Item()
		seen.Read(func() { read(seen, item) })
		if seen.Stops() {
			return nil
		}
	}
}

// Reader returns an `each` of [Iterate] that only reads.
func Reader[T any](seen *Observer, read func(seen *Observer, item T)) func(item T) error {
	return func(item T) error {
		seen.Read(func() { read(seen, item) })
		return nil
	}
}

// Say adds a piece of text.
func (seen *Observer) Say(piece string) { seen.text.WriteString(piece) }

// Think adds a piece of the model's thoughts.
func (seen *Observer) Think(piece string) { seen.thinking.WriteString(piece) }

// Refuse adds a piece of a refusal that is apart from the text.
func (seen *Observer) Refuse(piece string) { seen.refusal.WriteString(piece) }

// Tokens is a number of tokens of the whole answer so far, as SDKs in Go have it: zero, where they do not say that it was
// present, is no number.
type Tokens struct {
	Number  int64
	Present bool
}

// Count keeps the numbers of tokens of the request and of the answer; one that is not present does not take back an earlier
// one.
func (seen *Observer) Count(input, output Tokens) {
	for name, tokens := range map[string]Tokens{"input": input, "output": output} {
		if tokens.Number < 0 || tokens.Number == 0 && !tokens.Present {
			continue
		}
		if seen.usage == nil {
			seen.usage = map[string]any{"input": nil, "output": nil}
		}
		seen.usage[name] = tokens.Number
	}
}

// Tool returns the tool call with this key, begun now if it is new.
func (seen *Observer) Tool(key any, name string) *Tool {
	tool := seen.tools[key]
	if tool == nil {
		tool = &Tool{arguments: ""}
		seen.keys, seen.tools[key] = append(seen.keys, key), tool
	}
	if tool.name == "" {
		tool.name = name
	}
	return tool
}

// OpenTool returns the tool call with this key, or nil if none was begun.
func (seen *Observer) OpenTool(key any) *Tool { return seen.tools[key] }

// AddTool begins a tool call that no later piece refers to.
func (seen *Observer) AddTool(name string) *Tool { return seen.Tool(len(seen.keys), name) }

// Stop keeps a stop reason; an event without one does not take back an earlier one.
func (seen *Observer) Stop(reason string) {
	if reason != "" {
		seen.fields["stop_reason"] = reason
	}
}

// FailedItem says that the SDK handed the failure over as an item; the first such item that says anything counts.
func (seen *Observer) FailedItem(item any, message string, fields Fields) {
	if !seen.knowsWhy() {
		seen.ended, seen.failure = "error-item", described([]string{typeName(item, nil)}, message, fields)
		seen.failure["site"] = seen.site
	}
}

// knowsWhy says whether the failure so far has a message, a type or a code.
func (seen *Observer) knowsWhy() bool {
	failure := seen.failure
	return failure != nil && (failure["message"] != "" || failure["type"] != nil || failure["code"] != nil)
}

// Interrupted says that the SDK itself says, without an error, that what it hands over is not the whole answer.
func (seen *Observer) Interrupted() {
	if seen.failure == nil {
		seen.ended = "aborted"
	}
}

// raised says that the SDK raised, be it because its caller has cancelled; an item that has said why it failed stands.
func (seen *Observer) raised(failure map[string]any, cancelled bool) {
	if seen.knowsWhy() {
		return
	}
	seen.ended, seen.failure = "raised", failure
	seen.failure["site"] = seen.site
	if cancelled {
		seen.ended = "cancelled"
	}
}

// observation returns the contract's `Observation`.
func (seen *Observer) observation() map[string]any {
	observation := map[string]any{"ended": seen.ended, "events": seen.events}
	for field, value := range seen.fields {
		observation[field] = value
	}
	texts := map[string]*strings.Builder{"text": &seen.text, "thinking": &seen.thinking, "refusal": &seen.refusal}
	for field, text := range texts {
		if _, offered := seen.fields[field]; offered {
			observation[field] = text.String()
		}
	}
	if _, offered := seen.fields["usage"]; offered && seen.usage != nil {
		observation["usage"] = seen.usage
	}
	if _, offered := seen.fields["tool_calls"]; offered {
		calls := []any{}
		for _, key := range seen.keys {
			// A call without a name is none.
			if tool := seen.tools[key]; tool.name != "" {
				calls = append(calls, tool.call())
			}
		}
		observation["tool_calls"] = calls
	}
	if seen.failure != nil {
		observation["error"] = seen.failure
	}
	return observation
}
