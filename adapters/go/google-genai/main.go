// Drives `google.golang.org/genai`, Google's Gen AI SDK for Go, over `streamGenerateContent`.
//
// The SDK has no finished answer of a stream: its callers range over chunks. The stop reason is the candidate's
// `FinishReason`, or the `BlockReason` where the prompt was blocked.
package main

import (
	"context"
	"iter"
	"strings"

	"google.golang.org/genai"

	"streamspec"
)

// readError reads an error; its `Code` is the number in the body, or else the HTTP status, and so it is both.
func readError(err genai.APIError) streamspec.Fields {
	return streamspec.Fields{
		"status":      {streamspec.Attribute(err.Code)},
		"type":        {streamspec.Attribute(err.Status)},
		"code":        {streamspec.Attribute(err.Code)},
		"retry_after": {streamspec.Attribute(retryDelay(err))},
	}
}

// retryDelay returns the delay of a `RetryInfo` in the error's details, a protobuf duration such as `37s`.
func retryDelay(err genai.APIError) string {
	for _, detail := range err.Details {
		if delay, ok := detail["retryDelay"].(string); ok {
			return strings.TrimSuffix(delay, "s")
		}
	}
	return ""
}

// readChunk reads a chunk; function calls come whole, and are over when the candidate says so.
func readChunk(seen *streamspec.Observer, chunk *genai.GenerateContentResponse) {
	if usage := chunk.UsageMetadata; usage != nil {
		seen.Count(tokens(usage.PromptTokenCount), tokens(usage.CandidatesTokenCount))
	}
	if chunk.PromptFeedback != nil {
		seen.Stop(string(chunk.PromptFeedback.BlockReason))
	}
	for _, candidate := range chunk.Candidates {
		if candidate == nil || candidate.Index != 0 {
			continue
		}
		if candidate.Content != nil {
			readParts(seen, candidate.Content.Parts)
		}
		seen.FinishCandidate(string(candidate.FinishReason))
	}
}

// tokens returns a number of tokens, which the SDK leaves at zero where it was not told.
func tokens(number int32) streamspec.Tokens { return streamspec.Tokens{Number: int64(number)} }

func readParts(seen *streamspec.Observer, parts []*genai.Part) {
	for _, part := range parts {
		if part == nil {
			continue
		}
		if part.Thought {
			seen.Think(part.Text)
		} else {
			seen.Say(part.Text)
		}
		if call := part.FunctionCall; call != nil {
			seen.AddTool(call.Name).Set(call.Args)
		}
	}
}

func plan(run streamspec.Run) streamspec.Call {
	timeout, attempts := run.Timeout(), int32(run.MaxRetries+1)
	options := genai.HTTPOptions{
		BaseURL:      run.BaseURL,
		Timeout:      &timeout,
		RetryOptions: &genai.HTTPRetryOptions{Attempts: &attempts},
	}
	config := &genai.GenerateContentConfig{}
	if run.WithTool() {
		config.Tools = []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{
			Name:                 streamspec.Question.Tool.Name,
			Description:          streamspec.Question.Tool.Description,
			ParametersJsonSchema: streamspec.Question.Tool.Parameters,
		}}}}
	}
	client, unusable := genai.NewClient(context.Background(), &genai.ClientConfig{
		APIKey: "no-key", Backend: genai.BackendGeminiAPI, HTTPClient: run.HTTPClient, HTTPOptions: options,
	})
	return func(ctx context.Context, seen *streamspec.Observer) error {
		if unusable != nil {
			return unusable
		}
		model := streamspec.Model(run.API)
		if run.Surface == "chat" {
			chat, err := client.Chats.Create(ctx, model, config, nil)
			if err != nil {
				return err
			}
			return iterate(seen, chat.SendMessageStream(ctx, genai.Part{Text: run.Prompt}))
		}
		return iterate(seen, client.Models.GenerateContentStream(ctx, model, genai.Text(run.Prompt), config))
	}
}

func iterate(seen *streamspec.Observer, stream iter.Seq2[*genai.GenerateContentResponse, error]) error {
	seen.Opened()
	for chunk, err := range stream {
		if err != nil {
			return err
		}
		seen.Item()
		seen.Read(func() { readChunk(seen, chunk) })
		if seen.Stops() {
			break
		}
	}
	return nil
}

func main() {
	streamspec.Serve(streamspec.SDK{
		Errors: []streamspec.ErrorType{streamspec.Own("genai.APIError", readError)},
		Plan:   plan,
	})
}
