//! The gate of an attempt: where pauses and stalls wait until they are let go.

use std::collections::BTreeMap;

use tokio::sync::watch;

use super::event::Held;

/// The gate of one attempt. A stall always waits here, a pause only where pauses are held.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// True where pauses wait, too, whatever the clock says.
    pub(super) holds: bool,
    state: watch::Sender<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The number of those that came.
    came: u64,
    /// The pauses and stalls that wait, by their numbers.
    waiting: BTreeMap<u64, Held>,
}

/// A place before the gate, which is given up when it is dropped.
pub(super) struct Place<'a> {
    gate: &'a Gate,
    number: u64,
}

impl Gate {
    pub(super) fn new(holds: bool) -> Self {
        Self { holds, state: watch::Sender::default() }
    }

    /// Takes a place, which the next release lets go of.
    pub(super) fn take_place(&self, held: Held) -> Place<'_> {
        let mut number = 0;
        self.state.send_modify(|state| {
            number = state.came;
            state.came += 1;
            state.waiting.insert(number, held);
        });
        Place { gate: self, number }
    }

    /// Lists what waits, in the order in which it came.
    pub(super) fn waiting(&self) -> Vec<Held> {
        self.state.borrow().waiting.values().copied().collect()
    }

    /// Lets go of all that waits, and says what that was.
    pub(super) fn release(&self) -> Vec<Held> {
        let mut released = BTreeMap::new();
        self.state.send_modify(|state| released = std::mem::take(&mut state.waiting));
        released.into_values().collect()
    }
}

impl Place<'_> {
    /// Waits until it is let go.
    pub(super) async fn let_go(self) {
        let mut state = self.gate.state.subscribe();
        // The sender lives in the gate, so the wait cannot fail.
        let _ = state.wait_for(|state| !state.waiting.contains_key(&self.number)).await;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.state.send_modify(|state| _ = state.waiting.remove(&self.number));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn what_waits_is_let_go_once_and_a_client_that_left_waits_no_more() {
        let gate = Arc::new(Gate::new(true));
        assert_eq!(gate.release(), []);
        let (pause, stall) = (Held::Pause(Duration::from_millis(7)), Held::Stall);
        let wait = |held| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.take_place(held).let_go().await })
        };
        let until = async |number| {
            while gate.waiting().len() != number {
                tokio::task::yield_now().await;
            }
        };
        let first = wait(pause);
        until(1).await;
        let gone = wait(stall);
        until(2).await;
        gone.abort();
        until(1).await;
        assert_eq!(gate.release(), [pause]);
        first.await.expect("it was let go");
        assert_eq!(gate.waiting(), []);
        let next = wait(stall);
        until(1).await;
        assert!(!next.is_finished(), "an earlier release lets nothing go that came after it");
        assert_eq!(gate.release(), [stall]);
        next.await.expect("it was let go");
    }
}
