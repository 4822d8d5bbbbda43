// Makes one call with `go-openai`, and prints what its caller sees.

// only: none
//go:build ignore

// end
package main

import (
	"context"
	"errors"
	"fmt"
	// only: program
	"io"
	"net/http"
	"os"
	// end
	"strings"
	"time"

	"github.com/sashabaranov/go-openai"
)

const timeoutMs = 20000 // fill: timeout-ms

// only: ask-tool
var tool = openai.FunctionDefinition{
	Name: "get_weather", Description: "The weather in a city.",
	Parameters: map[string]any{
		"type":                 "object",
		"properties":           map[string]any{"city": map[string]any{"type": "string"}},
		"required":             []string{"city"},
		"additionalProperties": false,
	},
}

// end

// call hands on what the SDK hands to its caller.
func call(baseURL string, item func(any)) error {
	config := openai.DefaultConfig("any")
	config.BaseURL = baseURL + "/v1"
	config.HTTPClient = &http.Client{Timeout: timeoutMs * time.Millisecond}
	client := openai.NewClientWithConfig(config)
	// only: stream
	// only: openai-chat
	stream, err := client.CreateChatCompletionStream(context.Background(), openai.ChatCompletionRequest{
		Model: "gpt-5.2",
		Messages: []openai.ChatCompletionMessage{
			{Role: openai.ChatMessageRoleUser, Content: "Say hello, or ask for the weather in Paris."},
		},
		StreamOptions: &openai.StreamOptions{IncludeUsage: true},
		// only: ask-tool
		Tools: []openai.Tool{{Type: openai.ToolTypeFunction, Function: &tool}},
		// end
	})
	if err != nil {
		return err
	}
	defer stream.Close()
	for {
		chunk, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		item(chunk)
	}
	// end
	// only: openai-responses
	events, err := client.CreateResponseStream(context.Background(), openai.CreateResponseRequest{
		Model: "gpt-5.2",
		Input: "Say hello, or ask for the weather in Paris.",
		// only: ask-tool
		Tools: []openai.ResponseTool{openai.NewResponseFunctionTool(tool)},
		// end
	})
	if err != nil {
		return err
	}
	defer events.Close()
	for {
		event, err := events.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		item(event)
	}
	// end
	// end
	return nil
}

// only: test

// textOf returns the text in an item.
func textOf(item any) (text string) {
	// only: openai-chat
	if chunk, ok := item.(openai.ChatCompletionStreamResponse); ok && len(chunk.Choices) > 0 {
		text += chunk.Choices[0].Delta.Content
	}
	// end
	// only: openai-responses
	if event, ok := item.(openai.ResponseStreamEvent); ok && event.Type == openai.ResponseStreamEventOutputTextDelta {
		text += event.Delta
	}
	// end
	return text
}

// stopReasonOf returns the stop reason in an item.
func stopReasonOf(item any) string {
	// only: openai-chat
	if chunk, ok := item.(openai.ChatCompletionStreamResponse); ok && len(chunk.Choices) > 0 {
		return string(chunk.Choices[0].FinishReason)
	}
	// end
	// only: openai-responses
	if event, ok := item.(openai.ResponseStreamEvent); ok && event.Response != nil &&
		(event.Type == openai.ResponseStreamEventCompleted || event.Type == openai.ResponseStreamEventIncomplete) {
		return string(event.Response.Status)
	}
	// end
	return ""
}

// end

// fieldsOf returns the class of an error, whether it is the SDK's own, and what the SDK says of it.
func fieldsOf(err error) (class string, own bool, status int, kind, code string) {
	var failure *openai.APIError
	if errors.As(err, &failure) {
		if failure.Code != nil {
			code = fmt.Sprint(failure.Code)
		}
		return "openai.APIError", true, failure.HTTPStatusCode, failure.Type, code
	}
	var refused *openai.RequestError
	if errors.As(err, &refused) {
		return "openai.RequestError", true, refused.HTTPStatusCode, "", ""
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
