// Drives Genkit for Go with its plugins for APIs that are compatible with OpenAI's, over Chat Completions, and for Google AI.
//
// A caller ranges over `GenerateStream`, whose last value has the whole response, or waits for the response of `Generate`, which
// streams because of `WithStreaming`. Genkit runs tools itself unless it is told to return the requests: each request in a response is
// one to be run, whatever the finish reason is. Its own finish reasons are the same for all vendors.
package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/firebase/genkit/go/ai"
	"github.com/firebase/genkit/go/core"
	"github.com/firebase/genkit/go/genkit"
	"github.com/firebase/genkit/go/plugins/compat_oai"
	"github.com/firebase/genkit/go/plugins/googlegenai"
	"github.com/openai/openai-go"
	"github.com/openai/openai-go/option"
	"google.golang.org/genai"

	"streamspec"
)

func readGenkitError(err *core.GenkitError) streamspec.Fields {
	return streamspec.Fields{
		"status": {streamspec.Attribute(err.HTTPCode)},
		"type":   {streamspec.Attribute(string(err.Status))},
	}
}

func readOpenAIError(err *openai.Error) streamspec.Fields {
	return streamspec.Fields{
		"message":     {streamspec.Attribute(err.Message)},
		"status":      {streamspec.Attribute(err.StatusCode)},
		"type":        {streamspec.Attribute(err.Type)},
		"code":        {streamspec.Attribute(err.Code)},
		"request_id":  {streamspec.Header(err.Response, "x-request-id")},
		"retry_after": {streamspec.Header(err.Response, "retry-after")},
	}.Or(streamspec.Body(err.RawJSON()))
}

// readGoogleError reads an error whose `Code` is the number in the body, or else the HTTP status, and so it is both.
func readGoogleError(err genai.APIError) streamspec.Fields {
	return streamspec.Fields{
		"status": {streamspec.Attribute(err.Code)},
		"type":   {streamspec.Attribute(err.Status)},
		"code":   {streamspec.Attribute(err.Code)},
	}
}

// reader reads the parts of an answer: of chunks, and then of the response.
type reader struct {
	seen  *streamspec.Observer
	calls int
}

// chunk reads a chunk. Of a tool request in pieces the first one has the name.
func (reader *reader) chunk(chunk *ai.ModelResponseChunk) {
	reader.texts(chunk.Content)
	for _, part := range chunk.Content {
		if !part.IsToolRequest() {
			continue
		}
		if part.ToolRequest.Name != "" {
			reader.calls++
		}
		tool := reader.seen.Tool(reader.calls, part.ToolRequest.Name)
		if piece, ok := part.ToolRequest.Input.(string); ok {
			tool.Add(piece)
		} else {
			tool.Set(part.ToolRequest.Input)
		}
	}
}

func (reader *reader) texts(parts []*ai.Part) {
	for _, part := range parts {
		switch {
		case part.IsText():
			reader.seen.Say(part.Text)
		case part.IsReasoning():
			reader.seen.Think(part.Text)
		}
	}
}

// response reads what a response has beside texts: its tool requests are those to be run.
func (reader *reader) response(response *ai.ModelResponse) {
	for at, request := range response.ToolRequests() {
		tool := reader.seen.Tool(at+1, request.Name)
		tool.Set(request.Input)
		tool.End()
	}
	reader.seen.Stop(string(response.FinishReason))
	reader.seen.Refuse(response.FinishMessage)
	if usage := response.Usage; usage != nil {
		reader.seen.Count(tokens(usage.InputTokens), tokens(usage.OutputTokens))
	}
}

// tokens returns a number of tokens, which the SDK leaves at zero where it was not told.
func tokens(number int) streamspec.Tokens { return streamspec.Tokens{Number: int64(number)} }

// google is one Genkit for all calls of Google AI: its plugin takes no HTTP client, and each call says where it goes.
var google = func() *genkit.Genkit {
	shared := http.DefaultTransport
	defer func() { http.DefaultTransport = shared }()
	own := shared.(*http.Transport).Clone()
	streamspec.KeepNoConnection(own)
	http.DefaultTransport = own
	return genkit.Init(context.Background(), genkit.WithPlugins(&googlegenai.GoogleAI{APIKey: "no-key"}))
}()

// model returns a Genkit with the options that name the model and say how it is asked.
func model(run streamspec.Run) (*genkit.Genkit, []ai.GenerateOption) {
	name := streamspec.Model(run.API)
	if run.API == "gemini-generate" {
		config := &genai.GenerateContentConfig{HTTPOptions: &genai.HTTPOptions{BaseURL: run.BaseURL}}
		return google, []ai.GenerateOption{ai.WithModelName("googleai/" + name), ai.WithConfig(config)}
	}
	plugin := &compat_oai.OpenAICompatible{Provider: "openai", Opts: []option.RequestOption{
		option.WithAPIKey("no-key"),
		option.WithHTTPClient(run.HTTPClient),
		option.WithBaseURL(run.BaseURL + "/v1"),
		option.WithRequestTimeout(run.Timeout()),
		option.WithMaxRetries(run.MaxRetries),
	}}
	// Without it there is no usage in a stream.
	config := openai.ChatCompletionNewParams{
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	}
	kit := genkit.Init(context.Background(), genkit.WithPlugins(plugin))
	return kit, []ai.GenerateOption{ai.WithModelName("openai/" + name), ai.WithConfig(config)}
}

func plan(run streamspec.Run) streamspec.Call {
	kit, options := model(run)
	options = append(options, ai.WithMessages(ai.NewUserTextMessage(run.Prompt)), ai.WithReturnToolRequests(true))
	if run.WithTool() {
		tool := streamspec.Question.Tool
		options = append(options, ai.WithTools(ai.NewTool(tool.Name, tool.Description,
			func(*ai.ToolContext, any) (string, error) { return "", errors.New("the caller runs no tools") },
			ai.WithInputSchema(tool.Parameters.Map()))))
	}
	// With `HTTPOptions{Timeout}` this version of Google's SDK cancels each stream as soon as it is open.
	limited := func(ctx context.Context) (context.Context, context.CancelFunc) {
		if run.API == "gemini-generate" {
			return context.WithTimeout(ctx, run.Timeout())
		}
		return context.WithCancel(ctx)
	}
	return map[string]streamspec.Call{
		"stream": func(ctx context.Context, seen *streamspec.Observer) error {
			ctx, cancel := limited(ctx)
			defer cancel()
			reader := reader{seen: seen}
			for value, err := range genkit.GenerateStream(ctx, kit, options...) {
				if err != nil {
					return err
				}
				seen.Opened()
				seen.Item()
				seen.Read(func() {
					if value.Done {
						reader.response(value.Response)
					} else {
						reader.chunk(value.Chunk)
					}
				})
				if seen.Stops() {
					break
				}
			}
			return nil
		},
		"final": func(ctx context.Context, seen *streamspec.Observer) error {
			ctx, cancel := limited(ctx)
			defer cancel()
			count := func(context.Context, *ai.ModelResponseChunk) error {
				seen.Opened()
				seen.Item()
				return nil
			}
			response, err := genkit.Generate(ctx, kit, append(slices.Clone(options), ai.WithStreaming(count))...)
			if err != nil {
				return err
			}
			seen.Read(func() {
				seen.HandOver("text", "tool_calls", "stop_reason", "usage", "thinking", "refusal")
				reader := reader{seen: seen}
				reader.texts(response.Message.Content)
				reader.response(response)
			})
			return nil
		},
	}[strings.TrimPrefix(run.Surface, "google-")]
}

func main() {
	streamspec.Serve(streamspec.SDK{
		Errors: []streamspec.ErrorType{
			streamspec.Own("core.GenkitError", readGenkitError),
			streamspec.Own("openai.Error", readOpenAIError),
			streamspec.Own("genai.APIError", readGoogleError),
		},
		Plan: plan,
	})
}
