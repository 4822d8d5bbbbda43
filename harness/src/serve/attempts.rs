//! The attempts of sessions, and the last one of each case at its own URL.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::attempt::{Attempt, Choices};
use super::event::{Held, Teller};
use super::route::{CASE, SESSION};
use crate::case::Case;
use crate::codec;
use crate::id::{CaseId, Variant};
use crate::transport::{Reply, Request};

/// The number of sessions that can be open at once: more than any suite opens, few enough to hold all their transcripts.
pub(super) const MOST_SESSIONS: usize = 4096;

/// All attempts that can still be asked for.
#[derive(Debug)]
pub(super) struct Attempts {
    /// True where pauses are held, unless a session says otherwise.
    pub(super) holds: bool,
    teller: Teller,
    began: AtomicU64,
    sessions: Mutex<BTreeMap<String, Arc<Attempt>>>,
    /// The last attempt of each case at its own URL.
    last: Mutex<BTreeMap<CaseId, Arc<Attempt>>>,
}

impl Attempts {
    pub(super) fn new(holds: bool, teller: Teller) -> Self {
        Self { holds, teller, began: AtomicU64::new(0), sessions: Mutex::default(), last: Mutex::default() }
    }

    /// Answers a request at a case's own URL: with the next answer of the last attempt, or with the first one of a new
    /// attempt where that one was judged, ended or given its last answer.
    pub(super) fn at_own_url(&self, case: &Arc<Case>, request: &Request, path: &str) -> Option<Box<dyn Reply>> {
        let mut last = locked(&self.last);
        let goes_on = last.get(&case.id).filter(|attempt| !attempt.is_over());
        if let Some(reply) = goes_on.and_then(|attempt| attempt.begin(request, path)) {
            return Some(reply);
        }
        let choices =
            Choices { case: Arc::clone(case), variant: Variant::AsWritten, nonce: fresh_nonce(), holds: self.holds };
        let attempt = Arc::new(self.make(choices, format!("{}{}", &CASE[1..], case.id.in_path()), false));
        last.insert(case.id.clone(), Arc::clone(&attempt));
        attempt.begin(request, path)
    }

    /// Returns the last attempt of a case at its own URL.
    pub(super) fn last(&self, case: &CaseId) -> Option<Arc<Attempt>> {
        locked(&self.last).get(case).cloned()
    }

    /// Opens a session; none where there are too many. Returns its id with it.
    pub(super) fn open(&self, choices: Choices) -> Option<(String, Arc<Attempt>)> {
        let mut sessions = locked(&self.sessions);
        if sessions.len() >= MOST_SESSIONS {
            return None;
        }
        let number = self.began.load(Ordering::Relaxed);
        // A new `RandomState` has keys that no other process knows, so that none can guess the id.
        let id = format!("{number:x}-{:016x}", RandomState::new().hash_one(number));
        let attempt = Arc::new(self.make(choices, format!("{}{id}", &SESSION[1..]), true));
        sessions.insert(id.clone(), Arc::clone(&attempt));
        Some((id, attempt))
    }

    /// Ends the last attempt of a case at its own URL and forgets it. Says whether there was one.
    pub(super) fn end_last(&self, case: &CaseId) -> bool {
        end(locked(&self.last).remove(case))
    }

    /// Returns the attempt of a session.
    pub(super) fn session(&self, id: &str) -> Option<Arc<Attempt>> {
        locked(&self.sessions).get(id).cloned()
    }

    /// Ends a session and forgets it. Says whether there was one.
    pub(super) fn end(&self, id: &str) -> bool {
        end(locked(&self.sessions).remove(id))
    }

    /// Lets go of everything that waits.
    pub(super) fn release(&self) -> Vec<Held> {
        let sessions: Vec<Arc<Attempt>> = locked(&self.sessions).values().cloned().collect();
        let last: Vec<Arc<Attempt>> = locked(&self.last).values().cloned().collect();
        sessions.iter().chain(&last).flat_map(|attempt| attempt.gate.release()).collect()
    }

    fn make(&self, choices: Choices, place: String, is_session: bool) -> Attempt {
        let number = self.began.fetch_add(1, Ordering::Relaxed) + 1;
        Attempt::new(number, choices, place, is_session, self.teller.clone())
    }
}

fn end(attempt: Option<Arc<Attempt>>) -> bool {
    attempt.is_some_and(|attempt| {
        attempt.player.end();
        true
    })
}

/// Makes a nonce that no other attempt has.
pub(super) fn fresh_nonce() -> String {
    let number = RandomState::new().hash_one(()).to_be_bytes();
    codec::spelled(std::array::from_fn(|at| number[at]))
}

fn locked<T>(of_all: &Mutex<T>) -> MutexGuard<'_, T> {
    of_all.lock().unwrap_or_else(PoisonError::into_inner)
}
