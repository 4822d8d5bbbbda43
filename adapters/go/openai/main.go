// Drives `openai-go`, OpenAI's SDK for Go, over Chat Completions and Responses.
//
// The stop reason of a response is its `status`, or the reason in `incomplete_details` where that status is
// `incomplete`. A failure that the SDK hands over as an item (the `error` event, `response.failed`) is reported as
// such; its fields are those of the item. The surface `accumulate` reads what `ChatCompletionAccumulator` holds: after
// an error its text is in the caller's hands, but nothing in it tells a finished tool call from a cut one, so these are
// left out.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/respjson"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"streamspec"
)

// readError reads an HTTP error. What its Error returns is only a summary of the status; the provider's words are in
// its fields. RawJSON is what the body has at `error`; the whole body is in the response, from which the SDK has it dumped.
func readError(err *openai.Error) streamspec.Fields {
	return streamspec.Fields{
		"message":     {streamspec.Attribute(err.Message)},
		"status":      {streamspec.Attribute(err.StatusCode)},
		"type":        {streamspec.Attribute(err.Type)},
		"code":        {streamspec.Attribute(err.Code)},
		"request_id":  {streamspec.Header(err.Response, "x-request-id")},
		"retry_after": {streamspec.Header(err.Response, "retry-after")},
	}.Or(streamspec.Body(err.RawJSON())).Or(streamspec.Body(wholeBody(err.Response)))
}

// wholeBody reads the body of an HTTP error, which the SDK keeps in memory, and puts it back.
func wholeBody(response *http.Response) string {
	if response == nil {
		return ""
	}
	contents, _ := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(contents))
	return string(contents)
}

// readStreamError reads an error inside a stream, which exposes its event alone.
func readStreamError(err *ssestream.StreamError) streamspec.Fields {
	return streamspec.Body(string(err.Event.Data))
}

func readChunk(seen *streamspec.Observer, chunk openai.ChatCompletionChunk) {
	readUsage(seen, chunk.Usage)
	for _, choice := range chunk.Choices {
		if choice.Index != 0 {
			continue
		}
		seen.Say(choice.Delta.Content)
		seen.Refuse(choice.Delta.Refusal)
		seen.Think(thoughts(choice.Delta))
		for _, piece := range choice.Delta.ToolCalls {
			seen.Tool(piece.Index, piece.Function.Name).Add(piece.Function.Arguments)
		}
		seen.FinishChoice(choice.FinishReason)
	}
}

// thoughts returns those of a chunk, in the fields that other vendors have for them: the SDK hands over a field that it does not
// know as its JSON. A vendor that sends both sends the same text twice.
func thoughts(delta openai.ChatCompletionChunkChoiceDelta) (piece string) {
	for _, name := range []string{"reasoning_content", "reasoning"} {
		if json.Unmarshal([]byte(delta.JSON.ExtraFields[name].Raw()), &piece) == nil && piece != "" {
			break
		}
	}
	return piece
}

func readUsage(seen *streamspec.Observer, usage openai.CompletionUsage) {
	fields := usage.JSON
	seen.Count(tokens(usage.PromptTokens, fields.PromptTokens), tokens(usage.CompletionTokens, fields.CompletionTokens))
}

// tokens returns a number of tokens, of which the SDK says whether it was told.
func tokens(number int64, field respjson.Field) streamspec.Tokens {
	return streamspec.Tokens{Number: number, Present: field.Valid()}
}

// readCompletion reads the accumulated completion, which is finished unless the stream failed.
func readCompletion(seen *streamspec.Observer, completion openai.ChatCompletion, finished bool) {
	seen.HandOver("text", "stop_reason", "usage", "refusal")
	readUsage(seen, completion.Usage)
	for _, choice := range completion.Choices {
		if choice.Index != 0 {
			continue
		}
		seen.Say(choice.Message.Content)
		seen.Refuse(choice.Message.Refusal)
		for _, call := range choice.Message.ToolCalls {
			seen.AddTool(call.Function.Name).Set(call.Function.Arguments)
		}
		seen.FinishChoice(choice.FinishReason)
	}
	if finished {
		seen.HandOver("tool_calls")
		seen.EndCalls()
	}
}

func readResponseEvent(seen *streamspec.Observer, event responses.ResponseStreamEventUnion) {
	switch event.Type {
	case "response.output_text.delta":
		seen.Say(event.Delta)
	case "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
		seen.Think(event.Delta)
	case "response.refusal.delta":
		seen.Refuse(event.Delta)
	case "response.output_item.added":
		readItem(seen, event.OutputIndex, event.Item)
	case "response.output_item.done":
		if tool := readItem(seen, event.OutputIndex, event.Item); tool != nil {
			tool.EndItem(event.Item.Status)
		}
	case "response.function_call_arguments.delta":
		seen.Tool(event.OutputIndex, "").Add(event.Delta)
	case "response.function_call_arguments.done":
		tool := seen.Tool(event.OutputIndex, "")
		tool.Set(event.Arguments)
		tool.End()
	case "response.completed", "response.incomplete":
		// Carries the whole answer, so it ends calls that had no done event of their own.
		for index, item := range event.Response.Output {
			if tool := readItem(seen, int64(index), item); tool != nil {
				tool.EndItem(item.Status)
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
	seen.StopResponse(string(event.Response.Status), event.Response.IncompleteDetails.Reason)
	usage := event.Response.Usage
	seen.Count(tokens(usage.InputTokens, usage.JSON.InputTokens), tokens(usage.OutputTokens, usage.JSON.OutputTokens))
}

// readItem reads an output item if it is a function call, and not what the provider executes itself.
func readItem(seen *streamspec.Observer, index int64, item responses.ResponseOutputItemUnion) *streamspec.Tool {
	if item.Type != "function_call" {
		return nil
	}
	tool := seen.Tool(index, item.Name)
	tool.Set(item.Arguments.OfString)
	return tool
}

func chatRequest(run streamspec.Run) openai.ChatCompletionNewParams {
	request := openai.ChatCompletionNewParams{
		Model:    streamspec.Model(run.API),
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(run.Prompt)},
		// Without it there is no usage in a stream.
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	}
	if run.WithTool() {
		request.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(
			shared.FunctionDefinitionParam{
				Name:        streamspec.Question.Tool.Name,
				Description: openai.String(streamspec.Question.Tool.Description),
				Parameters:  streamspec.Question.Tool.Parameters.Map(),
			},
		)}
	}
	return request
}

func responseRequest(run streamspec.Run) responses.ResponseNewParams {
	request := responses.ResponseNewParams{
		Model: streamspec.Model(run.API),
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(run.Prompt)},
	}
	if run.WithTool() {
		request.Tools = []responses.ToolUnionParam{{OfFunction: &responses.FunctionToolParam{
			Name:        streamspec.Question.Tool.Name,
			Description: openai.String(streamspec.Question.Tool.Description),
			Parameters:  streamspec.Question.Tool.Parameters.Map(),
		}}}
	}
	return request
}

func plan(run streamspec.Run) streamspec.Call {
	client := openai.NewClient(
		option.WithAPIKey("no-key"),
		option.WithHTTPClient(run.HTTPClient),
		option.WithBaseURL(run.BaseURL+"/v1"),
		option.WithRequestTimeout(run.Timeout()),
		option.WithMaxRetries(run.MaxRetries),
	)
	chat, response := chatRequest(run), responseRequest(run)
	return map[string]streamspec.Call{
		"stream openai-chat": func(ctx context.Context, seen *streamspec.Observer) error {
			stream := client.Chat.Completions.NewStreaming(ctx, chat)
			defer stream.Close()
			return streamspec.Iterate(seen, stream, streamspec.Reader(seen, readChunk))
		},
		"stream openai-responses": func(ctx context.Context, seen *streamspec.Observer) error {
			stream := client.Responses.NewStreaming(ctx, response)
			defer stream.Close()
			return streamspec.Iterate(seen, stream, streamspec.Reader(seen, readResponseEvent))
		},
		"accumulate openai-chat": func(ctx context.Context, seen *streamspec.Observer) error {
			stream := client.Chat.Completions.NewStreaming(ctx, chat)
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
		Errors: []streamspec.ErrorType{
			streamspec.Own("openai.Error", readError), streamspec.Own("ssestream.StreamError", readStreamError),
		},
		Plan: plan,
	})
}
