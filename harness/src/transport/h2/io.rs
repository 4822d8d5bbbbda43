//! The connection beneath HTTP/2, which what plays an answer shares with what drives the frames: it waits until these are sent, writes
//! frames of its own between them, and ends the connection.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// A connection that is shared.
#[derive(Clone)]
pub(super) struct Io(Arc<Mutex<Inner>>);

struct Inner {
    stream: TlsStream<TcpStream>,
    /// The number of times that everything written before was flushed.
    flushes: u64,
    waiting: Vec<Waker>,
}

impl Io {
    pub(super) fn new(stream: TlsStream<TcpStream>) -> Self {
        Self(Arc::new(Mutex::new(Inner { stream, flushes: 0, waiting: Vec::new() })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of times that everything written before was flushed.
    pub(super) fn flushes(&self) -> u64 {
        self.inner().flushes
    }

    /// Waits until that happens once more than so many times. Right after it no frame is half sent.
    pub(super) async fn flushed_after(&self, flushes: u64) {
        std::future::poll_fn(|context| {
            let mut inner = self.inner();
            if inner.flushes > flushes {
                return Poll::Ready(());
            }
            inner.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Makes the connection end with RST when nobody holds it any more.
    pub(super) fn reset(&self) {
        let _ = self.inner().stream.get_ref().0.set_zero_linger();
    }
}

impl AsyncRead for Io {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner().stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner().stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut inner = self.inner();
        ready!(Pin::new(&mut inner.stream).poll_flush(context))?;
        inner.flushes += 1;
        inner.waiting.drain(..).for_each(Waker::wake);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner().stream).poll_shutdown(context)
    }
}
