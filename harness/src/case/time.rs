//! The time that a trial may take: all that its case makes a correct client wait for, and a margin.

use std::time::Duration;

use super::{Case, Checks, End, Respond, Step};

/// The longest time that a client which was given no delay waits before it asks again, first: it doubles from one
/// request to the next. Vendors' documents begin at half a second.
const FIRST_BACKOFF: Duration = Duration::from_secs(1);

/// The end of the doubling, as the vendors' SDKs document it.
const LONGEST_BACKOFF: Duration = Duration::from_secs(8);

/// The time that a client is watched which may wait: one that comes back early has come back by then.
const WATCHED: Duration = Duration::from_secs(6);

impl Case {
    /// Computes the longest time that a correct client may need: for every request that it may send the server's
    /// pauses, the client's own timeout where the server stops sending, and the delay that is asked for or the client's
    /// own. Where answers have conditions, a client may go on by itself until it has had all of them.
    pub fn longest(&self) -> Duration {
        let again = self.exchanges.last().filter(|_| self.caller.again).map_or(Duration::ZERO, |steps| self.one(steps));
        let answers = |is_meant: bool| self.exchanges.iter().filter(move |_| is_meant).map(|steps| self.one(steps));
        // Of calls that are made at once, each gets another answer.
        let at_once = answers(self.caller.at_once.is_some()).max().unwrap_or_default();
        let continued = answers(!self.conditions.is_empty()).sum();
        (self.first_call().max(continued) + again).max(at_once)
    }

    /// Computes the longest time that one answer keeps a correct client.
    fn one(&self, steps: &[Step]) -> Duration {
        let timeout = if stops_sending(steps) { Duration::from_millis(self.timeout) } else { Duration::ZERO };
        pauses(steps) + timeout
    }

    fn first_call(&self) -> Duration {
        let mut longest = Duration::ZERO;
        let mut backoff = FIRST_BACKOFF;
        for attempt in 0..=self.max_retries as usize {
            let Some(steps) = self.exchanges.get(attempt).or(self.exchanges.last()) else { break };
            longest += self.one(steps);
            let is_last = attempt == self.max_retries as usize;
            if is_last || (attempt + 1 >= self.exchanges.len() && !is_refusal(steps)) {
                break;
            }
            longest += delay(steps).unwrap_or(backoff);
            backoff = (backoff * 2).min(LONGEST_BACKOFF);
        }
        longest
    }

    /// Computes the time after which a call is a hang, without the margin for a loaded machine: all that the case makes
    /// a correct client wait for, and every bound on its time.
    pub fn hang_after(&self) -> Duration {
        let checks = self.levels().flat_map(|(_, checks)| checks.all());
        let bounds = checks.filter_map(|checks| checks.elapsed).flat_map(|bound| [bound.at_least, bound.at_most]);
        let bound = Duration::from_millis(bounds.flatten().max().unwrap_or_default());
        if self.may_wait() { WATCHED } else { self.longest().max(bound) }
    }

    /// Says whether the case lets the client wait for longer than it is watched.
    pub fn may_wait(&self) -> bool {
        self.expect.must.all().any(Checks::accept_waiting)
    }
}

/// Sums up the pauses of an answer.
fn pauses(steps: &[Step]) -> Duration {
    steps
        .iter()
        .map(|step| if let Step::Pause(pause) = step { Duration::from_millis(*pause) } else { Duration::ZERO })
        .sum()
}

/// Says whether only the client's own timeout ends the answer.
fn stops_sending(steps: &[Step]) -> bool {
    let withheld = matches!(steps.first(), Some(Step::Respond(respond)) if respond.withheld);
    let end = steps.iter().rev().find_map(|step| if let Step::End(end) = step { Some(*end) } else { None });
    end == Some(End::Stall) || (withheld && end.is_none_or(|end| end == End::Finish))
}

/// Says whether an answer refuses the request, so that it may be sent again.
fn is_refusal(steps: &[Step]) -> bool {
    matches!(steps.first(), Some(Step::Respond(respond)) if respond.withheld || respond.status >= 400)
}

/// Finds the delay that an answer asks for before the next request, if it is a number.
fn delay(steps: &[Step]) -> Option<Duration> {
    let Some(Step::Respond(Respond { headers, .. })) = steps.first() else { return None };
    let number = |name: &str| {
        let (_, value) = headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name))?;
        value.as_deref()?.trim().parse::<f64>().ok()
    };
    let seconds =
        number("retry-after-ms").map(|milliseconds| milliseconds / 1000.0).or_else(|| number("retry-after"))?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use serde_json::{Value, json};
    use streamspec_adapters::contract::{Api, Caller};

    use crate::case::{About, Case, End, Respond, Step};

    /// Checks how long a case with these answers may take, and when a call of it is a hang, in milliseconds.
    fn check(exchanges: &[&[Step]], max_retries: u32, expect: &Value, longest: u64, hang_after: u64) {
        let answers = exchanges.iter().map(|steps| steps.to_vec()).collect();
        let sample = Case::sample("openai-chat/retry/one", Api::OpenaiChat, answers, expect.clone());
        let case = Case { max_retries, about: About::Refusal, ..sample };
        let took = (case.longest(), case.hang_after());
        let expected = (Duration::from_millis(longest), Duration::from_millis(hang_after));
        assert_eq!(took, expected, "{exchanges:?} {max_retries} {expect}");
    }

    fn refused(headers: &[(&str, &str)]) -> [Step; 2] {
        let headers: BTreeMap<_, _> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect();
        [Step::Respond(Respond { status: 429, headers, ..Respond::default() }), Step::End(End::Finish)]
    }

    #[test]
    fn calls_at_once_may_take_what_the_longest_answer_takes() {
        let answer = |pause| vec![Step::Data("a".into()), Step::Pause(pause), Step::End(End::Finish)];
        let expect = json!({ "must": { "outcome": "completed" } });
        let one = Case::sample(
            "openai-chat/caller/one",
            Api::OpenaiChat,
            vec![answer(300), answer(700), answer(500)],
            expect,
        );
        let at_once = Case { caller: Caller { at_once: Some(3), ..Caller::default() }, ..one.clone() };
        assert_eq!([one, at_once].map(|case| case.longest()), [300, 700].map(Duration::from_millis));
    }

    #[test]
    fn a_trial_may_take_what_its_case_makes_a_correct_client_wait_for() {
        let must = json!({ "must": { "outcome": "error" } });
        let data = || Step::Data("a".into());
        let good = [data(), Step::End(End::Finish)];
        let stalls = [data(), Step::End(End::Stall)];
        let withheld = [Step::Respond(Respond { withheld: true, ..Respond::default() }), Step::End(End::Stall)];
        check(&[&good], 2, &must, 0, 0);
        check(&[&[data(), Step::Pause(300), Step::End(End::Finish)]], 0, &must, 300, 300);
        check(&[&stalls], 2, &must, 1000, 1000);
        let bounded = json!({ "must": { "outcome": "error" }, "should": { "elapsed": { "at-most": 5000 } } });
        check(&[&stalls], 0, &bounded, 1000, 5000);
        check(&[&withheld], 2, &must, 3 * 1000 + 1000 + 2000, 6000);
        check(&[&refused(&[]), &good], 2, &must, 1000, 1000);
        check(&[&refused(&[("retry-after", "3")]), &good], 2, &must, 3000, 3000);
        check(&[&refused(&[("Retry-After-Ms", "250")])], 1, &must, 250, 250);
        let patient = json!({ "must": { "outcome": ["error", "waiting"], "requests": 1 } });
        check(&[&refused(&[("retry-after", "600")]), &good], 2, &patient, 600_000, 6000);
    }
}
