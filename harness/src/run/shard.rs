//! Which trials of a plan one of several machines runs: a function of each trial's name and nothing else.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::plan::{Plan, Trial};
use crate::id::Shard;
use crate::record::PlanRecord;

impl Plan {
    /// Leaves out what belongs to other shards.
    pub fn keep(&mut self, shard: Shard) {
        self.trials.retain(|trial| shard.holds(&trial.name()));
        self.skipped.retain(|skipped| shard.holds(&skipped.trial.name()));
    }

    /// What is planned for each SDK, so that records can be checked for gaps. `whole` says that nothing was left out by
    /// a selection.
    pub fn recorded(&self, shard: Option<Shard>, whole: bool) -> Vec<PlanRecord> {
        let mut by_sdk: BTreeMap<&str, Vec<(String, &Trial)>> = BTreeMap::new();
        for trial in self.trials.iter().chain(self.skipped.iter().map(|skipped| &skipped.trial)) {
            by_sdk.entry(&trial.sdk.manifest.id).or_default().push((trial.name(), trial));
        }
        by_sdk.into_iter().map(|(sdk, trials)| planned(sdk, trials, shard, whole)).collect()
    }
}

fn planned(sdk: &str, mut trials: Vec<(String, &Trial)>, shard: Option<Shard>, whole: bool) -> PlanRecord {
    trials.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut hasher = Sha256::new();
    for (name, trial) in &trials {
        let variants: Vec<&str> = trial.variants.iter().map(|variant| variant.name()).collect();
        // Two checkouts whose cases differ make two plans.
        hasher.update(format!("{name}\n{}\n{}\n", variants.join(","), trial.case.digest));
    }
    PlanRecord {
        sdk: sdk.to_owned(),
        trials: trials.len(),
        own: trials.iter().filter(|(name, _)| shard.is_none_or(|shard| shard.holds(name))).count(),
        digest: hex::encode(hasher.finalize()),
        whole,
    }
}
