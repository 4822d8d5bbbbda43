package streamspec

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestAnErrorIsNamedWithItsPackage(t *testing.T) {
	own := []ErrorType{Own("sample.Error", readSampleError)}
	for _, each := range []struct {
		err             error
		classes, causes []string
	}{
		{&sampleError{}, []string{"sample.Error"}, []string{}},
		{&url.Error{Op: "Post", Err: errors.New("refused")}, []string{"url.Error"}, []string{"errors.errorString"}},
		{
			fmt.Errorf("again: %w", fmt.Errorf("first: %w", &sampleError{})),
			[]string{"fmt.wrapError", "sample.Error"}, []string{"fmt.wrapError", "sample.Error"},
		},
		{
			errors.Join(errors.New("one"), &sampleError{}),
			[]string{"errors.joinError", "sample.Error"}, []string{"errors.errorString", "sample.Error"},
		},
	} {
		described := describeError(each.err, own)
		same(t, described["class"], each.classes[0])
		same(t, described["classes"], each.classes)
		same(t, described["causes"], each.causes)
		same(t, described["message"], each.err.Error())
	}
}

func TestAFieldIsAbsentEmptyOrAReading(t *testing.T) {
	raw := `{"error":{"code":429,"type":"slow_down","nothing":null}}`
	response := &http.Response{Header: http.Header{"Retry-After": {"7"}}}
	reading := func(value any, via string) map[string]any { return map[string]any{"value": value, "via": via} }
	for _, each := range []struct {
		field    string
		ways     []Reading
		offered  bool
		expected any
	}{
		{"status", []Reading{Attribute(529)}, true, reading(529, "attribute")},
		{"status", []Reading{Attribute(0)}, true, any(nil)},
		{"status", []Reading{Body(raw, "error", "code")}, true, reading(429, "body")},
		{"status", []Reading{Body(raw, "error", "type")}, false, nil},
		{"status", []Reading{Attribute(1302)}, true, any(nil)},
		{"type", []Reading{Attribute(""), Body(raw, "error", "type")}, true, reading("slow_down", "body")},
		{"type", []Reading{Body(raw, "error", "nothing")}, false, nil},
		{"type", []Reading{Body("<html>", "error", "type"), Header(nil, "x")}, false, nil},
		{"code", []Reading{Body(raw, "error", "code")}, true, reading("429", "body")},
		{"code", []Reading{Body(`{"code":{"a":1}}`, "code")}, true, reading(`{"a":1}`, "body")},
		{"request_id", []Reading{Header(response, "request-id")}, true, any(nil)},
		{"retry_after", []Reading{Header(response, "retry-after")}, true, reading(7.0, "header")},
		{"retry_after", []Reading{Attribute("soon")}, true, any(nil)},
		{"retry_after", []Reading{Attribute("NaN")}, true, any(nil)},
		{"message", []Reading{Attribute("")}, true, "as it was"},
		{"message", []Reading{Attribute("better")}, true, "better"},
	} {
		seen, offered := described([]string{"E"}, "as it was", Fields{each.field: each.ways})[each.field]
		same(t, offered, each.offered)
		same(t, seen, each.expected)
	}
	date := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
	if delay, _ := seconds(date).(float64); delay < 50 || delay > 60 {
		t.Errorf("%v is %v seconds away", date, delay)
	}
}

func TestAToolCallIsTextUntilItIsParsed(t *testing.T) {
	seen := newSeen(Events)
	tool := seen.Tool(0, "weather")
	tool.Add(`{"city":`)
	tool.Add(`"Paris"}`)
	seen.Tool(0, "another name")
	parsed := seen.Tool(1, "parsed")
	parsed.Arguments = map[string]any{"city": "Paris"}
	parsed.Add("{")
	parsed.Finish("")
	same(t, seen.observation()["tool_calls"], []any{
		map[string]any{"name": "weather", "arguments": `{"city":"Paris"}`, "complete": false},
		map[string]any{"name": "parsed", "arguments": "{", "complete": true},
	})
	same(t, seen.OpenTool(2), (*Tool)(nil))
}

func TestTheFirstFailedItemCountsUnlessAnErrorIsRaised(t *testing.T) {
	seen := newSeen(Events)
	seen.Opened()
	seen.FailedItem(sampleStream{}, "first", nil)
	seen.FailedItem(sampleStream{}, "second", nil)
	seen.Interrupted()
	observation := seen.observation()
	same(t, observation["ended"], "error-item")
	same(t, observation["error"].(map[string]any)["message"], "first")
	same(t, observation["error"].(map[string]any)["class"], "streamspec.sampleStream")
	seen.raised(describeError(&sampleError{}, nil))
	same(t, seen.observation()["ended"], "raised")
}

func TestALineIsOneLineThatEveryReaderTakes(t *testing.T) {
	deep := any("bottom")
	for range 1000 {
		deep = map[string]any{"a": []any{deep}}
	}
	line, err := encode(map[string]any{"deep": deep, "long": strings.Repeat("é", longestString), "text": "<a>\n\xff"})
	if err != nil {
		t.Fatal(err)
	}
	same(t, strings.Count(string(line), "\n"), 1)
	for _, expected := range []string{`"text":"<a>\n\ufffd"`, "[cut by the adapter: 10000000 bytes]"} {
		if !strings.Contains(string(line), expected) {
			t.Errorf("%s is not in the line", expected)
		}
	}
	if strings.Count(string(line), "{") > 200 {
		t.Error("the line is too deep")
	}
}
