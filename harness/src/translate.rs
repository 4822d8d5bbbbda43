//! The expectation of a case in another dialect, for a gateway that is asked in one dialect and asks in another one. Total, and without
//! I/O.
//!
//! The client's view of an answer is expected as the case has it: the end, the text, the tool calls, the stop reason by its meaning,
//! the error with its type in the form of the client's dialect (rule C23). `LOST` says what has no translation, which is not judged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::contract::Api;
use streamspec_adapters::dialect::{CutCalls, error_codes, error_types, stop_words};

use crate::case::{Axis, Case, Checks, Expect, OneOf, Outcome, StatusCheck, TextMatch, ToolsMatch};

/// The translation of an expectation, as records have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Translation {
    /// The dialect that the client spoke; the server spoke that of the case.
    pub to: Api,
    /// The checks of the case that have no translation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<NotJudged>,
}

/// A check that is not judged behind a gateway that translates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotJudged {
    /// The axis.
    pub axis: Axis,
    /// The reason, in a clause.
    pub reason: String,
}

/// The axes that no expectation is translated on, with the reasons.
const LOST: [(Axis, &str); 10] = [
    (Axis::ErrorClass, "the classes of an SDK are about the errors of its own dialect"),
    (Axis::ErrorRequestId, "the gateway may answer under a request id of its own"),
    (Axis::ErrorRetryable, "the provider tells of that in a header field of its own"),
    (Axis::ErrorSite, "the gateway may make a failure before the first byte an HTTP error"),
    (Axis::Usage, "the dialects count tokens, and tell of them, in different ways"),
    (Axis::Thinking, "not every dialect has a documented place for thoughts"),
    (Axis::Refusal, "not every dialect has a documented place for a refusal"),
    (Axis::Request, "the gateway writes the requests that reach the server"),
    (Axis::Resent, "the gateway writes the requests that reach the server"),
    (Axis::ErrorStatus, "the case knows no status of an HTTP error, and the gateway may have to choose one"),
];

/// Translates a case into what is expected of a client that speaks another dialect. Everything but the expectation stays as it is.
pub fn translate(case: &Case, to: Api) -> (Case, Translation) {
    let Expect { must, should, may } = &case.expect;
    let mut table = Table { from: case.api, to, ends: must.outcomes().unwrap_or_default(), not_judged: Vec::new() };
    let (mut must, mut should, may) = (table.checks(must), table.checks(should), table.checks(may));
    // Which status the gateway gives an HTTP error is its own choice, within reason, and so is what it says beside it. That it keeps
    // the type is what users ask of gateways (rule C23), and no vendor's document.
    should.error_status = must.error_status.take().or(should.error_status);
    should.error_type = must.error_type.take().or(should.error_type);
    should.error_code = must.error_code.take().or(should.error_code);
    should.error_retry_after = must.error_retry_after.take().or(should.error_retry_after);
    // What maintainers of SDKs have ruled is about their own dialect.
    let translated = Case { expect: Expect { must, should, may }, disputed: None, ..case.clone() };
    (translated, Translation { to, not_judged: table.not_judged })
}

/// The translation from one dialect to another, with what it has left out so far.
struct Table {
    from: Api,
    to: Api,
    /// The ends that the case accepts.
    ends: Vec<Outcome>,
    not_judged: Vec<NotJudged>,
}

impl Table {
    fn checks(&mut self, checks: &Checks) -> Checks {
        let checks = checks.clone();
        let tool_calls = checks.tool_calls.filter(|calls| self.has_calls(calls));
        self.nested(Checks { tool_calls, ..checks })
    }

    /// Translates checks of which the calls are kept as they are: of an alternative, they are one way that will do.
    fn nested(&mut self, checks: Checks) -> Checks {
        Checks {
            outcome: checks.outcome,
            error_type: checks.error_type.and_then(|wanted| self.error_type(wanted)),
            error_code: checks.error_code.and_then(|wanted| self.error_code(wanted)),
            error_status: checks.error_status.and_then(|wanted| match wanted {
                StatusCheck::Equals(400..) => Some(wanted),
                StatusCheck::Equals(_) | StatusCheck::NotGuessed => self.lost(Axis::ErrorStatus, Some(wanted)),
            }),
            error_class: self.lost(Axis::ErrorClass, checks.error_class),
            error_message: checks.error_message.map(|wanted| match wanted {
                // A gateway may say whose error it is.
                TextMatch::Equals(text) => TextMatch::Contains(text),
                other => other,
            }),
            error_request_id: self.lost(Axis::ErrorRequestId, checks.error_request_id),
            error_retry_after: checks.error_retry_after,
            error_retryable: self.lost(Axis::ErrorRetryable, checks.error_retryable),
            error_site: self.lost(Axis::ErrorSite, checks.error_site),
            error_foreign: checks.error_foreign,
            text: checks.text,
            tool_calls: checks.tool_calls,
            stop_reason: checks.stop_reason.and_then(|wanted| self.stop_reason(wanted)),
            usage: self.lost(Axis::Usage, checks.usage),
            thinking: self.lost(Axis::Thinking, checks.thinking),
            refusal: self.lost(Axis::Refusal, checks.refusal),
            ended: checks.ended,
            request: self.lost(Axis::Request, checks.request),
            requests: checks.requests,
            resent: self.lost(Axis::Resent, checks.resent),
            wait: checks.wait,
            elapsed: checks.elapsed,
            connection: checks.connection,
            again: checks.again.map(|again| Box::new(self.nested(*again))),
            others: checks.others.map(|others| Box::new(self.nested(*others))),
            either: checks.either.into_iter().map(|alternative| self.nested(alternative)).collect(),
        }
    }

    /// Says whether calls can be told in the other dialect: in some, no call is over before the answer is.
    fn has_calls(&mut self, wanted: &ToolsMatch) -> bool {
        let cut = |api: Api| api.dialect().stop_reasons.cut;
        let is_end_of_all = cut(self.to) == CutCalls::EveryCall && cut(self.from) != CutCalls::EveryCall;
        let is_told = *wanted == ToolsMatch::NoneComplete || self.ends == [Outcome::Completed] || !is_end_of_all;
        if !is_told {
            let reason = format!("in {} no call is over before the whole answer is", self.to);
            self.leave_out(Axis::ToolCalls, reason);
        }
        is_told
    }

    fn error_type(&mut self, wanted: OneOf<String>) -> Option<OneOf<String>> {
        let (from, to) = (self.from, self.to);
        if to.dialect().has_error_types() {
            return Some(or_the_same(wanted, |kind| error_types(kind, from, to)));
        }
        self.leave_out(Axis::ErrorType, format!("errors in a stream of {to} have no type"));
        None
    }

    fn error_code(&mut self, wanted: OneOf<String>) -> Option<OneOf<String>> {
        let (from, to) = (self.from, self.to);
        if to.dialect().has_error_codes() {
            return Some(or_the_same(wanted, |code| error_codes(code, from, to)));
        }
        self.leave_out(Axis::ErrorCode, format!("errors of {to} have no codes"));
        None
    }

    /// Translates each word by its meaning; none where one of them has no translation.
    fn stop_reason(&mut self, wanted: OneOf<Option<String>>) -> Option<OneOf<Option<String>>> {
        let mut words = Vec::new();
        for word in wanted.0 {
            let Some(word) = word else {
                words.push(None);
                continue;
            };
            let own = stop_words(&word, self.from, self.to);
            if own.is_empty() {
                self.leave_out(Axis::StopReason, format!("{} has no stop reason that means `{word}`", self.to));
                return None;
            }
            words.extend(own.into_iter().map(|own| Some(own.to_owned())));
        }
        Some(OneOf(words))
    }

    /// Leaves out what is expected on an axis that no expectation is translated on.
    fn lost<T>(&mut self, axis: Axis, wanted: Option<T>) -> Option<T> {
        drop(wanted?);
        let reason = LOST.iter().find(|(lost, _)| *lost == axis).map_or("it has no translation", |(_, reason)| reason);
        self.leave_out(axis, reason.to_owned());
        None
    }

    fn leave_out(&mut self, axis: Axis, reason: String) {
        if !self.not_judged.iter().any(|left| left.axis == axis && left.reason == reason) {
            self.not_judged.push(NotJudged { axis, reason });
        }
    }
}

/// Accepts the names that mean the same beside those that are kept.
fn or_the_same(wanted: OneOf<String>, same: impl Fn(&str) -> Vec<&'static str>) -> OneOf<String> {
    let mut names = wanted.0;
    let further: Vec<String> = names.iter().flat_map(|name| same(name)).map(str::to_owned).collect();
    for name in further {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    OneOf(names)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::case::Level;

    fn case(expect: Value) -> Case {
        Case::sample("anthropic/in-band/one", Api::AnthropicMessages, Vec::new(), expect)
    }

    /// Checks that one expectation becomes another one, and which axes are not judged.
    fn check(expect: Value, translated: Value, not_judged: &[Axis]) {
        let (seen, translation) = translate(&case(expect), Api::OpenaiChat);
        assert_eq!(seen.expect, case(translated).expect);
        assert_eq!(translation.not_judged.iter().map(|left| left.axis).collect::<Vec<_>>(), not_judged);
        assert_eq!((seen.api, translation.to), (Api::AnthropicMessages, Api::OpenaiChat));
    }

    #[test]
    fn what_both_dialects_have_is_translated() {
        check(
            json!({
                "must": { "outcome": "error", "error.type": "overloaded_error", "text": "Hello", "error.status": 529 },
                "should": { "error.message": "Overloaded ${nonce}", "stop_reason": ["max_tokens", null] },
            }),
            json!({
                "must": { "outcome": "error", "text": "Hello" },
                "should": {
                    "error.type": ["overloaded_error", "service_unavailable_error"],
                    "error.status": 529,
                    "error.message": { "contains": "Overloaded ${nonce}" },
                    "stop_reason": ["length", null],
                },
            }),
            &[],
        );
        check(
            json!({ "must": { "either": [{ "outcome": "error" }, { "outcome": "completed", "stop_reason": "refusal" }] } }),
            json!({
                "must": { "either": [{ "outcome": "error" }, { "outcome": "completed", "stop_reason": ["content_filter"] }] },
            }),
            &[],
        );
    }

    #[test]
    fn what_has_no_translation_is_not_judged_and_says_so() {
        check(
            json!({
                "must": { "outcome": "completed", "stop_reason": "pause_turn", "error.status": "not-guessed" },
                "should": { "usage": { "input": 1 }, "error.class": "same-as-http", "error.site": "open" },
            }),
            json!({ "must": { "outcome": "completed" } }),
            &[Axis::ErrorStatus, Axis::StopReason, Axis::ErrorClass, Axis::ErrorSite, Axis::Usage],
        );
        let (_, translation) = translate(&case(json!({ "must": { "stop_reason": "pause_turn" } })), Api::OpenaiChat);
        assert_eq!(translation.not_judged[0].reason, "openai-chat has no stop reason that means `pause_turn`");
    }

    #[test]
    fn a_call_that_is_over_before_the_answer_is_not_told_in_every_dialect() {
        let call = json!([{ "name": "get_weather", "arguments": { "city": "Paris" } }]);
        let whole = json!({ "must": { "outcome": "completed", "tool_calls": call } });
        check(whole.clone(), whole, &[]);
        let cut = json!({ "must": { "outcome": "error", "tool_calls": call } });
        check(cut, json!({ "must": { "outcome": "error" } }), &[Axis::ToolCalls]);
        let none = json!({ "must": { "outcome": "error", "tool_calls": "none-complete" } });
        check(none.clone(), none, &[]);
    }

    #[test]
    fn every_axis_that_is_lost_has_a_reason() {
        let expect = json!({ "may": {
            "error.class": "same-as-http", "error.request_id": "r", "error.retryable": true, "error.site": "open",
            "usage": { "input": 1 }, "thinking": "t", "refusal": "r", "request": { "path": "/v1" }, "resent": "whole",
            "error.status": "not-guessed",
        } });
        let (seen, translation) = translate(&case(expect), Api::OpenaiChat);
        assert!(seen.levels().all(|(level, checks)| level != Level::May || *checks == Checks::default()));
        let lost: Vec<Axis> = translation.not_judged.iter().map(|left| left.axis).collect();
        assert_eq!(lost.len(), LOST.len());
        assert!(LOST.iter().all(|(axis, _)| lost.contains(axis)));
    }
}
