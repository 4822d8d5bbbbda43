// Drives `anthropic-sdk-go`, Anthropic's SDK for Go, over the Messages API and, with its package `bedrock`, over
// InvokeModelWithResponseStream of Amazon Bedrock.
//
// The loops are those of its documentation, which does not close a stream; a caller who stops before the end does. The
// surface `accumulate` reads the message that `Accumulate` has built: after an error its text is in the caller's hands, but
// nothing in it tells a finished tool call from a cut one, so the tool calls are left out.
package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/bedrock"
	"github.com/anthropics/anthropic-sdk-go/v2/option"
	"github.com/anthropics/anthropic-sdk-go/v2/packages/respjson"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"streamspec"
)

func readError(err *anthropic.Error) streamspec.Fields {
	return streamspec.Fields{
		"status":      {streamspec.Attribute(err.StatusCode)},
		"type":        {streamspec.Attribute(err.Type()), streamspec.AWSErrorType(err.Response)},
		"code":        {streamspec.Attribute(err.ErrorCode())},
		"request_id":  {streamspec.Attribute(err.RequestID), streamspec.Header(err.Response, "x-amzn-requestid")},
		"retry_after": {streamspec.Header(err.Response, "retry-after")},
	}.Or(streamspec.Body(err.RawJSON()))
}

// readEvent reads an event; text and tool calls are what the events carry.
func readEvent(seen *streamspec.Observer, event anthropic.MessageStreamEventUnion) {
	tool := seen.OpenTool(event.Index)
	switch event.Type {
	case "message_start":
		readMessage(seen, event.Message)
		// One that was whole before it was streamed begins with its stop reason.
		if event.Message.StopReason != "" {
			seen.EndCalls()
		}
	case "content_block_start":
		seen.Block(event.Index)
		seen.Say(event.ContentBlock.Text)
		seen.Think(event.ContentBlock.Thinking)
		if event.ContentBlock.Type == "tool_use" {
			seen.Tool(event.Index, event.ContentBlock.Name).Set(event.ContentBlock.Input)
		}
	case "content_block_delta":
		seen.Say(event.Delta.Text)
		seen.Think(event.Delta.Thinking)
		if tool != nil {
			tool.Add(event.Delta.PartialJSON)
		}
	case "content_block_stop":
		if tool != nil {
			tool.End()
		}
	case "message_delta":
		seen.StopMessage(string(event.Delta.StopReason))
		usage := event.Usage
		seen.Count(tokens(usage.InputTokens, usage.JSON.InputTokens), tokens(usage.OutputTokens, usage.JSON.OutputTokens))
	}
}

// tokens returns a number of tokens, of which the SDK says whether it was told.
func tokens(number int64, field respjson.Field) streamspec.Tokens {
	return streamspec.Tokens{Number: number, Present: field.Valid()}
}

// readMessage reads a message: the beginning of a stream, which may bring content, or what was accumulated.
func readMessage(seen *streamspec.Observer, message anthropic.Message) {
	for index, block := range message.Content {
		key := int64(index)
		seen.Block(key)
		switch block.Type {
		case "text":
			seen.Say(block.Text)
		case "thinking":
			seen.Think(block.Thinking)
		case "tool_use":
			seen.Tool(key, block.Name).Set(string(block.Input))
		}
	}
	seen.StopMessage(string(message.StopReason))
	usage := message.Usage
	seen.Count(tokens(usage.InputTokens, usage.JSON.InputTokens), tokens(usage.OutputTokens, usage.JSON.OutputTokens))
}

// readAccumulated reads the accumulated message, which is finished unless the stream failed.
func readAccumulated(seen *streamspec.Observer, message anthropic.Message, finished bool) {
	seen.HandOver("text", "stop_reason", "usage", "thinking")
	readMessage(seen, message)
	if finished {
		seen.HandOver("tool_calls")
		seen.EndCalls()
	}
}

// access says whose API is asked, where and with what. On Bedrock the SDK knows a request for a message by its whole path, so that
// a base URL can have none: the trial's is put in front of what the SDK sends.
func access(run streamspec.Run) option.RequestOption {
	if run.API != "bedrock-invoke" {
		return option.Join(option.WithAPIKey("no-key"), option.WithBaseURL(run.BaseURL))
	}
	base, err := url.Parse(run.BaseURL)
	if err != nil {
		panic(err)
	}
	return option.Join(
		bedrock.WithConfig(aws.Config{
			Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("no-id", "no-key", ""),
		}),
		option.WithBaseURL(base.Scheme+"://"+base.Host),
		option.WithMiddleware(func(request *http.Request, next option.MiddlewareNext) (*http.Response, error) {
			request.URL = base.JoinPath(request.URL.EscapedPath())
			return next(request)
		}),
	)
}

func plan(run streamspec.Run) streamspec.Call {
	client := anthropic.NewClient(
		option.WithoutEnvironmentDefaults(),
		access(run),
		option.WithHTTPClient(run.HTTPClient),
		option.WithRequestTimeout(run.Timeout()),
		option.WithMaxRetries(run.MaxRetries),
	)
	request := anthropic.MessageNewParams{
		Model:     anthropic.Model(streamspec.Model(run.API)),
		MaxTokens: 1024,
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(run.Prompt))},
	}
	if run.WithTool() {
		parameters := streamspec.Question.Tool.Parameters
		request.Tools = []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{
			Name:        streamspec.Question.Tool.Name,
			Description: anthropic.String(streamspec.Question.Tool.Description),
			InputSchema: anthropic.ToolInputSchemaParam{
				Properties: parameters.Properties,
				Required:   parameters.Required,
			},
		}}}
	}
	return map[string]streamspec.Call{
		"stream": func(ctx context.Context, seen *streamspec.Observer) error {
			stream := client.Messages.NewStreaming(ctx, request)
			return streamspec.Iterate(seen, stream, streamspec.Reader(seen, readEvent))
		},
		"accumulate": func(ctx context.Context, seen *streamspec.Observer) error {
			stream := client.Messages.NewStreaming(ctx, request)
			message := anthropic.Message{}
			err := streamspec.Iterate(seen, stream, message.Accumulate)
			seen.Read(func() { readAccumulated(seen, message, err == nil) })
			return err
		},
	}[run.Surface]
}

func main() {
	streamspec.Serve(streamspec.SDK{
		Errors: []streamspec.ErrorType{streamspec.Own("anthropic.Error", readError)},
		Plan:   plan,
	})
}
