//! "What do I catch?" by dialect and surface: what the callers of each surface saw of each thing that breaks, in short.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use streamspec_adapters::contract::Api;

use super::caught::{Values, error_field, is_of_failure, most, stop_reason, way_of};
use super::{Breakage, Row};
use crate::id::{CaseId, SurfaceId};
use crate::report::alike::alike;

/// The most ways that are told of one breakage on one surface.
const MOST: usize = 4;

/// The view of the callers of surfaces of one SDK in one dialect. It is the same on all of these surfaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SeenRow {
    /// The dialect.
    pub api: Api,
    /// The surfaces.
    pub surfaces: Vec<SurfaceId>,
    /// The things that break, one each.
    pub cells: Vec<SeenCell>,
}

/// One thing that breaks, as the callers of a surface saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SeenCell {
    /// The thing that breaks.
    pub kind: Breakage,
    /// The number of trials.
    pub trials: usize,
    /// The ways in which calls ended for their callers, the most frequent first.
    pub ways: Vec<SeenWay>,
    /// The number of rarer ways.
    pub more: usize,
}

/// One way in which a failure reaches the callers of a surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SeenWay {
    /// The end of the call, or the mode of a failure without an observation.
    pub ended: String,
    /// The error's class; empty where there is no error.
    pub class: String,
    /// The place where the error came up; empty where there is none.
    pub site: String,
    /// The number of trials.
    pub trials: usize,
    /// The values of the error's status with the ways to them; of a call without an error those of the stop reason.
    pub values: Values,
    /// A case in which it happens.
    pub example: CaseId,
}

/// The counts of one way.
#[derive(Debug)]
struct Counted {
    trials: usize,
    values: BTreeMap<String, usize>,
    example: CaseId,
}

/// The ways of one breakage, by end, class and place.
type Ways = BTreeMap<(String, String, String), Counted>;

/// The view of the callers of one SDK, while it is counted.
#[derive(Debug, Default)]
pub struct Seen {
    counts: BTreeMap<(Api, SurfaceId), BTreeMap<Breakage, Ways>>,
}

impl Seen {
    /// Adds a trial as written of a surface.
    pub fn add(&mut self, row: &Row<'_>) {
        let Some((case, kind)) = row.case.and_then(|case| Some((case, Breakage::of(case)?))) else { return };
        let trial = &row.trial;
        if !is_of_failure(trial) {
            return;
        }
        let ways = self.counts.entry((case.api, trial.surface.clone())).or_default().entry(kind).or_default();
        let way = ways.entry(way_of(trial)).or_insert_with(|| Counted {
            trials: 0,
            values: BTreeMap::new(),
            example: case.id.clone(),
        });
        way.trials += 1;
        if let Some(observation) = &trial.observation {
            let label =
                observation.error.as_ref().map_or_else(|| stop_reason(observation), |error| error_field(&error.status));
            *way.values.entry(label).or_default() += 1;
        }
    }

    /// Lists what was seen, by dialect. Surfaces on which it is the same share a row.
    pub fn rows(self) -> Vec<SeenRow> {
        let rows = self.counts.into_iter().map(|((api, surface), kinds)| {
            let cells: Vec<SeenCell> = kinds.into_iter().map(|(kind, ways)| cell(kind, ways)).collect();
            ((api, cells), surface)
        });
        alike(rows).into_iter().map(|((api, cells), surfaces)| SeenRow { api, surfaces, cells }).collect()
    }
}

fn cell(kind: Breakage, ways: Ways) -> SeenCell {
    let trials = ways.values().map(|way| way.trials).sum();
    let more = ways.len().saturating_sub(MOST);
    let mut ways: Vec<_> = ways.into_iter().collect();
    ways.sort_by(|(one_key, one), (other_key, other)| {
        other.trials.cmp(&one.trials).then_with(|| one_key.cmp(other_key))
    });
    let ways = ways.into_iter().take(MOST).map(|((ended, class, site), way)| SeenWay {
        ended,
        class,
        site,
        trials: way.trials,
        values: most(way.values),
        example: way.example,
    });
    SeenCell { kind, trials, ways: ways.collect(), more }
}
