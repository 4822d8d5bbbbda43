//! Runs one trial, and once more where it is not as its SDK's list says.

use crate::deviation::Comparison;
use crate::judge::Status;
use crate::record::TrialRecord;
use crate::run::{Engine, Trial, TrialRun};
use crate::session::Session;

/// One variant of a trial, beside what its SDK's list says.
pub type ComparedRun = (TrialRun, Comparison);

impl Session {
    /// Runs a trial. One that is not as listed is run once more, and that counts: the first time a busy machine may have
    /// been late for what the clock decides. Where no time counts, two attempts that differ are the SDK's own doing, and the
    /// trial is flaky.
    pub async fn settle(&self, engine: &Engine, trial: &Trial) -> Vec<ComparedRun> {
        let loaded = engine.adapter(&trial.sdk).await.ok();
        let version = loaded.as_ref().map_or(&trial.sdk.manifest.version, |adapter| &adapter.identity().sdk.version);
        let first = self.compared(engine.run(trial).await, version);
        let as_listed = |(ran, comparison): &ComparedRun| is_green(&ran.record, comparison, false);
        if first.iter().all(as_listed) || !engine.may_repeat(trial) {
            return first;
        }
        // The answers themselves, which may be large, do not wait for the second attempt.
        let first: Vec<TrialRecord> = first.into_iter().map(|(ran, _)| ran.record).collect();
        for record in &first {
            engine.tell(record.id(), record.attempt());
        }
        let mut again = engine.run(trial).await;
        for ran in &mut again {
            if let Some(before) = first.iter().find(|before| before.variant == ran.record.variant) {
                ran.record.follow(before, trial.case.is_timed());
            }
        }
        self.compared(again, version)
    }

    /// Compares all variants of a trial with the list, and notes the scopes that speak of them.
    fn compared(&self, all: Vec<TrialRun>, version: &str) -> Vec<ComparedRun> {
        let compared = |mut ran: TrialRun| {
            let comparison = self.compare(&ran.record, version);
            ran.record.known.clone_from(&comparison.used);
            (ran, comparison)
        };
        all.into_iter().map(compared).collect()
    }

    /// Compares one record with its SDK's list. Faults are never as listed; what was not run is.
    fn compare(&self, record: &TrialRecord, version: &str) -> Comparison {
        self.known(&record.sdk).map(|known| known.compare(record, version)).unwrap_or_default()
    }
}

/// Says if a trial is as it should be: conformant, or as listed; under `strict` the lists do not count.
pub fn is_green(record: &TrialRecord, comparison: &Comparison, strict: bool) -> bool {
    match record.verdict.status {
        Status::Unsupported | Status::NotRun => true,
        Status::Flaky | Status::AdapterFault | Status::GatewayFault | Status::HarnessFault => false,
        Status::Pass | Status::Disputed | Status::Deviates | Status::Fails if strict => {
            record.verdict.status == Status::Pass
        }
        Status::Pass | Status::Disputed | Status::Deviates | Status::Fails => comparison.is_as_listed(),
    }
}
