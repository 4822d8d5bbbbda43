//! Trials by verdict, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::id::{Route, SdkId, SurfaceId, Transport, by_way};
use crate::judge::{Mode, Status};
use crate::record::TrialRecord;
use crate::transport::Negotiated;

/// The numbers of trials of one surface and one group, on one route and transport, that came to each status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The SDK's id.
    pub sdk: SdkId,
    /// The surface's name.
    pub surface: SurfaceId,
    /// The first two folders of the cases' ids.
    pub group: String,
    /// The route.
    pub route: Route,
    /// The transport.
    pub transport: Transport,
    /// Trials in which every MUST and SHOULD that can be seen holds.
    pub pass: usize,
    /// Trials in which only checks that maintainers have ruled otherwise on do not hold.
    pub disputed: usize,
    /// Trials in which every MUST holds and a SHOULD does not.
    pub deviates: usize,
    /// Trials in which a MUST does not hold.
    pub fails: usize,
    /// Failed trials by mode.
    pub modes: BTreeMap<Mode, usize>,
    /// Trials that say nothing about the SDK, by status; never part of the other numbers.
    pub not_judged: BTreeMap<Status, usize>,
    /// Variant runs that came to another verdict than the trial as written.
    pub cut_dependent: usize,
    /// Trials by the protocol that was agreed on, where the server offered several.
    pub negotiated: BTreeMap<Negotiated, usize>,
}

impl Count {
    /// Begins with no trial of this one's surface, group, route and transport.
    pub(super) fn new(trial: &TrialRecord) -> Self {
        let (sdk, surface, group) = (trial.sdk.clone(), trial.surface.clone(), trial.case.group().to_owned());
        Self { sdk, surface, group, route: trial.route, transport: trial.transport, ..Self::default() }
    }

    /// Names the surface for people, with the route and the transport where they are not the default.
    pub fn row(&self) -> String {
        by_way(&self.surface, self.route, self.transport)
    }

    /// Counts a trial.
    pub(super) fn add(&mut self, trial: &TrialRecord) {
        if trial.is_variant_run() {
            self.cut_dependent += usize::from(trial.is_cut_dependent());
            return;
        }
        if let Some(protocol) = trial.negotiated() {
            *self.negotiated.entry(protocol).or_default() += 1;
        }
        match trial.verdict.status {
            Status::Pass => self.pass += 1,
            Status::Disputed => self.disputed += 1,
            Status::Deviates => self.deviates += 1,
            Status::Fails => self.fails += 1,
            not_judged => *self.not_judged.entry(not_judged).or_default() += 1,
        }
        if let Some(mode) = trial.verdict.mode {
            *self.modes.entry(mode).or_default() += 1;
        }
    }

    /// Adds counts up; the sum is of no single SDK, surface and group.
    pub fn sum<'a>(counts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for count in counts {
            sum.pass += count.pass;
            sum.disputed += count.disputed;
            sum.deviates += count.deviates;
            sum.fails += count.fails;
            sum.cut_dependent += count.cut_dependent;
            count.modes.iter().for_each(|(mode, number)| *sum.modes.entry(*mode).or_default() += number);
            count.negotiated.iter().for_each(|(one, number)| *sum.negotiated.entry(*one).or_default() += number);
            count.not_judged.iter().for_each(|(status, number)| *sum.not_judged.entry(*status).or_default() += number);
        }
        sum
    }

    /// Adds counts up by group of cases.
    pub fn by_group(counts: &[Self]) -> BTreeMap<&str, Self> {
        let mut groups: BTreeMap<&str, Vec<&Self>> = BTreeMap::new();
        for count in counts {
            groups.entry(&count.group).or_default().push(count);
        }
        groups.into_iter().map(|(group, counts)| (group, Self::sum(counts))).collect()
    }

    /// Counts the trials that say something about the SDK.
    pub const fn judged(&self) -> usize {
        self.pass + self.disputed + self.deviates + self.fails
    }

    /// Counts the trials that say nothing about the SDK.
    pub fn not_judged(&self) -> usize {
        self.not_judged.values().sum()
    }

    /// Finds the most harmful kind of failure, and how many failed in this way.
    pub fn worst(&self) -> Option<(Mode, usize)> {
        self.modes.last_key_value().map(|(mode, number)| (*mode, *number))
    }
}
