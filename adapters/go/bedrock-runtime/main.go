// Drives `bedrockruntime` of the AWS SDK for Go v2: ConverseStream, and InvokeModelWithResponseStream of a model of
// Anthropic's.
//
// The loop is that of the SDK's pages: take what the channel `Events` brings, ask `Err`, and `Close` the stream. Errors are
// read as its page on errors shows it: `smithy.APIError` has the code and the message, and `http.ResponseError` the response.
package main

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/eventstream"

	"streamspec"
)

// alone is the HTTP client of all callers who make one call: it keeps no connection for a next one.
var alone = awshttp.NewBuildableClient().WithTransportOptions(streamspec.KeepNoConnection)

// plainBodies sends the bodies of requests without their method `WriteTo`. The SDK closes a body as soon as the answer begins, and
// `WriteTo` of a closed one fails (smithy-go 1.28, `safeWriteToReadCloser`): net/http then closes the connection in the middle of
// the answer, if it had still to ask whether the body is over. A server has to answer within microseconds for that, which
// only one on the same machine does.
type plainBodies struct{ client aws.HTTPClient }

func (bodies plainBodies) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return bodies.client.Do(request)
}

// readError says what the caller can read of any error of the SDK's; the response is in what wraps it.
func readError[E error](_ E, whole error) streamspec.Fields {
	fields := streamspec.Fields{"retryable": {streamspec.Attribute(retry.NewStandard().IsErrorRetryable(whole))}}
	var response *awshttp.ResponseError
	if errors.As(whole, &response) {
		fields = fields.Or(streamspec.Fields{
			"status":      {streamspec.Attribute(response.HTTPStatusCode())},
			"request_id":  {streamspec.Attribute(response.ServiceRequestID())},
			"retry_after": {streamspec.Header(response.HTTPResponse().Response, "retry-after")},
		})
	}
	return fields
}

// readAPIError says what the caller can read of an error that the service has sent.
func readAPIError(err smithy.APIError, whole error) streamspec.Fields {
	return readError(err, whole).Or(streamspec.Fields{
		"type":    {streamspec.Attribute(err.ErrorCode())},
		"message": {streamspec.Attribute(err.ErrorMessage())},
	})
}

// client returns one with credentials that are made up and without the user's files.
func client(run streamspec.Run) (*bedrockruntime.Client, error) {
	settings, err := config.LoadDefaultConfig(context.Background(),
		config.WithRegion("us-east-1"),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("no-id", "no-key", "")),
		config.WithSharedConfigFiles([]string{}),
		config.WithSharedCredentialsFiles([]string{}),
		config.WithRetryMaxAttempts(run.MaxRetries+1),
	)
	if err != nil {
		return nil, err
	}
	sends := alone
	if run.Caller.SharesClient() {
		sends = awshttp.NewBuildableClient()
	}
	settings.HTTPClient = plainBodies{sends.WithReadTimeout(run.Timeout())}
	settings.BaseEndpoint = aws.String(run.BaseURL)
	return bedrockruntime.NewFromConfig(settings), nil
}

// stream is what both operations hand out.
type stream[Event any] interface {
	Events() <-chan Event
	Err() error
	Close() error
}

// iterate takes the events of a stream; an error of `each` ends it.
func iterate[Event any](seen *streamspec.Observer, stream stream[Event], each func(event Event) error) error {
	defer stream.Close()
	seen.Opened()
	for event := range stream.Events() {
		seen.Item()
		if err := each(event); err != nil {
			return err
		}
		if seen.Stops() {
			return stream.Close()
		}
	}
	return stream.Err()
}

func plan(run streamspec.Run) streamspec.Call {
	client, err := client(run)
	if err != nil {
		panic(err)
	}
	return map[string]streamspec.Call{
		"converse": func(ctx context.Context, seen *streamspec.Observer) error {
			answer, err := client.ConverseStream(ctx, converseInput(run))
			if err != nil {
				return err
			}
			return iterate(seen, answer.GetStream(), streamspec.Reader(seen, readEvent))
		},
		"invoke": func(ctx context.Context, seen *streamspec.Observer) error {
			answer, err := client.InvokeModelWithResponseStream(ctx, invokeInput(run))
			if err != nil {
				return err
			}
			return iterate(seen, answer.GetStream(), chunkReader(seen))
		},
	}[run.Surface]
}

func main() {
	streamspec.Serve(streamspec.SDK{
		Errors: []streamspec.ErrorType{
			streamspec.OwnIn("smithy.APIError", readAPIError),
			streamspec.OwnIn("awshttp.ResponseTimeoutError", readError[*awshttp.ResponseTimeoutError]),
			streamspec.OwnIn("eventstream.ChecksumError", readError[eventstream.ChecksumError]),
			streamspec.OwnIn("eventstream.LengthError", readError[eventstream.LengthError]),
			streamspec.OwnIn("eventstream.UnknownMessageError", readError[*eventstream.UnknownMessageError]),
			streamspec.OwnIn("smithy.DeserializationError", readError[*smithy.DeserializationError]),
			streamspec.Wrapper("smithy.OperationError", readError[*smithy.OperationError]),
		},
		Plan: plan,
	})
}
