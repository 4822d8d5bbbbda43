package streamspec

import (
	_ "embed"
	"encoding/json"
	"slices"
)

// dialectsFile is a copy of adapters/dialects.json, as a module embeds no file from outside of it. It is generated.
//
//go:embed dialects.json
var dialectsFile []byte

// dialect has the facts that the kit asks for about one kind of request and the stream that answers it.
type dialect struct {
	StopReasons struct {
		// EndCalls are the words with which tool calls are over.
		EndCalls []string `json:"end_calls"`
		// Limits are the words that say that a limit cut the answer.
		Limits []string
	} `json:"stop_reasons"`
}

var dialects = func() (known map[string]dialect) {
	if err := json.Unmarshal(dialectsFile, &known); err != nil {
		panic("the generated dialects.json is broken: " + err.Error())
	}
	return known
}()

// endsCalls says whether calls are over in an answer of a dialect that stops with this reason.
func endsCalls(api, reason string) bool {
	return slices.Contains(dialects[api].StopReasons.EndCalls, reason)
}

// isLimit says whether a limit has cut an answer of a dialect that stops with this reason.
func isLimit(api, reason string) bool {
	return slices.Contains(dialects[api].StopReasons.Limits, reason)
}
