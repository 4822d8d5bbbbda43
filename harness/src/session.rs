//! Sessions, which the command line and the test binary share: choose, set up, plan, run, compare with the lists.

mod gateways;
mod own;
mod records;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::fleet::{Broken, Fleet, FleetError, Sdk, SelectedSdks};
use streamspec_adapters::root::Root;
use streamspec_adapters::setup::{Progress, SetupError};
use streamspec_adapters::spec::Spec;
use thiserror::Error;

pub use gateways::GatewayState;
pub use records::opened;

use crate::case::{Axis, Case, Level};
use crate::deviation::{Comparison, KnownDeviations, KnownScope, Point};
use crate::edition::{Edition, EditionError};
use crate::id::{EditionId, Route, Shard, Transport, TrialId, Variant};
use crate::load::{self, Location, Problems, Selection, Suite};
use crate::message::{Listed, explain, reproduce};
use crate::record::{EditionRecord, GatewayRecord, PlanRecord};
use crate::run::{Filter, Plan, PlanError, READER, Routes, RoutesError, TrialRun, has_surfaces, is_sound, plan};

/// The number of SDKs that are set up at once; most of an install waits for the network.
const INSTALLS: usize = 4;

/// A choice of trials. An empty list asks for everything, but for the variants, the routes and the transports.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// SDKs, as [`Fleet::choose`] takes them: ids with or without a version or a path, `core` or `all`.
    pub sdks: Vec<String>,
    /// An SDK of a program that is not checked in; then no other one is run but those that are named.
    pub own: Option<Sdk>,
    /// Globs over surfaces.
    pub surfaces: Vec<String>,
    /// Ids, globs over ids or files of cases.
    pub cases: Vec<String>,
    /// The edition of which the cases are; of all that there are where it is none.
    pub edition: Option<EditionId>,
    /// The variants to run besides the one as written.
    pub variants: Vec<Variant>,
    /// The routes, as [`Routes::choose`] takes them: `direct`, gateways or `all`; the direct one where there are none.
    pub via: Vec<String>,
    /// The transports; the default one where there are none.
    pub transports: Vec<Transport>,
    /// The part of the plan to run.
    pub shard: Option<Shard>,
    /// Run these variants on one combination of each matrix only.
    pub first_combination_only: bool,
    /// The trials as written to choose from, where it is not from all of them.
    pub only: Option<BTreeSet<TrialId>>,
}

impl Request {
    /// Says if every case is asked for on every surface of the SDKs that are, and not a shard of that.
    pub fn is_whole(&self) -> bool {
        self.shard.is_none() && self.is_unselected()
    }

    fn is_unselected(&self) -> bool {
        let is_direct = self.via.is_empty() || self.via.iter().any(|route| route == Route::Direct.name());
        let has_default = self.transports.is_empty() || self.transports.contains(&Transport::default());
        let is_any = self.edition.is_none() && self.only.is_none();
        self.surfaces.is_empty() && self.cases.is_empty() && is_any && has_default && is_direct
    }
}

/// Everything that is known before the first trial.
pub struct Session {
    /// The repository.
    pub root: Utf8PathBuf,
    /// The cases that were chosen.
    pub cases: Vec<Arc<Case>>,
    /// The edition that they are of, and in what they differ from it; none where they were selected otherwise.
    pub edition: Option<EditionRecord>,
    /// The SDKs that can be run, with their lists of known deviations.
    pub sdks: Vec<(Arc<Sdk>, KnownDeviations)>,
    /// The wall time of the set-up of each SDK, by its id.
    pub set_up: BTreeMap<String, Duration>,
    /// The SDKs that cannot be run here.
    pub unavailable: Vec<Unavailable>,
    /// The SDKs whose manifests cannot be used.
    pub broken: Vec<Broken>,
    /// The routes that trials take.
    pub routes: Routes,
    /// The gateways that were asked for and cannot be used here, or not as their lists of known deviations have them.
    pub gateways: Vec<GatewayState>,
    /// The versions of the gateways that can be used.
    pub versions: Vec<GatewayRecord>,
    /// The trials; of a shard, its own.
    pub plan: Plan,
    /// The part of the plan that they are.
    pub shard: Option<Shard>,
    /// The plan of all shards together, for each SDK.
    pub plans: Vec<PlanRecord>,
}

/// A session cannot begin.
#[derive(Debug, Error)]
pub enum SessionError {
    /// Cases that cannot be used.
    #[error("{0}")]
    Cases(Problems),
    /// An edition that cannot be used, or of which a case is no more what it was.
    #[error(transparent)]
    Edition(#[from] EditionError),
    /// A selection that cannot be used.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Gateways that cannot be used, or an unknown id.
    #[error(transparent)]
    Routes(#[from] RoutesError),
    /// Adapters that cannot be used, or an unknown id.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// The name of a program that is not checked in belongs to an SDK that is.
    #[error(
        "the program calls its SDK `{name}`, and `{id}` is an SDK that is checked in; give it another name in its hello, so that \
         nobody takes one for the other"
    )]
    Taken {
        /// The name in the hello.
        name: String,
        /// The id that is made of it.
        id: String,
    },
    /// The loopback interface cannot be listened on.
    #[error("the server cannot listen on the loopback interface: {0}")]
    Server(std::io::Error),
}

/// An SDK that is not run.
#[derive(Clone, Debug)]
pub struct Unavailable {
    /// The SDK.
    pub sdk: Arc<Sdk>,
    /// The reason, and how to fix it.
    pub reason: String,
    /// True if its set-up failed although everything it needs is there; otherwise the machine lacks a runtime.
    pub fault: bool,
    /// True if it was named, rather than chosen with `core` or `all`.
    pub named: bool,
}

impl Unavailable {
    fn new(sdk: &Sdk, error: &SetupError, named: bool) -> Self {
        let (why, fault) = match error {
            SetupError::Unavailable { reason, fix, .. } => (format!("{reason}; {fix}"), false),
            error => (error.to_string(), true),
        };
        Self { sdk: Arc::new(sdk.clone()), reason: why, fault, named }
    }
}

impl Session {
    /// Loads the cases, sets up the SDKs and plans the trials. Blocks while it sets up.
    pub fn open(
        root: &Utf8Path,
        request: &Request,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Self, SessionError> {
        let (suite, edition) = suite(root, request)?;
        let cases: Vec<_> = suite.cases.into_iter().map(Arc::new).collect();
        let SelectedSdks { sdks: chosen, broken } = request.chosen(&Fleet::discover(root)?)?;
        has_surfaces(&chosen, &request.surfaces)?;
        let mut routes = Routes::choose(root, &request.via)?;
        let gateways::Ready { states: gateways, lists, versions } = gateways::ready(&mut routes, request, progress);
        let specs = Spec::parse_list(&request.sdks).map_err(FleetError::from)?;
        let named = |sdk: &Sdk| specs.iter().any(|spec| spec.is_of(&sdk.manifest.id));
        let (mut sdks, mut unavailable): (Vec<(Arc<Sdk>, KnownDeviations)>, Vec<_>) = (Vec::new(), Vec::new());
        let mut took = BTreeMap::new();
        for (asked, (result, time)) in chosen.iter().zip(set_up_timed(&chosen, progress)) {
            took.entry(result.as_ref().unwrap_or(asked).manifest.id.clone()).or_insert(time);
            match result {
                // What `latest` turned out to be may have been asked for by its number, too.
                Ok(sdk) if sdks.iter().any(|(one, _)| one.manifest.id == sdk.manifest.id) => {}
                Ok(sdk) => match usable(&sdk) {
                    Ok(known) if sdk.manifest.id == READER => {
                        sdks.push((Arc::new(sdk), lists.iter().cloned().fold(known, KnownDeviations::and)));
                    }
                    Ok(known) => sdks.push((Arc::new(sdk), known)),
                    Err(why) => {
                        unavailable.push(Unavailable {
                            sdk: Arc::new(sdk),
                            reason: why,
                            fault: true,
                            named: named(asked),
                        });
                    }
                },
                Err(error) => unavailable.push(Unavailable::new(asked, &error, named(asked))),
            }
        }
        let runnable: Vec<_> = sdks.iter().map(|(sdk, _)| Arc::clone(sdk)).collect();
        let filter = Filter {
            surfaces: request.surfaces.clone(),
            routes: routes.clone(),
            transports: request.transports.clone(),
            variants: request.variants.clone(),
            first_combination_only: request.first_combination_only,
        };
        let mut plan = match plan(&runnable, &cases, &filter) {
            Err(PlanError::Empty) if !unavailable.is_empty() || !broken.is_empty() || !gateways.is_empty() => {
                Plan::default()
            }
            other => other?,
        };
        if let Some(only) = &request.only {
            plan.keep_only(only);
            sdks.retain(|(sdk, _)| plan.trials.iter().any(|trial| trial.sdk.manifest.id == sdk.manifest.id));
        }
        let plans = plan.recorded(request.shard, request.is_unselected());
        if let Some(shard) = request.shard {
            plan.keep(shard);
        }
        let hangs: BTreeMap<&str, Vec<&KnownScope>> = sdks
            .iter()
            .map(|(sdk, known)| (sdk.manifest.id.as_str(), known.hangs(&sdk.manifest.version)))
            .filter(|(_, scopes)| !scopes.is_empty())
            .collect();
        plan.expect_hangs(|trial| {
            let scopes = hangs.get(trial.sdk.manifest.id.as_str());
            let way = (trial.route, trial.transport);
            let point = Point { case: &trial.case.id, surface: &trial.surface, way };
            scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope.covers(&point)))
        });
        let (root, shard) = (root.to_owned(), request.shard);
        let set_up = took;
        Ok(Self {
            root,
            cases,
            edition,
            sdks,
            set_up,
            unavailable,
            broken,
            routes,
            gateways,
            versions,
            plan,
            shard,
            plans,
        })
    }

    /// Returns the list of an SDK.
    pub fn known(&self, sdk: &str) -> Option<&KnownDeviations> {
        self.sdks.iter().find(|(one, _)| one.manifest.id == sdk).map(|(_, known)| known)
    }

    /// Explains one trial with what the list says of it.
    pub fn explain(&self, ran: &TrialRun, case: &Case, nonce: &str, comparison: &Comparison) -> String {
        let mut listed = Listed::default();
        if let Some(known) = self.known(&ran.record.sdk) {
            let at = |number: &usize| known.scopes.get(*number).map(|scope| format!("{}:{}", scope.file, scope.line));
            for place in comparison.stale.iter().filter_map(at) {
                listed.notes.push(format!("{place}: this known deviation is gone; remove or narrow it"));
            }
            for (_, number) in &comparison.different {
                if let Some(place) = at(number) {
                    listed.notes.push(format!("{place}: deviates differently than listed"));
                }
            }
        }
        let uncovered: Vec<usize> =
            comparison.new.iter().copied().chain(comparison.different.iter().map(|(place, _)| *place)).collect();
        let checks = ran.record.verdict.checks.iter().enumerate();
        // No list speaks of what a case only records.
        let covered = checks.filter(|(place, check)| check.level != Level::May && !uncovered.contains(place));
        listed.covered = covered.map(|(place, _)| place).collect();
        let sdk = self.sdks.iter().find(|(sdk, _)| ran.record.sdk == sdk.manifest.id.as_str());
        let command = sdk.and_then(|(sdk, _)| sdk.command()).unwrap_or_default();
        let again = reproduce(Root::at(&self.root).invocation(), &ran.record.id(), command, Some(nonce));
        explain(ran, case, &again, &listed, &|check| locate(&self.root, &case.file, check.level, check.axis))
    }
}

/// Loads the cases that are asked for, and says which edition they are of.
///
/// # Errors
///
/// Cases or an edition that cannot be used; also where a case of the edition that is asked for is not what it was, whether it
/// is one of those that are asked for or not.
pub fn suite(root: &Utf8Path, request: &Request) -> Result<(Suite, Option<EditionRecord>), SessionError> {
    let selected = load::suite(root, &Selection::named(&request.cases)).map_err(SessionError::Cases)?;
    let Some(id) = request.edition else {
        let latest = if request.cases.is_empty() { Edition::latest(root)? } else { None };
        let differs = latest.map(|edition| edition.compared(&selected.cases));
        return Ok((selected, differs));
    };
    let edition = Edition::read(root, id)?;
    let all = if request.cases.is_empty() { None } else { Some(load::suite(root, &Selection::All)) };
    let all = all.transpose().map_err(SessionError::Cases)?;
    let kept = edition.kept(all.as_ref().map_or(&selected.cases, |all| &all.cases))?;
    let cases: Vec<Case> = selected.cases.into_iter().filter(|case| edition.takes(case)).collect();
    if cases.is_empty() { Err(EditionError::Nothing(id).into()) } else { Ok((Suite { cases, ..selected }, Some(kept))) }
}

/// Reads the list of an SDK; a program that is not checked in has none. What is wrong with it, or with the globs of its manifest,
/// concerns no other SDK.
fn usable(sdk: &Sdk) -> Result<KnownDeviations, String> {
    is_sound(&sdk.manifest).map_err(|error| format!("{}: {error}", sdk.dir.join("adapter.toml")))?;
    if sdk.command().is_some() {
        return Ok(KnownDeviations::default());
    }
    KnownDeviations::read(&sdk.dir).map_err(|error| error.to_string())
}

/// Sets SDKs up, several at once, and returns each as it is then or the reason why it is not.
pub fn set_up(sdks: &[Sdk], progress: &(dyn Fn(Progress) + Sync)) -> Vec<Result<Sdk, SetupError>> {
    set_up_timed(sdks, progress).into_iter().map(|(result, _)| result).collect()
}

/// An SDK as it is after its set-up, or the reason why it is not, and the wall time of that.
type Timed = (Result<Sdk, SetupError>, Duration);

/// Sets SDKs up, and returns with each the wall time that this took.
fn set_up_timed(sdks: &[Sdk], progress: &(dyn Fn(Progress) + Sync)) -> Vec<Timed> {
    let next = AtomicUsize::new(0);
    let timed = |sdk: &Sdk| {
        let began = Instant::now();
        (sdk.ensure(progress), began.elapsed())
    };
    let mut done: Vec<(usize, Timed)> = std::thread::scope(|scope| {
        let work = || {
            let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|place| *place < sdks.len());
            std::iter::from_fn(take).map(|place| (place, timed(&sdks[place]))).collect::<Vec<_>>()
        };
        let workers: Vec<_> = (0..INSTALLS.min(sdks.len())).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Finds a check in its case file.
pub fn locate(root: &Utf8Path, case_file: &Utf8Path, level: Level, axis: Axis) -> Option<Location> {
    // A contradictory status is raised to a MUST wherever the case checks it.
    let levels = [level.name(), "must", "should", "may"];
    levels.into_iter().find_map(|level| load::locate(root, case_file, &["expect", level, axis.name()]))
}
