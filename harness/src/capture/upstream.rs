//! The server behind the proxy, and a connection to it.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::{Host, Url};

/// A server, by its URL.
pub struct Upstream {
    host: Host,
    port: u16,
    /// The value of the field `Host`.
    pub(super) authority: String,
    /// The path that those of requests are appended to, without a `/` at its end.
    pub(super) path: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// The places of the certificates that are trusted, instead of those of the system.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// A file of certificates, as `SSL_CERT_FILE` names it.
    pub file: Option<PathBuf>,
    /// A folder of them, as `SSL_CERT_DIR` names it.
    pub folder: Option<PathBuf>,
}

/// A URL that nothing can be passed on to.
#[derive(Debug, Error)]
pub enum UpstreamError {
    /// It is no URL.
    #[error("`{0}` is no URL: {1}")]
    NoUrl(String, url::ParseError),
    /// It is of another scheme.
    #[error("`{0}` is neither http nor https")]
    Scheme(String),
    /// It has parts that a server's URL cannot have here.
    #[error(
        "a URL with a user, a query or a fragment cannot be the server's; the client's requests have what belongs there"
    )]
    Parts,
    /// No certificate is trusted.
    #[error("no trusted certificates were found{0}; SSL_CERT_FILE names a file of them")]
    Roots(String),
    /// The settings of TLS do not fit together.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

/// A connection to the server.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Upstream {
    /// Reads the URL of a server, and the certificates to trust where it is https.
    pub fn new(url: &str, roots: &Roots) -> Result<Self, UpstreamError> {
        let read = Url::parse(url).map_err(|error| UpstreamError::NoUrl(url.to_owned(), error))?;
        let is_tls = match read.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(UpstreamError::Scheme(url.to_owned())),
        };
        let has_more = !read.username().is_empty() || read.password().is_some();
        if has_more || read.query().is_some() || read.fragment().is_some() {
            return Err(UpstreamError::Parts);
        }
        let (Some(host), Some(port)) = (read.host().map(|host| host.to_owned()), read.port_or_known_default()) else {
            return Err(UpstreamError::Scheme(url.to_owned()));
        };
        let authority = read.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        let path = read.path().trim_end_matches('/').to_owned();
        let tls = if is_tls { Some((connector(roots)?, server_name(&host)?)) } else { None };
        Ok(Self { host, port, authority, path, tls })
    }

    /// Returns the name or the address of the host.
    pub fn host(&self) -> String {
        self.host.to_string()
    }

    /// Connects to it.
    pub(super) async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let stream = match &self.host {
            Host::Domain(name) => TcpStream::connect((name.as_str(), self.port)).await?,
            Host::Ipv4(address) => TcpStream::connect((*address, self.port)).await?,
            Host::Ipv6(address) => TcpStream::connect((*address, self.port)).await?,
        };
        // What is one write stays one.
        stream.set_nodelay(true)?;
        Ok(match &self.tls {
            None => Box::new(stream),
            Some((connector, name)) => Box::new(connector.connect(name.clone(), stream).await?),
        })
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("authority", &self.authority).field("path", &self.path).finish_non_exhaustive()
    }
}

fn server_name(host: &Host) -> Result<ServerName<'static>, UpstreamError> {
    match host {
        Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|_| UpstreamError::Scheme(name.clone())),
        Host::Ipv4(address) => Ok(ServerName::IpAddress((*address).into())),
        Host::Ipv6(address) => Ok(ServerName::IpAddress((*address).into())),
    }
}

/// Makes what speaks TLS: HTTP/1.1 alone is offered, as nothing else is passed on.
fn connector(roots: &Roots) -> Result<TlsConnector, UpstreamError> {
    let found = if roots.file.is_some() || roots.folder.is_some() {
        rustls_native_certs::load_certs_from_paths(roots.file.as_deref(), roots.folder.as_deref())
    } else {
        rustls_native_certs::load_native_certs()
    };
    let mut store = RootCertStore::empty();
    let (added, _) = store.add_parsable_certificates(found.certs);
    if added == 0 {
        let why: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(", ")) };
        return Err(UpstreamError::Roots(why));
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(store).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_requests_go() {
        let check = |url: &str, authority: &str, path: &str| {
            let upstream = Upstream::new(url, &Roots::default()).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!((upstream.authority.as_str(), upstream.path.as_str()), (authority, path), "{url}");
        };
        check("http://127.0.0.1:8080", "127.0.0.1:8080", "");
        check("http://localhost/openai/v1/", "localhost", "/openai/v1");
        check("http://[::1]:80/", "[::1]", "");
        let refused = |url: &str| Upstream::new(url, &Roots::default()).expect_err(url).to_string();
        assert!(refused("api.example.com").contains("is no URL"));
        assert!(refused("ftp://example.com").contains("neither http nor https"));
        for url in ["http://user:secret@example.com", "http://example.com/?key=secret", "http://example.com/#a"] {
            let said = refused(url);
            assert!(said.contains("cannot be the server's") && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn without_a_trusted_certificate_there_is_no_tls() {
        let empty = tempfile::NamedTempFile::new().expect("a file");
        let roots = Roots { file: Some(empty.path().to_owned()), folder: None };
        let error = Upstream::new("https://example.com", &roots).expect_err("nothing is trusted");
        assert!(error.to_string().starts_with("no trusted certificates were found"), "{error}");
    }
}
