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
		err    error
		class  string
		causes []string
	}{
		{&sampleError{}, "sample.Error", []string{}},
		{&url.Error{Op: "Post", Err: errors.New("refused")}, "url.Error", []string{"errors.errorString"}},
		{
			errors.Join(errors.New("one"), errors.New("two")), "errors.joinError",
			[]string{"errors.errorString", "errors.errorString"},
		},
	} {
		described := describeError(each.err, own)
		same(t, described["class"], each.class)
		same(t, described["classes"], []string{each.class})
		same(t, described["causes"], each.causes)
		same(t, described["message"], each.err.Error())
	}
}

func TestTheSDKsOwnErrorIsFoundInAnother(t *testing.T) {
	// The one that is declared second is the error itself, so nothing was opened to find it.
	own := []ErrorType{Own("sample.Error", readSampleError), Own("sample.Outer", func(outerError) Fields { return Fields{} })}
	sample := &sampleError{429}
	for _, each := range []struct {
		err    error
		class  string
		via    any
		causes []string
	}{
		{sample, "sample.Error", "attribute", []string{}},
		{fmt.Errorf("again: %w", fmt.Errorf("first: %w", sample)), "sample.Error", "cause", []string{}},
		{errors.Join(errors.New("one"), sample), "sample.Error", "cause", []string{}},
		{outerError{sample}, "sample.Outer", nil, []string{"sample.Error"}},
	} {
		described := describeError(each.err, own)
		same(t, described["class"], each.class)
		same(t, described["classes"], []string{each.class})
		same(t, described["causes"], each.causes)
		status, _ := described["status"].(map[string]any)
		same(t, status["via"], each.via)
	}
	same(t, describeError(fmt.Errorf("wrapped: %w", sample), own)["message"], "the sample failed")
}

func TestAnExportedValueIsAClass(t *testing.T) {
	empty := errors.New("no response")
	own := []ErrorType{Own("sample.Error", readSampleError), Sentinel("sample.ErrEmpty", empty)}
	for _, err := range []error{empty, fmt.Errorf("sample: %w", empty)} {
		described := describeError(err, own)
		same(t, described["class"], "sample.ErrEmpty")
		same(t, described["classes"], []string{"sample.ErrEmpty"})
		same(t, described["message"], err.Error())
	}
	// Another value that says the same is another error.
	same(t, describeError(errors.New("no response"), own)["class"], "errors.errorString")
	same(t, describeError(&sampleError{429}, own)["class"], "sample.Error")
}

func TestAnInterfaceIsAClass(t *testing.T) {
	type failed interface {
		error
		Code() string
	}
	var wrapped error
	own := []ErrorType{
		OwnIn("sample.Failed", func(err failed, whole error) Fields {
			wrapped = whole
			return Fields{"type": {Attribute(err.Code())}}
		}),
		Wrapper("sample.Outer", func(outerError, error) Fields { return Fields{"status": {Attribute(500)}} }),
	}
	whole := outerError{codedError{errors.New("slow down")}}
	described := describeError(whole, own)
	same(t, described["class"], "streamspec.codedError")
	same(t, described["classes"], []string{"streamspec.codedError", "sample.Failed"})
	same(t, described["type"], map[string]any{"value": "slow_down", "via": "cause"})
	same(t, wrapped, error(whole))
	described = describeError(outerError{errors.New("cut")}, own)
	same(t, described["classes"], []string{"sample.Outer"})
	same(t, described["status"], map[string]any{"value": 500, "via": "attribute"})
}

type codedError struct{ error }

func (codedError) Code() string { return "slow_down" }

type outerError struct{ error }

func (outer outerError) Unwrap() error { return outer.error }

func TestAFieldIsAbsentEmptyOrAReading(t *testing.T) {
	raw := `{"request_id":"req_1","error":{"code":429,"type":"slow_down"}}`
	response := &http.Response{Header: http.Header{"Retry-After": {"7"}}}
	reading := func(value any, via string) map[string]any { return map[string]any{"value": value, "via": via} }
	for _, each := range []struct {
		field    string
		ways     Fields
		offered  bool
		expected any
	}{
		{"status", Fields{"status": {Attribute(529)}}, true, reading(529, "attribute")},
		{"status", Fields{"status": {Attribute(0)}}, true, any(nil)},
		{"status", Fields{"status": {Attribute(1302)}}, true, any(nil)},
		{"status", Fields{"status": {Attribute(0)}}.Or(GoogleBody(raw)), true, reading(429, "body")},
		{"status", Body(raw), true, reading(429, "body")},
		{"status", Body(`{"error":{"code":"slow_down"}}`), false, nil},
		{"type", Fields{"type": {Attribute("")}}.Or(Body(raw)), true, reading("slow_down", "body")},
		{"type", Fields{"type": {Attribute("better")}}.Or(Body(raw)), true, reading("better", "attribute")},
		{"type", Body("<html>"), false, nil},
		{"type", Fields{"type": {Header(nil, "x")}}, false, nil},
		{"code", Body(`{"code":{"a":1}}`), true, reading(`{"a":1}`, "body")},
		{"code", Body(`{"code":false}`), true, reading("false", "body")},
		{"code", Body(raw + "and more"), false, nil},
		{"request_id", Body(raw), true, reading("req_1", "body")},
		{"request_id", Body(`{"error":{"request_id":"req_2"}}`), true, reading("req_2", "body")},
		{"request_id", Fields{"request_id": {Header(response, "request-id")}}, true, any(nil)},
		{"retry_after", Fields{"retry_after": {Header(response, "retry-after")}}, true, reading(7.0, "header")},
		{"retryable", Fields{"retryable": {Attribute(false)}}, true, reading(false, "attribute")},
		{"message", Fields{"message": {Attribute("")}}, true, "as it was"},
		{"message", Fields{"message": {Attribute("better")}}, true, "better"},
	} {
		seen, offered := described([]string{"E"}, "as it was", each.ways)[each.field]
		same(t, offered, each.offered)
		same(t, seen, each.expected)
	}
	date := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
	if delay, _ := seconds(date).(float64); delay < 50 || delay > 60 {
		t.Errorf("%v is %v seconds away", date, delay)
	}
}

func TestAToolCallIsTextUntilItIsParsed(t *testing.T) {
	seen := newObserver(Surface{Delivers: Events}, Read{})
	tool := seen.Tool(0, "weather")
	tool.Set(map[string]any{})
	tool.Add(`{"city":`)
	tool.Add(`"Paris"}`)
	tool.Set("")
	seen.Tool(0, "another name")
	parsed := seen.AddTool("parsed")
	parsed.Set(map[string]any{"city": "Paris"})
	parsed.Add("")
	replaced := seen.AddTool("replaced")
	replaced.Set(map[string]any{"city": "Paris"})
	replaced.Add("{")
	replaced.End()
	seen.AddTool("begun")
	seen.AddTool("").End()
	same(t, seen.observation()["tool_calls"], []any{
		map[string]any{"name": "weather", "arguments": `{"city":"Paris"}`, "complete": false},
		map[string]any{"name": "parsed", "arguments": map[string]any{"city": "Paris"}, "complete": false},
		map[string]any{"name": "replaced", "arguments": "{", "complete": true},
		map[string]any{"name": "begun", "arguments": "", "complete": false},
	})
	same(t, seen.OpenTool(9), (*Tool)(nil))
}

func TestTheFirstFailureThatSaysAnythingCounts(t *testing.T) {
	seen := newObserver(Surface{Delivers: Events}, Read{})
	seen.Opened()
	seen.FailedItem(sampleStream{}, "", Fields{"code": {Attribute("")}})
	seen.FailedItem(sampleStream{}, "first", nil)
	seen.FailedItem(sampleStream{}, "second", nil)
	seen.Interrupted()
	observation := seen.observation()
	same(t, observation["ended"], "error-item")
	same(t, observation["error"].(map[string]any)["message"], "first")
	same(t, observation["error"].(map[string]any)["class"], "streamspec.sampleStream")
	seen.raised(describeError(&sampleError{}, nil), false)
	same(t, seen.observation()["ended"], "error-item")
	seen = newObserver(Surface{Delivers: Events}, Read{})
	seen.FailedItem(sampleStream{}, "", nil)
	seen.raised(describeError(&sampleError{}, nil), false)
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

func TestWhatIsThereAndCannotBeReadIsSaid(t *testing.T) {
	response := &http.Response{Header: http.Header{"Retry-After": {"soon"}}}
	for _, each := range []struct {
		fields   Fields
		expected any
	}{
		{Fields{"status": {Attribute("529")}}, []string{`status: "529", a string, is none`}},
		{Fields{"status": {Attribute(1302)}}, []string{`status: "1302", a int, is none`}},
		{Fields{"retry_after": {Header(response, "retry-after")}}, []string{`retry_after: "soon", a string, is none`}},
		{Body("<html>").Or(Body("[1]")), []string{"the body is text that is not a JSON object"}},
		{GoogleBody(`{"error":"no"}`), []string{"the `error` in the body is a string"}},
		{Body(`{"detail":"no"}`).Or(Body("")).Or(Body(`{"code":1302}`)), any(nil)},
		{Fields{"status": {Attribute(0)}, "type": {Attribute("")}}, any(nil)},
	} {
		same(t, described([]string{"E"}, "", each.fields)["unread"], each.expected)
	}
}
