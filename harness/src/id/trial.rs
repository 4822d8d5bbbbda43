//! The identity of a trial.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::escape::{Escaped, plain};
use super::{CaseId, NoTrialId, Route, SdkId, SdkSurface, SurfaceId, Transport, Variant};

/// The sign that ends the name of a case, and the one that escapes it in there.
const SIGNS: &[char] = &['%', '@'];

/// The words before the route and the transport in the name of a trial.
const ROUTE: &str = "route=";
const TRANSPORT: &str = "transport=";

/// The identity of a trial.
///
/// As text `anthropic-python/create-sync::anthropic/cut/eof@crlf`: the SDK, its surface, the case, and after `@`, separated by
/// commas, the variant, the route and the transport. The short form (`{}`) leaves out what is the default, as-written,
/// `route=direct` and `transport=http1`, and the long form (`{:#}`) names everything. Both are read. Where a sign of this
/// grammar stands in one of its parts, it is written as `%` and two hexadecimal digits: `/` and `:` of an SDK or a surface,
/// `@` of a case, and `%`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct TrialId {
    /// The build of the SDK.
    pub sdk: SdkId,
    /// The surface.
    pub surface: SurfaceId,
    /// The case.
    pub case: CaseId,
    /// The variant.
    pub variant: Variant,
    /// The route.
    #[serde(default)]
    pub route: Route,
    /// The transport.
    #[serde(default)]
    pub transport: Transport,
}

impl TrialId {
    /// Makes the identity of a trial on the default route and transport.
    pub fn new(
        sdk: impl Into<SdkId>,
        surface: impl Into<SurfaceId>,
        case: impl Into<CaseId>,
        variant: Variant,
    ) -> Self {
        let (route, transport) = (Route::default(), Transport::default());
        Self { sdk: sdk.into(), surface: surface.into(), case: case.into(), variant, route, transport }
    }

    /// Returns the identity of the same trial as its case is written, whatever the variant.
    #[must_use]
    pub fn as_written(&self) -> Self {
        Self { variant: Variant::AsWritten, ..self.clone() }
    }

    /// Returns the name without the SDK and the surface.
    pub fn case_and_variant(&self) -> String {
        format!("{}{}", Escaped(&self.case, SIGNS), self.suffix(false))
    }

    /// Returns what follows the case: nothing, or `@` and what is not the default; everything in the long form.
    fn suffix(&self, is_long: bool) -> String {
        let Self { variant, route, transport, .. } = *self;
        let parts = [
            (variant != Variant::default(), variant.to_string()),
            (route != Route::default(), format!("{ROUTE}{route}")),
            (transport != Transport::default(), format!("{TRANSPORT}{transport}")),
        ];
        let named = parts.into_iter().filter(|(is_named, _)| *is_named || is_long).map(|(_, part)| part);
        let named = named.collect::<Vec<_>>().join(",");
        if named.is_empty() { named } else { format!("@{named}") }
    }
}

impl fmt::Display for TrialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = SdkSurface::new(self.sdk.clone(), self.surface.clone());
        write!(f, "{of}::{}{}", Escaped(&self.case, SIGNS), self.suffix(f.alternate()))
    }
}

impl FromStr for TrialId {
    type Err = NoTrialId;

    fn from_str(text: &str) -> Result<Self, NoTrialId> {
        parsed(text).ok_or_else(|| NoTrialId(text.to_owned()))
    }
}

fn parsed(text: &str) -> Option<TrialId> {
    let (of, case) = text.split_once("::")?;
    let SdkSurface { sdk, surface } = of.parse().ok()?;
    let (case, suffix) = case.split_once('@').map_or((case, None), |(case, suffix)| (case, Some(suffix)));
    let mut id = TrialId::new(sdk, surface, plain(case, SIGNS)?, Variant::default());
    // Each part once at the most, in this order.
    let mut parts = suffix.into_iter().flat_map(|suffix| suffix.split(',')).peekable();
    if let Some(variant) = parts.next_if(|part| !part.contains('=')) {
        id.variant = Variant::named(variant)?;
    }
    if let Some(route) = parts.next_if(|part| part.starts_with(ROUTE)) {
        id.route = route[ROUTE.len()..].parse().ok()?;
    }
    if let Some(transport) = parts.next_if(|part| part.starts_with(TRANSPORT)) {
        id.transport = transport[TRANSPORT.len()..].parse().ok()?;
    }
    parts.next().is_none().then_some(id)
}

#[cfg(test)]
mod tests;
