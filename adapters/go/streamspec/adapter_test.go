package streamspec

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// The test binary is also the adapter under test, of an SDK that prints, reads stdin, fails, panics and hangs.
const asAdapter = "STREAMSPEC_TEST_ADAPTER"

// The name of an api says what happens.
const sampleManifest = `{"package": "sample", "surfaces": {
	"text": {"apis": ["plain", "meets", "fails", "panics", "hangs", "misread", "unplanned"], "delivers": "text"},
	"stream": {"apis": ["plain", "fails"], "delivers": "events"}}}`

func TestMain(m *testing.M) {
	if os.Getenv(asAdapter) != "" {
		Serve(sample())
	}
	os.Exit(m.Run())
}

type sampleError struct{ status int }

func (err *sampleError) Error() string { return "the sample failed" }

func readSampleError(err *sampleError) Fields { return Fields{"status": {Attribute(err.status)}} }

type sampleStream struct {
	items   []any
	at      int
	err     error
	closed  bool
	closing error
}

func (stream *sampleStream) Next() bool   { stream.at++; return stream.at <= len(stream.items) }
func (stream *sampleStream) Current() any { return stream.items[stream.at-1] }
func (stream *sampleStream) Err() error   { return stream.err }
func (stream *sampleStream) Close() error { stream.closed = true; return stream.closing }

func sample() SDK {
	var meeting sync.WaitGroup
	meeting.Add(2)
	open := func(api string) *sampleStream {
		fmt.Println("noise")
		io.ReadAll(os.Stdin)
		switch api {
		case "meets":
			meeting.Done()
			meeting.Wait()
		case "fails":
			return &sampleStream{err: fmt.Errorf("wrapped: %w", &sampleError{429})}
		case "panics":
			panic("at open")
		case "hangs":
			select {}
		case "misread":
			return &sampleStream{items: []any{"a", 1}}
		}
		return &sampleStream{items: []any{"a", "b"}}
	}
	return SDK{
		Errors: []ErrorType{Own("sample.Error", readSampleError)},
		Plan: func(run Run) Call {
			if run.API == "unplanned" {
				return nil
			}
			return func(ctx context.Context, seen *Observer) error {
				read := func(seen *Observer, item any) { seen.Say(item.(string)) }
				return Iterate(seen, open(run.API), Reader(seen, read))
			}
		},
	}
}

// process is the adapter, spoken with over pipes.
type process struct {
	*testing.T
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
	noise   strings.Builder
}

func start(t *testing.T) *process {
	adapter := &process{T: t, command: exec.Command(os.Args[0])}
	adapter.command.Env = append(os.Environ(), asAdapter+"=1", manifestVariable+"="+sampleManifest)
	adapter.command.Stderr = &adapter.noise
	var err, broken error
	adapter.input, err = adapter.command.StdinPipe()
	output, broken := adapter.command.StdoutPipe()
	adapter.output = bufio.NewReader(output)
	if err := errors.Join(err, broken, adapter.command.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { adapter.command.Process.Kill() })
	return adapter
}

func (adapter *process) say(lines ...string) {
	if _, err := io.WriteString(adapter.input, strings.Join(lines, "\n")+"\n"); err != nil {
		adapter.Fatal(err)
	}
}

// heard returns the given number of answers, by their ids.
func (adapter *process) heard(count int) map[any]map[string]any {
	answers := map[any]map[string]any{}
	for range count {
		line, err := adapter.output.ReadBytes('\n')
		var answer map[string]any
		if err := errors.Join(err, json.Unmarshal(line, &answer)); err != nil {
			adapter.Fatalf("%v: %q", err, line)
		}
		answers[answer["id"]] = answer
	}
	return answers
}

// ends waits for the process, which must exit with status 0.
func (adapter *process) ends() {
	ended := make(chan error, 1)
	go func() { ended <- adapter.command.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			adapter.Fatal(err)
		}
	case <-time.After(5 * time.Second):
		adapter.Fatal("it is still running")
	}
}

func run(id int, api, surface string) string {
	return fmt.Sprintf(`{"op":"run","id":%d,"api":%q,"surface":%q,"base_url":"http://127.0.0.1:9",`, id, api, surface) +
		`"timeout_ms":1000,"max_retries":0,"ask":"text"}`
}

func same(t *testing.T, seen, expected any) {
	t.Helper()
	if !reflect.DeepEqual(seen, expected) {
		t.Errorf("%v is not %v", seen, expected)
	}
}

func TestHelloSaysWhoItIs(t *testing.T) {
	adapter := start(t)
	adapter.say(`{"op":"hello","protocol":1}`)
	hello := adapter.heard(1)[nil]
	same(t, hello["sdk"], map[string]any{"name": "sample", "version": "unknown", "language": "go"})
	same(t, hello["error_bases"], []any{"sample.Error"})
	same(t, hello["surfaces"], []any{"stream", "text"})
	if runtime := hello["runtime"].(string); !strings.HasPrefix(runtime, "Go 1.") {
		t.Errorf("the runtime is %q", runtime)
	}
}

func TestOnlyTheProtocolReachesStdout(t *testing.T) {
	adapter := start(t)
	adapter.say(run(1, "plain", "text"), run(2, "plain", "stream"))
	heard := adapter.heard(2)
	same(t, heard[1.0]["observation"], map[string]any{"ended": "returned", "events": 2.0, "text": "ab"})
	same(t, heard[2.0]["observation"], map[string]any{
		"ended": "returned", "events": 2.0, "text": "ab", "tool_calls": []any{}, "stop_reason": nil,
	})
	adapter.say(`{"op":"bye"}`)
	if rest, _ := io.ReadAll(adapter.output); len(rest) > 0 {
		t.Errorf("stdout had more: %q", rest)
	}
	adapter.ends()
	same(t, strings.Count(adapter.noise.String(), "noise"), 2)
}

func TestCallsAreInFlightTogether(t *testing.T) {
	adapter := start(t)
	adapter.say(run(1, "hangs", "text"), run(2, "meets", "text"), run(3, "meets", "text"))
	heard := adapter.heard(2)
	if heard[2.0] == nil || heard[3.0] == nil {
		t.Errorf("heard %v", heard)
	}
}

func TestWhatTheSDKLetsOutIsAnObservation(t *testing.T) {
	adapter := start(t)
	adapter.say(run(1, "fails", "text"), run(2, "panics", "text"))
	heard := adapter.heard(2)
	same(t, heard[1.0]["observation"].(map[string]any)["error"], map[string]any{
		"site": "open", "class": "sample.Error", "classes": []any{"sample.Error"},
		"message": "the sample failed", "causes": []any{},
		"status": map[string]any{"value": 429.0, "via": "cause"},
	})
	same(t, heard[2.0]["observation"].(map[string]any)["error"], map[string]any{
		"site": "open", "class": "panic", "classes": []any{"panic", "string"}, "message": "panic: at open", "causes": []any{},
	})
}

func TestWhatTheAdapterCannotDoIsAFault(t *testing.T) {
	adapter := start(t)
	adapter.say(
		run(1, "misread", "text"), run(2, "nope", "text"), run(3, "plain", "nope"), run(4, "unplanned", "text"),
		`{"op":"run","id":5}`, `{"op":"?","id":6}`, "{",
	)
	heard := adapter.heard(7)
	messages := []string{}
	for _, answer := range heard {
		same(t, answer["op"], "fault")
		messages = append(messages, answer["message"].(string))
	}
	same(t, len(heard), 7)
	for _, expected := range []string{
		"cannot read an item: interface conversion: interface {} is int, not string", "no surface text for nope",
		"no surface nope for plain", "no surface text for unplanned", "cannot read a run: api is missing", `no operation "?"`,
		"cannot read a request: unexpected end of JSON input",
	} {
		if !slices.Contains(messages, expected) {
			t.Errorf("%q is not among %q", expected, messages)
		}
	}
}

func TestItEndsAtOnceWithCallsInFlight(t *testing.T) {
	adapter := start(t)
	adapter.say(run(1, "hangs", "text"), `{"op":"bye"}`)
	adapter.ends()
}

func TestItEndsAtOnceWhenTheHarnessIsGone(t *testing.T) {
	adapter := start(t)
	adapter.say(run(1, "hangs", "text"))
	adapter.input.Close()
	adapter.ends()
}

func TestWithoutAManifestItSaysWhatIsMissing(t *testing.T) {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), asAdapter+"=1")
	said, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(said), manifestVariable+" is not set") {
		t.Fatalf("%v: %s", err, said)
	}
}
