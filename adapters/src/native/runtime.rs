//! The threads that native SDKs run on: a runtime of their own, so that a panic in an SDK, whichever task of it panics,
//! is told in the verdict and not on the terminal, while a panic of the harness is still printed.

use std::future::Future;
use std::sync::{LazyLock, Once};

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// The name of every thread of the runtime, by which a panic knows where it is.
const THREAD: &str = "native-sdk";

/// Runs a call on these threads.
pub(super) fn spawn<F>(call: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let built = Builder::new_multi_thread().thread_name(THREAD).enable_all().build();
        built.expect("the system lets a program that already runs threads start a few more")
    });
    mute_panics();
    RUNTIME.spawn(call)
}

/// Puts a hook before the present one, once.
fn mute_panics() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !is_ours() {
                loud(panic);
            }
        }));
    });
}

/// Says whether this is one of these threads.
fn is_ours() -> bool {
    std::thread::current().name() == Some(THREAD)
}

#[cfg(test)]
mod tests {
    use super::{is_ours, spawn};

    #[tokio::test]
    async fn what_a_call_starts_stays_on_these_threads() {
        let started = spawn(async {
            let task = tokio::spawn(async { is_ours() }).await;
            let blocking = tokio::task::spawn_blocking(is_ours).await;
            (is_ours(), task.expect("it ends"), blocking.expect("it ends"))
        });
        assert_eq!(started.await.expect("it ends"), (true, true, true));
        assert!(!is_ours());
    }
}
