import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import streamspec.Observer;

/**
 * The subscriber of one call, which asks for one event after the other. A caller who stops cancels the subscription, as the
 * documentation of the response handler says; the SDK calls that a failure, for which nobody waits.
 */
final class Taker<T> implements Subscriber<T> {
    /** Reads an event of a stream; what it throws ends the caller's loop. */
    interface Reader<T> {
        void read(Observer seen, T event) throws Exception;
    }

    private final Observer seen;
    private final Reader<T> reader;
    private final CompletableFuture<Void> left;
    private Subscription subscription;

    private Taker(Observer seen, Reader<T> reader, CompletableFuture<Void> left) {
        this.seen = seen;
        this.reader = reader;
        this.left = left;
    }

    /** Subscribes to the events of a stream, which may be those of a further attempt. */
    static <T> Taker<T> of(Observer seen, Reader<T> reader, CompletableFuture<Void> left) {
        // A caller must then have reset any state, says the documentation of the response handler.
        seen.restart();
        return new Taker<>(seen, reader, left);
    }

    /** Waits until the answer is over, or until its caller has left it. */
    static void await(CompletableFuture<Void> answer, CompletableFuture<Void> left) throws Throwable {
        try {
            CompletableFuture.anyOf(answer, left).get();
        } catch (ExecutionException failed) {
            throw left.isCompletedExceptionally() ? failed.getCause() : failed;
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        this.subscription = subscription;
        subscription.request(1);
    }

    @Override
    public void onNext(T event) {
        try {
            reader.read(seen, event);
        } catch (Exception unreadable) {
            left.completeExceptionally(unreadable);
            subscription.cancel();
            return;
        }
        if (seen.stops()) {
            left.complete(null);
            subscription.cancel();
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable error) {
        // The response handler is told, too.
    }

    @Override
    public void onComplete() {
        // The response handler is told, too.
    }
}
