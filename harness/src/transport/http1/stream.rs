//! The connections that carry HTTP/1.

use std::io;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection that carries HTTP/1: a socket, or another protocol on one.
#[async_trait]
pub(in crate::transport) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// Makes the connection end with RST in place of FIN when it is dropped.
    fn reset(&self);

    /// Sends FIN on the socket, and nothing of a protocol on it before.
    async fn cut(&mut self) -> io::Result<()>;
}

#[async_trait]
impl Stream for TcpStream {
    fn reset(&self) {
        let _ = self.set_zero_linger();
    }

    async fn cut(&mut self) -> io::Result<()> {
        self.shutdown().await
    }
}
