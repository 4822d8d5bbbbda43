//! The rules of retries: the failures that are worth another request, and the delay before it.

use std::time::Duration;

use super::failure::{Class, Failure};

/// The longest delay between two attempts that is waited for: a client that is asked for more gives up, as coming back
/// early is what the server has asked it not to do.
const LONGEST_DELAY: Duration = Duration::from_mins(1);

/// The longest time between two attempts that a client chooses itself.
pub(crate) const LONGEST_BACKOFF: Duration = Duration::from_secs(1);

/// Says whether the same request may come out better: after a lost connection, no response in time, 408, 409, 429 and 5xx, or
/// where the server's `x-should-retry` says so. What failed inside a 200 is not sent again.
pub(crate) fn is_worth_a_retry(failure: &Failure) -> bool {
    match failure.class {
        Class::Api(_) => !failure.in_band && failure.retryable() == Some(true),
        Class::Connection | Class::Timeout => true,
        Class::Incomplete | Class::Protocol | Class::Foreign => false,
    }
}

/// Returns the delay before the next attempt, where `attempt` counts those before from 0: what the server asks for, or
/// a time of the client's own. None where the server asks for longer than anyone waits.
pub(crate) fn delay(failure: &Failure, attempt: u32) -> Option<Duration> {
    match asked(failure) {
        Some(asked) => (asked <= LONGEST_DELAY).then_some(asked),
        None => Some(backoff(attempt)),
    }
}

/// Returns the delay that the server asks for.
pub(crate) fn asked(failure: &Failure) -> Option<Duration> {
    failure.words.retry_after.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Returns a delay of the client's own, which doubles.
pub(crate) fn backoff(attempt: u32) -> Duration {
    (Duration::from_millis(50) * 2_u32.pow(attempt.min(5))).min(LONGEST_BACKOFF)
}
