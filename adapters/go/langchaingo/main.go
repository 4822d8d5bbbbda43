// Drives `langchaingo`, a port of LangChain to Go, with its models of OpenAI and Anthropic.
//
// The caller gets an answer in pieces, by the functions of `WithStreamingFunc` and `WithStreamingReasoningFunc`, and whole, as what
// `GenerateContent` returns. The surface `stream` takes texts and thoughts from the pieces and the rest from the answer, and `final`
// takes everything from the answer. With Anthropic the functions are called from a goroutine of the SDK, which goes on for a moment after
// `GenerateContent` has returned an error; what it hands over then counts, too.
package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/openai"

	"streamspec"
)

// errEnough is what the caller's function returns to stop.
var errEnough = errors.New("the caller has enough")

// lastMoment is the time in which Anthropic's goroutine ends after an error: it hands over what it has read already, or, where it
// panics, it ends the process, for which the next call must not be blamed.
const lastMoment = 100 * time.Millisecond

func readError(err *llms.Error) streamspec.Fields {
	return streamspec.Fields{
		"message": {streamspec.Attribute(err.Message)},
		"code":    {streamspec.Attribute(string(err.Code))},
	}
}

// readText reads the texts of a finished answer.
func readText(seen *streamspec.Observer, answer *llms.ContentResponse) {
	seen.HandOver("text", "tool_calls", "stop_reason", "usage", "thinking")
	for _, choice := range answer.Choices {
		seen.Say(choice.Content)
		thoughts, _ := choice.GenerationInfo["ThinkingContent"].(string)
		seen.Think(thoughts)
	}
}

// readEnd reads what a finished answer has beside texts. Each block of Anthropic's is a choice of it.
func readEnd(seen *streamspec.Observer, api string, answer *llms.ContentResponse) {
	for at, choice := range answer.Choices {
		seen.Block([2]int{at})
		for nth, call := range choice.ToolCalls {
			seen.Tool([2]int{at, nth}, call.FunctionCall.Name).Set(call.FunctionCall.Arguments)
		}
	}
	for _, choice := range answer.Choices {
		info := choice.GenerationInfo
		if api == "openai-chat" {
			seen.FinishChoice(choice.StopReason)
			seen.Count(tokens(info["PromptTokens"]), tokens(info["CompletionTokens"]))
		} else {
			seen.StopMessage(choice.StopReason)
			seen.Count(tokens(info["InputTokens"]), tokens(info["OutputTokens"]))
		}
	}
	seen.EndCalls()
}

// tokens returns a number of tokens, which the SDK leaves at zero where it was not told.
func tokens(told any) streamspec.Tokens {
	number, _ := told.(int)
	return streamspec.Tokens{Number: int64(number)}
}

// pieces takes what the SDK hands over while a call lasts.
type pieces struct {
	sync.Mutex
	seen *streamspec.Observer
	over bool
}

// take takes a piece, and says whether the caller wants no more.
func (pieces *pieces) take(read func(seen *streamspec.Observer)) error {
	pieces.Lock()
	defer pieces.Unlock()
	if pieces.over {
		return nil
	}
	pieces.seen.Opened()
	pieces.seen.Read(func() { read(pieces.seen) })
	if pieces.seen.Stops() {
		return errEnough
	}
	return nil
}

func (pieces *pieces) end() {
	pieces.Lock()
	defer pieces.Unlock()
	pieces.over = true
}

// options are those of a call; the first of these functions makes it a stream. Whoever waits for the finished answer does not look at
// the pieces.
func (pieces *pieces) options(run streamspec.Run) []llms.CallOption {
	looks := run.Surface == "stream"
	options := []llms.CallOption{
		llms.WithStreamingFunc(func(_ context.Context, chunk []byte) error {
			return pieces.take(func(seen *streamspec.Observer) {
				seen.Item()
				if looks {
					seen.Say(string(chunk))
				}
			})
		}),
		llms.WithStreamingReasoningFunc(func(_ context.Context, thoughts, _ []byte) error {
			return pieces.take(func(seen *streamspec.Observer) {
				if looks {
					seen.Think(string(thoughts))
				}
			})
		}),
	}
	if run.WithTool() {
		tool := streamspec.Question.Tool
		options = append(options, llms.WithTools([]llms.Tool{{Type: "function", Function: &llms.FunctionDefinition{
			Name: tool.Name, Description: tool.Description, Parameters: tool.Parameters.Map(),
		}}}))
	}
	return options
}

func model(run streamspec.Run) (llms.Model, error) {
	client, root, name := run.TimedHTTPClient(), run.BaseURL+"/v1", streamspec.Model(run.API)
	if run.API == "openai-chat" {
		return openai.New(
			openai.WithToken("no-key"), openai.WithModel(name), openai.WithBaseURL(root), openai.WithHTTPClient(client),
		)
	}
	return anthropic.New(
		anthropic.WithToken("no-key"), anthropic.WithModel(name), anthropic.WithBaseURL(root), anthropic.WithHTTPClient(client),
	)
}

func plan(run streamspec.Run) streamspec.Call {
	model, unusable := model(run)
	question := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, run.Prompt)}
	return func(ctx context.Context, seen *streamspec.Observer) error {
		if unusable != nil {
			return unusable
		}
		pieces := &pieces{seen: seen}
		answer, err := model.GenerateContent(ctx, question, pieces.options(run)...)
		if err != nil && run.API == "anthropic-messages" {
			time.Sleep(lastMoment)
		}
		pieces.end()
		if errors.Is(err, errEnough) {
			return nil
		}
		if err == nil {
			seen.Read(func() {
				if run.Surface == "final" {
					readText(seen, answer)
				}
				readEnd(seen, run.API, answer)
			})
		}
		return err
	}
}

func main() {
	streamspec.Serve(streamspec.SDK{
		Errors: []streamspec.ErrorType{
			streamspec.Own("llms.Error", readError),
			streamspec.Sentinel("openai.ErrEmptyResponse", openai.ErrEmptyResponse),
			streamspec.Sentinel("anthropic.ErrEmptyResponse", anthropic.ErrEmptyResponse),
		},
		Plan: plan,
	})
}
