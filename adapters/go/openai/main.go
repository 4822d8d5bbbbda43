// Drives `openai-go`, OpenAI's SDK for Go, over Chat Completions and Responses.
//
// The stop reason of a response is its `status`, or the reason in `incomplete_details` where that status is
// `incomplete`. A failure that the SDK hands over as an item (the `error` event, `response.failed`) is reported as
// such; its fields are those of the item. The surface `accumulate` reads what `ChatCompletionAccumulator` holds: after
// an error its text is in the caller's hands, but nothing in it tells a finished tool call from a cut one, so these are
// left out.
package main

import (
	"context"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"streamspec"
)

const model = "gpt-5.2"

var httpClient = streamspec.HTTPClient()

// readError reads an HTTP error. What its Error returns is only a summary of the status; the provider's words are in
// its fields.
func readError(err *openai.Error) streamspec.Fields {
	return streamspec.Fields{
		"message":     {streamspec.Attribute(err.Message)},
		"status":      {streamspec.Attribute(err.StatusCode)},
		"type":        {streamspec.Attribute(err.Type)},
		"code":        {streamspec.Attribute(err.Code), streamspec.Body(err.RawJSON(), "code")},
		"request_id":  {streamspec.Header(err.Response, "x-request-id")},
		"retry_after": {streamspec.Header(err.Response, "retry-after")},
	}
}

// readStreamError reads an error inside a stream, which exposes its event; some servers put a number into its body.
func readStreamError(err *ssestream.StreamError) streamspec.Fields {
	body := func(name string) streamspec.Reading { return streamspec.Body(string(err.Event.Data), "error", name) }
	return streamspec.Fields{
		"status": {body("status_code"), body("code")},
		"type":   {body("type")},
		"code":   {body("code")},
	}
}

// finished says whether a choice came to its own end; `length` or `content_filter` leave a tool call unfinished.
func finished(reason string) bool {
	return reason == "stop" || reason == "tool_calls" || reason == "function_call"
}

func readChunk(seen *streamspec.Seen, chunk openai.ChatCompletionChunk) {
	for _, choice := range chunk.Choices {
		seen.Say(choice.Delta.Content)
		for _, piece := range choice.Delta.ToolCalls {
			seen.Tool(piece.Index, piece.Function.Name).Add(piece.Function.Arguments)
		}
		seen.Stop(choice.FinishReason)
		for _, tool := range seen.Tools() {
			tool.Complete = tool.Complete || finished(choice.FinishReason)
		}
	}
}

// readCompletion reads the accumulated completion.
func readCompletion(seen *streamspec.Seen, completion openai.ChatCompletion, whole bool) {
	seen.HandOver("text", "stop_reason")
	if whole {
		seen.HandOver("tool_calls")
	}
	for _, choice := range completion.Choices {
		seen.Say(choice.Message.Content)
		for index, call := range choice.Message.ToolCalls {
			seen.Tool(index, call.Function.Name).Finish(call.Function.Arguments)
		}
		seen.Stop(choice.FinishReason)
	}
}

func readResponseEvent(seen *streamspec.Seen, event responses.ResponseStreamEventUnion) {
	switch event.Type {
	case "response.output_text.delta":
		seen.Say(event.Delta)
	case "response.output_item.added", "response.output_item.done":
		if event.Item.Type == "function_call" {
			tool := seen.Tool(event.OutputIndex, event.Item.Name)
			if arguments := event.Item.Arguments.OfString; arguments != "" {
				tool.Arguments = arguments
			}
			done := event.Type == "response.output_item.done" && event.Item.Status != "incomplete"
			tool.Complete = tool.Complete || done
		}
	case "response.function_call_arguments.delta":
		seen.Tool(event.OutputIndex, "").Add(event.Delta)
	case "response.function_call_arguments.done":
		seen.Tool(event.OutputIndex, "").Finish(event.Arguments)
	case "response.completed":
		// Carries the whole answer, so it finishes calls that had no done event of their own.
		for index, item := range event.Response.Output {
			if item.Type == "function_call" {
				seen.Tool(int64(index), item.Name).Finish(item.Arguments.OfString)
			}
		}
	case "error":
		fields := streamspec.Fields{"code": {streamspec.Attribute(event.Code)}}
		seen.FailedItem(event.AsAny(), event.Message, fields)
	case "response.failed":
		failure := event.Response.Error
		fields := streamspec.Fields{"code": {streamspec.Attribute(failure.Code)}}
		seen.FailedItem(event.AsAny(), failure.Message, fields)
	}
	switch status := event.Response.Status; status {
	case responses.ResponseStatusQueued, responses.ResponseStatusInProgress:
	case responses.ResponseStatusIncomplete:
		seen.Stop(event.Response.IncompleteDetails.Reason)
	default:
		seen.Stop(string(status))
	}
}

func chatRequest(run streamspec.Run) openai.ChatCompletionNewParams {
	request := openai.ChatCompletionNewParams{
		Model:    model,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(streamspec.Prompt)},
	}
	if run.WithTool() {
		request.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(
			shared.FunctionDefinitionParam{
				Name:        streamspec.ToolName,
				Description: openai.String(streamspec.ToolDescription),
				Parameters:  streamspec.ToolParameters(),
			},
		)}
	}
	return request
}

func responseRequest(run streamspec.Run) responses.ResponseNewParams {
	request := responses.ResponseNewParams{
		Model: model,
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(streamspec.Prompt)},
	}
	if run.WithTool() {
		request.Tools = []responses.ToolUnionParam{{OfFunction: &responses.FunctionToolParam{
			Name:        streamspec.ToolName,
			Description: openai.String(streamspec.ToolDescription),
			Parameters:  streamspec.ToolParameters(),
		}}}
	}
	return request
}

func plan(run streamspec.Run) streamspec.Call {
	client := openai.NewClient(
		option.WithAPIKey("no-key"),
		option.WithHTTPClient(httpClient),
		option.WithBaseURL(run.BaseURL+"/v1"),
		option.WithRequestTimeout(run.Timeout()),
		option.WithMaxRetries(run.MaxRetries),
	)
	chat, response := chatRequest(run), responseRequest(run)
	return map[string]streamspec.Call{
		"stream openai-chat": func(seen *streamspec.Seen) error {
			stream := client.Chat.Completions.NewStreaming(context.Background(), chat)
			defer stream.Close()
			return streamspec.Iterate(seen, stream, streamspec.Reader(seen, readChunk))
		},
		"stream openai-responses": func(seen *streamspec.Seen) error {
			stream := client.Responses.NewStreaming(context.Background(), response)
			defer stream.Close()
			return streamspec.Iterate(seen, stream, streamspec.Reader(seen, readResponseEvent))
		},
		"accumulate openai-chat": func(seen *streamspec.Seen) error {
			stream := client.Chat.Completions.NewStreaming(context.Background(), chat)
			defer stream.Close()
			accumulator := openai.ChatCompletionAccumulator{}
			err := streamspec.Iterate(seen, stream, func(chunk openai.ChatCompletionChunk) error {
				// The accumulator's own word that what it holds is not the whole answer.
				if !accumulator.AddChunk(chunk) {
					seen.Interrupted()
				}
				return nil
			})
			seen.Read(func() { readCompletion(seen, accumulator.ChatCompletion, err == nil) })
			return err
		},
	}[run.Surface+" "+run.API]
}

func main() {
	streamspec.Serve(streamspec.SDK{
		Name:     "github.com/openai/openai-go/v3",
		APIs:     []string{"openai-chat", "openai-responses"},
		Surfaces: map[string]streamspec.Delivers{"stream": streamspec.Events, "accumulate": streamspec.Final},
		Errors: []streamspec.ErrorType{
			streamspec.Own("openai.Error", readError), streamspec.Own("ssestream.StreamError", readStreamError),
		},
		Plan: plan,
	})
}
