// Makes one call with `google.golang.org/genai`, and prints what its caller sees.

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

	"google.golang.org/genai"
)

const timeoutMs = 20000 // fill: timeout-ms
const maxRetries = 0    // fill: max-retries
const model = "gemini-2.5-flash"
const question = "Say hello, or ask for the weather in Paris."

var config = &genai.GenerateContentConfig{
	// only: ask-tool
	Tools: []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{
		Name: "get_weather", Description: "The weather in a city.",
		ParametersJsonSchema: map[string]any{
			"type":       "object",
			"properties": map[string]any{"city": map[string]any{"type": "string"}},
			"required":   []string{"city"},
		},
	}}}},
	// end
}

// call hands on what the SDK hands to its caller.
func call(baseURL string, item func(any)) error {
	timeout, attempts := timeoutMs*time.Millisecond, int32(maxRetries+1)
	client, err := genai.NewClient(context.Background(), &genai.ClientConfig{
		APIKey: "any", Backend: genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{
			BaseURL: baseURL, Timeout: &timeout, RetryOptions: &genai.HTTPRetryOptions{Attempts: &attempts},
		},
	})
	if err != nil {
		return err
	}
	// only: stream
	for chunk, err := range client.Models.GenerateContentStream(context.Background(), model, genai.Text(question), config) {
		if err != nil {
			return err
		}
		item(chunk)
	}
	// end
	// only: chat
	chat, err := client.Chats.Create(context.Background(), model, config, nil)
	if err != nil {
		return err
	}
	for chunk, err := range chat.SendMessageStream(context.Background(), genai.Part{Text: question}) {
		if err != nil {
			return err
		}
		item(chunk)
	}
	// end
	return nil
}

// only: test

// textOf returns the text in an item.
func textOf(item any) (text string) {
	chunk, ok := item.(*genai.GenerateContentResponse)
	if !ok || len(chunk.Candidates) == 0 || chunk.Candidates[0].Content == nil {
		return ""
	}
	for _, part := range chunk.Candidates[0].Content.Parts {
		if !part.Thought {
			text += part.Text
		}
	}
	return text
}

// stopReasonOf returns the stop reason in an item.
func stopReasonOf(item any) string {
	chunk, ok := item.(*genai.GenerateContentResponse)
	if ok && len(chunk.Candidates) > 0 && chunk.Candidates[0].FinishReason != "" {
		return string(chunk.Candidates[0].FinishReason)
	}
	if ok && chunk.PromptFeedback != nil {
		return string(chunk.PromptFeedback.BlockReason)
	}
	return ""
}

// end

// fieldsOf returns the class of an error, whether it is the SDK's own, and what the SDK says of it.
func fieldsOf(err error) (class string, own bool, status int, kind, code string) {
	var failure genai.APIError
	if errors.As(err, &failure) {
		return "genai.APIError", true, failure.Code, failure.Status, fmt.Sprint(failure.Code)
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
