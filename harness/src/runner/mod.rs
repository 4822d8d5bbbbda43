//! Runs all trials of a session and tells of each as it happens. Whoever wants to know subscribes: the records, the table, the
//! terminal, the test binary.

mod recorder;
mod settle;
mod tally;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use thiserror::Error;
use tokio::task::JoinError;

pub use recorder::Recorder;
pub use settle::{ComparedRun, is_green};
pub use tally::Results;

use crate::id::TrialId;
use crate::record::AttemptRecord;
use crate::run::{Engine, Running, Trial};
use crate::session::Session;

/// An event of a run.
pub enum Event<'a> {
    /// An attempt at a trial has ended, and another one follows.
    Repeated(&'a TrialId, &'a AttemptRecord),
    /// A trial has ended, in all its variants.
    Ended(&'a Trial, &'a [ComparedRun]),
}

/// A listener to the events of a run.
pub trait Subscriber {
    /// Takes one event. An error ends the run.
    fn take(&mut self, event: &Event<'_>) -> io::Result<()>;
}

/// A run that could not go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// A subscriber could not take an event, such as records that cannot be written.
    #[error(transparent)]
    Subscriber(#[from] io::Error),
    /// The harness broke while it ran a trial.
    #[error("the harness failed while it ran a trial: {0}")]
    Trial(#[from] JoinError),
}

/// Runs every trial of the plan, and hands each event to all subscribers in their order.
pub async fn run(
    session: &Arc<Session>,
    engine: &Arc<Engine>,
    subscribers: &mut [&mut dyn Subscriber],
) -> Result<(), RunError> {
    let mut repeated = engine.listen();
    let shared = (Arc::clone(session), Arc::clone(engine));
    let mut running = Running::of(Arc::clone(&session.plan.trials), Arc::clone(engine), move |trial| {
        let (session, engine) = shared.clone();
        async move {
            let variants = session.settle(&engine, &trial).await;
            (trial, variants)
        }
    });
    let mut publish = |event: &Event<'_>| subscribers.iter_mut().try_for_each(|subscriber| subscriber.take(event));
    loop {
        let ended = tokio::select! {
            Some((id, attempt)) = repeated.recv() => {
                publish(&Event::Repeated(&id, &attempt))?;
                continue;
            }
            ended = running.next() => ended,
        };
        // Its attempts have been told of before it ended, and are published before it.
        while let Ok((id, attempt)) = repeated.try_recv() {
            publish(&Event::Repeated(&id, &attempt))?;
        }
        let Some(ended) = ended else { return Ok(()) };
        let (trial, variants) = ended?;
        publish(&Event::Ended(&trial, &variants))?;
    }
}
