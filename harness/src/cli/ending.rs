//! The end of a command that goes on until somebody ends it.

/// Waits for the user or the system to end the command.
pub(super) async fn told_to_end() {
    #[cfg(unix)]
    {
        use futures_util::future::select_all;
        use tokio::signal::unix::{SignalKind, signal};
        let wait = async |kind| match signal(kind) {
            Ok(mut signal) => _ = signal.recv().await,
            // It cannot be listened for, and ends the program as it always does.
            Err(_) => std::future::pending().await,
        };
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        select_all(kinds.map(|kind| Box::pin(wait(kind)))).await;
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}
