//! Runs the trials of a plan, each in a task: first what keeps the machine busy, then what waits for the clock.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use super::engine::{Engine, Ran};
use super::plan::Trial;

/// Trials that are begun, or wait for their turn: far more than run at once, and far fewer than a fleet has.
const BEGUN: usize = 1024;

/// The trials of a plan on their way.
pub struct Running {
    engine: Arc<Engine>,
    busy: VecDeque<Trial>,
    /// What is not begun before everything else has ended, so that nothing keeps the machine from meeting a deadline.
    timed: VecDeque<Trial>,
    tasks: JoinSet<(Trial, Vec<Ran>)>,
}

impl Running {
    /// Nothing begins before the first trial is asked for.
    pub fn of(engine: &Arc<Engine>, trials: &[Trial]) -> Self {
        let (timed, busy) = trials.iter().cloned().partition(|trial: &Trial| trial.case.is_timed());
        Self { engine: Arc::clone(engine), busy, timed, tasks: JoinSet::new() }
    }

    /// The next trial that ended, with its variants; none when all have.
    pub async fn next(&mut self) -> Option<Result<(Trial, Vec<Ran>), JoinError>> {
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
            let engine = Arc::clone(&self.engine);
            self.tasks.spawn(async move {
                let all = engine.run(&trial).await;
                (trial, all)
            });
        }
    }
}
