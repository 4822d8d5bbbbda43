//! Runs the trials of a plan, each in a task: first what keeps the machine busy, then what waits for the clock.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;

use tokio::task::{JoinError, JoinSet};

use super::plan::Trial;

/// Trials that are begun, or wait for their turn: far more than run at once, and far fewer than a fleet has.
const BEGUN: usize = 1024;

/// Trials in the order in which they keep the machine busiest: each SDK's spread over the whole run, so that the processes
/// of all work all the time, and what waits for the clock last.
pub fn side_by_side(trials: Vec<Trial>) -> Vec<Trial> {
    spread(trials, |trial| (trial.case.is_timed(), trial.sdk.manifest.id.clone()))
}

/// Items of the same group in their own order, and those of all groups of the first half before those of the second, each
/// group as far on as any other at any time.
fn spread<T, G: Ord + Clone>(items: Vec<T>, group: impl Fn(&T) -> (bool, G)) -> Vec<T> {
    let mut sizes = BTreeMap::new();
    for item in &items {
        *sizes.entry(group(item)).or_insert(0_u64) += 1;
    }
    let mut seen = BTreeMap::new();
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        let group = group(&item);
        let before = seen.entry(group.clone()).or_insert(0_u64);
        keyed.push(((group.0, *before * 1_000_000 / sizes[&group]), item));
        *before += 1;
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, item)| item).collect()
}

/// A task for each trial.
type Work<T> = Box<dyn Fn(Trial) -> Pin<Box<dyn Future<Output = T> + Send>> + Send>;

/// The trials of a plan on their way.
pub struct Running<T> {
    work: Work<T>,
    busy: VecDeque<Trial>,
    /// What is not begun before everything else has ended, so that nothing keeps the machine from meeting a deadline.
    timed: VecDeque<Trial>,
    tasks: JoinSet<T>,
}

impl<T: Send + 'static> Running<T> {
    /// Nothing begins before the first result is asked for.
    pub fn of<F: Future<Output = T> + Send + 'static>(
        trials: &[Trial],
        work: impl Fn(Trial) -> F + Send + 'static,
    ) -> Self {
        let trials = side_by_side(trials.to_vec()).into_iter();
        let (timed, busy) = trials.partition(|trial| trial.case.is_timed());
        Self { work: Box::new(move |trial| Box::pin(work(trial))), busy, timed, tasks: JoinSet::new() }
    }

    /// The result of the next task that ended; none when all have.
    pub async fn next(&mut self) -> Option<Result<T, JoinError>> {
        if self.busy.is_empty() && self.tasks.is_empty() {
            std::mem::swap(&mut self.busy, &mut self.timed);
        }
        self.fill();
        self.tasks.join_next().await
    }

    fn fill(&mut self) {
        while self.tasks.len() < BEGUN
            && let Some(trial) = self.busy.pop_front()
        {
            self.tasks.spawn((self.work)(trial));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_advance_together_and_the_second_half_waits() {
        let items = ["a1", "a2", "a3", "a4", "b1", "b2", "A1", "B1"];
        let spread = spread(items.to_vec(), |item| {
            let group = item.chars().next().unwrap_or_default();
            (group.is_ascii_uppercase(), group)
        });
        assert_eq!(spread, ["a1", "b1", "a2", "a3", "b2", "a4", "A1", "B1"]);
    }
}
