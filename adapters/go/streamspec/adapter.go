// Package streamspec is the adapter protocol, version 1, for adapters in Go: JSON lines over stdin and stdout, many
// calls at once.
//
// An adapter declares an SDK: its own error types, and for each run a Call that goes through the SDK to its end. Its name
// and its surfaces are in the manifest. This package does the rest: it keeps the protocol's pipes away from the SDK, makes
// each call in a goroutine of its own, and tells the SDK's failures from the adapter's own.
//
// What a Call returns is the SDK's, and so is a panic in it; a panic in a function that is given to [Observer.Read] is the
// adapter's. A panic in a goroutine that the SDK started ends the process, as it would end the program of a user.
package streamspec

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

const protocol = 1

// lastLine is the time for which a line that is being written may keep the process after its last one.
const lastLine = time.Second

// Run is one call through the SDK, as the harness asked for it.
type Run struct {
	ID         uint64 `json:"id"`
	API        string `json:"api"`
	Surface    string `json:"surface"`
	BaseURL    string `json:"base_url"`
	TimeoutMS  int64  `json:"timeout_ms"`
	MaxRetries int    `json:"max_retries"`
	Ask        string `json:"ask"`
	// Prompt has the words of the question.
	Prompt string `json:"prompt"`
	Caller Caller `json:"caller"`
	// HTTPClient is what the SDK is to send with.
	HTTPClient *http.Client `json:"-"`
}

// Timeout returns the timeout that the SDK is to be configured with.
func (run Run) Timeout() time.Duration { return time.Duration(run.TimeoutMS) * time.Millisecond }

// TimedHTTPClient is [Run.HTTPClient] with the timeout, for an SDK whose only one is that of the client which it is given.
func (run Run) TimedHTTPClient() *http.Client {
	return &http.Client{Transport: run.HTTPClient.Transport, Timeout: run.Timeout()}
}

// WithTool says whether the request declares the tool.
func (run Run) WithTool() bool { return run.Ask == "tool" }

// Call goes through the SDK to its end and returns the error that its caller got. It can be made several times, also at
// once, on one client of the SDK. The caller cancels it by its context.
type Call func(ctx context.Context, seen *Observer) error

// SDK has the facts that an adapter declares about its SDK, besides those in its manifest.
type SDK struct {
	// Errors are the SDK's own exported error types, with what can be read of each.
	Errors []ErrorType
	// Plan prepares a call in the SDK's words; a panic in it is the adapter's fault.
	Plan func(run Run) Call
}

// Serve speaks the protocol until `bye` or the end of stdin, then exits at once, whatever is still in flight.
func Serve(sdk SDK) {
	said, err := handedOver()
	if err != nil {
		fmt.Fprintln(os.Stderr, "streamspec: there is no manifest:", err)
		os.Exit(1)
	}
	input, output, err := takePipes()
	if err != nil {
		fmt.Fprintln(os.Stderr, "streamspec: cannot keep the protocol's pipes from the SDK:", err)
		os.Exit(1)
	}
	server := &server{sdk: sdk, manifest: said, output: output, writing: make(chan struct{}, 1)}
	lines := bufio.NewReader(input)
	for {
		line, err := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 && !server.handle(line) || err != nil {
			break
		}
	}
	// A half-written line would be garbage; but a reader that is gone must not keep the process.
	select {
	case server.writing <- struct{}{}:
	case <-time.After(lastLine):
	}
	os.Exit(0)
}

type server struct {
	sdk      SDK
	manifest manifest
	output   io.Writer
	writing  chan struct{}
}

// handle handles one line; false after the last.
func (server *server) handle(line []byte) bool {
	var message struct {
		Op string  `json:"op"`
		ID *uint64 `json:"id"`
	}
	if err := json.Unmarshal(line, &message); err != nil {
		server.fault(nil, fmt.Sprint("cannot read a request: ", err))
		return true
	}
	switch message.Op {
	case "hello":
		server.send(server.sdk.hello(server.manifest))
	case "run":
		run, err := parseRun(line)
		if err != nil {
			server.fault(message.ID, fmt.Sprint("cannot read a run: ", err))
			break
		}
		go server.answer(run)
	case "bye":
		return false
	default:
		server.fault(message.ID, fmt.Sprintf("no operation %q", message.Op))
	}
	return true
}

// parseRun reads a `run` message, in which no field may be missing but those that have a default.
func parseRun(line []byte) (Run, error) {
	run := Run{Prompt: Question.Prompt}
	var fields map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(line, &fields), json.Unmarshal(line, &run)); err != nil {
		return run, err
	}
	for _, name := range []string{"id", "api", "surface", "base_url", "timeout_ms", "max_retries", "ask"} {
		if _, there := fields[name]; !there {
			return run, fmt.Errorf("%s is missing", name)
		}
	}
	return run, nil
}

// answer sends the one answer to a run, however the call comes out.
func (server *server) answer(run Run) {
	defer func() {
		if panicked := recover(); panicked != nil {
			fmt.Fprintf(os.Stderr, "streamspec: call %d: %v\n%s", run.ID, panicked, debug.Stack())
			server.fault(&run.ID, fmt.Sprint(panicked))
		}
	}()
	surface, known := server.manifest.Surfaces[run.Surface]
	if !known || !slices.Contains(surface.APIs, run.API) {
		panic(fmt.Sprintf("no surface %s for %s", run.Surface, run.API))
	}
	run.HTTPClient = run.Caller.httpClient()
	call := server.sdk.Plan(run)
	if call == nil {
		panic(fmt.Sprintf("no surface %s for %s", run.Surface, run.API))
	}
	var observation map[string]any
	if run.Caller.AtOnce > 0 {
		all := observeAtOnce(surface, server.sdk.Errors, run.Caller.AtOnce, call)
		observation = all[0]
		observation["others"] = all[1:]
	} else {
		observation = Observe(surface, server.sdk.Errors, run.Caller.Read, call)
	}
	if run.Caller.Again {
		observation["again"] = Observe(surface, server.sdk.Errors, Read{}, call)
	}
	if run.Caller.SharesClient() {
		run.HTTPClient.CloseIdleConnections()
	}
	server.send(map[string]any{"op": "observed", "id": run.ID, "observation": observation})
}

// Observe makes a call and returns the contract's `Observation` of what its caller saw.
func Observe(surface Surface, own []ErrorType, read Read, call Call) map[string]any {
	seen, ctx := newObserver(surface, read), read.context()
	if err := guarded(ctx, call, seen); err != nil {
		seen.raised(describeError(err, own), isCancellation(ctx, err))
	}
	return seen.observation()
}

// observeAtOnce makes so many calls at once and returns what the caller of each saw, in the order in which they were started.
func observeAtOnce(surface Surface, own []ErrorType, number int, call Call) []map[string]any {
	observations, faults := make([]map[string]any, number), make([]any, number)
	var calls sync.WaitGroup
	for at := range number {
		calls.Add(1)
		go func() {
			defer calls.Done()
			defer func() { faults[at] = recover() }()
			observations[at] = Observe(surface, own, Read{}, call)
		}()
	}
	calls.Wait()
	for _, fault := range faults {
		if fault != nil {
			panic(fault)
		}
	}
	return observations
}

// guarded makes a call; a panic of the SDK is what its caller gets, and one of the adapter's passes through.
func guarded(ctx context.Context, call Call, seen *Observer) (err error) {
	defer func() {
		switch panicked := recover().(type) {
		case nil:
		case readingFault:
			panic(panicked)
		default:
			err = panicError{panicked}
		}
	}()
	return call(ctx, seen)
}

func (server *server) fault(id *uint64, message string) {
	fault := map[string]any{"op": "fault", "message": message}
	if id != nil {
		fault["id"] = *id
	}
	server.send(fault)
}

// send writes one line, whole.
func (server *server) send(message map[string]any) {
	line, err := encode(message)
	if err != nil {
		panic(fmt.Sprint("cannot write an answer: ", err))
	}
	server.writing <- struct{}{}
	if _, err := server.output.Write(line); err != nil {
		// Nobody is left to read an answer.
		os.Exit(0)
	}
	<-server.writing
}

// hello returns what is built in: the harness compares it with the manifest.
func (sdk SDK) hello(said manifest) map[string]any {
	bases := []string{}
	for _, own := range sdk.Errors {
		bases = append(bases, own.name)
	}
	return map[string]any{
		"op":           "hello",
		"protocol":     protocol,
		"sdk":          map[string]any{"name": said.Package, "version": version(said.Package), "language": "go"},
		"runtime":      "Go " + strings.TrimPrefix(runtime.Version(), "go"),
		"apis":         said.apis(),
		"error_bases":  bases,
		"surfaces":     slices.Sorted(maps.Keys(said.Surfaces)),
		"capabilities": []string{"timeout", "max-retries", "tools", "prompt"},
	}
}

// version returns that of a module that was built into this program.
func version(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, built := range info.Deps {
			if built.Path != module {
				continue
			}
			if built.Replace != nil && built.Replace.Version != "" {
				built = built.Replace
			}
			return strings.TrimPrefix(built.Version, "v")
		}
	}
	return "unknown"
}
