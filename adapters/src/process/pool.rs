//! Several processes of one SDK whose runtime keeps no more than one core busy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::sync::OnceCell;

use super::{Launch, ProcessAdapter, StartError};
use crate::contract::{Adapter, Call, CallResult, Identity};

/// The calls in flight in each process from which on another one is started: a run of a few calls does without.
const MANY: usize = 8;

/// The most processes of one SDK: each takes memory, and the harness needs a core, too.
const MOST: usize = 4;

/// The number of processes that an SDK may have. It may be raised while they work.
#[derive(Clone, Debug)]
pub struct Processes(Arc<AtomicUsize>);

impl Processes {
    /// Lets an SDK have so many processes, of which more than a few are too many.
    pub fn of(number: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(number.clamp(1, MOST))))
    }

    /// Returns the number.
    pub fn number(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Raises the number to this one where it is greater.
    pub fn raise(&self, number: usize) {
        self.0.fetch_max(number.min(MOST), Ordering::Relaxed);
    }
}

/// An adapter in up to so many processes. The first is started with it, each of the others once all that there are have many calls
/// in flight. Each call goes to the process with the fewest. What is said of "the process" of a call is said of that one.
pub struct Pool {
    launch: Launch,
    processes: Processes,
    first: Member,
    others: Vec<Arc<Other>>,
}

/// A process that was started, and the number of calls in flight there.
#[derive(Clone)]
struct Member {
    adapter: Arc<ProcessAdapter>,
    in_flight: Arc<AtomicUsize>,
}

/// A place for a further process.
#[derive(Default)]
struct Other {
    /// None where it cannot be started or says something else about itself: the others go on without it.
    member: OnceCell<Option<Member>>,
    is_begun: AtomicBool,
}

impl Pool {
    /// Starts the first of so many processes and waits for its hello.
    pub async fn start(launch: Launch, processes: Processes) -> Result<Self, StartError> {
        let first = Member::of(ProcessAdapter::start(launch.clone()).await?);
        let others = std::iter::repeat_with(Arc::default).take(MOST - 1).collect();
        Ok(Self { launch, processes, first, others })
    }

    /// Takes the process with the fewest calls in flight, and begins to start another one where that has many.
    fn take(&self) -> Turn {
        let others = self.others.iter().filter_map(|other| other.member.get()?.as_ref());
        let member = others.fold(&self.first, |least, other| if other.calls() < least.calls() { other } else { least });
        if member.calls() >= MANY
            && let Some(next) = self.others[..self.processes.number() - 1]
                .iter()
                .find(|other| !other.is_begun.swap(true, Ordering::Relaxed))
        {
            let (next, launch, identity) = (Arc::clone(next), self.launch.clone(), self.identity().clone());
            tokio::spawn(async move { next.begin(launch, &identity).await });
        }
        member.in_flight.fetch_add(1, Ordering::Relaxed);
        Turn(member.clone())
    }
}

impl Member {
    fn of(adapter: ProcessAdapter) -> Self {
        Self { adapter: Arc::new(adapter), in_flight: Arc::default() }
    }

    fn calls(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }
}

impl Other {
    async fn begin(&self, launch: Launch, identity: &Identity) {
        let start = async || {
            let adapter = ProcessAdapter::start(launch).await.ok()?;
            if adapter.identity() == identity {
                return Some(Member::of(adapter));
            }
            adapter.close().await;
            None
        };
        self.member.get_or_init(start).await;
    }
}

/// A call in flight in a process.
struct Turn(Member);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl Adapter for Pool {
    fn identity(&self) -> &Identity {
        self.first.adapter.identity()
    }

    async fn observe(&self, call: Call) -> CallResult {
        let turn = self.take();
        turn.0.adapter.observe(call).await
    }

    async fn close(&self) {
        self.first.adapter.close().await;
        for other in &self.others {
            // One that is on its way is waited for; one that was not begun never is.
            if let Some(member) = other.member.get_or_init(async || None).await {
                member.adapter.close().await;
            }
        }
    }
}
