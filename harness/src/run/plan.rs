//! Which trials there are: every surface of every chosen SDK with every chosen case of its dialects.

use std::collections::BTreeSet;
use std::sync::Arc;

use globset::GlobSet;
use semver::Version;
use streamspec_adapters::fleet::Sdk;
use streamspec_adapters::manifest::{Manifest, Unsupported};
use streamspec_adapters::suggest;
use thiserror::Error;

use crate::case::{Case, GlobError, matcher};
use crate::codec;
use crate::id::{Transport, TrialId, Variant};

/// One surface and one case, in every variant that was asked for and the case allows.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The SDK.
    pub sdk: Arc<Sdk>,
    /// The surface's name.
    pub surface: String,
    /// The case.
    pub case: Arc<Case>,
    /// As written first, then the others.
    pub variants: Vec<Variant>,
    /// How its requests and answers travel.
    pub transport: Transport,
}

impl Trial {
    /// Which trial this is in one of its variants.
    pub fn id(&self, variant: Variant) -> TrialId {
        let id = TrialId::new(self.sdk.manifest.id.as_str(), self.surface.as_str(), self.case.id.clone(), variant);
        TrialId { transport: self.transport, ..id }
    }

    /// The name of the trial as written, `anthropic-python/create-sync::anthropic/in-band/overloaded`.
    pub fn name(&self) -> String {
        self.id(Variant::AsWritten).to_string()
    }
}

/// A trial that is not run because the SDK documents that it does not do this.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// The trial.
    pub trial: Trial,
    /// Why, with the link.
    pub reason: String,
}

/// What is to be run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The trials, by SDK, surface and case.
    pub trials: Vec<Trial>,
    /// The trials that are not run.
    pub skipped: Vec<Skipped>,
}

/// Which surfaces and cases are chosen; an empty list chooses all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Globs over surfaces.
    pub surfaces: Vec<String>,
    /// The variants to run besides the one as written.
    pub variants: Vec<Variant>,
    /// Run these variants on one combination of each matrix only: the others differ in words, not in framing.
    pub first_combination_only: bool,
}

/// A selection that cannot be used.
#[derive(Debug, Error)]
pub enum PlanError {
    /// A glob that cannot be read.
    #[error("`{glob}` is not a glob: {error}")]
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong with it.
        error: GlobError,
    },
    /// No chosen SDK has such a surface.
    #[error("no chosen SDK has a surface `{glob}`; {help}")]
    Surface {
        /// The glob.
        glob: String,
        /// A sentence that names the likeliest surfaces, or all of them.
        help: String,
    },
    /// Nothing is left to run.
    #[error("no trial is selected: no chosen SDK has a chosen surface for a chosen case")]
    Empty,
}

/// Whether every surface that is named is one of these SDKs.
pub fn has_surfaces<'a>(sdks: impl IntoIterator<Item = &'a Sdk>, globs: &[String]) -> Result<(), PlanError> {
    let surfaces: BTreeSet<&str> =
        sdks.into_iter().flat_map(|sdk| sdk.manifest.surfaces.keys()).map(String::as_str).collect();
    for glob in globs {
        let matcher = named(glob)?;
        if !surfaces.is_empty() && !surfaces.iter().any(|surface| matcher.is_match(surface)) {
            let names: Vec<&str> = surfaces.iter().copied().collect();
            return Err(PlanError::Surface { glob: glob.clone(), help: suggest::help(glob, &names) });
        }
    }
    Ok(())
}

/// Whether what a manifest says of cases and surfaces can be used.
pub fn is_sound(manifest: &Manifest) -> Result<(), PlanError> {
    exclusions(manifest).map(|_| ())
}

/// Multiplies SDKs, surfaces and cases.
pub fn plan(sdks: &[Arc<Sdk>], cases: &[Arc<Case>], filter: &Filter) -> Result<Plan, PlanError> {
    let chosen = filter.surfaces.iter().map(|glob| named(glob)).collect::<Result<Vec<_>, _>>()?;
    let firsts = firsts(cases, filter.first_combination_only);
    let mut plan = Plan::default();
    for sdk in sdks {
        let exclusions = exclusions(&sdk.manifest)?;
        for (surface, about) in &sdk.manifest.surfaces {
            if !chosen.is_empty() && !chosen.iter().any(|glob| glob.is_match(surface)) {
                continue;
            }
            for case in cases.iter().filter(|case| about.apis.contains(&case.api)) {
                let trial = Trial {
                    sdk: Arc::clone(sdk),
                    surface: surface.clone(),
                    case: Arc::clone(case),
                    variants: if firsts.contains(case.id.as_str()) {
                        variants(case, &filter.variants)
                    } else {
                        vec![Variant::AsWritten]
                    },
                    transport: Transport::default(),
                };
                match unsupported(&trial, &exclusions) {
                    Some(reason) => plan.skipped.push(Skipped { trial, reason }),
                    None => plan.trials.push(trial),
                }
            }
        }
    }
    if plan.trials.is_empty() && plan.skipped.is_empty() {
        return Err(PlanError::Empty);
    }
    Ok(plan)
}

/// The cases that are run in variants: all, or the first of each file.
fn firsts(cases: &[Arc<Case>], only: bool) -> BTreeSet<&str> {
    let mut files = BTreeSet::new();
    cases.iter().filter(|case| !only || files.insert(&case.file)).map(|case| case.id.as_str()).collect()
}

fn variants(case: &Case, wanted: &[Variant]) -> Vec<Variant> {
    let codec = codec::of(case.api);
    let allowed = wanted.iter().filter(|variant| codec.has(**variant) && !case.variants.except.contains(variant));
    std::iter::once(Variant::AsWritten)
        .chain(allowed.copied().filter(|variant| *variant != Variant::AsWritten))
        .collect()
}

/// An exclusion of a manifest: the surfaces, the cases and the reason.
type Exclusion = (Option<GlobSet>, GlobSet, String);

/// What the manifest says this SDK does not do.
fn exclusions(manifest: &Manifest) -> Result<Vec<Exclusion>, PlanError> {
    let exclusion = |entry: &Unsupported| {
        let surfaces = entry.surfaces.as_deref().map(named).transpose()?;
        Ok((surfaces, named(&entry.cases)?, format!("{} ({})", entry.reason, entry.link)))
    };
    manifest.unsupported.iter().map(exclusion).collect()
}

/// Why a trial is not run, if its surface is newer than its SDK or an exclusion covers it.
fn unsupported(trial: &Trial, exclusions: &[Exclusion]) -> Option<String> {
    let manifest = &trial.sdk.manifest;
    let since = manifest.surfaces.get(&trial.surface).and_then(|surface| surface.since.as_ref());
    if let (Some(since), Ok(version)) = (since, Version::parse(&manifest.version))
        && version < *since
    {
        return Some(format!("`{}` came with {} {since}", trial.surface, manifest.package));
    }
    let covers = |(surfaces, cases, _): &&Exclusion| {
        surfaces.as_ref().is_none_or(|glob| glob.is_match(&trial.surface)) && cases.is_match(trial.case.id.as_str())
    };
    exclusions.iter().find(covers).map(|(_, _, why)| why.clone())
}

fn named(pattern: &str) -> Result<GlobSet, PlanError> {
    matcher(pattern).map_err(|error| PlanError::Glob { glob: pattern.to_owned(), error })
}
