//! The identity of a trial.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::escape::{Escaped, plain};
use super::{CaseId, NoTrialId, Route, SdkId, SdkSurface, SurfaceId, Transport, Variant, VariantRun};

/// The sign that ends the name of a case, and the one that escapes it in there.
const SIGNS: &[char] = &['%', '@'];

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

    /// Returns the variant with the route and the transport.
    pub const fn variant_run(&self) -> VariantRun {
        let Self { variant, route, transport, .. } = *self;
        VariantRun { variant, route, transport }
    }

    /// Returns the name without the SDK.
    pub fn within_sdk(&self) -> String {
        format!("{}{BEFORE_CASE}{}", Escaped(&self.surface, super::surface::SIGNS), self.case_and_variant())
    }

    /// Returns the name without the SDK and the surface.
    pub fn case_and_variant(&self) -> String {
        format!("{}{}", Escaped(&self.case, SIGNS), suffix(&self.variant_run().to_string()))
    }
}

/// The text between the surface and the case.
const BEFORE_CASE: &str = "::";

/// Returns what follows the case: nothing, or `@` and the variant with the rest.
fn suffix(variant_run: &str) -> String {
    if variant_run.is_empty() { String::new() } else { format!("@{variant_run}") }
}

impl fmt::Display for TrialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = SdkSurface::new(self.sdk.clone(), self.surface.clone());
        let run = self.variant_run();
        let run = if f.alternate() { format!("{run:#}") } else { run.to_string() };
        write!(f, "{of}{BEFORE_CASE}{}{}", Escaped(&self.case, SIGNS), suffix(&run))
    }
}

impl FromStr for TrialId {
    type Err = NoTrialId;

    fn from_str(text: &str) -> Result<Self, NoTrialId> {
        parsed(text).ok_or_else(|| NoTrialId(text.to_owned()))
    }
}

fn parsed(text: &str) -> Option<TrialId> {
    let (of, case) = text.split_once(BEFORE_CASE)?;
    let SdkSurface { sdk, surface } = of.parse().ok()?;
    let (case, run) = case.split_once('@').map_or((case, None), |(case, run)| (case, Some(run)));
    let VariantRun { variant, route, transport } = run.map_or_else(|| Ok(VariantRun::default()), str::parse).ok()?;
    Some(TrialId { route, transport, ..TrialId::new(sdk, surface, plain(case, SIGNS)?, variant) })
}

#[cfg(test)]
mod tests;
