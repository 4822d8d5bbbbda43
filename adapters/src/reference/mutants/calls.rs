//! Faults in what a caller does other than to read one answer to the end.

use super::reporting::hold_if;
use super::{DOCUMENTED, Faulty};
use crate::answer::PartialAnswer;
use crate::contract::{Call, Caller, Ended, Field, Observation, Read, Site};
use crate::reference::client::{Client, Release};
use crate::reference::failure::{Class, Failure};
use crate::reference::report::report;

pub(super) const IGNORES_STOP: Faulty = Faulty::of(Client { has_enough: |_, _| false, ..DOCUMENTED });

pub(super) const STOP_IS_ERROR: Faulty = Faulty::telling(|_, observation| match observation.ended {
    Ended::Stopped => {
        let failure = Failure::new(Class::Incomplete, "the stream was closed before the answer ended");
        Observation { ended: Ended::Raised, error: Some(failure.observed(Site::Iterate)), ..observation }
    }
    _ => observation,
});

pub(super) const HOLDS_WHEN_STOPPED: Faulty =
    Faulty::of(Client { release: |body, occasion| hold_if(occasion == Release::Stopped, body), ..DOCUMENTED });

pub(super) const IGNORES_CANCEL: Faulty = Faulty::set_to(|call| match call.caller.read {
    Read::CancelAfter(_) => Call { caller: Caller { read: Read::All, ..call.caller }, ..call },
    _ => call,
});

pub(super) const CANCEL_IS_COMPLETION: Faulty = Faulty::telling(|call, observation| match observation.ended {
    Ended::Cancelled => {
        let empty = report(call, PartialAnswer::new(DOCUMENTED.tools), Ok(()));
        let reason = call.api.dialect().stop_reasons.normal().to_owned();
        let events = observation.events.max(empty.events);
        let text = observation.text.or(empty.text);
        Observation { events, text, stop_reason: Field::Value(reason), again: observation.again, ..empty }
    }
    _ => observation,
});

pub(super) const SECOND_CALL_FAILS: Faulty = Faulty::telling(|call, mut observation| {
    if observation.error.is_some() && observation.again.is_some() {
        let failure = Failure::new(Class::Connection, "the client is closed");
        let spent = report(call, PartialAnswer::new(DOCUMENTED.tools), Err((Site::Open, failure)));
        observation.again = Some(Box::new(spent));
    }
    observation
});

pub(super) const SECOND_CALL_REPEATS: Faulty = Faulty::telling(|_, mut observation| {
    let before = observation.text.clone().filter(|_| observation.error.is_some()).unwrap_or_default();
    if let Some(text) = observation.again.as_mut().and_then(|second| second.text.as_mut()) {
        text.insert_str(0, &before);
    }
    observation
});

pub(super) const FAILURE_ENDS_ALL: Faulty = Faulty::telling(|call, observation| {
    of_all(observation, |calls| {
        if calls.iter().all(|one| one.error.is_none()) {
            return;
        }
        for one in calls.iter_mut().filter(|one| one.error.is_none()) {
            let failure = Failure::new(Class::Connection, "the client is closed");
            *one = report(call, PartialAnswer::new(DOCUMENTED.tools), Err((Site::Iterate, failure)));
        }
    })
});

pub(super) const CALLS_SHARE_TEXT: Faulty = Faulty::telling(|_, observation| {
    of_all(observation, |calls| {
        let texts: Vec<_> = calls.iter().map(|one| one.text.clone().unwrap_or_default()).collect();
        for (one, before) in calls.iter_mut().skip(1).zip(&texts) {
            if let Some(text) = &mut one.text {
                text.insert_str(0, before);
            }
        }
    })
});

/// Changes what is told of the calls that were made at once.
fn of_all(observation: Observation, change: impl FnOnce(&mut [Observation])) -> Observation {
    let mut calls = observation.into_calls();
    change(&mut calls);
    let others = calls.split_off(1);
    Observation { others, ..calls.remove(0) }
}
