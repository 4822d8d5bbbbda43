//! HTTP/1.1 in the clear (RFC 9112), and HTTP/1.0 for a client that asks for it.

pub(super) mod connection;
pub(super) mod encode;
mod play;
pub(super) mod request;
pub(super) mod stream;

use std::sync::Arc;

use async_trait::async_trait;
use tokio::net::TcpStream;

pub(crate) use self::request::header_fields;
use super::{Authority, Encoded, Host, Transport, Version};
use crate::wire::Answer;

/// The transport `http1`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Http1;

#[async_trait]
impl Transport for Http1 {
    fn scheme(&self) -> &'static str {
        "http"
    }

    fn encode(&self, answer: &Answer, version: Version) -> Encoded {
        encode::encode(answer, version)
    }

    async fn serve(&self, stream: TcpStream, host: Arc<dyn Host>, _: Arc<Authority>) {
        // Without it, small writes would be joined; the scripts decide what is one write.
        let _ = stream.set_nodelay(true);
        connection::serve(self, stream, host.as_ref()).await;
    }
}
