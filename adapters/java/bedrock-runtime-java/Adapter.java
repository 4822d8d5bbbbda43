import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.ProtocolNegotiation;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import streamspec.ErrorFields;
import streamspec.Run;
import streamspec.Sdk;
import streamspec.Server;

/**
 * Drives {@code bedrockruntime} of the AWS SDK for Java 2.x: ConverseStream, and InvokeModelWithResponseStream of a model of
 * Anthropic's. Only its async client can stream.
 */
public final class Adapter {
    private static final int MANY_CALLS = 1000;

    private final SdkEventLoopGroup threads = SdkEventLoopGroup.builder().build();

    /** What HTTP clients differ in. */
    private record Shared(Duration timeout, boolean isEncrypted) {
        static Shared of(Run run) {
            return new Shared(run.timeout(), run.baseUrl().startsWith("https:"));
        }
    }

    /** HTTP clients for all callers who make one call. */
    private final Map<Shared, SdkAsyncHttpClient> shared = new ConcurrentHashMap<>();

    public static void main(String[] arguments) {
        Server.serve(
                () -> new Sdk(VersionInfo.SDK_VERSION, SdkException.class, new Adapter()::prepare, Adapter::fields));
    }

    private static ErrorFields fields(Throwable error) {
        ErrorFields fields =
                new ErrorFields(error).attribute("status", "statusCode").attribute("request_id", "requestId");
        if (error instanceof SdkServiceException service) {
            fields.attribute("retryable", () -> service.isThrottlingException() || service.isRetryableException());
        } else {
            fields.attribute("retryable", "retryable");
        }
        if (error instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            AwsErrorDetails details = service.awsErrorDetails();
            fields.attribute("type", details::errorCode)
                    .header("retry_after", () -> details.sdkHttpResponse().firstMatchingHeader("retry-after"));
        }
        return fields;
    }

    /** A caller who makes several calls has an HTTP client for itself, which keeps connections as it does by default. */
    private Sdk.Call prepare(Run run) {
        if (!run.caller().sharesClient()) {
            return call(
                    run,
                    shared.computeIfAbsent(
                            Shared.of(run),
                            kind -> http(kind)
                                    .connectionTimeToLive(Duration.ofMillis(1))
                                    .maxConcurrency(MANY_CALLS)
                                    .build()));
        }
        SdkAsyncHttpClient own = http(Shared.of(run)).build();
        Sdk.Call call = call(run, own);
        return call.closing(() -> {
            call.close();
            own.close();
        });
    }

    /** Over TLS it asks for HTTP/2 by ALPN, as this service has it where no client is given. */
    private NettyNioAsyncHttpClient.Builder http(Shared kind) {
        NettyNioAsyncHttpClient.Builder http =
                NettyNioAsyncHttpClient.builder().eventLoopGroup(threads).readTimeout(kind.timeout());
        return kind.isEncrypted()
                ? http.protocol(Protocol.HTTP2).protocolNegotiation(ProtocolNegotiation.ALPN)
                : http.protocol(Protocol.HTTP1_1);
    }

    private static Sdk.Call call(Run run, SdkAsyncHttpClient http) {
        BedrockRuntimeAsyncClient client = client(run, http);
        Sdk.Call call = run.surface().equals("converse")
                ? seen -> Converse.stream(client, run, seen)
                : seen -> Invoke.stream(client, run, seen);
        return call.closing(client::close);
    }

    /** Makes a client with credentials that are made up. */
    static BedrockRuntimeAsyncClient client(Run run, SdkAsyncHttpClient http) {
        return BedrockRuntimeAsyncClient.builder()
                .httpClient(http)
                .endpointOverride(URI.create(run.baseUrl()))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("no-id", "no-key")))
                .overrideConfiguration(
                        options -> options.retryStrategy(strategy -> strategy.maxAttempts(run.maxRetries() + 1)))
                .build();
    }
}
