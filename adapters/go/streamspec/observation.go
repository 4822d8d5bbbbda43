package streamspec

import (
	"fmt"
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

// Tool is a tool call as far as it has been handed over; the arguments are a string until the SDK parses them.
type Tool struct {
	Name      string
	Arguments any
	Complete  bool
}

// Add adds a piece of the raw arguments; what the SDK had parsed before gives way to the first of them.
func (tool *Tool) Add(piece string) {
	before, _ := tool.Arguments.(string)
	tool.Arguments = before + piece
}

// Finish takes the SDK's word that the call is finished, with the whole arguments where it repeats them.
func (tool *Tool) Finish(arguments string) {
	tool.Complete = true
	if arguments != "" {
		tool.Arguments = arguments
	}
}

// Seen is what the SDK's caller has seen of one call.
type Seen struct {
	site, ended string
	events      int
	fields      map[string]any
	text        strings.Builder
	keys        []any
	tools       map[any]*Tool
	failure     map[string]any
}

func newSeen(delivers Delivers) *Seen {
	seen := &Seen{site: "open", ended: "returned", fields: map[string]any{}, tools: map[any]*Tool{}}
	switch delivers {
	case Events:
		seen.HandOver("text", "tool_calls", "stop_reason")
	case Text:
		seen.HandOver("text")
	case Final:
	}
	return seen
}

// HandOver says which fields the caller can read from here on, though they may still be empty: text, tool_calls,
// stop_reason. A final surface begins with none.
func (seen *Seen) HandOver(fields ...string) {
	for _, field := range fields {
		seen.fields[field] = nil
	}
}

// Opened says that the call which opens the stream has returned; an error from here on comes while items are taken.
func (seen *Seen) Opened() { seen.site = "iterate" }

// Item counts an item that the SDK handed over.
func (seen *Seen) Item() { seen.events++ }

// readingFault is how the adapter's own panic passes through the SDK.
type readingFault struct{ panicked any }

func (fault readingFault) String() string { return fmt.Sprint("cannot read an item: ", fault.panicked) }

// Read reads what the SDK handed over; what goes wrong here is the adapter's fault, not the SDK's.
func (seen *Seen) Read(read func()) {
	defer func() {
		if panicked := recover(); panicked != nil {
			panic(readingFault{panicked})
		}
	}()
	read()
}

// Stream is what SDKs hand out that iterate with Next, Current and Err.
type Stream[T any] interface {
	Next() bool
	Current() T
	Err() error
}

// Iterate takes all items of a stream with the loop of its documentation. The error of `each`, which an SDK's own
// accumulator may return, ends it.
func Iterate[T any](seen *Seen, stream Stream[T], each func(item T) error) error {
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
	}
	return stream.Err()
}

// Reader is an `each` of [Iterate] that only reads.
func Reader[T any](seen *Seen, read func(seen *Seen, item T)) func(item T) error {
	return func(item T) error {
		seen.Read(func() { read(seen, item) })
		return nil
	}
}

// Say adds a piece of text.
func (seen *Seen) Say(piece string) { seen.text.WriteString(piece) }

// Tool is the tool call with this key, begun now if it is new.
func (seen *Seen) Tool(key any, name string) *Tool {
	tool := seen.tools[key]
	if tool == nil {
		tool = &Tool{Arguments: ""}
		seen.keys, seen.tools[key] = append(seen.keys, key), tool
	}
	if tool.Name == "" {
		tool.Name = name
	}
	return tool
}

// OpenTool is the tool call with this key, or nil if none was begun.
func (seen *Seen) OpenTool(key any) *Tool { return seen.tools[key] }

// Tools are all tool calls, in the order of their beginnings.
func (seen *Seen) Tools() []*Tool {
	tools := []*Tool{}
	for _, key := range seen.keys {
		tools = append(tools, seen.tools[key])
	}
	return tools
}

// Stop keeps a stop reason; an event without one does not take back an earlier one.
func (seen *Seen) Stop(reason string) {
	if reason != "" {
		seen.fields["stop_reason"] = reason
	}
}

// FailedItem says that the SDK handed the failure over as an item; the first such item counts.
func (seen *Seen) FailedItem(item any, message string, fields Fields) {
	if seen.failure == nil {
		seen.ended, seen.failure = "error-item", described([]string{typeName(item, nil)}, message, fields)
		seen.failure["site"] = seen.site
	}
}

// Interrupted says that the SDK itself says, without an error, that what it hands over is not the whole answer.
func (seen *Seen) Interrupted() {
	if seen.failure == nil {
		seen.ended = "aborted"
	}
}

func (seen *Seen) raised(failure map[string]any) {
	seen.ended, seen.failure = "raised", failure
	seen.failure["site"] = seen.site
}

// observation is the contract's `Observation`.
func (seen *Seen) observation() map[string]any {
	observation := map[string]any{"ended": seen.ended, "events": seen.events}
	for field, value := range seen.fields {
		observation[field] = value
	}
	if _, offered := seen.fields["text"]; offered {
		observation["text"] = seen.text.String()
	}
	if _, offered := seen.fields["tool_calls"]; offered {
		calls := []any{}
		for _, tool := range seen.Tools() {
			call := map[string]any{"name": tool.Name, "arguments": tool.Arguments, "complete": tool.Complete}
			calls = append(calls, call)
		}
		observation["tool_calls"] = calls
	}
	if seen.failure != nil {
		observation["error"] = seen.failure
	}
	return observation
}
