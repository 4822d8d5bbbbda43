// Makes one call with `anthropic-sdk-go`, and prints what its caller sees.

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

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"
)

const timeoutMs = 20000 // fill: timeout-ms
const maxRetries = 0    // fill: max-retries

var request = anthropic.MessageNewParams{
	Model:     "claude-sonnet-4-6",
	MaxTokens: 1024,
	Messages: []anthropic.MessageParam{
		anthropic.NewUserMessage(anthropic.NewTextBlock("Say hello, or ask for the weather in Paris.")),
	},
	// only: ask-tool
	Tools: []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{
		Name:        "get_weather",
		Description: anthropic.String("The weather in a city."),
		InputSchema: anthropic.ToolInputSchemaParam{
			Properties: map[string]any{"city": map[string]any{"type": "string"}},
			Required:   []string{"city"},
		},
	}}},
	// end
}

// call hands on what the SDK hands to its caller.
func call(baseURL string, item func(any)) (err error) {
	client := anthropic.NewClient(
		option.WithoutEnvironmentDefaults(),
		option.WithAPIKey("any"),
		option.WithBaseURL(baseURL),
		option.WithRequestTimeout(timeoutMs*time.Millisecond),
		option.WithMaxRetries(maxRetries),
	)
	// only: stream
	stream := client.Messages.NewStreaming(context.Background(), request)
	for stream.Next() {
		item(stream.Current())
	}
	err = stream.Err()
	// end
	// only: accumulate
	events := client.Messages.NewStreaming(context.Background(), request)
	message := anthropic.Message{}
	for err == nil && events.Next() {
		err = message.Accumulate(events.Current())
	}
	item(message)
	if err == nil {
		err = events.Err()
	}
	// end
	return err
}

// only: test

// textOf returns the text in an item.
func textOf(item any) (text string) {
	// only: stream
	if event, ok := item.(anthropic.MessageStreamEventUnion); ok && event.Type == "content_block_delta" {
		text += event.Delta.Text
	}
	// end
	// only: accumulate
	if message, ok := item.(anthropic.Message); ok {
		for _, block := range message.Content {
			text += block.Text
		}
	}
	// end
	return text
}

// stopReasonOf returns the stop reason in an item.
func stopReasonOf(item any) string {
	// only: stream
	if event, ok := item.(anthropic.MessageStreamEventUnion); ok && event.Type == "message_delta" {
		return string(event.Delta.StopReason)
	}
	// end
	// only: accumulate
	if message, ok := item.(anthropic.Message); ok {
		return string(message.StopReason)
	}
	// end
	return ""
}

// end

// fieldsOf returns the class of an error, whether it is the SDK's own, and what the SDK says of it.
func fieldsOf(err error) (class string, own bool, status int, kind, code string) {
	var failure *anthropic.Error
	if errors.As(err, &failure) {
		return "anthropic.Error", true, failure.StatusCode, string(failure.Type()), string(failure.ErrorCode())
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
