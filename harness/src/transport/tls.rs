//! HTTP/1.1 over TLS (RFC 9112 section 9.7), in the versions 1.3 (RFC 8446) and 1.2 (RFC 5246).
//!
//! What is handed over, and hashed, is what TLS carries: its records differ from run to run.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::http1::stream::Stream;
use super::http1::{connection, encode};
use super::{Authority, Encoded, Host, Refusal, Transport, Version};
use crate::wire::Answer;

/// The name of HTTP/1.1 in the negotiation of the protocol (RFC 7301).
const HTTP1: &[u8] = b"http/1.1";

/// The time that a handshake may take.
const HANDSHAKE: Duration = Duration::from_mins(1);

/// The transport `tls`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tls;

#[async_trait]
impl Transport for Tls {
    fn scheme(&self) -> &'static str {
        "https"
    }

    fn encode(&self, answer: &Answer, version: Version) -> Encoded {
        encode::encode(answer, version)
    }

    async fn serve(&self, stream: TcpStream, host: Arc<dyn Host>, authority: Arc<Authority>) {
        if let Some(stream) = shaken(stream, host.as_ref(), &authority, &[HTTP1]).await {
            connection::serve(self, stream, host.as_ref()).await;
        }
    }
}

/// Makes the handshake of a connection, in which one of these protocols is agreed on where the client names any. None where it
/// fails, which is told.
pub(super) async fn shaken(
    stream: TcpStream,
    host: &dyn Host,
    authority: &Authority,
    protocols: &[&[u8]],
) -> Option<TlsStream<TcpStream>> {
    // Without it, small writes would be joined; the scripts decide what is one write.
    let _ = stream.set_nodelay(true);
    let acceptor = TlsAcceptor::from(Arc::new(authority.server(protocols)));
    match timeout(HANDSHAKE, acceptor.accept(stream)).await.ok()? {
        Ok(stream) => Some(stream),
        Err(error) => {
            host.refused("TLS", "handshake", &Refusal::new(0, format!("the handshake failed: {error}")));
            None
        }
    }
}

#[async_trait]
impl Stream for TlsStream<TcpStream> {
    fn reset(&self) {
        self.get_ref().0.reset();
    }

    async fn cut(&mut self) -> io::Result<()> {
        self.get_mut().0.cut().await
    }
}
