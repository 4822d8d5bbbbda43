//! The key `transports`: how an SDK is made to trust the certificate of a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Variables that a process needs for itself, or that the fleet sets.
const TAKEN: [&str; 8] =
    ["PATH", "HOME", "TMPDIR", "LANG", "NODE_OPTIONS", "PYTHONPATH", "LD_LIBRARY_PATH", "CLASSPATH"];

/// The support of the encrypted transports. Of one that is not named nothing is known, and trials on it are unsupported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Transports {
    /// HTTP/1.1 over TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Support>,
    /// HTTP/2 over TLS, by ALPN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub h2: Option<Support>,
}

/// The support of one transport.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// An environment variable that the SDK, or what it is built on, reads: its value is set to the path of a file with the certificate of
    /// the run's authority, as PEM, when the adapter's process is started.
    Variable(String),
    /// An option of the SDK's client that the adapter sets, in a sentence. An adapter in a process of its own finds the path in
    /// `STREAMSPEC_CERTIFICATE`.
    Client(String),
    /// The SDK does not speak it, or cannot be made to trust a certificate: the reason, in a sentence.
    Unsupported(String),
}

impl Transports {
    /// The variable that an adapter reads itself.
    pub const OWN: &str = "STREAMSPEC_CERTIFICATE";

    /// Returns the support of what the SDK negotiates by itself, where the server offers HTTP/2 and HTTP/1.1: that of either, rather one by
    /// which it can be driven.
    pub fn negotiable(&self) -> Option<&Support> {
        let can_be_driven = |support: &&Support| !matches!(support, Support::Unsupported(_));
        let either = || self.all().map(|(_, support)| support);
        either().find(can_be_driven).or_else(|| either().next())
    }

    /// Says whether nothing is known of any transport.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Lists the environment variables that hold the path of the certificate.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.all().map(|(_, support)| match support {
            Support::Variable(name) => name,
            Support::Client(_) | Support::Unsupported(_) => Self::OWN,
        })
    }

    /// Says what is wrong with it, if something is.
    pub(crate) fn wrong(&self) -> Option<String> {
        self.all().find_map(|(transport, support)| {
            let key = format!("`transports.{transport}`");
            match support {
                Support::Variable(name) if !is_name(name) => {
                    Some(format!("{key}: `{name}` is not the name of an environment variable that can be set"))
                }
                Support::Client(sentence) | Support::Unsupported(sentence) if sentence.trim().is_empty() => {
                    Some(format!("{key} says nothing"))
                }
                _ => None,
            }
        })
    }

    fn all(&self) -> impl Iterator<Item = (&'static str, &Support)> {
        [("tls", &self.tls), ("h2", &self.h2)].into_iter().filter_map(|(name, support)| Some((name, support.as_ref()?)))
    }
}

fn is_name(name: &str) -> bool {
    let is_of_names = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(is_of_names)
        && !TAKEN.contains(&name)
}
