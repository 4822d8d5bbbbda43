//! The part of a trial's name that says how the bytes of its case travel.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Route, Transport, Variant};

/// The words before the route and the transport.
const ROUTE: &str = "route=";
const TRANSPORT: &str = "transport=";

/// A variant on a route and a transport, `crlf,route=direct,transport=http1`: what stands behind `@` in the name of a trial.
///
/// The short form (`{}`) leaves out what is the default, and is empty where everything is. The long form (`{:#}`) names
/// everything. In JSON it is the variant, and the others where they are not the default. All of them are read, the empty text
/// is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[a-z0-9-]+(,route=[a-z0-9-]+)?(,transport=[a-z0-9-]+)?$"))]
pub struct VariantRun {
    /// The variant.
    pub variant: Variant,
    /// The route.
    pub route: Route,
    /// The transport.
    pub transport: Transport,
}

/// A text that is not a variant with its route and transport.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` is not the variant, the route and the transport of a trial, such as `crlf` or `crlf,route=direct,transport=http1`"
)]
pub struct NoVariantRun(String);

impl VariantRun {
    /// Joins the parts that are not the default, and a variant that is if it `has_variant`; all of them in the long form.
    fn joined(self, has_variant: bool, is_long: bool) -> String {
        let Self { variant, route, transport } = self;
        let parts = [
            (variant != Variant::default() || has_variant, variant.to_string()),
            (route != Route::default(), format!("{ROUTE}{route}")),
            (transport != Transport::default(), format!("{TRANSPORT}{transport}")),
        ];
        let named = parts.into_iter().filter(|(is_named, _)| *is_named || is_long).map(|(_, part)| part);
        named.collect::<Vec<_>>().join(",")
    }
}

/// Puts the route and the transport behind the name of a surface, for people: `create (transport=NAME)`. Where both are the
/// default, that is the name itself.
pub fn by_way(surface: impl fmt::Display, route: Route, transport: Transport) -> String {
    match (VariantRun { route, transport, ..VariantRun::default() }).to_string() {
        way if way.is_empty() => surface.to_string(),
        way => format!("{surface} ({way})"),
    }
}

impl fmt::Display for VariantRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.joined(false, f.alternate()))
    }
}

impl From<VariantRun> for String {
    fn from(run: VariantRun) -> Self {
        run.joined(true, false)
    }
}

impl TryFrom<String> for VariantRun {
    type Error = NoVariantRun;

    fn try_from(text: String) -> Result<Self, NoVariantRun> {
        text.parse()
    }
}

impl FromStr for VariantRun {
    type Err = NoVariantRun;

    fn from_str(text: &str) -> Result<Self, NoVariantRun> {
        parsed(text).ok_or_else(|| NoVariantRun(text.to_owned()))
    }
}

/// Reads each part once at the most, in this order.
fn parsed(text: &str) -> Option<VariantRun> {
    let mut run = VariantRun::default();
    let mut parts = text.split(',').peekable();
    if let Some(variant) = parts.next_if(|part| !part.contains('=')) {
        run.variant = Variant::named(variant)?;
    }
    if let Some(route) = parts.next_if(|part| part.starts_with(ROUTE)) {
        run.route = route[ROUTE.len()..].parse().ok()?;
    }
    if let Some(transport) = parts.next_if(|part| part.starts_with(TRANSPORT)) {
        run.transport = transport[TRANSPORT.len()..].parse().ok()?;
    }
    parts.next().is_none().then_some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surface_is_named_with_its_way() {
        for (route, transport, expected) in [
            (Route::Direct, Transport::Http1, "create"),
            (Route::RELAY, Transport::Http1, "create (route=relay)"),
            (Route::RELAY, Transport::Other, "create (route=relay,transport=other)"),
        ] {
            assert_eq!(by_way("create", route, transport), expected);
        }
    }

    #[test]
    fn in_json_it_is_a_variant_with_what_is_not_the_default() {
        let (route, transport) = (Route::RELAY, Transport::Other);
        for (run, expected) in [
            (VariantRun::default(), "as-written"),
            (VariantRun { variant: Variant::Crlf, ..VariantRun::default() }, "crlf"),
            (VariantRun { route, ..VariantRun::default() }, "as-written,route=relay"),
            (VariantRun { variant: Variant::Crlf, route, transport }, "crlf,route=relay,transport=other"),
        ] {
            let json = serde_json::json!(run);
            assert_eq!(json, expected);
            assert_eq!(serde_json::from_value::<VariantRun>(json).expect("it is one"), run);
        }
        for text in ["", "nonsense", "crlf,", "crlf,lf", "transport=http1,route=direct"] {
            let refused = serde_json::from_value::<VariantRun>(text.into()).expect_err(text).to_string();
            assert!(
                refused.starts_with(&format!("`{text}` is not the variant, the route and the transport")),
                "{refused}"
            );
        }
    }
}
