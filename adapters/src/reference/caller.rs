//! The caller, who may stop before the end of an answer or cancel the call.

use std::time::Duration;

use super::answer::PartialAnswer;
use super::client::Client;
use super::report;
use crate::contract::{Call, Caller, Ended, Observation, Read};

/// Makes one call, which ends where the caller cancels it: by dropping its future, so that the connection is closed.
pub(crate) async fn call(client: &Client, http: &reqwest::Client, call: &Call) -> Observation {
    let mut answer = PartialAnswer::new(client.tools);
    let attempt = (client.attempt)(client, http, call, &mut answer);
    let outcome = match call.caller.read {
        Read::CancelAfter(milliseconds) => {
            match tokio::time::timeout(Duration::from_millis(milliseconds.into()), attempt).await {
                Ok(outcome) => outcome,
                Err(_) => return report::left(call, answer, Ended::Cancelled),
            }
        }
        Read::All | Read::StopAfter(_) => attempt.await,
    };
    if answer.stopped {
        return report::left(call, answer, Ended::Stopped);
    }
    report::report(call, answer, outcome)
}

/// Decides whether so many events are all that the caller wants.
pub(crate) fn has_enough(caller: Caller, answer: &PartialAnswer) -> bool {
    matches!(caller.read, Read::StopAfter(items) if answer.events >= u64::from(items))
}
