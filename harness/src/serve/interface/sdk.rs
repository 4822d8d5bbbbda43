//! The SDKs of the fleet, each with the code that sets its base URL.

use schemars::JsonSchema;
use serde::Serialize;
use streamspec_adapters::contract::Api;
use streamspec_adapters::manifest::Manifest;

/// The SDKs of the fleet.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SdkList {
    /// The SDKs, by language.
    pub sdks: Vec<SdkEntry>,
}

/// An SDK with the code that sets its base URL.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SdkEntry {
    /// The id, `openai-python`.
    pub id: String,
    /// The name of the package.
    pub package: String,
    /// The language.
    pub language: String,
    /// The code for each dialect that it speaks.
    pub lines: Vec<SdkLine>,
}

/// A line of code that sets a base URL.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SdkLine {
    /// The dialect.
    pub api: Api,
    /// The line, in which `{url}` stands for the base URL of a case or a session.
    pub code: String,
}

impl SdkEntry {
    /// Makes the entry of an SDK; none where its manifest has no such code.
    pub(in crate::serve) fn of(manifest: &Manifest) -> Option<Self> {
        let lines: Vec<SdkLine> =
            manifest.base_url.iter().map(|(api, code)| SdkLine { api: *api, code: code.clone() }).collect();
        let Manifest { id, package, language, .. } = manifest;
        (!lines.is_empty()).then(|| Self {
            id: id.clone(),
            package: package.clone(),
            language: language.clone(),
            lines,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use camino::Utf8Path;
    use streamspec_adapters::fleet::Fleet;

    use super::*;

    #[test]
    fn every_sdk_says_how_its_base_url_is_set_for_each_dialect_that_it_speaks() {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        let fleet = Fleet::discover(root).expect("a fleet");
        // The reference client is a part of streamspec, and no application has it.
        let others = fleet.sdks().iter().filter(|sdk| sdk.manifest.package != "streamspec-adapters");
        let mut seen = 0;
        for manifest in others.map(|sdk| &sdk.manifest) {
            let spoken: BTreeSet<Api> = manifest.surfaces.values().flat_map(|surface| surface.apis.clone()).collect();
            let entry = SdkEntry::of(manifest).unwrap_or_else(|| panic!("{} has no `[base-url]`", manifest.id));
            let set: BTreeSet<Api> = entry.lines.iter().map(|line| line.api).collect();
            assert_eq!(set, spoken, "{}", manifest.id);
            for SdkLine { code, .. } in &entry.lines {
                assert!(code.contains("{url}") && !code.contains('\n'), "{}: {code}", manifest.id);
            }
            seen += 1;
        }
        assert!(seen > 20, "the fleet was found");
    }
}
