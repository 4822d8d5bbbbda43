//! The way between an SDK and the server, and what stands on it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The name of the route without a gateway.
const DIRECT: &str = "direct";

/// The word that stands for every gateway where routes are chosen, so that none has it for its id.
const ALL: &str = "all";

/// The most signs of a gateway's id.
const LONGEST: usize = 31;

/// A route: the way between the SDK and the server. As text `direct`, or the id of a gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Route {
    /// Nothing in between: the SDK's base URL is the server's, with the trial's token in its path.
    #[default]
    Direct,
    /// A gateway in between: the SDK's base URL is the gateway's, which asks the server.
    Gateway(GatewayId),
}

/// The id of a gateway with its configuration, `nginx-streaming`: words of lower-case letters and digits, joined by hyphens, which
/// begin with a letter. Its manifest says what it is; records name gateways that this machine need not have.
///
/// Each id is kept once for as long as the program runs, so that a route is copied like any other part of a trial's identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GatewayId(&'static str);

/// A text that names no route.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not a route: `{DIRECT}`, or the id of a gateway, which is words of lower-case letters and digits joined by hyphens, \
     such as `nginx-default`, of {LONGEST} signs at the most"
)]
pub struct NoRoute(String);

impl Route {
    /// A gateway that exists in tests alone, so that they can tell routes apart.
    #[cfg(test)]
    pub(crate) const RELAY: Self = Self::Gateway(GatewayId("relay"));

    /// The routes of tests.
    #[cfg(test)]
    pub(crate) const SAMPLES: &[Self] = &[Self::Direct, Self::RELAY];

    /// Returns the name in lists, records and reports, and on the command line.
    pub fn name(&self) -> &str {
        match self {
            Self::Direct => DIRECT,
            Self::Gateway(gateway) => gateway.as_str(),
        }
    }

    /// Returns the gateway, if there is one.
    pub const fn gateway(self) -> Option<GatewayId> {
        match self {
            Self::Direct => None,
            Self::Gateway(gateway) => Some(gateway),
        }
    }
}

impl GatewayId {
    /// Returns the id as text.
    pub const fn as_str(&self) -> &str {
        self.0
    }

    /// Keeps an id, unless it is kept already.
    fn keep(id: &str) -> Self {
        static KEPT: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(id) {
            return Self(known);
        }
        let own: &'static str = Box::leak(id.into());
        kept.insert(own);
        Self(own)
    }
}

impl FromStr for GatewayId {
    type Err = NoRoute;

    fn from_str(text: &str) -> Result<Self, NoRoute> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit())
        };
        let is_named = text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(is_word);
        if !is_named || text.len() > LONGEST || [DIRECT, ALL].contains(&text) {
            return Err(NoRoute(text.to_owned()));
        }
        Ok(Self::keep(text))
    }
}

impl fmt::Debug for GatewayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for GatewayId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Route {
    type Err = NoRoute;

    fn from_str(text: &str) -> Result<Self, NoRoute> {
        if text == DIRECT { Ok(Self::Direct) } else { text.parse().map(Self::Gateway) }
    }
}

impl From<Route> for String {
    fn from(route: Route) -> Self {
        route.name().to_owned()
    }
}

impl TryFrom<String> for Route {
    type Error = NoRoute;

    fn try_from(text: String) -> Result<Self, NoRoute> {
        text.parse()
    }
}

impl JsonSchema for Route {
    fn schema_name() -> Cow<'static, str> {
        "Route".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The way between the SDK and the server: `direct`, or the id of the gateway in between.",
            "type": "string",
            "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            "maxLength": LONGEST,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_read_as_it_is_written() {
        let longest = "a".repeat(LONGEST);
        for name in ["direct", "nginx-default", "envoy2", "x", &longest] {
            let route: Route = name.parse().expect(name);
            assert_eq!((route.to_string().as_str(), route.name()), (name, name));
            assert_eq!(serde_json::to_value(route).expect("JSON"), name);
            assert_eq!(serde_json::from_value::<Route>(name.into()).expect("a route"), route);
            assert_eq!(route.gateway().is_none(), name == DIRECT);
        }
        assert_eq!("relay".parse(), Ok(Route::RELAY));
    }

    #[test]
    fn what_names_no_route_is_refused() {
        let too_long = "a".repeat(LONGEST + 1);
        for name in ["", "all", "Nginx", "2nd", "-x", "x-", "x--y", "x,y", "x=y", "x y", "x\0", "é", "x_y", &too_long]
        {
            assert_eq!(name.parse::<Route>(), Err(NoRoute(name.to_owned())));
            let refused = serde_json::from_value::<Route>(name.into()).expect_err(name).to_string();
            assert!(refused.starts_with(&format!("`{name}` is not a route: `direct`, or the id")), "{refused}");
        }
        assert!("direct".parse::<GatewayId>().is_err(), "no gateway has the name of none");
    }

    #[test]
    fn routes_are_in_the_order_of_their_names_and_direct_is_first() {
        let mut routes: Vec<Route> =
            ["nginx-default", "caddy", "nginx", "direct"].map(|name| name.parse().expect("a route")).to_vec();
        routes.sort_unstable();
        assert_eq!(routes.iter().map(Route::name).collect::<Vec<_>>(), ["direct", "caddy", "nginx", "nginx-default"]);
    }
}
