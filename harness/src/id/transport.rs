//! The ways in which requests and answers travel.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::member::{UnknownMember, member};

/// A transport: the way in which requests and answers travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// HTTP/1.1, or HTTP/1.0 for a client that asks for it, in the clear.
    #[default]
    Http1,
    /// The same over TLS 1.3, or TLS 1.2 for a client that knows no newer one.
    Tls,
    /// HTTP/2 over TLS, which the client agrees to by ALPN.
    H2,
    /// HTTP/2 or HTTP/1.1 over TLS, whichever client and server agree on by ALPN, as in production.
    Production,
    /// A second member, so that tests can tell transports apart. It sends what HTTP/1.1 sends.
    #[cfg(test)]
    #[schemars(skip)]
    Other,
}

impl Transport {
    /// Every transport.
    pub const ALL: &[Self] = &[
        Self::Http1,
        Self::Tls,
        Self::H2,
        Self::Production,
        #[cfg(test)]
        Self::Other,
    ];

    /// Two transports, for tests that compare what is done by one and by another.
    #[cfg(test)]
    pub(crate) const SAMPLES: &[Self] = &[Self::Http1, Self::Other];

    /// Returns the name in lists, records and reports, and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http1 => "http1",
            Self::Tls => "tls",
            Self::H2 => "h2",
            Self::Production => "production",
            #[cfg(test)]
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Transport {
    type Err = UnknownMember;

    fn from_str(name: &str) -> Result<Self, UnknownMember> {
        member("transport", name, Self::ALL, Self::name)
    }
}
