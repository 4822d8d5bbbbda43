//! The end of a connection, so that what was sent before it arrives.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// The time that the server waits for the client's FIN after its own; an earlier `close` could destroy what is unread.
const DRAIN: Duration = Duration::from_secs(2);

/// Sends FIN, after what the connection sends before it, and waits for the client's.
pub(super) async fn close(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    if stream.shutdown().await.is_ok() {
        drain(stream).await;
    }
}

/// Reads what the client still sends, up to its FIN.
pub(super) async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut unread = [0; 1024];
    let read = async { while matches!(stream.read(&mut unread).await, Ok(1..)) {} };
    let _ = timeout(DRAIN, read).await;
}
