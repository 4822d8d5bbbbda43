//! Plans the trials: every surface of every chosen SDK with every chosen case of its dialects.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use globset::GlobSet;
use semver::Version;
use streamspec_adapters::contract::{Api, Caller};
use streamspec_adapters::fleet::Sdk;
use streamspec_adapters::manifest::{Manifest, Support, Unsupported};
use streamspec_adapters::suggest;
use thiserror::Error;

use super::routes::Routes;
use crate::case::{Case, GlobError, matcher};
use crate::codec;
use crate::id::{Route, SurfaceId, Transport, TrialId, Variant};

/// A call that may take so long waits for most of its time.
const LONG: Duration = Duration::from_secs(1);

/// A call that may take so long would be waited for at the end of a run.
const VERY_LONG: Duration = Duration::from_secs(5);

/// One surface and one case, in every variant that was asked for and the case allows. It shares what it is made of with the other
/// trials of a plan, which may be hundreds of thousands.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The SDK.
    pub sdk: Arc<Sdk>,
    /// The surface.
    pub surface: Arc<SurfaceId>,
    /// The case.
    pub case: Arc<Case>,
    /// The variants: as written first, then the others.
    pub variants: Arc<[Variant]>,
    /// The way between the SDK and the server.
    pub route: Route,
    /// The way in which its requests and answers travel.
    pub transport: Transport,
    /// The dialect that the client speaks: that of the case, or of what a gateway on the way translates.
    pub spoken: Api,
    /// True where its call hangs, as the list of its SDK says.
    pub hangs: bool,
}

impl Trial {
    /// Returns the identity of the trial in one of its variants.
    pub fn id(&self, variant: Variant) -> TrialId {
        let (route, transport) = (self.route, self.transport);
        let (surface, case) = (SurfaceId::clone(&self.surface), self.case.id.clone());
        TrialId { route, transport, ..TrialId::new(self.sdk.manifest.id.as_str(), surface, case, variant) }
    }

    /// Says whether it waits for the clock, rather than keeping the machine busy.
    pub fn waits(&self) -> bool {
        self.case.is_timed() || self.hangs || self.case.longest() >= LONG
    }

    /// Says whether it takes long, and is seen alike where its client is late.
    pub fn may_be_late(&self) -> bool {
        self.case.hang_after() >= VERY_LONG && !self.case.is_measured()
    }

    /// Returns the name of the trial as written, `anthropic-python/create-sync::anthropic/in-band/overloaded`.
    pub fn name(&self) -> String {
        self.id(Variant::AsWritten).to_string()
    }
}

/// A trial that is not run because the SDK documents that it does not do this.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// The trial.
    pub trial: Trial,
    /// The reason, with the link.
    pub reason: Arc<str>,
}

/// The trials that are to be run.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The trials, by SDK, surface and case.
    pub trials: Arc<[Trial]>,
    /// The trials that are not run.
    pub skipped: Vec<Skipped>,
}

/// A choice of surfaces, routes, transports and variants.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Globs over surfaces; all where there are none.
    pub surfaces: Vec<String>,
    /// The routes; the direct one by default.
    pub routes: Routes,
    /// The transports; the default one where there are none.
    pub transports: Vec<Transport>,
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
        /// The mistake in it.
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
    #[error(
        "no trial is selected: no chosen SDK has a chosen surface for a chosen case that travels by a chosen transport"
    )]
    Empty,
}

/// Checks that every surface that is named is one of these SDKs.
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

/// Checks that the globs of a manifest over cases and surfaces can be used.
pub fn is_sound(manifest: &Manifest) -> Result<(), PlanError> {
    exclusions(manifest).map(|_| ())
}

/// Multiplies SDKs, surfaces, cases, routes and transports.
pub fn plan(sdks: &[Arc<Sdk>], cases: &[Arc<Case>], filter: &Filter) -> Result<Plan, PlanError> {
    let chosen = filter.surfaces.iter().map(|glob| named(glob)).collect::<Result<Vec<_>, _>>()?;
    let firsts = firsts(cases, filter.first_combination_only);
    let (mut trials, mut skipped, mut shared) = (Vec::new(), Vec::new(), Shared::default());
    for sdk in sdks {
        let exclusions = exclusions(&sdk.manifest)?;
        for (surface, about) in &sdk.manifest.surfaces {
            if !chosen.is_empty() && !chosen.iter().any(|glob| glob.is_match(surface)) {
                continue;
            }
            let surface = Arc::new(SurfaceId::from(surface.as_str()));
            let ways = cases.iter().flat_map(|case| filter.ways(case).map(move |way| (case, way)));
            for (case, Way { route, transport, spoken }) in ways.filter(|(_, way)| about.apis.contains(&way.spoken)) {
                let is_in_variants = firsts.contains(case.id.as_str());
                let trial = Trial {
                    sdk: Arc::clone(sdk),
                    surface: Arc::clone(&surface),
                    case: Arc::clone(case),
                    variants: shared.variants(variants(case, if is_in_variants { &filter.variants } else { &[] })),
                    route,
                    transport,
                    spoken,
                    hangs: false,
                };
                match unsupported(&trial, &exclusions) {
                    Some(reason) => skipped.push(Skipped { trial, reason: shared.reason(reason) }),
                    None => trials.push(trial),
                }
            }
        }
    }
    if trials.is_empty() && skipped.is_empty() {
        return Err(PlanError::Empty);
    }
    Ok(Plan { trials: trials.into(), skipped })
}

/// The lists of variants and the reasons that trials of a plan have in common, each kept once.
#[derive(Default)]
struct Shared {
    variants: BTreeSet<Arc<[Variant]>>,
    reasons: BTreeSet<Arc<str>>,
}

impl Shared {
    fn variants(&mut self, variants: Vec<Variant>) -> Arc<[Variant]> {
        once(&mut self.variants, variants.into())
    }

    fn reason(&mut self, reason: String) -> Arc<str> {
        once(&mut self.reasons, reason.into())
    }
}

/// Returns the one that is kept of those that are equal.
fn once<T: Ord + ?Sized>(kept: &mut BTreeSet<Arc<T>>, one: Arc<T>) -> Arc<T> {
    if let Some(known) = kept.get(&one) {
        return Arc::clone(known);
    }
    kept.insert(Arc::clone(&one));
    one
}

impl Plan {
    /// Leaves out every trial but these, which are named as written.
    pub fn keep_only(&mut self, trials: &BTreeSet<TrialId>) {
        self.retain(|trial| trials.contains(&trial.id(Variant::AsWritten)));
        self.skipped.clear();
    }

    /// Notes of each trial whether its call hangs.
    pub fn expect_hangs(&mut self, hangs: impl Fn(&Trial) -> bool) {
        self.trials = self.trials.iter().map(|trial| Trial { hangs: hangs(trial), ..trial.clone() }).collect();
    }

    /// Leaves out the trials that are to be run and that a condition does not hold for.
    pub fn retain(&mut self, holds: impl Fn(&Trial) -> bool) {
        self.trials = self.trials.iter().filter(|trial| holds(trial)).cloned().collect();
    }
}

impl Filter {
    /// Lists the ways that the trials of a case take. A gateway asks the server by the default transport.
    fn ways(&self, case: &Case) -> impl Iterator<Item = Way> {
        let transports: BTreeSet<Transport> = or_default(&self.transports).iter().copied().collect();
        let routes = self.routes.of(case.api);
        let ways = routes.flat_map(move |(route, spoken)| {
            transports.clone().into_iter().map(move |transport| Way { route, transport, spoken })
        });
        ways.filter(|way| {
            case.travels_by(way.transport) && (way.route.gateway().is_none() || way.transport == Transport::default())
        })
    }
}

/// The way of a trial, with the dialect that is spoken at its beginning.
#[derive(Clone, Copy)]
struct Way {
    route: Route,
    transport: Transport,
    spoken: Api,
}

/// Returns what was chosen, or the default where nothing was.
fn or_default<T: Clone + Default>(chosen: &[T]) -> Vec<T> {
    if chosen.is_empty() { vec![T::default()] } else { chosen.to_vec() }
}

/// Finds the cases that are run in variants: all, or the first of each file.
fn firsts(cases: &[Arc<Case>], only: bool) -> BTreeSet<&str> {
    let mut files = BTreeSet::new();
    cases.iter().filter(|case| !only || files.insert(&case.file)).map(|case| case.id.as_str()).collect()
}

/// Says whether a case is run in a variant. Where the caller cancels, the clock decides how much of the answer it has got, so that there is
/// nothing to compare. Of calls that are made at once, chance decides which one gets which answer. Where the caller counts items, one
/// that was added makes it stop elsewhere.
pub fn has_variant(case: &Case, variant: Variant) -> bool {
    let Caller { read, at_once, .. } = case.caller;
    let is_by_chance = read.cancels() || at_once.is_some();
    let is_same = !(is_by_chance || read.stops() && variant == Variant::UnknownEvents);
    let is_kept = codec::has(codec::of(case.api), variant) && !case.variants.except.contains(&variant);
    variant == Variant::AsWritten || is_same && is_kept
}

/// Chooses the variants of a case, as written first.
fn variants(case: &Case, wanted: &[Variant]) -> Vec<Variant> {
    let others = wanted.iter().copied().filter(|variant| *variant != Variant::AsWritten && has_variant(case, *variant));
    std::iter::once(Variant::AsWritten).chain(others).collect()
}

/// An exclusion of a manifest: the surfaces, the cases and the reason.
type Exclusion = (Option<GlobSet>, GlobSet, String);

/// Reads the exclusions of a manifest.
fn exclusions(manifest: &Manifest) -> Result<Vec<Exclusion>, PlanError> {
    let exclusion = |entry: &Unsupported| {
        let surfaces = entry.surfaces.as_deref().map(named).transpose()?;
        Ok((surfaces, named(&entry.cases)?, format!("{} ({})", entry.reason, entry.link)))
    };
    manifest.unsupported.iter().map(exclusion).collect()
}

/// Says whether an exclusion is about a case on a surface.
fn covers((surfaces, cases, _): &Exclusion, surface: &str, case: &str) -> bool {
    surfaces.as_ref().is_none_or(|glob| glob.is_match(surface)) && cases.is_match(case)
}

/// Returns the reason that a manifest gives for excluding a case on a surface, if it does.
pub fn excluded(manifest: &Manifest, surface: &str, case: &str) -> Result<Option<String>, PlanError> {
    let exclusions = exclusions(manifest)?;
    Ok(exclusions.into_iter().find(|exclusion| covers(exclusion, surface, case)).map(|(_, _, why)| why))
}

/// Returns the reason why a trial is not run, if its surface is newer than its SDK or an exclusion covers it.
fn unsupported(trial: &Trial, exclusions: &[Exclusion]) -> Option<String> {
    let manifest = &trial.sdk.manifest;
    let surface = manifest.surfaces.get(trial.surface.as_str());
    let since = surface.and_then(|surface| surface.since.as_ref());
    if let (Some(since), Ok(version)) = (since, Version::parse(&manifest.version))
        && version < *since
    {
        return Some(format!("`{}` came with {} {since}", trial.surface, manifest.package));
    }
    if let Some(surface) = surface
        && let Some(ability) = trial.case.caller.needs().find(|ability| !surface.caller.contains(ability))
    {
        if !surface.is_described() {
            return Some(format!(
                "nothing says that the caller of `{0}` can {1}; a program says so in its hello, by `caller` in `described.{0}`",
                trial.surface,
                ability.in_words()
            ));
        }
        return Some(format!("`{}` gives its caller no documented way to {}", trial.surface, ability.in_words()));
    }
    if surface.is_some_and(|surface| !surface.asks.contains(&trial.case.ask)) {
        return Some(format!("`{}` cannot be asked for {}", trial.surface, trial.case.ask.in_words()));
    }
    if let Some(reason) = untrusting(trial) {
        return Some(reason);
    }
    let covering =
        exclusions.iter().find(|exclusion| covers(exclusion, trial.surface.as_str(), trial.case.id.as_str()));
    covering.map(|(_, _, why)| why.clone())
}

/// Returns the reason why the SDK cannot be asked by an encrypted transport, if there is one.
fn untrusting(trial: &Trial) -> Option<String> {
    let Manifest { transports, package, .. } = &trial.sdk.manifest;
    let support = match trial.transport {
        Transport::Tls => transports.tls.as_ref(),
        Transport::H2 => transports.h2.as_ref(),
        Transport::Production => transports.negotiable(),
        Transport::Http1 => return None,
        #[cfg(test)]
        Transport::Other => return None,
    };
    match support {
        Some(Support::Variable(_) | Support::Client(_)) => None,
        Some(Support::Unsupported(reason)) => Some(reason.clone()),
        None => Some(format!(
            "nothing says how {package} is made to trust the certificate of a run; a manifest does in `transports{}`",
            if trial.transport == Transport::Production { String::new() } else { format!(".{}", trial.transport) }
        )),
    }
}

fn named(pattern: &str) -> Result<GlobSet, PlanError> {
    matcher(pattern).map_err(|error| PlanError::Glob { glob: pattern.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;
    use streamspec_adapters::contract::Read;
    use streamspec_adapters::fleet::Fleet;

    use super::*;
    use crate::load::{self, Selection};
    use crate::run::liar::root;

    /// A plan may hold hundreds of thousands of trials, each of which would otherwise bring what it is made of with it.
    #[test]
    fn trials_share_what_they_are_made_of() {
        let root = root();
        let sdk = Fleet::discover(&root).expect("the fleet").get("reference").expect("the reference client").clone();
        let surfaces = sdk.manifest.surfaces.len();
        let cases = load::suite(&root, &Selection::named(&["gemini/cut".to_owned()])).expect("the cases").cases;
        let cases: Vec<_> = cases.into_iter().map(Arc::new).collect();
        let filter = Filter { variants: Variant::ALL.to_vec(), ..Filter::default() };
        let trials = plan(&[Arc::new(sdk)], &cases, &filter).expect("a plan").trials;
        let distinct: BTreeSet<_> = trials.iter().map(|trial| &trial.variants).collect();
        let lists: HashSet<_> = trials.iter().map(|trial| Arc::as_ptr(&trial.variants).addr()).collect();
        let names: HashSet<_> = trials.iter().map(|trial| Arc::as_ptr(&trial.surface)).collect();
        assert_eq!((names.len(), lists.len()), (surfaces, distinct.len()));
        assert!(trials.len() > 4 * lists.len(), "{} trials, {} lists", trials.len(), lists.len());
        assert!(size_of::<Trial>() <= 64, "{}", size_of::<Trial>());
    }

    #[test]
    fn a_manifest_says_why_it_excludes_a_case() {
        let fleet = Fleet::discover(&root()).expect("the fleet");
        let manifest = &fleet.get("mistral-python").expect("the SDK").manifest;
        let why = |case| excluded(manifest, "stream-sync", case).expect("globs that can be read");
        assert!(why("openai-chat/benign/whole-tool-answer").is_some_and(|why| why.contains("without its name")));
        assert_eq!(why("openai-chat/benign/whole-answer"), None);
    }

    #[test]
    fn a_case_that_chance_has_a_part_in_is_run_as_written_only() {
        let all = |caller| {
            let sample = Case::sample("openai-chat/caller/one", Api::OpenaiChat, Vec::new(), json!({}));
            variants(&Case { caller, ..sample }, &Variant::ALL)
        };
        let plain = Caller::default();
        assert_eq!(all(plain), all(Caller { again: true, ..plain }));
        assert!(all(plain).contains(&Variant::UnknownEvents));
        assert!(!all(Caller { read: Read::StopAfter(1), ..plain }).contains(&Variant::UnknownEvents));
        for caller in [Caller { at_once: Some(2), ..plain }, Caller { read: Read::CancelAfter(1), ..plain }] {
            assert_eq!(all(caller), [Variant::AsWritten]);
        }
    }
}
