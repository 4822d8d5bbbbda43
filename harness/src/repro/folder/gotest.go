{% for line in parts.about %}//{% if !line.is_empty() %} {{ line }}{% endif %}
{% endfor %}
package {{ package }}_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
)

{{ call }}

// The bytes of each answer, write by write, with the pauses and the end. The last answer is repeated.
const script = `{{ answers }}`

type answer struct {
	Steps []struct {
		Text, Base64 string
		Pause        int `json:"pause_ms"`
	}
	End       string
	KeepAlive bool `json:"keep_alive"`
}

// playing plays the answers on 127.0.0.1.
type playing struct {
	url      string
	answers  []answer
	requests atomic.Int64
}

func play(t *testing.T) *playing {
	var read struct{ Answers []answer }
	if err := json.Unmarshal([]byte(script), &read); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	server := &playing{url: "http://" + listener.Addr().String(), answers: read.Answers}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go server.serve(client.(*net.TCPConn))
		}
	}()
	return server
}

// serve answers a client, who may leave at any time.
func (server *playing) serve(client *net.TCPConn) {
	defer client.Close()
	reader := bufio.NewReader(client)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		io.Copy(io.Discard, request.Body)
		answer := server.answers[min(int(server.requests.Add(1)), len(server.answers))-1]
		for _, step := range answer.Steps {
			time.Sleep(time.Duration(step.Pause) * time.Millisecond)
			bytes, err := base64.StdEncoding.DecodeString(step.Base64)
			if err != nil {
				panic(err)
			}
			client.Write(append(bytes, step.Text...))
		}
		switch {
		case answer.End == "reset":
			client.SetLinger(0)
			return
		case answer.End == "stall":
			io.Copy(io.Discard, reader)
			return
		case answer.End == "eof" || !answer.KeepAlive:
			client.CloseWrite()
			io.Copy(io.Discard, reader)
			return
		}
	}
}

// isOneOf says whether a value is one of those that are wanted, of which nil and a zero value are nothing.
func isOneOf(value any, wanted ...any) bool {
	word := func(value any) string {
		if value == nil || value == 0 {
			return ""
		}
		return fmt.Sprint(value)
	}
	for _, one := range wanted {
		if word(value) == word(one) {
			return true
		}
	}
	return false
}

// Test{{ name }} is red as long as an assertion does not hold.
func Test{{ name }}(t *testing.T) {
	server := play(t)
	var text, stopReason string
	var err error
	over := make(chan struct{})
	go func() {
		defer close(over)
		defer func() {
			if panicked := recover(); panicked != nil {
				err = fmt.Errorf("panic: %v", panicked)
			}
		}()
		err = call(server.url, func(item any) {
			text += textOf(item)
			if reason := stopReasonOf(item); reason != "" {
				stopReason = reason
			}
		})
	}()
	select {
	case <-over:
	case <-time.After({{ parts.deadline }} * time.Second):
		t.Fatal("does not hold: the call comes to an end")
	}
	var seen struct {
		class, kind, code string
		own               bool
		status            int
	}
	if err != nil {
		seen.class, seen.own, seen.status, seen.kind, seen.code = fieldsOf(err)
	}
	t.Logf("text %q, stop reason %q, error %v, %+v, %d requests", text, stopReason, err, seen, server.requests.Load())
{%- for [assertion, words] in assertions %}
	if !({{ assertion }}) {
		t.Error("does not hold: {{ words }}")
	}
{%- endfor %}
}
