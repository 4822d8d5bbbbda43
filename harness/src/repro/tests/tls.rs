//! The player over TLS: a client that trusts the authority of its folder gets what the server sends, with the same ends.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};
use tokio_rustls::rustls;

use super::*;
use crate::transport::Certificates;

/// Asks once, and returns what comes with how it ends.
fn asked(root: &str, authority: &str) -> std::io::Result<(Vec<u8>, std::io::Result<usize>)> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM")).expect("an authority");
    let provider = Arc::new(crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.expect("versions").with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a client");
    let socket = TcpStream::connect(root.strip_prefix("https://").expect("an address"))?;
    let mut stream = StreamOwned::new(connection, socket);
    stream.write_all(b"POST /v1/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}")?;
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    Ok((bytes, ended))
}

#[test]
fn the_player_speaks_tls_with_a_certificate_of_its_own() {
    for (end, kind) in [
        (End::Finish, None),
        (End::Eof, None),
        (End::NoCloseNotify, Some(ErrorKind::UnexpectedEof)),
        (End::Reset, Some(ErrorKind::ConnectionReset)),
    ] {
        let script = build(&[vec![data("a"), Step::Pause(PAUSE), data("b"), Step::End(end)]], Variant::AsWritten);
        let certificates = Certificates::new().expect("keys");
        let folder = tempfile::tempdir().expect("a temporary directory");
        for (name, text) in [("server.pem", &certificates.server), ("server-key.pem", &certificates.key)] {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        let playing = Playing::of(&script, Transport::Tls, folder);
        let stranger = Certificates::new().expect("keys").authority;
        asked(&playing.root, &stranger).expect_err("nobody trusts it who was not told to");
        let (bytes, ended) = asked(&playing.root, &certificates.authority).expect("a handshake");
        let encoded = of(Transport::Tls).encode(&script.answers[0], Version::Http11);
        assert_eq!(bytes, encoded.bytes(), "{end:?}");
        assert_eq!(ended.err().map(|error| error.kind()), kind, "{end:?}");
        let exchange = playing.finish().remove(0);
        assert_eq!(
            (exchange.digest, exchange.written),
            (encoded.digest_prefix(u64::MAX), bytes.len() as u64),
            "{end:?}"
        );
    }
}
