//! The caller, who may stop before the end of an answer or cancel the call.

use super::client::Client;
use super::report;
use crate::answer::PartialAnswer;
use crate::contract::{Call, Ended, Observation};

/// Makes one call, which ends where the caller cancels it: by dropping its future, so that the connection is closed.
pub(crate) async fn call(client: &Client, http: &reqwest::Client, call: &Call) -> Observation {
    let mut answer = PartialAnswer::new(client.tools);
    let attempt = (client.attempt)(client, http, call, &mut answer);
    let outcome = match call.caller.read.limit() {
        Some(limit) => match tokio::time::timeout(limit, attempt).await {
            Ok(outcome) => outcome,
            Err(_) => return report::left(call, answer, Ended::Cancelled),
        },
        None => attempt.await,
    };
    if answer.stopped {
        return report::left(call, answer, Ended::Stopped);
    }
    report::report(call, answer, outcome)
}
