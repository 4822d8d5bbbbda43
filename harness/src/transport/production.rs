//! HTTP/2 or HTTP/1.1 over TLS: the server offers both by ALPN, as those of vendors do, and the client decides.

use std::sync::Arc;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;

use super::{Authority, Encoded, Host, Transport, Version, h2, http1, tls};
use crate::wire::Answer;

/// A protocol that client and server agree on by ALPN, under its name there (RFC 7301 section 6). A client that names none speaks
/// HTTP/1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Negotiated {
    /// HTTP/2.
    #[serde(rename = "h2")]
    H2,
    /// HTTP/1.1.
    #[serde(rename = "http/1.1")]
    Http11,
}

impl Negotiated {
    /// Every protocol that the server offers.
    pub const ALL: [Self; 2] = [Self::H2, Self::Http11];

    /// Returns its name in the negotiation, and in records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::H2 => "h2",
            Self::Http11 => "http/1.1",
        }
    }

    /// Finds the protocol that a client agreed to, by the version that it spoke.
    pub const fn of(version: Version) -> Self {
        match version {
            Version::Http2 => Self::H2,
            Version::Http10 | Version::Http11 => Self::Http11,
        }
    }
}

/// The transport `production`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Production;

#[async_trait]
impl Transport for Production {
    fn scheme(&self) -> &'static str {
        "https"
    }

    fn shares_connections(&self) -> bool {
        true
    }

    fn encode(&self, answer: &Answer, version: Version) -> Encoded {
        match Negotiated::of(version) {
            Negotiated::H2 => h2::H2.encode(answer, version),
            Negotiated::Http11 => tls::Tls.encode(answer, version),
        }
    }

    async fn serve(&self, stream: TcpStream, host: Arc<dyn Host>, authority: Arc<Authority>) {
        let offered = Negotiated::ALL.map(|protocol| protocol.name().as_bytes());
        let Some(stream) = tls::shaken(stream, host.as_ref(), &authority, &offered).await else { return };
        if stream.get_ref().1.alpn_protocol() == Some(h2::NAME) {
            h2::connection::serve(stream, host.as_ref()).await;
        } else {
            http1::connection::serve(self, stream, host.as_ref()).await;
        }
    }
}
