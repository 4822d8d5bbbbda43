//! Expectations that say nothing, or rest on nothing.

use serde_json::Value;

use super::Lint;
use crate::case::{Basis, Checks, ErrorClass, Level, Step, TextMatch};
use crate::load::template::NONCE;

impl Lint<'_> {
    /// Judges what is expected.
    pub(super) fn expectations(&mut self) {
        let case = self.case;
        let levels =
            [(Level::Must, &case.expect.must), (Level::Should, &case.expect.should), (Level::May, &case.expect.may)];
        let empty = |checks: &Checks| *checks == Checks::default();
        if levels.iter().all(|(_, checks)| empty(checks)) {
            self.refuse(&["expect"], "nothing is checked", "a case that cannot fail says nothing: name what must hold");
            return;
        }
        for (level, checks) in levels {
            let written = self.tree.get("expect").and_then(|expect| expect.get(level.name())).is_some();
            if written && empty(checks) {
                let message = format!("`{}` is empty", level.name());
                self.refuse(&["expect", level.name()], message, "name what is checked, or leave it out");
            }
            self.checks(level, checks);
        }
        let issues_only = case.sources.iter().all(|source| source.basis == Basis::Issue);
        if !empty(&case.expect.must) && issues_only && case.why_must.is_none() && !case.sources.is_empty() {
            let help = "name a document, or say `why-must: failure-looks-like-success` or `why-must: repeats-effects`";
            self.refuse(&["expect", "must"], "a MUST that rests on an issue alone", help);
        }
        let compares = levels.iter().any(|(_, checks)| checks.error_class == Some(ErrorClass::SameAsHttp));
        if case.control.is_some() && !compares {
            self.warn(
                &["control"],
                "nothing is compared with the control",
                "`error.class: same-as-http` compares with it",
            );
        }
    }

    fn checks(&mut self, level: Level, checks: &Checks) {
        let case = self.case;
        if checks.error_class == Some(ErrorClass::SameAsHttp) && case.control.is_none() {
            let help = "add `control:`, the same error as a plain HTTP response";
            self.refuse(&["expect", level.name(), "error.class"], "there is no `control` to compare with", help);
        }
        if checks.error_foreign == Some(true) {
            let help = "`error.foreign: false` says that no exception from outside the SDK may escape";
            self.refuse(&["expect", level.name(), "error.foreign"], "no case can ask for a foreign exception", help);
        }
        if let Some(message) = &checks.error_message {
            let way = ["expect", level.name(), "error.message"];
            let nonce = format!("${{{NONCE}}}");
            let (TextMatch::Equals(text)
            | TextMatch::Contains(text)
            | TextMatch::StartsWith(text)
            | TextMatch::PrefixOf(text)) = message;
            if !text.contains(&nonce) {
                let help = "put `${nonce}` into the message on the wire and here: only then it is the right message";
                self.refuse(&way, "a message compared without `${nonce}`", help);
            } else if !self.sends(&nonce) {
                let help = "put it into the message that the server sends";
                self.refuse(&way, "no answer holds `${nonce}`", help);
            }
        }
    }

    /// Whether some answer holds this text.
    fn sends(&self, text: &str) -> bool {
        let answers = self.case.stream.iter().chain(self.case.exchanges.iter().flatten());
        answers.flatten().any(|step| holds(step, text))
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
