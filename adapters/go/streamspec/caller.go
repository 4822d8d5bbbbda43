package streamspec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// Caller is the caller's part in a call: how far it reads, and whether it makes further ones on the same client.
type Caller struct {
	Read  Read
	Again bool
	// AtOnce is the number of the same calls that are made at once, where there are several.
	AtOnce int `json:"at-once"`
}

// SharesClient says whether several calls are made on one client.
func (caller Caller) SharesClient() bool { return caller.Again || caller.AtOnce > 0 }

// Read is the extent to which an answer is read: to the end, unless one of its numbers is set.
type Read struct {
	// StopAfter is the number of items after which the caller stops.
	StopAfter int `json:"stop-after"`
	// CancelAfter is the number of milliseconds after which the caller cancels the call.
	CancelAfter int `json:"cancel-after"`
}

// UnmarshalJSON reads the word `all`, or the object with one of the numbers.
func (read *Read) UnmarshalJSON(text []byte) error {
	*read = Read{}
	if string(text) == `"all"` {
		return nil
	}
	type object Read
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*object)(read))
}

// alone is the client of all callers who make one call. It keeps no connection for a next one: each call is on its own,
// and the server can tell a connection that was let go from one that idles in a pool.
var alone = func() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	KeepNoConnection(transport)
	return &http.Client{Transport: transport}
}()

// KeepNoConnection has a transport of an SDK's own keep no connection, either.
func KeepNoConnection(transport *http.Transport) { transport.MaxIdleConnsPerHost = -1 }

// httpClient returns the client that the SDK is to send with. A caller of several calls has a client for itself, which keeps
// connections as that of net/http does, and so that of each SDK.
func (caller Caller) httpClient() *http.Client {
	if caller.SharesClient() {
		return &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	}
	return alone
}

// context returns that of a call which begins now, and is canceled where the caller cancels it.
func (read Read) context() context.Context {
	if read.CancelAfter == 0 {
		return context.Background()
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(time.Duration(read.CancelAfter)*time.Millisecond, cancel)
	return ctx
}

// isCancellation says whether an error is that of Go for a context that the caller has canceled, or wraps it.
func isCancellation(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, context.Canceled)
}

// Stops says whether the caller wants no more items, and stops here; it then lets go of the stream as the SDK documents.
func (seen *Observer) Stops() bool {
	if seen.stopAfter == 0 || seen.events < seen.stopAfter {
		return false
	}
	if seen.failure == nil {
		seen.ended = "stopped"
	}
	return true
}
