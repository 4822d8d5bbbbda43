//! Runs the trials of a plan, each in a task: first what keeps the machine busy, and beside it what takes long and may be late; then
//! what hangs and what waits for the clock, and at last what is known to end the process of its SDK. An SDK that is still busy keeps no
//! other one from going on.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;

use streamspec_adapters::process::Processes;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use super::engine::{Engine, cores};
use super::pace::{LOOK, Pace, STEP};
use super::plan::Trial;

/// The most trials of an SDK that are under way at once: those of one SDK must not keep those of others from running.
const PER_SDK: usize = 32;

/// The same for each process of an SDK that has one thread that runs: so many keep it busy, and a call that waits for more of them is taken
/// for one that hangs.
const PER_PROCESS: usize = 12;

/// The most trials that are under way at once of the SDKs that have room for more. One that has none may have hung, and does not
/// count: it would keep the others from running.
const AT_ONCE: usize = 128;

/// The most trials of an SDK, or of each of its processes, that take long and may be late: it is busy with others meanwhile.
const LATE_PER_SDK: usize = 16;

/// The most trials of all kinds of an SDK, or of each of its processes: a process takes no more calls.
const CALLS_PER_PROCESS: usize = 64;

/// Trials of one kind, those of each SDK in the order in which they begin, by their places in the plan.
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
        self.open().next().is_none()
    }

    /// Lists the SDKs of which there are trials left.
    fn open(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, queue)| !queue.trials.is_empty()).map(|(id, _)| id.as_str())
    }

    fn is_open(&self, sdk: &str) -> bool {
        self.0.get(sdk).is_some_and(|queue| !queue.trials.is_empty())
    }

    /// Says whether a trial of an SDK has been taken.
    fn has_begun(&self, sdk: &str) -> bool {
        self.0.get(sdk).is_some_and(|queue| queue.trials.len() < queue.all)
    }

    /// Says whether at least half of the trials of an SDK have been taken.
    fn is_half_taken(&self, sdk: &str) -> bool {
        self.0.get(sdk).is_some_and(|queue| queue.trials.len() * 2 <= queue.all)
    }

    /// Finds the SDK that is least far on, among those that may begin a trial: so the processes of all work all the time. Of those that
    /// have not begun it is the one with the most trials, which is done last.
    fn next(&self, may_begin: impl Fn(&str) -> bool) -> Option<String> {
        let progress = |id: &str| {
            let queue = &self.0[id];
            ((queue.all - queue.trials.len()) * 1_000_000 / queue.all, Reverse(queue.all))
        };
        self.open().filter(|id| may_begin(id)).min_by_key(|id| progress(id)).map(str::to_owned)
    }

    /// Takes the next trial of an SDK.
    fn pop(&mut self, sdk: &str) -> Option<u32> {
        self.0.get_mut(sdk)?.trials.pop_front()
    }
}

/// A task for each trial.
type Work<T> = Box<dyn Fn(Trial) -> Pin<Box<dyn Future<Output = T> + Send>> + Send>;

/// The number of kinds of trials.
const KINDS: usize = 5;
/// Trials that keep the machine busy.
const BUSY: usize = 0;
/// Trials that take long and may be late: they begin once half of the first kind have begun, so that nobody waits for them when nothing
/// else is left.
const LATE: usize = 1;
/// Trials that are listed as hangs: each may keep its process from answering, so they begin once their own SDK is no longer busy.
const HANGING: usize = 2;
/// Trials that wait for the clock: nothing else may keep the machine from meeting a deadline, so they begin once the others leave a core
/// idle, too.
const WAITING: usize = 3;
/// Trials of a kind that has ended the process of its SDK. One that cannot be started again costs no other trial its result.
const ENDING: usize = 4;

/// Returns the kind of a trial that is not known to end the process of its SDK.
fn kind_of(trial: &Trial) -> usize {
    match trial {
        _ if !trial.waits() => BUSY,
        _ if trial.hangs => HANGING,
        _ if trial.may_be_late() => LATE,
        _ => WAITING,
    }
}

/// The trials of a plan on their way.
pub struct Running<T> {
    engine: Arc<Engine>,
    work: Work<T>,
    trials: Arc<[Trial]>,
    kinds: [Queues; KINDS],
    /// The processes of each SDK that keeps one core busy with each.
    processes: BTreeMap<String, Processes>,
    under_way: BTreeMap<String, UnderWay>,
    tasks: JoinSet<(String, usize, T)>,
    /// The number of SDKs that are busy at once.
    sdks: Pace,
    /// The number of trials that wait at once; none before the first of them.
    waiting: Option<Pace>,
    /// True when nothing is left but the last kind.
    is_ending: bool,
}

/// The numbers of trials of one SDK that are under way, by kind.
type UnderWay = [usize; KINDS];

/// The most trials of a kind that may be under way now.
struct Room {
    /// The most of an SDK.
    per_sdk: usize,
    /// The most of each process of an SDK that has one thread that runs.
    per_process: usize,
    /// The most of all SDKs.
    at_once: usize,
    /// True where an SDK that has no room for more counts among all. One that keeps the machine busy may have hung, and would keep the
    /// others from running; one that waits does so for a time that is known.
    counts_all: bool,
}

impl<T: Send + 'static> Running<T> {
    /// Prepares trials; none begins before the first result is asked for.
    pub fn of<F: Future<Output = T> + Send + 'static>(
        trials: Arc<[Trial]>,
        engine: Arc<Engine>,
        work: impl Fn(Trial) -> F + Send + 'static,
    ) -> Self {
        let mut kinds: [Queues; KINDS] = Default::default();
        let mut processes = BTreeMap::new();
        let mut waiting = Vec::new();
        for (trial, place) in trials.iter().zip(0..) {
            if trial.sdk.has_one_thread() && !processes.contains_key(&trial.sdk.manifest.id) {
                processes.insert(trial.sdk.manifest.id.clone(), engine.processes(&trial.sdk));
            }
            match kind_of(trial) {
                BUSY => kinds[BUSY].push(&trial.sdk.manifest.id, place),
                kind => waiting.push((trial, kind, place)),
            }
        }
        // The longest first: what begins last is waited for when nothing else is left.
        waiting.sort_by_key(|(trial, ..)| Reverse(trial.case.hang_after()));
        for (trial, kind, place) in waiting {
            kinds[kind].push(&trial.sdk.manifest.id, place);
        }
        Self {
            engine,
            work: Box::new(move |trial| Box::pin(work(trial))),
            trials,
            kinds,
            processes,
            under_way: BTreeMap::new(),
            tasks: JoinSet::new(),
            sdks: Pace::of_sdks(),
            waiting: None,
            is_ending: false,
        }
    }

    /// Waits for the result of the next task that ends; none when all have.
    pub async fn next(&mut self) -> Option<Result<T, JoinError>> {
        self.fill();
        if self.tasks.is_empty() {
            self.is_ending = true;
            self.fill();
        }
        let joined = loop {
            // Where none of them ends, more of those that wait may begin all the same, or those of another SDK.
            if !self.may_begin(WAITING) && self.not_begun().next().is_none() {
                break self.tasks.join_next().await?;
            }
            if let Ok(joined) = timeout(LOOK, self.tasks.join_next()).await {
                break joined?;
            }
            self.fill();
        };
        Some(joined.map(|(sdk, kind, result)| {
            self.under_way.entry(sdk).and_modify(|counts| counts[kind] -= 1);
            result
        }))
    }

    /// Says whether there are trials of a kind that may begin now.
    fn may_begin(&self, kind: usize) -> bool {
        let is_time = match kind {
            BUSY | LATE | HANGING => true,
            WAITING => self.busy_cores() < cores(),
            _ => self.is_ending,
        };
        is_time && !self.kinds[kind].is_empty()
    }

    /// Lists the SDKs that have trials of the first kind and have not begun them.
    fn not_begun(&self) -> impl Iterator<Item = &str> {
        self.kinds[BUSY].open().filter(|id| !self.kinds[BUSY].has_begun(id))
    }

    /// Returns the number of SDKs whose trials of the first kind are under way.
    fn begun(&self) -> usize {
        let ending = self.under_way.iter().filter(|(id, counts)| counts[BUSY] > 0 && !self.kinds[BUSY].is_open(id));
        self.kinds[BUSY].open().filter(|id| self.kinds[BUSY].has_begun(id)).count() + ending.count()
    }

    /// Returns the number of cores that the SDKs keep busy which are not done with the first kind.
    fn busy_cores(&self) -> usize {
        self.kinds[BUSY].open().map(|id| self.processes.get(id).map_or_else(cores, Processes::number)).sum()
    }

    /// Lets the SDKs that are not done with the first kind have more processes, as there are fewer and fewer of them. A core is left to
    /// those that wait.
    fn share_cores(&self) {
        let of_others = |id: &&str| !self.kinds[BUSY].is_open(id);
        let waits = self.kinds[WAITING].open().any(|id| of_others(&id))
            || self.under_way.iter().any(|(id, counts)| counts[WAITING] > 0 && of_others(&id.as_str()));
        let busy = self.kinds[BUSY].open().count();
        for processes in self.kinds[BUSY].open().filter_map(|id| self.processes.get(id)) {
            processes.raise((cores() - usize::from(waits)) / busy);
        }
    }

    fn fill(&mut self) {
        self.share_cores();
        while let Some((kind, place)) = self.take() {
            let trial = &self.trials[place as usize];
            let sdk = trial.sdk.manifest.id.clone();
            if kind < ENDING && self.engine.ends_process(trial) {
                self.kinds[ENDING].push(&sdk, place);
                continue;
            }
            self.under_way.entry(sdk.clone()).or_default()[kind] += 1;
            let work = (self.work)(trial.clone());
            self.tasks.spawn(async move { (sdk, kind, work.await) });
        }
    }

    /// Takes the next trial that may begin, with its kind.
    fn take(&mut self) -> Option<(usize, u32)> {
        for kind in 0..KINDS {
            if !self.may_begin(kind) {
                continue;
            }
            let room = self.room(kind);
            let may_another = kind != BUSY || self.begun() < self.sdks.number();
            let is_full = |id: &str, counts: &UnderWay| !room.has_place(kind, counts, self.processes.get(id));
            let counted = self.under_way.iter().filter(|(id, counts)| room.counts_all || !is_full(id, counts));
            if counted.map(|(_, counts)| counts[kind]).sum::<usize>() >= room.at_once {
                continue;
            }
            let may_begin = |id: &str| {
                let counts = self.under_way.get(id).copied().unwrap_or_default();
                // An SDK that is busy is late for what waits.
                let is_busy = counts[BUSY] > 0 || self.kinds[BUSY].is_open(id);
                let is_its_turn = match kind {
                    BUSY => may_another || self.kinds[BUSY].has_begun(id),
                    // A call that is repeated by itself waits for all that are under way, and where a process ends, each of these is
                    // repeated by itself: an SDK of which half has gone well is not likely to do so.
                    LATE => !is_busy || self.kinds[BUSY].is_half_taken(id) && !self.engine.repeats_calls(id),
                    HANGING | WAITING => !is_busy,
                    _ => true,
                };
                is_its_turn && !is_full(id, &counts)
            };
            if let Some(next) = self.kinds[kind].next(may_begin) {
                let place = self.kinds[kind].pop(&next);
                return place.map(|place| (kind, place));
            }
        }
        None
    }

    fn room(&mut self, kind: usize) -> Room {
        let (per_sdk, per_process, at_once) = match kind {
            LATE => (LATE_PER_SDK, LATE_PER_SDK, AT_ONCE),
            HANGING => (PER_SDK, PER_SDK, AT_ONCE),
            WAITING => (
                CALLS_PER_PROCESS,
                CALLS_PER_PROCESS,
                STEP * self.waiting.get_or_insert_with(Pace::of_waiting).number(),
            ),
            _ => (PER_SDK, PER_PROCESS, AT_ONCE),
        };
        Room { per_sdk, per_process, at_once, counts_all: matches!(kind, LATE | HANGING | WAITING) }
    }
}

impl Room {
    /// Says whether one more of this kind may begin of an SDK, which may have several processes of one thread that runs each.
    fn has_place(&self, kind: usize, counts: &UnderWay, processes: Option<&Processes>) -> bool {
        let (of_kind, of_all) = match processes.map(Processes::number) {
            Some(own) => (self.per_process * own, CALLS_PER_PROCESS * own),
            None => (self.per_sdk, CALLS_PER_PROCESS),
        };
        counts[kind] < of_kind && counts.iter().sum::<usize>() < of_all
    }
}
