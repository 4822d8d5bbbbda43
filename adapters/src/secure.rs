//! TLS for the clients in this process.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore, crypto};

/// The protocols that a client offers, the one that it would rather speak first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Makes the configuration of a client that trusts this authority, whose certificate is PEM, and nobody else; none where nothing is
/// encrypted. It does not look at the system's certificates. Some SDKs make a client of their own beside the one that they are given,
/// which takes its cryptography from the process.
pub(crate) fn config(certificate: Option<&str>) -> ClientConfig {
    // It fails where that is done already.
    let _ = crypto::ring::default_provider().install_default();
    let mut roots = RootCertStore::empty();
    let certificates = certificate.map(|pem| CertificateDer::pem_slice_iter(pem.as_bytes())).into_iter().flatten();
    roots.add_parsable_certificates(certificates.filter_map(Result::ok));
    let provider = Arc::new(crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.expect("the provider has cipher suites of both versions");
    let mut config = versions.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = PROTOCOLS.iter().map(|protocol| protocol.to_vec()).collect();
    config
}
