//! An SDK of a view with its surfaces and their trials.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Conclusion, Count, Folded, Known, TransportDifference, known};
use crate::deviation;
use crate::id::{Route, SurfaceId, Transport, VariantRun};
use crate::record::{Records, SdkRecord, Statement, TrialPlace};

/// One SDK with its trials.
#[derive(Debug)]
pub struct Sdk<'a> {
    /// Its record.
    pub record: &'a SdkRecord,
    /// The known deviations with their reasons, each statement once.
    pub known: Vec<Known>,
    /// The variants in which its trials were run again, by route and transport.
    pub variant_runs: BTreeSet<VariantRun>,
    /// The surfaces that have trials, by name.
    pub surfaces: Vec<Surface<'a>>,
    /// The statements of its list that match nothing, where every case was run on every surface.
    pub unused: Vec<Statement<'a>>,
    /// The ids of the statements of its list, by their numbers.
    pub(super) ids: Vec<String>,
    pub(super) list: Rc<deviation::KnownDeviations>,
    /// The numbers of its trials by conclusion.
    pub(super) conclusions: BTreeMap<Conclusion, usize>,
}

/// One surface with its trials.
#[derive(Debug)]
pub struct Surface<'a> {
    /// The name.
    pub name: &'a SurfaceId,
    /// True where it is no call of the SDK but an application's handling of it; then it is in no number of the SDK as a whole.
    pub is_handler: bool,
    /// The numbers of its trials by verdict, by group, route and transport.
    pub counts: Vec<Count>,
    /// The numbers of its trials by verdict, by group and route: of each case by the first transport alone.
    pub folded: Vec<Folded>,
    /// The trials that came out otherwise by another transport than the first one.
    pub differences: Vec<TransportDifference>,
    /// The places of the trials, by case and variant; never empty.
    pub trials: &'a [TrialPlace],
    /// The cases, routes and transports of the trials that came out otherwise, those that say nothing among them.
    pub(super) otherwise: BTreeSet<(u32, Route, Transport)>,
}

impl<'a> Sdk<'a> {
    /// Makes an SDK whose trials have not been counted yet.
    pub(super) fn of(record: &'a SdkRecord, records: &'a Records, list: Rc<deviation::KnownDeviations>) -> Self {
        let (known, ids) = known::statements(&record.known);
        let own = records.surfaces.iter().filter(|((sdk, _), _)| *sdk == record.id);
        let surface = |((_, name), trials): (&'a (_, SurfaceId), &'a Vec<TrialPlace>)| {
            let is_handler = record.is_handler(name);
            Surface {
                name,
                is_handler,
                counts: Vec::new(),
                folded: Vec::new(),
                differences: Vec::new(),
                trials: trials.as_slice(),
                otherwise: BTreeSet::new(),
            }
        };
        Self {
            record,
            known,
            variant_runs: BTreeSet::new(),
            surfaces: own.map(surface).collect(),
            unused: Vec::new(),
            ids,
            list,
            conclusions: BTreeMap::new(),
        }
    }

    /// Counts its trials of one meaning for a build.
    pub fn conclusion(&self, conclusion: Conclusion) -> usize {
        self.conclusions.get(&conclusion).copied().unwrap_or_default()
    }

    /// Goes through its own surfaces, without the handlers around it.
    pub fn own(&self) -> impl Iterator<Item = &Surface<'a>> {
        self.surfaces.iter().filter(|surface| !surface.is_handler)
    }

    /// Goes through the numbers of its own surfaces, each case once, without the trials through gateways: what a gateway does is not the
    /// SDK's doing.
    pub fn direct(&self) -> impl Iterator<Item = &Count> {
        let folded = self.own().flat_map(|surface| &surface.folded);
        folded.map(|folded| &folded.count).filter(|count| count.route == Route::Direct)
    }

    /// Adds these numbers up.
    pub fn total(&self) -> Count {
        Count::sum(self.direct())
    }
}

impl Surface<'_> {
    /// Says whether a trial as written came out otherwise than by the first transport of its case.
    pub fn is_otherwise(&self, place: &TrialPlace) -> bool {
        self.otherwise.contains(&(place.case, place.route, place.transport))
    }
}

/// Shortens `CPython 3.11.7` to `CPython 3.11`: a patch version is a machine's trace.
pub fn without_patch(runtime: &str) -> String {
    runtime.splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}
