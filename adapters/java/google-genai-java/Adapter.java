import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.types.Candidate;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.Part;
import com.google.genai.types.Tool;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import streamspec.Asked;
import streamspec.Dialects;
import streamspec.ErrorFields;
import streamspec.Observer;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Server;

/**
 * Drives {@code google-genai}, Google's Gen AI SDK for Java, over {@code streamGenerateContent}.
 *
 * <p>The SDK has no finished answer of a stream: its callers read chunk by chunk. The stop reason is the candidate's finish
 * reason, or the block reason where the prompt was blocked.
 */
public final class Adapter {
    public static void main(String[] arguments) {
        Server.serve(() -> new Sdk(
                Client.class.getPackage().getImplementationVersion(),
                // Only the classes that extend it have names for a caller.
                ApiException.class.getSuperclass().asSubclass(Throwable.class),
                Adapter::prepare,
                Adapter::fields));
    }

    /** Lists the getters of an exception; its number is the HTTP status, or else that in an error inside the stream, and so is both. */
    private static ErrorFields fields(Throwable error) {
        return new ErrorFields(error)
                .attribute("status", "code")
                .attribute("type", "status")
                .attribute("code", "code");
    }

    private static Sdk.Call prepare(Run run) {
        Client client = Client.builder()
                .apiKey("no-key")
                .httpOptions(HttpOptions.builder()
                        .baseUrl(run.baseUrl())
                        .timeout((int) run.timeout().toMillis())
                        // The waits between attempts, random by default, are then the same in every run.
                        .retryOptions(HttpRetryOptions.builder()
                                .attempts(run.maxRetries() + 1)
                                .jitter(0.0)
                                .build())
                        .build())
                .build();
        return call(run, client).closing(client::close);
    }

    private static Sdk.Call call(Run run, Client client) {
        String model = Asked.model(run.api());
        GenerateContentConfig config = config(run);
        return switch (run.surface()) {
            case "stream-sync" -> seen -> read(seen, client.models.generateContentStream(model, run.prompt(), config));
            case "stream-async" ->
                seen -> await(seen, client.async.models.generateContentStream(model, run.prompt(), config));
            case "chat-sync" ->
                seen -> read(seen, client.chats.create(model, config).sendMessageStream(run.prompt()));
            default ->
                seen -> await(seen, client.async.chats.create(model, config).sendMessageStream(run.prompt()));
        };
    }

    private static GenerateContentConfig config(Run run) {
        GenerateContentConfig.Builder config = GenerateContentConfig.builder();
        if (run.asksTool()) {
            FunctionDeclaration function = FunctionDeclaration.builder()
                    .name(Asked.TOOL)
                    .description(Asked.ABOUT_THE_TOOL)
                    .parametersJsonSchema(
                            Map.of("type", "object", "properties", Asked.PROPERTIES, "required", Asked.REQUIRED))
                    .build();
            config.tools(Tool.builder().functionDeclarations(function).build());
        }
        return config.build();
    }

    private static void await(Observer seen, CompletableFuture<ResponseStream<GenerateContentResponse>> opened) {
        opened.thenAccept(stream -> read(seen, stream)).join();
    }

    private static void read(Observer seen, ResponseStream<GenerateContentResponse> opened) {
        try (ResponseStream<GenerateContentResponse> stream = opened) {
            seen.opened();
            for (GenerateContentResponse chunk : stream) {
                seen.take(chunk, Adapter::readChunk);
                if (seen.stops()) {
                    return;
                }
            }
        }
    }

    /** Reads a chunk; function calls come whole, and are over when the candidate says so. */
    static void readChunk(Observer seen, GenerateContentResponse chunk) {
        chunk.usageMetadata()
                .ifPresent(usage -> seen.count(tokens(usage.promptTokenCount()), tokens(usage.candidatesTokenCount())));
        chunk.promptFeedback()
                .flatMap(feedback -> feedback.blockReason())
                .ifPresent(reason -> seen.stop(reason.toString()));
        for (Candidate candidate : chunk.candidates().orElse(List.of())) {
            if (candidate.index().orElse(0) != 0) {
                continue;
            }
            candidate.content().flatMap(content -> content.parts()).ifPresent(parts -> readParts(seen, parts));
            candidate.finishReason().ifPresent(reason -> Dialects.finishCandidate(seen, reason.toString()));
        }
    }

    private static void readParts(Observer seen, List<Part> parts) {
        for (Part part : parts) {
            boolean isThought = part.thought().orElse(false);
            part.text().ifPresent(isThought ? seen::think : seen::say);
            part.functionCall()
                    .ifPresent(call -> seen.tool(seen.toolCalls().size())
                            .name(call.name().orElse(null))
                            .arguments(call.args().orElse(null)));
        }
    }

    private static Optional<Long> tokens(Optional<Integer> number) {
        return number.map(Integer::longValue);
    }
}
