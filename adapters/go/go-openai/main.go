// Drives `go-openai`, a widely used client for Go that is not OpenAI's own, over Chat Completions and Responses.
//
// The loop is that of its documentation: `Recv` until it returns io.EOF, and `Close` by `defer`. The stop reason of a response is
// its `status`, or the reason in `incomplete_details` where that status is `incomplete`. A failure that comes as an item (the
// `error` event, `response.failed`) is reported as such.
package main

import (
	"context"
	"encoding/json"

	"github.com/sashabaranov/go-openai"

	"streamspec"
)

// readAPIError reads what the API said. In a stream it has no status; a number that can be one is the code of OpenRouter's errors.
func readAPIError(err *openai.APIError) streamspec.Fields {
	fields := streamspec.Fields{
		"message": {streamspec.Attribute(err.Message)},
		"status":  {streamspec.Attribute(err.HTTPStatusCode)},
		"type":    {streamspec.Attribute(err.Type)},
		"code":    {streamspec.Attribute(err.Code)},
	}
	if number, ok := err.Code.(int); ok {
		fields["status"] = append(fields["status"], streamspec.Attribute(number))
	}
	return fields
}

// readRequestError reads a refused request whose body is not that of an error of the API.
func readRequestError(err *openai.RequestError) streamspec.Fields {
	return streamspec.Fields{
		"status": {streamspec.Attribute(err.HTTPStatusCode)},
	}.Or(streamspec.Body(string(err.Body)))
}

func readChunk(seen *streamspec.Observer, chunk openai.ChatCompletionStreamResponse) {
	if usage := chunk.Usage; usage != nil {
		seen.Count(tokens(usage.PromptTokens), tokens(usage.CompletionTokens))
	}
	for _, choice := range chunk.Choices {
		if choice.Index != 0 {
			continue
		}
		seen.Say(choice.Delta.Content)
		seen.Refuse(choice.Delta.Refusal)
		seen.Think(choice.Delta.ReasoningContent)
		for at, piece := range choice.Delta.ToolCalls {
			if piece.Index != nil {
				at = *piece.Index
			}
			seen.Tool(at, piece.Function.Name).Add(piece.Function.Arguments)
		}
		seen.FinishChoice(string(choice.FinishReason))
	}
}

// tokens returns a number of tokens, which the SDK leaves at zero where it was not told.
func tokens(number int) streamspec.Tokens { return streamspec.Tokens{Number: int64(number)} }

func readEvent(seen *streamspec.Observer, event openai.ResponseStreamEvent) {
	switch event.Type {
	case openai.ResponseStreamEventOutputTextDelta:
		seen.Say(event.Delta)
	case openai.ResponseStreamEventReasoningSummaryTextDelta, openai.ResponseStreamEventReasoningTextDelta:
		seen.Think(event.Delta)
	case openai.ResponseStreamEventRefusalDelta:
		seen.Refuse(event.Delta)
	case openai.ResponseStreamEventOutputItemAdded:
		readItem(seen, event.OutputIndex, event.Item)
	case openai.ResponseStreamEventOutputItemDone:
		if tool := readItem(seen, event.OutputIndex, event.Item); tool != nil {
			tool.EndItem(event.Item.Status)
		}
	case openai.ResponseStreamEventFunctionArgumentsDelta:
		seen.Tool(event.OutputIndex, "").Add(event.Delta)
	case openai.ResponseStreamEventFunctionArgumentsDone:
		tool := seen.Tool(event.OutputIndex, "")
		tool.Set(event.Arguments)
		tool.End()
	case openai.ResponseStreamEventError:
		failure := event.Error
		if failure == nil {
			failure = &openai.ResponseError{Code: event.Code, Message: event.Message}
		}
		// What the SDK has no field for is in the event's raw JSON.
		seen.FailedItem(event, failure.Message, readFailure(failure).Or(streamspec.Body(string(event.Raw))))
	case openai.ResponseStreamEventFailed:
		if response := event.Response; response != nil && response.Error != nil {
			seen.FailedItem(event, response.Error.Message, readFailure(response.Error))
		} else {
			seen.FailedItem(event, "", nil)
		}
	}
	if event.Response != nil {
		readResponse(seen, event.Response)
	}
}

func readFailure(failure *openai.ResponseError) streamspec.Fields {
	return streamspec.Fields{"code": {streamspec.Attribute(failure.Code)}}
}

// readItem reads an output item if it is a function call, and not what the provider executes itself.
func readItem(seen *streamspec.Observer, index int, item *openai.ResponseOutputItem) *streamspec.Tool {
	if item == nil || item.Type != "function_call" {
		return nil
	}
	tool := seen.Tool(index, item.Name)
	tool.Set(item.Arguments)
	return tool
}

// readResponse reads the response in an event. One that is over carries the whole answer, and so ends calls that had no event of their
// own; its items are of any type, and are read as the SDK's own `GetOutputText` reads them.
func readResponse(seen *streamspec.Observer, response *openai.CreateResponseResponse) {
	if response.Status == openai.ResponseStatusCompleted || response.Status == openai.ResponseStatusIncomplete {
		for index, raw := range response.Output {
			var item openai.ResponseOutputItem
			if text, err := json.Marshal(raw); err != nil || json.Unmarshal(text, &item) != nil {
				continue
			}
			if tool := readItem(seen, index, &item); tool != nil {
				tool.EndItem(item.Status)
			}
		}
	}
	incomplete := ""
	if response.IncompleteDetails != nil {
		incomplete = response.IncompleteDetails.Reason
	}
	seen.StopResponse(string(response.Status), incomplete)
	if usage := response.Usage; usage != nil {
		seen.Count(tokens(usage.InputTokens), tokens(usage.OutputTokens))
	}
}

func chatRequest(run streamspec.Run) openai.ChatCompletionRequest {
	request := openai.ChatCompletionRequest{
		Model:         streamspec.Model(run.API),
		Messages:      []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleUser, Content: run.Prompt}},
		StreamOptions: &openai.StreamOptions{IncludeUsage: true},
	}
	if run.WithTool() {
		function := weather()
		request.Tools = []openai.Tool{{Type: openai.ToolTypeFunction, Function: &function}}
	}
	return request
}

func responseRequest(run streamspec.Run) openai.CreateResponseRequest {
	request := openai.CreateResponseRequest{Model: streamspec.Model(run.API), Input: run.Prompt}
	if run.WithTool() {
		request.Tools = []openai.ResponseTool{openai.NewResponseFunctionTool(weather())}
	}
	return request
}

func weather() openai.FunctionDefinition {
	tool := streamspec.Question.Tool
	return openai.FunctionDefinition{Name: tool.Name, Description: tool.Description, Parameters: tool.Parameters.Map()}
}

func plan(run streamspec.Run) streamspec.Call {
	config := openai.DefaultConfig("no-key")
	config.BaseURL = run.BaseURL + "/v1"
	config.HTTPClient = run.TimedHTTPClient()
	client := openai.NewClientWithConfig(config)
	return map[string]streamspec.Call{
		"openai-chat": func(ctx context.Context, seen *streamspec.Observer) error {
			stream, err := client.CreateChatCompletionStream(ctx, chatRequest(run))
			if err != nil {
				return err
			}
			defer stream.Close()
			seen.Opened()
			return streamspec.Receive(seen, stream.Recv, readChunk)
		},
		"openai-responses": func(ctx context.Context, seen *streamspec.Observer) error {
			stream, err := client.CreateResponseStream(ctx, responseRequest(run))
			if err != nil {
				return err
			}
			defer stream.Close()
			seen.Opened()
			return streamspec.Receive(seen, stream.Recv, readEvent)
		},
	}[run.API]
}

func main() {
	streamspec.Serve(streamspec.SDK{
		Errors: []streamspec.ErrorType{
			streamspec.Own("openai.APIError", readAPIError), streamspec.Own("openai.RequestError", readRequestError),
		},
		Plan: plan,
	})
}
