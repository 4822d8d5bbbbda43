//! Divides a plan among several machines by the name of each trial and nothing else.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::plan::{Plan, Trial};
use crate::id::{Shard, Variant};
use crate::record::PlanRecord;

impl Plan {
    /// Leaves out what belongs to other shards.
    pub fn keep(&mut self, shard: Shard) {
        self.retain(|trial| shard.holds(&trial.id(Variant::AsWritten)));
        self.skipped.retain(|skipped| shard.holds(&skipped.trial.id(Variant::AsWritten)));
    }

    /// Sums up the trials of each SDK, so that records can be checked for gaps. `whole` says that nothing was left out by
    /// a selection.
    pub fn recorded(&self, shard: Option<Shard>, whole: bool) -> Vec<PlanRecord> {
        let mut by_sdk: BTreeMap<&str, Vec<&Trial>> = BTreeMap::new();
        for trial in self.trials.iter().chain(self.skipped.iter().map(|skipped| &skipped.trial)) {
            by_sdk.entry(&trial.sdk.manifest.id).or_default().push(trial);
        }
        by_sdk.into_iter().map(|(sdk, trials)| planned(sdk, trials, shard, whole)).collect()
    }
}

fn planned(sdk: &str, mut trials: Vec<&Trial>, shard: Option<Shard>, whole: bool) -> PlanRecord {
    trials.sort_by_cached_key(|trial| trial.name());
    let mut hasher = Sha256::new();
    for trial in &trials {
        let variants: Vec<&str> = trial.variants.iter().map(|variant| variant.name()).collect();
        // Two checkouts whose cases differ make two plans.
        hasher.update(format!("{}\n{}\n{}\n", trial.name(), variants.join(","), trial.case.digest));
    }
    let is_own = |trial: &Trial| shard.is_none_or(|shard| shard.holds(&trial.id(Variant::AsWritten)));
    PlanRecord {
        sdk: sdk.into(),
        trials: trials.len(),
        own: trials.iter().filter(|trial| is_own(trial)).count(),
        digest: hex::encode(hasher.finalize()),
        whole,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use streamspec_adapters::fleet::Fleet;

    use super::*;
    use crate::id::Transport;
    use crate::load::{self, Selection};
    use crate::run::liar::root;
    use crate::run::{Filter, Routes, plan};

    fn planned_on(transports: &[Transport]) -> Plan {
        planned_by(&[], transports)
    }

    fn planned_by(routes: &[&str], transports: &[Transport]) -> Plan {
        let root = root();
        let sdk = Fleet::discover(&root).expect("the fleet").get("reference").expect("the reference client").clone();
        let cases = load::suite(&root, &Selection::named(&["gemini/cut".to_owned()])).expect("the cases").cases;
        let cases: Vec<_> = cases.into_iter().map(Arc::new).collect();
        let routes = Routes::choose(&root, routes).expect("routes");
        let filter = Filter { routes, transports: transports.to_vec(), ..Filter::default() };
        plan(&[Arc::new(sdk)], &cases, &filter).expect("a plan")
    }

    #[test]
    fn a_second_route_doubles_the_plan_and_moves_no_trial_of_the_first() {
        let (alone, both) = (planned_on(&[]), planned_by(&["caddy", "direct", "caddy"], &[]));
        let names = |plan: &Plan, route: &str| -> Vec<String> {
            plan.trials.iter().filter(|trial| trial.route.name() == route).map(Trial::name).collect()
        };
        assert_eq!(names(&both, "direct"), names(&alone, "direct"));
        let behind: Vec<String> =
            names(&alone, "direct").into_iter().map(|name| format!("{name}@route=caddy")).collect();
        assert_eq!(names(&both, "caddy"), behind);
        assert_eq!(planned_by(&["caddy"], &[]).trials.len(), alone.trials.len());
        // A gateway asks the server by the default transport.
        let all = planned_by(&["direct", "caddy"], Transport::SAMPLES);
        assert_eq!(all.trials.len(), 3 * alone.trials.len());
    }

    #[test]
    fn a_second_transport_doubles_the_plan_and_moves_no_trial_of_the_first() {
        let (alone, both) = (planned_on(&[]), planned_on(&[Transport::Other, Transport::Http1, Transport::Other]));
        assert_eq!(both.trials.len(), 2 * alone.trials.len());
        let (one, two) = (alone.recorded(None, true).remove(0), both.recorded(None, true).remove(0));
        assert_eq!((one.trials * 2, one.digest == two.digest), (two.trials, false));
        assert_eq!(planned_on(&[Transport::Http1]).recorded(None, true).remove(0), one);
        let (mut counted, mut apart) = (0, false);
        for index in 1..=3 {
            let shard = Shard { index, of: 3 };
            let kept = |plan: &Plan, transport| {
                let mut part = plan.clone();
                part.keep(shard);
                let own = part.trials.iter().filter(|trial| trial.transport == transport);
                own.map(|trial| (trial.surface.clone(), trial.case.id.clone())).collect::<Vec<_>>()
            };
            let [before, http1, other] =
                [kept(&alone, Transport::Http1), kept(&both, Transport::Http1), kept(&both, Transport::Other)];
            assert_eq!(before, http1);
            apart |= http1 != other;
            counted += http1.len() + other.len();
            assert_eq!(both.recorded(Some(shard), true)[0].own, http1.len() + other.len());
        }
        assert_eq!((counted, apart), (both.trials.len(), true));
    }
}
