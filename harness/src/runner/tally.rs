//! The results of a run, counted while it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use streamspec_adapters::spec::Build;

use super::{ComparedRun, Event, Subscriber, is_green};
use crate::deviation::{KnownScope, Way};
use crate::id::{Route, SdkId, SurfaceId};
use crate::judge::Status;
use crate::message::Tally;
use crate::record::TrialRecord;
use crate::session::Session;

/// A subscriber that counts. It keeps no trials.
pub struct Results<'a> {
    session: &'a Session,
    /// The versions that were loaded, by SDK.
    versions: &'a BTreeMap<String, String>,
    strict: bool,
    tallies: BTreeMap<(SdkId, SurfaceId, Route), Tally>,
    not_green: BTreeMap<Status, usize>,
    /// The numbers of known deviations that no trial has matched yet, by SDK.
    unused: BTreeMap<&'a str, BTreeSet<usize>>,
}

impl<'a> Results<'a> {
    /// Begins with nothing counted but the trials that the SDKs' documents exclude. Under `strict` the lists do not count.
    pub fn new(session: &'a Session, versions: &'a BTreeMap<String, String>, strict: bool) -> Self {
        let mut results = Self {
            session,
            versions,
            strict,
            tallies: BTreeMap::new(),
            not_green: BTreeMap::new(),
            unused: BTreeMap::new(),
        };
        // A list is about the locked version, so that what it says of another one may well match nothing.
        for (sdk, known) in session.sdks.iter().filter(|(sdk, _)| sdk.build == Build::Locked) {
            let id = sdk.manifest.id.as_str();
            let own = session.plan.trials.iter().filter(|trial| trial.sdk.manifest.id == id);
            let ways: BTreeSet<Way> = own.map(|trial| (trial.route, trial.transport)).collect();
            let is_taken = |number: &usize| ways.iter().any(|way| known.scopes[*number].may_be_on(*way));
            let all = known.unmatched_by(std::iter::empty(), results.version(id)).into_iter();
            results.unused.insert(id, all.filter(is_taken).collect());
        }
        for skipped in session.skipped() {
            results.tally(&skipped).add(&skipped, false);
        }
        results
    }

    fn version(&self, sdk: &str) -> &'a str {
        let locked = || self.session.sdks.iter().find(|(one, _)| one.manifest.id == sdk);
        let locked = || locked().map(|(sdk, _)| sdk.manifest.version.as_str()).unwrap_or_default();
        self.versions.get(sdk).map_or_else(locked, String::as_str)
    }

    fn tally(&mut self, trial: &TrialRecord) -> &mut Tally {
        self.tallies.entry((trial.sdk.clone(), trial.surface.clone(), trial.route)).or_default()
    }

    fn add(&mut self, (ran, comparison): &ComparedRun) {
        let record = &ran.record;
        if !is_green(record, comparison, self.strict) {
            *self.not_green.entry(record.verdict.status).or_default() += 1;
        }
        let judged = matches!(record.verdict.status, Status::Disputed | Status::Deviates | Status::Fails);
        self.tally(record).add(record, judged && comparison.is_as_listed());
    }

    /// Counts the trials that are not as they should be, by their status.
    pub fn not_green(&self) -> &BTreeMap<Status, usize> {
        &self.not_green
    }

    /// Returns the table's rows, by surface and route.
    pub fn tallies(&self) -> impl Iterator<Item = (&SdkId, &SurfaceId, Route, &Tally)> {
        self.tallies.iter().map(|((sdk, surface, route), tally)| (sdk, surface, *route, tally))
    }

    /// Lists the known deviations that matched nothing; of a whole run they are to be removed from the lists.
    pub fn unused(&self) -> impl Iterator<Item = &'a KnownScope> {
        self.unused.iter().flat_map(|(sdk, numbers)| {
            let known = self.session.known(sdk);
            known.into_iter().flat_map(move |known| numbers.iter().map(move |number| &known.scopes[*number]))
        })
    }
}

impl Subscriber for Results<'_> {
    fn take(&mut self, event: &Event<'_>) -> io::Result<()> {
        let Event::Ended(trial, variants) = event else { return Ok(()) };
        for compared in *variants {
            self.add(compared);
        }
        let id = trial.sdk.manifest.id.as_str();
        let version = self.version(id);
        if let (Some(known), Some(unused)) = (self.session.known(id), self.unused.get_mut(id))
            && !unused.is_empty()
        {
            // One that every trial leaves unused is unused by the run.
            let by_this =
                known.unmatched_by(variants.iter().map(|(ran, comparison)| (&ran.record, comparison)), version);
            unused.retain(|number| by_this.contains(number));
        }
        Ok(())
    }
}
