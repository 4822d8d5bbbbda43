// Drives Eino, CloudWeGo's framework for Go, with the chat model of OpenAI that is in `eino-ext`.
//
// The loop is that of its documentation: `Recv` until it returns io.EOF, and `Close` by `defer`. The surface `concat` has the stream
// put together by Eino's own `ConcatMessageStream`. The model asks through a fork of `go-openai`, whose errors reach the caller, too;
// in a stream they alone do.
package main

import (
	"context"

	"github.com/cloudwego/eino-ext/components/model/openai"
	"github.com/cloudwego/eino/components/model"
	"github.com/cloudwego/eino/schema"
	fork "github.com/meguminnnnnnnnn/go-openai"

	"streamspec"
)

func readAPIError(err *openai.APIError) streamspec.Fields {
	return readFields(err.Message, err.HTTPStatusCode, err.Type, err.Code)
}

func readForkError(err *fork.APIError) streamspec.Fields {
	return readFields(err.Message, err.HTTPStatusCode, err.Type, err.Code)
}

// readFields reads what the API said. In a stream there is no status; a number that can be one is the code of OpenRouter's errors.
func readFields(message string, status int, kind string, code any) streamspec.Fields {
	fields := streamspec.Fields{
		"message": {streamspec.Attribute(message)},
		"status":  {streamspec.Attribute(status)},
		"type":    {streamspec.Attribute(kind)},
		"code":    {streamspec.Attribute(code)},
	}
	if number, ok := code.(int); ok {
		fields["status"] = append(fields["status"], streamspec.Attribute(number))
	}
	return fields
}

// readRequestError reads a refused request whose body is not that of an error of the API.
func readRequestError(err *fork.RequestError) streamspec.Fields {
	return streamspec.Fields{
		"status": {streamspec.Attribute(err.HTTPStatusCode)},
	}.Or(streamspec.Body(string(err.Body)))
}

// readMessage reads a piece of the answer, or the whole one.
func readMessage(seen *streamspec.Observer, message *schema.Message) {
	seen.Say(message.Content)
	seen.Think(message.ReasoningContent)
	for at, call := range message.ToolCalls {
		if call.Index != nil {
			at = *call.Index
		}
		seen.Tool(at, call.Function.Name).Add(call.Function.Arguments)
	}
	if meta := message.ResponseMeta; meta != nil {
		seen.FinishChoice(meta.FinishReason)
		if usage := meta.Usage; usage != nil {
			seen.Count(tokens(usage.PromptTokens), tokens(usage.CompletionTokens))
		}
	}
}

// tokens returns a number of tokens, which the SDK leaves at zero where it was not told.
func tokens(number int) streamspec.Tokens { return streamspec.Tokens{Number: int64(number)} }

// newModel returns the model, with the tool where the request has one.
func newModel(run streamspec.Run) (model.BaseChatModel, error) {
	chat, err := openai.NewChatModel(context.Background(), &openai.ChatModelConfig{
		APIKey:     "no-key",
		BaseURL:    run.BaseURL + "/v1",
		Model:      streamspec.Model(run.API),
		HTTPClient: run.TimedHTTPClient(),
	})
	if err != nil || !run.WithTool() {
		return chat, err
	}
	tool := streamspec.Question.Tool
	city := &schema.ParameterInfo{Type: schema.String, Required: true}
	return chat.WithTools([]*schema.ToolInfo{{
		Name: tool.Name, Desc: tool.Description,
		ParamsOneOf: schema.NewParamsOneOfByParams(map[string]*schema.ParameterInfo{"city": city}),
	}})
}

func plan(run streamspec.Run) streamspec.Call {
	chat, unusable := newModel(run)
	question := []*schema.Message{schema.UserMessage(run.Prompt)}
	return func(ctx context.Context, seen *streamspec.Observer) error {
		if unusable != nil {
			return unusable
		}
		stream, err := chat.Stream(ctx, question)
		if err != nil {
			return err
		}
		seen.Opened()
		if run.Surface == "stream" {
			defer stream.Close()
			return streamspec.Receive(seen, stream.Recv, readMessage)
		}
		message, err := schema.ConcatMessageStream(stream)
		if err != nil {
			return err
		}
		seen.Item()
		seen.Read(func() {
			seen.HandOver("text", "tool_calls", "stop_reason", "usage", "thinking")
			readMessage(seen, message)
			seen.EndCalls()
		})
		return nil
	}
}

func main() {
	streamspec.Serve(streamspec.SDK{
		Errors: []streamspec.ErrorType{
			streamspec.Own("openai.APIError", readAPIError),
			streamspec.Own("go-openai.APIError", readForkError),
			streamspec.Own("go-openai.RequestError", readRequestError),
		},
		Plan: plan,
	})
}
