package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"streamspec"
)

func converseInput(run streamspec.Run) *bedrockruntime.ConverseStreamInput {
	input := &bedrockruntime.ConverseStreamInput{
		ModelId: aws.String(streamspec.Model(run.API)),
		Messages: []types.Message{{
			Role:    types.ConversationRoleUser,
			Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: run.Prompt}},
		}},
	}
	if run.WithTool() {
		tool := streamspec.Question.Tool
		schema := document.NewLazyDocument(tool.Parameters.Map())
		input.ToolConfig = &types.ToolConfiguration{Tools: []types.Tool{&types.ToolMemberToolSpec{
			Value: types.ToolSpecification{
				Name:        aws.String(tool.Name),
				Description: aws.String(tool.Description),
				InputSchema: &types.ToolInputSchemaMemberJson{Value: schema},
			},
		}}}
	}
	return input
}

// readEvent reads an event; text and tool calls are what the events carry.
func readEvent(seen *streamspec.Observer, event types.ConverseStreamOutput) {
	switch event := event.(type) {
	case *types.ConverseStreamOutputMemberContentBlockStart:
		key := aws.ToInt32(event.Value.ContentBlockIndex)
		seen.Block(key)
		start, ok := event.Value.Start.(*types.ContentBlockStartMemberToolUse)
		// The service runs a tool of its own itself.
		if ok && start.Value.Type != types.ToolUseTypeServerToolUse {
			seen.Tool(key, aws.ToString(start.Value.Name))
		}
	case *types.ConverseStreamOutputMemberContentBlockDelta:
		// A block that is no tool call has no start.
		key := aws.ToInt32(event.Value.ContentBlockIndex)
		seen.Block(key)
		readDelta(seen, key, event.Value.Delta)
	case *types.ConverseStreamOutputMemberContentBlockStop:
		if tool := seen.OpenTool(aws.ToInt32(event.Value.ContentBlockIndex)); tool != nil {
			tool.End()
		}
	case *types.ConverseStreamOutputMemberMessageStop:
		seen.StopConverse(string(event.Value.StopReason))
	case *types.ConverseStreamOutputMemberMetadata:
		if usage := event.Value.Usage; usage != nil {
			seen.Count(tokens(usage.InputTokens), tokens(usage.OutputTokens))
		}
	}
}

func readDelta(seen *streamspec.Observer, key int32, delta types.ContentBlockDelta) {
	switch delta := delta.(type) {
	case *types.ContentBlockDeltaMemberText:
		seen.Say(delta.Value)
	case *types.ContentBlockDeltaMemberReasoningContent:
		if thought, ok := delta.Value.(*types.ReasoningContentBlockDeltaMemberText); ok {
			seen.Think(thought.Value)
		}
	case *types.ContentBlockDeltaMemberToolUse:
		if tool := seen.OpenTool(key); tool != nil {
			tool.Add(aws.ToString(delta.Value.Input))
		}
	}
}

// tokens returns a number of tokens, which is nil where it was not told.
func tokens[Number int32 | int64](number *Number) streamspec.Tokens {
	if number == nil {
		return streamspec.Tokens{}
	}
	return streamspec.Tokens{Number: int64(*number), Present: true}
}
