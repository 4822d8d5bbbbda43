//! Runs the trials of a plan, each in a task: first what keeps the machine busy, then what waits for the clock.

use std::sync::Arc;

use tokio::task::{JoinError, JoinSet};

use super::engine::{Engine, Ran};
use super::plan::Trial;

/// The trials of a plan on their way.
pub struct Running {
    engine: Arc<Engine>,
    /// What is not begun before everything else has ended, so that nothing keeps the machine from meeting a deadline.
    timed: Vec<Trial>,
    tasks: JoinSet<(Trial, Vec<Ran>)>,
}

impl Running {
    /// Begins.
    pub fn of(engine: &Arc<Engine>, trials: &[Trial]) -> Self {
        let (timed, busy) = trials.iter().cloned().partition(|trial: &Trial| trial.case.is_timed());
        let mut running = Self { engine: Arc::clone(engine), timed, tasks: JoinSet::new() };
        running.spawn(busy);
        running
    }

    /// The next trial that ended, with its variants; none when all have.
    pub async fn next(&mut self) -> Option<Result<(Trial, Vec<Ran>), JoinError>> {
        if self.tasks.is_empty() {
            let timed = std::mem::take(&mut self.timed);
            self.spawn(timed);
        }
        self.tasks.join_next().await
    }

    fn spawn(&mut self, trials: Vec<Trial>) {
        for trial in trials {
            let engine = Arc::clone(&self.engine);
            self.tasks.spawn(async move {
                let all = engine.run(&trial).await;
                (trial, all)
            });
        }
    }
}
