//! A run in one table: a row for each SDK surface, a column for each status.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{BAD, BOLD, GOOD, styled};
use streamspec_adapters::setup::Progress;

use crate::id::{Route, SdkId, SdkSurface, SurfaceId};
use crate::judge::{Mode, Status};
use crate::probe::ProbeResult;
use crate::record::TrialRecord;
use crate::text::shown;
use crate::transport::Negotiated;

/// The number of trials of one surface for each status and mode.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    statuses: BTreeMap<Status, usize>,
    modes: BTreeMap<Mode, usize>,
    as_listed: usize,
    negotiated: BTreeMap<Negotiated, usize>,
}

impl Tally {
    /// Counts one trial.
    pub fn add(&mut self, trial: &TrialRecord, as_listed: bool) {
        *self.statuses.entry(trial.verdict.status).or_default() += 1;
        if let Some(mode) = trial.verdict.mode {
            *self.modes.entry(mode).or_default() += 1;
        }
        self.as_listed += usize::from(as_listed);
        if let Some(protocol) = trial.negotiated() {
            *self.negotiated.entry(protocol).or_default() += 1;
        }
    }

    /// Returns the number of trials with this status.
    pub fn of(&self, status: Status) -> usize {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    /// Returns the number of trials that were run.
    pub fn run(&self) -> usize {
        self.all() - self.of(Status::Unsupported) - self.of(Status::NotRun)
    }

    fn all(&self) -> usize {
        self.statuses.values().sum()
    }
}

/// Names a surface, and the gateway before it if there is one.
fn row_name(sdk: &SdkId, surface: &SurfaceId, route: Route) -> String {
    let surface = SdkSurface::new(sdk.clone(), surface.clone());
    route.gateway().map_or_else(|| surface.to_string(), |gateway| format!("{surface} via {gateway}"))
}

/// Writes the table, each line as a whole and as wide as it is: a table crate would break it at the width of a terminal.
/// Faults and trials that were not run stand apart from what is said about an SDK.
pub fn summary<'a>(tallies: impl Iterator<Item = (&'a SdkId, &'a SurfaceId, Route, &'a Tally)>) -> String {
    let mut out = String::new();
    let rows: Vec<(String, &Tally)> =
        tallies.map(|(sdk, surface, route, tally)| (row_name(sdk, surface, route), tally)).collect();
    let width = rows.iter().map(|(surface, _)| surface.len()).max().unwrap_or_default().max("surface".len());
    let head = format!(
        "{:<width$} {:>7} {:>7} {:>9} {:>9} {:>7} {:>9}  modes of failure",
        "surface", "trials", "pass", "disputed", "deviates", "fails", "as listed"
    );
    let _ = writeln!(out, "{}", styled(BOLD, &head));
    for (surface, tally) in rows {
        let modes = Mode::ALL.into_iter().filter_map(|mode| Some((mode, tally.modes.get(&mode)?)));
        let modes: Vec<String> = modes.map(|(mode, count)| format!("{count} {}", mode.name())).collect();
        let not_judged = Status::ALL.into_iter().filter(|status| *status > Status::Fails);
        let not_judged = not_judged
            .filter(|status| tally.of(*status) > 0)
            .map(|status| format!("[{} {}]", tally.of(status), status.name()));
        let notes: Vec<String> = modes.into_iter().chain(not_judged).collect();
        let row = format!(
            "{surface:<width$} {:>7} {:>7} {:>9} {:>9} {:>7} {:>9}  {}",
            tally.all(),
            tally.of(Status::Pass),
            tally.of(Status::Disputed),
            tally.of(Status::Deviates),
            tally.of(Status::Fails),
            tally.as_listed,
            notes.join(", ")
        );
        let _ = writeln!(out, "{}", row.trim_end());
    }
    out
}

/// Writes in how many trials which protocol was negotiated; nothing where the server never offered several.
pub fn negotiated<'a>(tallies: impl Iterator<Item = &'a Tally>) -> Option<String> {
    let mut trials: BTreeMap<Negotiated, usize> = BTreeMap::new();
    for (protocol, count) in tallies.flat_map(|tally| &tally.negotiated) {
        *trials.entry(*protocol).or_default() += count;
    }
    let said = Negotiated::ALL.map(|protocol| {
        let count = trials.get(&protocol).copied().unwrap_or_default();
        format!("{} in {count} trials", protocol.name())
    });
    (!trials.is_empty()).then(|| format!("negotiated {}\n", said.join(", ")))
}

/// Writes the line about the trials that are not as listed and were not explained one by one.
pub fn unexplained(count: usize) -> String {
    format!("… and {count} more like these; the report has them all, and --verbose explains each\n")
}

/// Writes one event of a set-up.
pub fn progress(event: &Progress) -> String {
    match event {
        Progress::Waiting { id } => format!("{id}: waiting for another process that installs it"),
        Progress::Installing { id, dir } => format!("{id}: installing into {dir}"),
        Progress::Running { id, command } => format!("{id}: {command}"),
        Progress::Degraded { id, reason } => format!("{id}: {reason}"),
        Progress::Installed { id, took } => format!("{id}: installed in {:.1} s", took.as_secs_f64()),
    }
}

/// Writes the results of a probe, a line each.
pub fn probed(results: &[ProbeResult]) -> String {
    let mut out = String::new();
    for result in results {
        let _ = match &result.wrong {
            None => write!(out, "{} {}", styled(GOOD, "ok"), result.what),
            Some(wrong) => write!(out, "{} {}: {}", styled(BAD, "WRONG"), result.what, shown(wrong, 2000)),
        };
        let read = result.read.as_ref().map(|read| format!("\n   read: {}", shown(read, 2000)));
        let _ = writeln!(out, "{}", read.unwrap_or_default());
    }
    let wrong = results.iter().filter(|result| result.wrong.is_some()).count();
    let _ = writeln!(out, "{} probes, {wrong} wrong", results.len());
    out
}
