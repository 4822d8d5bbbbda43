//! The bytes of an answer as a client of HTTP/2 hears them inside of TLS: those of the frames that the server really sends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, crypto};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsConnector, rustls};

use super::Server;
use crate::id::Transport;
use crate::transport::{Authority, Host, Refusal, Reply, Request, frames};
use crate::wire::Answer;

/// The time in which an answer must have been heard; its pauses are left out.
const PATIENCE: Duration = Duration::from_secs(30);

/// The stream of the question.
const STREAM: u32 = 1;

/// The first bytes that a client sends (RFC 9113 section 3.4), with windows so large that nothing waits for them, and the question: a POST of `/`
/// without a body, its fields from the static table of HPACK (RFC 7541 appendix A).
const QUESTION: [&[u8]; 5] = [
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    // SETTINGS: INITIAL_WINDOW_SIZE.
    &[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff],
    // WINDOW_UPDATE of the connection, to the same size.
    &[0, 0, 4, 8, 0, 0, 0, 0, 0, 0x7f, 0xff, 0, 0],
    // HEADERS with END_STREAM and END_HEADERS on `STREAM`.
    &[0, 0, 14, 1, 5, 0, 0, 0, 1, 0x83, 0x87, 0x84, 0x01, 9],
    b"127.0.0.1",
];

/// Plays an answer to one request by HTTP/2, without its pauses, and returns every byte that came inside of TLS, until the stream or the
/// connection ended.
///
/// # Errors
///
/// The loopback interface cannot be used, or the answer does not come to its end.
pub async fn heard(answer: &Answer) -> io::Result<Vec<u8>> {
    let server = Server::hosting(Arc::new(Once(Arc::new(answer.clone()))), Transport::H2, 0).await?;
    let address = server.root(Transport::H2).replace("https://", "");
    let mut stream = connected(server.authority(), &address, &[b"h2"]).await?;
    stream.write_all(&QUESTION.concat()).await?;
    let mut bytes = Vec::new();
    let reading = async {
        while !frames(&bytes).iter().any(|frame| frame.ends(STREAM)) {
            // An end without a close_notify, or RST, is an end.
            if !matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                break;
            }
        }
    };
    timeout(PATIENCE, reading).await?;
    Ok(bytes)
}

/// Connects as a client that trusts this authority and offers these protocols.
pub(super) async fn connected(
    authority: &Authority,
    address: &str,
    protocols: &[&[u8]],
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(authority.pem().as_bytes()).map_err(io::Error::other)?;
    roots.add(certificate).map_err(io::Error::other)?;
    let provider = Arc::new(crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = versions.map_err(io::Error::other)?.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let name = ServerName::try_from("127.0.0.1").map_err(io::Error::other)?;
    TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(address).await?).await
}

/// A host that plays one answer to every request.
struct Once(Arc<Answer>);

impl Host for Once {
    fn begin(&self, _: &Request) -> Result<Box<dyn Reply>, Refusal> {
        Ok(Box::new(Played(Arc::clone(&self.0))))
    }

    fn refused(&self, _: &str, _: &str, _: &Refusal) {}
}

/// A reply that nobody keeps.
struct Played(Arc<Answer>);

#[async_trait]
impl Reply for Played {
    fn answer(&self) -> Option<&Answer> {
        Some(&self.0)
    }

    async fn pause(&self, _: Duration) {}

    /// Lets a stall go, so that the connection ends and all has been heard.
    async fn stall(&self) {}
}
