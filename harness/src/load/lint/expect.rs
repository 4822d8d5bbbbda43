//! Expectations that say nothing, or rest on nothing.

use serde_json::Value;

use super::Lint;
use crate::case::{Checks, ErrorClass, Level, Outcome, RequestMatch, Source, TextMatch, ToolsMatch, UsageMatch};
use crate::load::template::NONCE;
use crate::load::written::Step;

impl Lint<'_> {
    /// Judges what is expected.
    pub(super) fn expectations(&mut self) {
        let case = self.case;
        let levels =
            [(Level::Must, &case.expect.must), (Level::Should, &case.expect.should), (Level::May, &case.expect.may)];
        let empty = |checks: &Checks| *checks == Checks::default();
        if levels.iter().all(|(_, checks)| empty(checks)) {
            self.refuse(&["expect"], "nothing is checked", "name what must hold; a case without checks cannot fail");
            return;
        }
        for (level, checks) in levels {
            let written = self.tree.get("expect").and_then(|expect| expect.get(level.name())).is_some();
            if written && empty(checks) {
                let message = format!("`{}` is empty", level.name());
                self.refuse(&["expect", level.name()], message, "name what is checked, or remove the level");
            }
            self.checks(level, checks);
        }
        self.end_and_whole();
        let carried = case.sources.iter().any(Source::carries_a_must);
        if !empty(&case.expect.must) && !carried && case.why_must.is_none() && !case.sources.is_empty() {
            let help = "name a document, or say `why-must: failure-looks-like-success` or `why-must: repeats-effects`";
            let message = "a MUST cannot rest on issues, recordings and sources of low confidence alone";
            self.refuse(&["expect", "must"], message, help);
        }
        let mut all = levels.iter().flat_map(|(_, checks)| checks.all());
        let compares = all.any(|checks| checks.error_class == Some(ErrorClass::SameAsHttp));
        if case.control.is_some() && !compares {
            self.warn(
                &["control"],
                "nothing is compared with the control",
                "`error.class: same-as-http` compares with it",
            );
        }
    }

    /// Refuses a case that asks for no end, or that an empty answer would pass which looks completed.
    fn end_and_whole(&mut self) {
        let must = &self.case.expect.must;
        let Some(accepted) = must.outcomes() else {
            // Such a case is about the second call, and others are about what became of the first.
            if must.again.is_some() {
                return;
            }
            let help = "name the ends that will do: `outcome:`, or `either:` with what must hold at each of them; \
                        an answer that looks completed and is not whole is a failure that looks like success";
            self.refuse(&["expect", "must"], "no MUST says how the answer may end", help);
            return;
        };
        if accepted.is_empty() {
            self.refuse(
                &["expect", "must"],
                "no outcome is accepted",
                "`outcome` and `either` have no outcome in common",
            );
        }
        if must.all().any(|checks| !checks.either.is_empty() && !std::ptr::eq(checks, must)) {
            self.refuse(
                &["expect", "must", "either"],
                "an alternative cannot have alternatives",
                "write one list of alternatives",
            );
        }
        if must.either.len() == 1 {
            self.refuse(
                &["expect", "must", "either"],
                "`either` needs at least two alternatives",
                "write it without `either`",
            );
        }
        // A caller that has cancelled knows that it has not got all.
        if self.case.caller.read.cancels() {
            return;
        }
        let ends: Vec<&Checks> = if must.either.is_empty() { vec![must] } else { must.either.iter().collect() };
        let completes = |checks: &Checks| {
            checks.outcome.as_ref().or(must.outcome.as_ref()).is_none_or(|ends| ends.0.contains(&Outcome::Completed))
        };
        for end in ends.into_iter().filter(|end| completes(end)) {
            let text = end.text.as_ref().or(must.text.as_ref());
            let tools = end.tool_calls.as_ref().or(must.tool_calls.as_ref());
            let has_calls = matches!(tools, Some(ToolsMatch::Complete(calls)) if !calls.is_empty());
            let is_whole = has_calls || matches!(text, Some(TextMatch::Equals(_)));
            if matches!(text, Some(TextMatch::PrefixOf(_))) || !is_whole {
                let help = "`completed` implies the whole answer: say it with `text:` or `tool_calls:`, and give other \
                            ends an alternative of their own: `either: [{ outcome: error }, { outcome: completed, \
                            text: … }]`";
                let message = "an incomplete answer that looks completed would pass";
                self.refuse(&["expect", "must"], message, help);
                return;
            }
        }
    }

    fn checks(&mut self, level: Level, checks: &Checks) {
        for alternative in &checks.either {
            self.checks(level, alternative);
        }
        if checks.error_class.is_some() && level == Level::Must {
            let help = "no document names a class: move it to `should`";
            self.refuse(&["expect", level.name(), "error.class"], "`error.class` cannot be a MUST", help);
        }
        let case = self.case;
        if checks.error_class == Some(ErrorClass::SameAsHttp) && case.control.is_none() {
            let help = "add `control:`, the same error as a plain HTTP response";
            self.refuse(&["expect", level.name(), "error.class"], "there is no `control` to compare with", help);
        }
        if checks.error_foreign == Some(true) {
            let help = "`error.foreign: false` says that no exception from outside the SDK may escape";
            self.refuse(&["expect", level.name(), "error.foreign"], "`error.foreign` cannot be true", help);
        }
        if let Some(again) = &checks.again {
            self.again(level, again);
        }
        if let Some(others) = &checks.others {
            self.others(level, others);
        }
        if checks.usage.as_ref().is_some_and(|usage| *usage == UsageMatch::default()) {
            let help = "name `input`, `output` or both: `usage: { input: 12, output: 6 }`";
            self.refuse(&["expect", level.name(), "usage"], "no number is compared", help);
        }
        if checks.ended.is_some() && case.caller.read.stops() {
            let help = "a caller who stops gets no notice of an end; leave `ended` out";
            self.refuse(
                &["expect", level.name(), "ended"],
                "`ended` is checked, but the caller stops the answer itself",
                help,
            );
        }
        if checks.request.as_ref().is_some_and(|request| *request == RequestMatch::default()) {
            let help = "name `path`, `body`, `headers` or `steady`";
            self.refuse(&["expect", level.name(), "request"], "nothing of the request is compared", help);
        }
        if let Some(
            TextMatch::Equals(text)
            | TextMatch::Contains(text)
            | TextMatch::StartsWith(text)
            | TextMatch::PrefixOf(text),
        ) = &checks.error_message
        {
            let path = ["expect", level.name(), "error.message"];
            let nonce = format!("${{{NONCE}}}");
            if !text.contains(&nonce) {
                let help = "put `${nonce}` into the message on the wire and here, so that no other message can match";
                self.refuse(&path, "the message is compared without `${nonce}`", help);
            } else if !self.sends(&nonce) {
                let help = "put it into the message that the server sends";
                self.refuse(&path, "no answer contains `${nonce}`", help);
            }
        }
    }

    /// Returns true where some answer holds this text.
    fn sends(&self, text: &str) -> bool {
        self.case.answers().flatten().any(|step| holds(step, text))
    }
}

fn holds(step: &Step, text: &str) -> bool {
    match step {
        Step::Respond(respond) => respond.headers.values().flatten().any(|value| value.contains(text)),
        Step::Event(event) => value_holds(&event.data, text),
        Step::Data(value) | Step::Json(value) => value_holds(value, text),
        Step::Comment(words) | Step::Raw(words) => words.contains(text),
        Step::Repeat(repeat) => repeat.steps.iter().any(|step| holds(step, text)),
        Step::Hex(_) | Step::Use(_) | Step::Flush | Step::Pause(_) | Step::End(_) => false,
    }
}

fn value_holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(words) => words.contains(text),
        Value::Array(items) => items.iter().any(|item| value_holds(item, text)),
        Value::Object(fields) => fields.iter().any(|(key, inner)| key.contains(text) || value_holds(inner, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
