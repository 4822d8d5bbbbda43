//! HTTP/2 over TLS (RFC 9113), to which the client agrees by ALPN.
//!
//! What is handed over, and hashed, is the payload of DATA frames, and the status and the fields of HEADERS as text: the compressed form of
//! fields depends on what the connection has carried before.

pub(super) mod connection;
mod encode;
pub(super) mod frames;
mod io;
mod play;
mod request;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::net::TcpStream;

use super::{Authority, Encoded, Host, Refusal, Transport, Version, tls};
use crate::wire::Answer;

/// The name of HTTP/2 in the negotiation of the protocol (RFC 9113 section 3.2).
pub(super) const NAME: &[u8] = b"h2";

/// The transport `h2`.
#[derive(Clone, Copy, Debug)]
pub(super) struct H2;

#[async_trait]
impl Transport for H2 {
    fn scheme(&self) -> &'static str {
        "https"
    }

    fn shares_connections(&self) -> bool {
        true
    }

    fn encode(&self, answer: &Answer, _: Version) -> Encoded {
        encode::encode(answer)
    }

    async fn serve(&self, stream: TcpStream, host: Arc<dyn Host>, authority: Arc<Authority>) {
        let Some(stream) = tls::shaken(stream, host.as_ref(), &authority, &[NAME]).await else { return };
        if stream.get_ref().1.alpn_protocol() == Some(NAME) {
            connection::serve(stream, host.as_ref()).await;
        } else {
            // Without ALPN the client speaks HTTP/1.1 (RFC 9113 section 3.2).
            host.refused("TLS", "handshake", &Refusal::new(0, "the client did not offer HTTP/2 by ALPN"));
        }
    }
}
