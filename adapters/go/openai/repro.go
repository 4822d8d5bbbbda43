// Makes one call with `openai-go`, and prints what its caller sees.

// only: none
//go:build ignore

// end
package main

import (
	"context"
	"errors"
	"fmt"
	// only: program
	"os"
	// end
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
	// only: openai-responses
	"github.com/openai/openai-go/v3/responses"
	// end
	// only: openai-chat
	// only: ask-tool
	"github.com/openai/openai-go/v3/shared"
	// end
	// end
)

const timeoutMs = 20000 // fill: timeout-ms
const maxRetries = 0    // fill: max-retries

// only: ask-tool
var parameters = map[string]any{
	"type":                 "object",
	"properties":           map[string]any{"city": map[string]any{"type": "string"}},
	"required":             []string{"city"},
	"additionalProperties": false,
}

// end
// only: openai-chat
var chat = openai.ChatCompletionNewParams{
	Model:         "gpt-5.2",
	Messages:      []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Say hello, or ask for the weather in Paris.")},
	StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	// only: ask-tool
	Tools: []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
		Name: "get_weather", Description: openai.String("The weather in a city."), Parameters: parameters,
	})},
	// end
}

// end
// only: openai-responses
var request = responses.ResponseNewParams{
	Model: "gpt-5.2",
	Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Say hello, or ask for the weather in Paris.")},
	// only: ask-tool
	Tools: []responses.ToolUnionParam{{OfFunction: &responses.FunctionToolParam{
		Name: "get_weather", Description: openai.String("The weather in a city."), Parameters: parameters,
	}}},
	// end
}

// end

// call hands on what the SDK hands to its caller.
func call(baseURL string, item func(any)) (err error) {
	client := openai.NewClient(
		option.WithAPIKey("any"),
		option.WithBaseURL(baseURL+"/v1"),
		option.WithRequestTimeout(timeoutMs*time.Millisecond),
		option.WithMaxRetries(maxRetries),
	)
	// only: openai-chat
	// only: stream
	chunks := client.Chat.Completions.NewStreaming(context.Background(), chat)
	defer chunks.Close()
	for chunks.Next() {
		item(chunks.Current())
	}
	err = chunks.Err()
	// end
	// only: accumulate
	pieces := client.Chat.Completions.NewStreaming(context.Background(), chat)
	defer pieces.Close()
	accumulator := openai.ChatCompletionAccumulator{}
	for pieces.Next() {
		accumulator.AddChunk(pieces.Current())
	}
	item(accumulator.ChatCompletion)
	err = pieces.Err()
	// end
	// end
	// only: openai-responses
	events := client.Responses.NewStreaming(context.Background(), request)
	defer events.Close()
	for events.Next() {
		item(events.Current())
	}
	err = events.Err()
	// end
	return err
}

// only: test

// textOf returns the text in an item.
func textOf(item any) (text string) {
	// only: openai-chat
	// only: stream
	if chunk, ok := item.(openai.ChatCompletionChunk); ok && len(chunk.Choices) > 0 {
		text += chunk.Choices[0].Delta.Content
	}
	// end
	// only: accumulate
	if whole, ok := item.(openai.ChatCompletion); ok && len(whole.Choices) > 0 {
		text += whole.Choices[0].Message.Content
	}
	// end
	// end
	// only: openai-responses
	if event, ok := item.(responses.ResponseStreamEventUnion); ok && event.Type == "response.output_text.delta" {
		text += event.Delta
	}
	// end
	return text
}

// stopReasonOf returns the stop reason in an item.
func stopReasonOf(item any) string {
	// only: openai-chat
	// only: stream
	if chunk, ok := item.(openai.ChatCompletionChunk); ok && len(chunk.Choices) > 0 {
		return chunk.Choices[0].FinishReason
	}
	// end
	// only: accumulate
	if whole, ok := item.(openai.ChatCompletion); ok && len(whole.Choices) > 0 {
		return whole.Choices[0].FinishReason
	}
	// end
	// end
	// only: openai-responses
	if event, ok := item.(responses.ResponseStreamEventUnion); ok &&
		(event.Type == "response.completed" || event.Type == "response.incomplete") {
		return string(event.Response.Status)
	}
	// end
	return ""
}

// end

// fieldsOf returns the class of an error, whether it is the SDK's own, and what the SDK says of it.
func fieldsOf(err error) (class string, own bool, status int, kind, code string) {
	var failure *openai.Error
	if errors.As(err, &failure) {
		return "openai.Error", true, failure.StatusCode, failure.Type, failure.Code
	}
	var broken *ssestream.StreamError
	if errors.As(err, &broken) {
		return "ssestream.StreamError", true, 0, "", ""
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", err), "*"), false, 0, "", ""
}

// program

func main() {
	err := call(os.Getenv("BASE_URL"), func(item any) { fmt.Printf("item: %q\n", fmt.Sprintf("%+v", item)) })
	if err == nil {
		fmt.Println("ended: returned")
		return
	}
	class, _, status, kind, _ := fieldsOf(err)
	fmt.Printf("ended: raised\nclass: %s\nmessage: %q\n", class, err.Error())
	if status != 0 {
		fmt.Println("status:", status)
	}
	fmt.Println("type:", kind)
}
