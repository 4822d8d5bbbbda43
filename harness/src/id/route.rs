//! The way between an SDK and the server, and what stands on it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::member::{UnknownMember, member};

/// A route: the way between the SDK and the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Nothing in between: the SDK's base URL is the server's, with the trial's token in its path.
    #[default]
    Direct,
    /// A second member, so that tests can tell routes apart. Nothing takes it.
    #[cfg(test)]
    #[schemars(skip)]
    Relay,
}

impl Route {
    /// Every route.
    pub const ALL: &[Self] = &[
        Self::Direct,
        #[cfg(test)]
        Self::Relay,
    ];

    /// Returns the name in lists, records and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            #[cfg(test)]
            Self::Relay => "relay",
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Route {
    type Err = UnknownMember;

    fn from_str(name: &str) -> Result<Self, UnknownMember> {
        member("route", name, Self::ALL, Self::name)
    }
}
