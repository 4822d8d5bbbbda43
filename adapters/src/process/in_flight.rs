//! Keeps the calls in flight in one process, and credits every line of its stdout to the right one or to none.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

use super::parse::Line;
use crate::contract::CallOutcome;
use crate::protocol::Reply;

/// Notes beyond this many are only counted.
const NOTES_KEPT: usize = 200;

/// The end of a process, seen from the calls in flight.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// It died by itself: its exit status or signal, and its last line on stderr.
    Died(String),
    /// It was killed because its output can no longer be read as the protocol.
    Broke(String),
    /// It was killed because it answered nothing any more.
    Stuck,
    /// It was ended on request.
    Closed,
}

impl End {
    /// Writes the end in words, for the calls that come later.
    pub(super) fn describe(&self) -> &str {
        match self {
            Self::Died(detail) | Self::Broke(detail) => detail,
            Self::Stuck => "it did not respond any more and was killed",
            Self::Closed => "the adapter was closed",
        }
    }

    fn answer(&self, alone: bool) -> CallOutcome {
        match self {
            Self::Broke(detail) if alone => CallOutcome::Fault { detail: detail.clone() },
            // Of several calls any may have done that: run again by itself, each tells whether it did.
            Self::Died(detail) | Self::Broke(detail) => CallOutcome::Crash { detail: detail.clone(), alone },
            Self::Stuck if alone => CallOutcome::Hang,
            Self::Stuck => CallOutcome::Stuck,
            Self::Closed => {
                CallOutcome::Fault { detail: "the adapter was closed while the call was in flight".to_owned() }
            }
        }
    }
}

/// The messages that were dropped, for whoever debugs an adapter.
#[derive(Debug, Default)]
pub(super) struct Notes(Mutex<(VecDeque<String>, usize)>);

impl Notes {
    pub(super) fn add(&self, note: String) {
        let mut notes = lock(&self.0);
        if notes.0.len() < NOTES_KEPT {
            notes.0.push_back(note);
        } else {
            notes.1 += 1;
        }
    }

    pub(super) fn list(&self) -> Vec<String> {
        let notes = lock(&self.0);
        let dropped = (notes.1 > 0).then(|| format!("and {} more", notes.1));
        notes.0.iter().cloned().chain(dropped).collect()
    }
}

/// The calls in flight in one process.
pub(super) struct CallsInFlight {
    state: Mutex<State>,
    /// Counts the lines, so that a ping can wait for the next one.
    lines: watch::Sender<u64>,
    stray_limit: u64,
}

#[derive(Default)]
struct State {
    waiting: HashMap<u64, Waiting>,
    /// Calls whose deadline has passed, but which may still run in the process.
    expired: HashSet<u64>,
    /// The highest id given to this process; ids are never used twice.
    newest: u64,
    oldest: Option<u64>,
    strays: u64,
    /// Second hellos that are not answered yet; calls that expire together each send one.
    pings: u64,
    /// True where the process was of use: it answered a call, or it ended while a single call was in flight.
    served: bool,
    end: Option<End>,
}

struct Waiting {
    answer: oneshot::Sender<CallOutcome>,
    /// The first line since the call began that could not be credited to any call.
    stray: Option<String>,
    /// The number of lines when the call began.
    lines: u64,
}

/// The outcome of a call without an answer.
pub(super) struct LostCall {
    /// A hang; a fault if lines came in the meantime that belong to no call.
    pub(super) answer: CallOutcome,
    /// True where nothing at all came from the process since the call began.
    pub(super) quiet: bool,
    /// True where no other call was in flight or left over.
    pub(super) alone: bool,
}

impl CallsInFlight {
    pub(super) fn new(stray_limit: u64) -> Self {
        Self { state: Mutex::default(), lines: watch::Sender::new(0), stray_limit }
    }

    /// Enters a call; `None` when the process has ended.
    pub(super) fn enter(&self, id: u64) -> Option<oneshot::Receiver<CallOutcome>> {
        let mut state = lock(&self.state);
        if state.end.is_some() {
            return None;
        }
        let (answer, receiver) = oneshot::channel();
        state.newest = state.newest.max(id);
        state.oldest.get_or_insert(id);
        state.waiting.insert(id, Waiting { answer, stray: None, lines: *self.lines.borrow() });
        Some(receiver)
    }

    /// Takes a line, and hands it to the call that it is for. An error says why the process has to be killed.
    pub(super) fn take(&self, line: Line, notes: &Notes) -> Result<(), String> {
        let mut state = lock(&self.state);
        self.lines.send_modify(|lines| *lines += 1);
        let (id, detail) = match line {
            // Adapters may refuse the second hello; that, too, is a sign of life.
            Line::Reply(Reply::Hello(_) | Reply::Fault { id: None, .. }) if state.pings > 0 => {
                state.pings -= 1;
                return Ok(());
            }
            Line::Reply(Reply::Observed { id, observation }) => {
                return state.answer(id, CallOutcome::Observed(observation), self.stray_limit, notes);
            }
            Line::Reply(Reply::Fault { id: Some(id), message }) => {
                return state.answer(id, CallOutcome::Fault { detail: message }, self.stray_limit, notes);
            }
            Line::Stray { id: Some(id), detail } if state.waiting.contains_key(&id) => {
                return state.answer(id, CallOutcome::Fault { detail }, self.stray_limit, notes);
            }
            Line::Reply(Reply::Hello(_)) => (None, "a second hello came".to_owned()),
            Line::Reply(Reply::Fault { id: None, message }) => (None, format!("the adapter reported: {message}")),
            Line::Stray { id, detail } => (id, detail),
        };
        let late = id.is_some_and(|id| state.expired.remove(&id));
        state.stray(detail, !late, self.stray_limit, notes)
    }

    /// Takes a call out whose deadline has passed; `None` when its answer came at the last moment.
    pub(super) fn expire(&self, id: u64) -> Option<LostCall> {
        let mut state = lock(&self.state);
        let waiting = state.waiting.remove(&id)?;
        let alone = state.waiting.is_empty() && state.expired.is_empty();
        state.expired.insert(id);
        let quiet = waiting.lines == *self.lines.borrow();
        let answer = waiting.stray.map_or(CallOutcome::Hang, |stray| CallOutcome::Fault {
            detail: format!("no answer came before the deadline, and {stray}"),
        });
        Some(LostCall { answer, quiet, alone })
    }

    /// Tells whether calls that hung may still run in the process.
    pub(super) fn has_leftovers(&self) -> bool {
        !lock(&self.state).expired.is_empty()
    }

    /// Tells whether the process was of use: it answered a call, or it ended while a single call was in flight.
    pub(super) fn served(&self) -> bool {
        lock(&self.state).served
    }

    /// Returns the end of the process, if it has come.
    pub(super) fn end(&self) -> Option<End> {
        lock(&self.state).end.clone()
    }

    /// Expects the answer to a second hello; the receiver sees every line from here on.
    pub(super) fn ping(&self) -> watch::Receiver<u64> {
        lock(&self.state).pings += 1;
        self.lines.subscribe()
    }

    /// Ends the process's calls. The first end counts.
    pub(super) fn finish(&self, end: End) {
        let mut state = lock(&self.state);
        let alone = state.waiting.len() + state.expired.len() == 1;
        state.served |= alone;
        for (_, waiting) in state.waiting.drain() {
            // The receiver may be gone: its call was dropped.
            let _ = waiting.answer.send(end.answer(alone));
        }
        state.end.get_or_insert(end);
    }
}

impl State {
    fn answer(&mut self, id: u64, answer: CallOutcome, stray_limit: u64, notes: &Notes) -> Result<(), String> {
        if let Some(waiting) = self.waiting.remove(&id) {
            self.served = true;
            // The receiver may be gone: its call was dropped.
            let _ = waiting.answer.send(answer);
            return Ok(());
        }
        if self.expired.remove(&id) {
            return self.stray(format!("the answer to call {id} came after its deadline"), false, stray_limit, notes);
        }
        let asked = self.oldest.is_some_and(|oldest| (oldest..=self.newest).contains(&id));
        let detail = if asked {
            format!("a second answer to call {id} came")
        } else {
            format!("an answer came for id {id}, which was never sent to this process")
        };
        self.stray(detail, true, stray_limit, notes)
    }

    /// Drops a line that no call can be credited with. While it `explains` a missing answer, calls remember it.
    fn stray(&mut self, detail: String, explains: bool, stray_limit: u64, notes: &Notes) -> Result<(), String> {
        self.strays += 1;
        if explains {
            for waiting in self.waiting.values_mut() {
                waiting.stray.get_or_insert_with(|| detail.clone());
            }
        }
        if self.strays > stray_limit {
            return Err(format!(
                "the adapter wrote more than {stray_limit} lines that answer no call and was killed; the last: {detail}"
            ));
        }
        notes.add(detail);
        Ok(())
    }
}

/// Locks a mutex. A poisoned one still holds whole values: no code panics while it changes them.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
