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

// Parameters is the JSON Schema of a tool's arguments.
type Parameters struct {
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
	Required   []string       `json:"required"`
}

// Map is the schema for SDKs that take one of any form.
func (parameters Parameters) Map() map[string]any {
	return map[string]any{
		"type": parameters.Type, "properties": parameters.Properties, "required": parameters.Required,
	}
}

// Question is what every adapter asks for.
var Question = tables.Question

// Model is the model that is asked in a dialect.
func Model(api string) string {
	return tables.Dialects[api].Model
}

// dialect has the facts that the kit asks for about one kind of request and the stream that answers it.
type dialect struct {
	Model       string
	StopReasons struct {
		// EndCalls are the words with which tool calls are over.
		EndCalls []string `json:"end_calls"`
		// Limits are the words that say that a limit cut the answer.
		Limits []string
	} `json:"stop_reasons"`
}

// tables are what the file holds.
var tables = func() (read struct {
	Question struct {
		Prompt string
		// Tool may be declared.
		Tool struct {
			Name, Description string
			Parameters        Parameters
		}
	}
	Dialects map[string]dialect
},
) {
	if err := json.Unmarshal(dialectsFile, &read); err != nil {
		panic("the generated dialects.json is broken: " + err.Error())
	}
	return read
}()

// endsCalls says whether calls are over in an answer of a dialect that stops with this reason.
func endsCalls(api, reason string) bool {
	return slices.Contains(tables.Dialects[api].StopReasons.EndCalls, reason)
}

// isLimit says whether a limit has cut an answer of a dialect that stops with this reason.
func isLimit(api, reason string) bool {
	return slices.Contains(tables.Dialects[api].StopReasons.Limits, reason)
}
