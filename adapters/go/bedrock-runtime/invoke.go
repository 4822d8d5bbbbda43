package main

import (
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"streamspec"
)

// invokeInput returns the request of a message, as Anthropic documents the body on Bedrock.
func invokeInput(run streamspec.Run) *bedrockruntime.InvokeModelWithResponseStreamInput {
	question := map[string]any{
		"anthropic_version": "bedrock-2023-05-31",
		"max_tokens":        1024,
		"messages":          []any{map[string]any{"role": "user", "content": run.Prompt}},
	}
	if run.WithTool() {
		tool := streamspec.Question.Tool
		question["tools"] = []any{map[string]any{
			"name": tool.Name, "description": tool.Description, "input_schema": tool.Parameters.Map(),
		}}
	}
	body, err := json.Marshal(question)
	if err != nil {
		panic(err)
	}
	return &bedrockruntime.InvokeModelWithResponseStreamInput{
		ModelId: aws.String(streamspec.Model(run.API)), ContentType: aws.String("application/json"), Body: body,
	}
}

// messageEvent is an event of Anthropic's, which the SDK hands over as bytes.
type messageEvent struct {
	Type    string
	Index   int64
	Message struct {
		Content    []contentBlock
		StopReason string `json:"stop_reason"`
		Usage      usage
	}
	ContentBlock contentBlock `json:"content_block"`
	Delta        struct {
		Text, Thinking string
		PartialJSON    string `json:"partial_json"`
		StopReason     string `json:"stop_reason"`
	}
	Usage usage
	Error struct{ Message string }
}

type contentBlock struct {
	Type, Text, Thinking, Name string
	Input                      map[string]any
}

type usage struct {
	InputTokens  *int64 `json:"input_tokens"`
	OutputTokens *int64 `json:"output_tokens"`
}

// chunkReader returns what reads an event: its bytes, which a chunk may lack, are JSON for the caller, whose error ends the loop.
func chunkReader(seen *streamspec.Observer) func(event types.ResponseStream) error {
	return func(event types.ResponseStream) error {
		chunk, ok := event.(*types.ResponseStreamMemberChunk)
		if !ok || chunk.Value.Bytes == nil {
			return nil
		}
		said := messageEvent{}
		if err := json.Unmarshal(chunk.Value.Bytes, &said); err != nil {
			return err
		}
		seen.Read(func() {
			readMessageEvent(seen, said)
			if said.Type == "error" {
				seen.FailedItem(chunk, said.Error.Message, streamspec.Body(string(chunk.Value.Bytes)))
			}
		})
		return nil
	}
}

// readMessageEvent reads an event of a message.
func readMessageEvent(seen *streamspec.Observer, event messageEvent) {
	tool := seen.OpenTool(event.Index)
	switch event.Type {
	case "message_start":
		for index, block := range event.Message.Content {
			readBlock(seen, int64(index), block)
		}
		seen.StopMessage(event.Message.StopReason)
		// One that was whole before it was streamed begins with its stop reason.
		if event.Message.StopReason != "" {
			seen.EndCalls()
		}
		count(seen, event.Message.Usage)
	case "content_block_start":
		readBlock(seen, event.Index, event.ContentBlock)
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
		seen.StopMessage(event.Delta.StopReason)
		count(seen, event.Usage)
	}
}

func readBlock(seen *streamspec.Observer, key int64, block contentBlock) {
	seen.Block(key)
	seen.Say(block.Text)
	seen.Think(block.Thinking)
	if block.Type == "tool_use" {
		seen.Tool(key, block.Name).Set(block.Input)
	}
}

func count(seen *streamspec.Observer, usage usage) {
	seen.Count(tokens(usage.InputTokens), tokens(usage.OutputTokens))
}
