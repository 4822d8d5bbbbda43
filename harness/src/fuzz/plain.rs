//! The plain form of a stream: each event by itself as a case writes it, without what clients ignore.

use serde_json::Value;
use streamspec_adapters::contract::Api;

use super::change::{UNKNOWN, UNKNOWN_EVENT};
use super::meaning::body;
use crate::case::{Case, Checks, Event, Expect, Step};
use crate::codec;
use crate::id::CaseId;
use crate::judge::Status;
use crate::load::Document;
use crate::shrink::{Bench, Oracle, SameVerdict};

/// Writes the events of an answer in their plain form. What is left of an event that is not whole stays as it is.
pub(super) fn plain(api: Api, steps: &[Step]) -> Vec<Step> {
    let (codec, sent) = (codec::of(api), body(api, steps));
    let whole = codec.event_ends(&sent).last().copied().unwrap_or_default();
    let events =
        codec.events(&sent[..whole]).into_iter().filter(|event| !event.is_ignored() && event.name != UNKNOWN_EVENT);
    let events = events.map(|event| {
        let mut data = serde_json::from_str(event.data()).unwrap_or_else(|_| Value::from(event.data()));
        if let Some(fields) = data.as_object_mut() {
            fields.remove(UNKNOWN);
        }
        if event.name.is_empty() {
            Step::Data(data)
        } else {
            Step::Event(Event { kind: event.kind, ..Event::plain(event.name, data) })
        }
    });
    let head = steps.iter().take(1).filter(|step| matches!(step, Step::Respond(_))).cloned();
    let is_kept = !sent[whole..].is_empty() && (!codec.is_text() || std::str::from_utf8(&sent[whole..]).is_ok());
    let rest = is_kept.then(|| super::change::sent(api, &sent[whole..]));
    let end = steps.iter().filter(|step| matches!(step, Step::End(_))).cloned();
    head.chain(events).chain(rest).chain(end).collect()
}

/// Wants a stream that is the reason for what it comes to: in its plain form it does not fail.
pub(super) struct Unlike<'a> {
    pub(super) same: SameVerdict<'a>,
    pub(super) bench: &'a Bench,
    pub(super) seed: &'a Case,
    /// The file of the last stream that was kept.
    pub(super) kept: Option<Document>,
}

impl Oracle for Unlike<'_> {
    async fn holds(&mut self, answers: &[Vec<Step>]) -> bool {
        let [steps] = answers else { return false };
        if !self.same.holds(answers).await {
            return false;
        }
        // The contents that are expected are those of the smaller stream.
        let Some(expect) = self.same.kept_expectation() else { return false };
        let plain = plain(self.seed.api, steps);
        let case = Case { expect, ..same_case(self.seed, "plain", &plain) };
        let ran = self.bench.run_subject(&case.into()).await;
        let holds = ran.iter().all(|run| run.record.verdict.status < Status::Fails);
        if holds {
            self.kept = Some(self.same.kept().clone());
        }
        holds
    }
}

/// Makes the case of a stream that means the same as that of a case, with the MUSTs of that one.
pub(super) fn same_case(seed: &Case, combination: &str, steps: &[Step]) -> Case {
    let must = Checks { error_class: None, ..seed.expect.must.clone() };
    Case {
        id: CaseId::of(seed.id.file(), Some(combination)),
        exchanges: vec![steps.to_vec()],
        control: None,
        disputed: None,
        expect: Expect { must, ..Expect::default() },
        ..seed.clone()
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use serde_json::json;

    use super::*;
    use crate::case::End;
    use crate::fuzz::change::Change;

    #[test]
    fn a_change_that_keeps_the_meaning_keeps_the_plain_form() {
        let event = |data: Value| Step::Event(Event::plain("message_stop", data));
        let steps =
            [event(json!({ "type": "a", "b": [1, "x\ny"] })), Step::Data(json!({ "c": "é" })), Step::End(End::Finish)];
        assert_eq!(plain(Api::AnthropicMessages, &steps), steps);
        for change in Change::KEEPING.as_flattened() {
            for number in 0..20 {
                let mut changed = steps.to_vec();
                let mut rng = Rng::with_seed(number);
                change.apply(&mut rng, Api::AnthropicMessages, &mut changed).expect("there is a place for it");
                assert_eq!(plain(Api::AnthropicMessages, &changed), steps, "{change:?}: {changed:?}");
            }
        }
    }
}
