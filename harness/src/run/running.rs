//! Runs the trials of a plan, each in a task: first what keeps the machine busy, then what waits for the clock, and at last
//! what is known to end the process of its SDK.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::engine::Engine;
use super::pace::{FIRST, LOOK, Pace};
use super::plan::Trial;

/// The most trials that are under way at once in each process of an SDK: it may have one thread that runs, and a call that waits for
/// that must not keep the calls of other SDKs from running, nor be late for what its case asks of the clock.
const PER_PROCESS: usize = 32;

/// The most trials that are under way at once of the SDKs that have room for more. One that has none may have hung, and does not
/// count: it would keep the others from running.
const AT_ONCE: usize = 128;

/// The most of them when they wait for the clock: a process takes no more calls.
const WAITING_PER_PROCESS: usize = 64;

/// Trials of one kind, those of each SDK in their order, by their places in the plan.
#[derive(Default)]
struct Queues(BTreeMap<String, Queue>);

#[derive(Default)]
struct Queue {
    trials: VecDeque<u32>,
    /// The number of trials at the beginning.
    all: usize,
}

impl Queues {
    fn push(&mut self, sdk: &str, place: u32) {
        let queue = self.0.entry(sdk.to_owned()).or_default();
        queue.trials.push_back(place);
        queue.all += 1;
    }

    fn is_empty(&self) -> bool {
        self.0.values().all(|queue| queue.trials.is_empty())
    }

    /// Takes the next trial of the SDK that is least far on, among those that may begin one: so the processes of all work all the
    /// time.
    fn next(&mut self, may_begin: impl Fn(&str) -> bool) -> Option<u32> {
        let open = self.0.iter_mut().filter(|(id, queue)| !queue.trials.is_empty() && may_begin(id));
        let progress = |queue: &Queue| (queue.all - queue.trials.len()) * 1_000_000 / queue.all;
        let (_, queue) = open.min_by_key(|(_, queue)| progress(queue))?;
        queue.trials.pop_front()
    }
}

/// A task for each trial.
type Work<T> = Box<dyn Fn(Trial) -> Pin<Box<dyn Future<Output = T> + Send>> + Send>;

/// Trials that keep the machine busy: the first of the three kinds, which are run one after another.
const BUSY: usize = 0;
/// Trials that wait for the clock: nothing else may keep the machine from meeting a deadline.
const WAITING: usize = 1;
/// Trials of a kind that has ended the process of its SDK. One that cannot be started again costs no other trial its result.
const ENDING: usize = 2;

/// The trials of a plan on their way.
pub struct Running<T> {
    engine: Arc<Engine>,
    work: Work<T>,
    trials: Arc<[Trial]>,
    kinds: [Queues; 3],
    kind: usize,
    /// The number of processes of each SDK.
    processes: BTreeMap<String, usize>,
    under_way: BTreeMap<String, usize>,
    tasks: JoinSet<(String, T)>,
    /// None before the trials that wait.
    pace: Option<Pace>,
}

impl<T: Send + 'static> Running<T> {
    /// Prepares trials; none begins before the first result is asked for.
    pub fn of<F: Future<Output = T> + Send + 'static>(
        trials: Arc<[Trial]>,
        engine: Arc<Engine>,
        work: impl Fn(Trial) -> F + Send + 'static,
    ) -> Self {
        let mut kinds: [Queues; 3] = Default::default();
        let mut processes = BTreeMap::new();
        for (trial, place) in trials.iter().zip(0..) {
            processes.entry(trial.sdk.manifest.id.clone()).or_insert_with(|| engine.processes(&trial.sdk));
            kinds[if trial.case.is_timed() { WAITING } else { BUSY }].push(&trial.sdk.manifest.id, place);
        }
        Self {
            engine,
            work: Box::new(move |trial| Box::pin(work(trial))),
            trials,
            kinds,
            kind: BUSY,
            processes,
            under_way: BTreeMap::new(),
            tasks: JoinSet::new(),
            pace: None,
        }
    }

    /// Waits for the result of the next task that ends; none when all have.
    pub async fn next(&mut self) -> Option<Result<T, JoinError>> {
        self.fill();
        while self.tasks.is_empty() && self.kind < ENDING {
            self.kind += 1;
            self.fill();
        }
        let joined = loop {
            // Where none of them ends, more of those that wait may begin all the same.
            if self.kind != WAITING || self.kinds[WAITING].is_empty() {
                break self.tasks.join_next().await?;
            }
            if let Ok(joined) = timeout(LOOK, self.tasks.join_next()).await {
                break joined?;
            }
            self.fill();
        };
        Some(joined.map(|(sdk, result)| {
            self.under_way.entry(sdk).and_modify(|count| *count -= 1);
            result
        }))
    }

    fn fill(&mut self) {
        let (per_process, at_once) = self.room();
        loop {
            let most = |id: &str| per_process * self.processes.get(id).copied().unwrap_or(1);
            let has_room = |id: &str| self.under_way.get(id).is_none_or(|count| *count < most(id));
            let counted: usize =
                self.under_way.iter().filter(|(id, count)| **count < most(id)).map(|(_, count)| count).sum();
            if counted >= at_once {
                return;
            }
            let Some(place) = self.kinds[self.kind].next(has_room) else { return };
            let trial = &self.trials[place as usize];
            let sdk = trial.sdk.manifest.id.clone();
            if self.kind < ENDING && self.engine.ends_process(trial) {
                self.kinds[ENDING].push(&sdk, place);
                continue;
            }
            *self.under_way.entry(sdk.clone()).or_default() += 1;
            let work = (self.work)(trial.clone());
            self.tasks.spawn(async move { (sdk, work.await) });
        }
    }

    /// Returns the most trials that may be under way now: in one process, and of all that have room for more.
    fn room(&mut self) -> (usize, usize) {
        if self.kind != WAITING {
            return (PER_PROCESS, AT_ONCE);
        }
        let times = self.pace.get_or_insert_with(Pace::new).times();
        ((PER_PROCESS * times / FIRST).min(WAITING_PER_PROCESS), AT_ONCE * times)
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use streamspec_adapters::fleet::Fleet;

    use super::*;
    use crate::load::{self, Selection};
    use crate::run::{Filter, plan};

    #[test]
    fn sdks_advance_together() {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        let reference =
            Fleet::discover(root).expect("the fleet").get("reference").expect("the reference client").clone();
        let mutant = reference.mutant("no-such-fault");
        let cases =
            load::suite(root, &Selection::named(&["anthropic/in-band/after-text".to_owned()])).expect("cases").cases;
        let cases: Vec<_> = cases.into_iter().map(Arc::new).collect();
        let of = |sdk, cases| plan(&[Arc::new(sdk)], cases, &Filter::default()).expect("a plan").trials;
        let mut queues = Queues::default();
        let trials = [of(reference, &cases[..2]), of(mutant, &cases[..4])].concat();
        for (trial, place) in trials.iter().zip(0..) {
            queues.push(&trial.sdk.manifest.id, place);
        }
        let order = std::iter::from_fn(|| queues.next(|_| true)).map(|place| &trials[place as usize]);
        let order: Vec<bool> = order.map(|trial| trial.sdk.manifest.id == "reference").collect();
        let firsts = order[..order.len() / 2].iter().filter(|is_reference| **is_reference).count();
        assert_eq!((order.len(), firsts), (12, 2), "{order:?}");
    }
}
