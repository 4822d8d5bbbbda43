//! The connections that carry HTTP/1.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// A connection that carries HTTP/1: a socket, or another protocol on one.
pub(in crate::transport) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// Makes the connection end with RST in place of FIN when it is dropped.
    fn reset(&self);
}

impl Stream for TcpStream {
    fn reset(&self) {
        let _ = self.set_zero_linger();
    }
}
