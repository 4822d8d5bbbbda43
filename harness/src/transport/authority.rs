//! The certificates of a run: an authority that is made for it, whom nobody trusts who was not told to.

use std::fmt;
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig, crypto};

/// The names under which the server may be asked.
const NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

/// The name of the file with the authority's certificate.
const FILE: &str = "streamspec-authority.pem";

/// A private certificate authority with one certificate, which is the server's. Its keys are in memory alone; dropping it removes
/// the file with its certificate.
pub struct Authority {
    pem: Arc<str>,
    file: Utf8PathBuf,
    /// It removes the file.
    _folder: TempDir,
    server: ServerConfig,
}

impl Authority {
    /// Makes the keys and the certificates, and writes the certificate of the authority to a file of its own.
    ///
    /// # Errors
    ///
    /// The temporary folder cannot be written to, or its path is no text.
    pub fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("streamspec-").tempdir()?;
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned());
        let path = path.map_err(|path| io::Error::other(format!("{} is no text", path.display())))?;
        let file = camino::absolute_utf8(&path)?.join(FILE);
        let Made { authority, server, key } = Made::new().map_err(io::Error::other)?;
        fs_err::write(&file, &authority)?;
        let server = configured(server.der().clone(), key.serialize_der()).map_err(io::Error::other)?;
        Ok(Self { pem: authority.into(), file, _folder: folder, server })
    }

    /// Returns the certificate of the authority, as PEM.
    pub fn pem(&self) -> Arc<str> {
        Arc::clone(&self.pem)
    }

    /// Returns the absolute path of the file with that certificate, which is there as long as this is.
    pub fn file(&self) -> &Utf8Path {
        &self.file
    }

    /// Returns the configuration of a server that speaks TLS 1.3 and 1.2, and inside of it one of these protocols (RFC 7301).
    pub(super) fn server(&self, protocols: &[&[u8]]) -> ServerConfig {
        let mut config = self.server.clone();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        config
    }
}

/// The certificates of an authority that nobody keeps, for a program that plays over TLS by itself, each as PEM.
#[derive(Clone, Debug)]
pub struct Certificates {
    /// The certificate of the authority, which a client has to trust.
    pub authority: String,
    /// The server's certificate, for 127.0.0.1.
    pub server: String,
    /// The server's key.
    pub key: String,
}

impl Certificates {
    /// Makes the keys and the certificates. The key of the authority is forgotten.
    ///
    /// # Errors
    ///
    /// The library of cryptography cannot make a key.
    pub fn new() -> io::Result<Self> {
        let Made { authority, server, key } = Made::new().map_err(io::Error::other)?;
        Ok(Self { authority, server: server.pem(), key: key.serialize_pem() })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("file", &self.file).finish_non_exhaustive()
    }
}

/// Makes the configuration of a server with this certificate and its key.
fn configured(certificate: CertificateDer<'static>, key: Vec<u8>) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
    versions.with_no_client_auth().with_single_cert(vec![certificate], key)
}

/// The keys and certificates of an authority.
struct Made {
    /// Its certificate, as PEM.
    authority: String,
    /// The server's certificate.
    server: Certificate,
    /// The server's key.
    key: KeyPair,
}

impl Made {
    fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, "streamspec, an authority for one run");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        limited(&mut params);
        let own_key = KeyPair::generate()?;
        let authority = params.self_signed(&own_key)?.pem();
        let issuer = Issuer::new(params, own_key);

        let mut params = CertificateParams::new(NAMES.map(str::to_owned))?;
        params.distinguished_name.push(DnType::CommonName, "streamspec, the scripted server");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        limited(&mut params);
        let key = KeyPair::generate()?;
        let server = params.signed_by(&key, &issuer)?;
        Ok(Self { authority, server, key })
    }
}

/// Limits a certificate to years that every client knows: some refuse those after 2049, which are written otherwise (RFC 5280
/// section 4.1.2.5).
fn limited(params: &mut CertificateParams) {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
}
