import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockDelta;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockDeltaEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockStartEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlockStopEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamMetadataEvent;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamOutput;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamRequest;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.Message;
import software.amazon.awssdk.services.bedrockruntime.model.MessageStopEvent;
import software.amazon.awssdk.services.bedrockruntime.model.Tool;
import software.amazon.awssdk.services.bedrockruntime.model.ToolUseBlockStart;
import software.amazon.awssdk.services.bedrockruntime.model.ToolUseType;
import streamspec.Asked;
import streamspec.Dialects;
import streamspec.Observer;
import streamspec.Run;

/** ConverseStream. */
final class Converse {
    private Converse() {}

    static void stream(BedrockRuntimeAsyncClient client, Run run, Observer seen) throws Throwable {
        CompletableFuture<Void> left = new CompletableFuture<>();
        ConverseStreamResponseHandler handler = ConverseStreamResponseHandler.builder()
                .onResponse(response -> seen.opened())
                .subscriber(() -> Taker.of(seen, Converse::take, left))
                .onError(error -> seen.complete(Optional.of(error)))
                .onComplete(() -> seen.complete(Optional.empty()))
                .build();
        Taker.await(client.converseStream(request(run), handler), left);
    }

    private static void take(Observer seen, ConverseStreamOutput event) {
        seen.take(event, Converse::readEvent);
    }

    private static ConverseStreamRequest request(Run run) {
        ConverseStreamRequest.Builder request = ConverseStreamRequest.builder()
                .modelId(Asked.model(run.api()))
                .messages(Message.builder()
                        .role(ConversationRole.USER)
                        .content(ContentBlock.fromText(run.prompt()))
                        .build());
        if (run.asksTool()) {
            Map<String, Object> parameters =
                    Map.of("type", "object", "properties", Asked.PROPERTIES, "required", Asked.REQUIRED);
            Tool tool = Tool.fromToolSpec(spec -> spec.name(Asked.TOOL)
                    .description(Asked.ABOUT_THE_TOOL)
                    .inputSchema(schema -> schema.json(document(parameters))));
            request.toolConfig(config -> config.tools(tool));
        }
        return request.build();
    }

    /** Returns a part of a schema, of texts in objects and lists, as the SDK wants it. */
    private static Document document(Object part) {
        if (part instanceof Map<?, ?> object) {
            Document.MapBuilder members = Document.mapBuilder();
            object.forEach((name, member) -> members.putDocument((String) name, document(member)));
            return members.build();
        }
        if (part instanceof List<?> list) {
            return Document.fromList(list.stream().map(Converse::document).toList());
        }
        return Document.fromString((String) part);
    }

    static void readEvent(Observer seen, ConverseStreamOutput event) {
        if (event instanceof ContentBlockStartEvent start) {
            seen.block(start.contentBlockIndex());
            ToolUseBlockStart tool =
                    start.start() == null ? null : start.start().toolUse();
            // The service runs a tool of its own itself.
            if (tool != null && tool.type() != ToolUseType.SERVER_TOOL_USE) {
                seen.tool(start.contentBlockIndex()).name(tool.name());
            }
        } else if (event instanceof ContentBlockDeltaEvent delta) {
            // A block that is no tool call has no start.
            seen.block(delta.contentBlockIndex());
            if (delta.delta() != null) {
                readDelta(seen, delta.contentBlockIndex(), delta.delta());
            }
        } else if (event instanceof ContentBlockStopEvent stop) {
            seen.openTool(stop.contentBlockIndex()).ifPresent(Observer.ToolCall::end);
        } else if (event instanceof MessageStopEvent stop) {
            Dialects.stopConverse(seen, stop.stopReasonAsString());
        } else if (event instanceof ConverseStreamMetadataEvent metadata && metadata.usage() != null) {
            seen.count(
                    tokens(metadata.usage().inputTokens()),
                    tokens(metadata.usage().outputTokens()));
        }
    }

    private static void readDelta(Observer seen, Integer block, ContentBlockDelta delta) {
        if (delta.text() != null) {
            seen.say(delta.text());
        }
        if (delta.reasoningContent() != null && delta.reasoningContent().text() != null) {
            seen.think(delta.reasoningContent().text());
        }
        if (delta.toolUse() != null && delta.toolUse().input() != null) {
            seen.openTool(block).ifPresent(tool -> tool.add(delta.toolUse().input()));
        }
    }

    private static Optional<Long> tokens(Integer number) {
        return Optional.ofNullable(number).map(Integer::longValue);
    }
}
