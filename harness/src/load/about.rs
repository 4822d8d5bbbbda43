//! The subject of a case, from what it sends and expects.

use streamspec_adapters::dialect::Api;

use super::shape::Shapes;
use crate::case::{About, Checks, End, Expect, Framing, Outcome, Respond, StatusCheck, Step};
use crate::codec::{self, Codec, Decoded, Nonce};

/// The parts of a case that decide what it is about.
pub(super) struct StreamFate<'c> {
    /// The dialect.
    pub(super) api: Api,
    /// The answers.
    pub(super) exchanges: &'c [Vec<Step>],
    /// The expectation.
    pub(super) expect: &'c Expect,
    /// The client's timeout, in milliseconds.
    pub(super) timeout: u64,
    /// The vendor's schema of events; none where it is not known, or the case says that it goes beyond it.
    pub(super) shapes: Option<&'c Shapes>,
}

impl StreamFate<'_> {
    /// Finds what happens to the first answer.
    pub(super) fn about(&self) -> About {
        let Some(steps) = self.exchanges.first() else { return About::Healthy };
        let standard = Respond::default();
        let respond =
            steps.iter().find_map(|step| if let Step::Respond(respond) = step { Some(respond) } else { None });
        let respond = respond.unwrap_or(&standard);
        let end = steps.iter().rev().find_map(|step| if let Step::End(end) = step { Some(*end) } else { None });
        let end = end.unwrap_or(End::Finish);
        let accepted = self.expect.must.outcomes().unwrap_or_default();
        let must_complete = accepted == [Outcome::Completed];
        if respond.withheld {
            return if end == End::Stall { About::Stall } else { About::Cut };
        }
        let (codec, dialect) = (codec::of(self.api), self.api.dialect());
        if respond.status != 200 || (!must_complete && !is_stream(codec, respond, steps)) {
            return About::Refusal;
        }
        if must_complete {
            return if end == End::Stall { About::Stall } else { About::Healthy };
        }
        let sent = codec::bytes(codec, steps, Nonce("${nonce}"));
        let whole = codec.event_ends(&sent).last().copied().unwrap_or_default();
        let events = codec.events(&sent[..whole]);
        let is_cut = match end {
            End::Finish | End::Stall => respond.content_length_lie != 0,
            End::Eof => respond.framing != Framing::Close,
            _ => true,
        };
        let is_whole = respond.cut_body_after.is_none() && events.iter().any(|event| dialect.is_last(event));
        if self.names_an_error() || events.iter().any(|event| dialect.errors.are_in(event)) {
            About::InBandError
        } else if end == End::Stall || (!is_whole && pauses(steps) >= self.timeout) {
            About::Stall
        } else if is_cut {
            About::Cut
        } else if codec.is_malformed(&sent) || events.iter().any(|event| !self.is_readable(event)) {
            About::Malformed
        } else if !is_whole {
            About::CleanEnd
        } else if accepted.contains(&Outcome::Completed) {
            About::Healthy
        } else {
            About::Malformed
        }
    }

    /// Says whether the caller is expected to learn what the provider says of its error.
    fn names_an_error(&self) -> bool {
        let Expect { must, should, may } = self.expect;
        [must, should, may].into_iter().flat_map(Checks::all).any(|checks| {
            checks.error_type.is_some()
                || checks.error_code.is_some()
                || checks.error_message.is_some()
                || matches!(checks.error_status, Some(StatusCheck::Equals(_)))
        })
    }

    /// Says whether an event's data is what the dialect can have there.
    fn is_readable(&self, event: &Decoded) -> bool {
        if event.data().is_empty() || self.api.dialect().events.sentinel == Some(event.data()) {
            return true;
        }
        let payload = event.payload();
        payload.is_object() && self.shapes.is_none_or(|shapes| shapes.broken_event(&payload).is_none())
    }
}

fn pauses(steps: &[Step]) -> u64 {
    steps.iter().map(|step| if let Step::Pause(milliseconds) = step { *milliseconds } else { 0 }).sum()
}

/// Says whether the response is a stream of the codec.
fn is_stream(codec: &dyn Codec, respond: &Respond, steps: &[Step]) -> bool {
    let named = respond.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    match named {
        Some((_, content_type)) => content_type.as_deref().is_some_and(|content_type| codec.is_named_by(content_type)),
        None => !steps.iter().any(|step| matches!(step, Step::Json(_))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::case::Event;

    /// Returns the subject of a case with one answer of Anthropic's dialect.
    #[track_caller]
    fn check(steps: &[Step], outcome: &Value, expected: About) {
        let expect: Expect = serde_json::from_value(json!({ "must": { "outcome": outcome } })).expect("an expectation");
        let exchanges = [steps.to_vec()];
        let (api, timeout) = (Api::AnthropicMessages, 1000);
        let subject = StreamFate { api, exchanges: &exchanges, expect: &expect, timeout, shapes: None };
        assert_eq!(subject.about(), expected, "{steps:?}");
    }

    #[test]
    fn what_is_sent_and_expected_says_what_a_case_is_about() {
        let failed = &json!(["error", "incomplete"]);
        let text = || Step::Data(json!({ "type": "content_block_delta" }));
        let stop = || Step::Data(json!({ "type": "message_stop" }));
        let error = || Step::Event(Event::plain("error", json!({ "type": "error" })));
        let respond = |respond: Respond| Step::Respond(respond);
        let end = Step::End;
        check(&[text(), stop(), end(End::Finish)], &json!("completed"), About::Healthy);
        check(&[text(), stop(), end(End::Finish)], &json!(["completed", "error"]), About::Healthy);
        check(&[text(), stop(), end(End::Finish)], &json!("error"), About::Malformed);
        check(&[text(), error(), end(End::Stall)], &json!("error"), About::InBandError);
        check(&[text(), end(End::Finish)], failed, About::CleanEnd);
        check(&[text(), end(End::Eof)], failed, About::Cut);
        check(&[text(), end(End::Reset)], failed, About::Cut);
        check(&[text(), end(End::Stall)], failed, About::Stall);
        check(&[text(), Step::Pause(1000), end(End::Finish)], failed, About::Stall);
        let close = respond(Respond { framing: Framing::Close, ..Respond::default() });
        check(&[close, text(), end(End::Eof)], failed, About::CleanEnd);
        check(&[text(), Step::Data(json!("{\"type\":")), stop(), end(End::Finish)], failed, About::Malformed);
        check(&[text(), Step::Hex("3a ff 0a 0a".into()), stop(), end(End::Finish)], failed, About::Malformed);
        // What the connection's end leaves of an event is no event.
        check(&[text(), Step::Raw("data: {\"type\":".into()), end(End::Finish)], failed, About::CleanEnd);
        check(&[text(), Step::Raw("event: error\ndata: {}".into()), end(End::Finish)], failed, About::CleanEnd);
        let status = |status| respond(Respond { status, ..Respond::default() });
        check(&[status(529), Step::Json(json!({})), end(End::Finish)], &json!("error"), About::Refusal);
        check(&[Step::Json(json!({})), end(End::Finish)], failed, About::Refusal);
        let withheld = || respond(Respond { withheld: true, ..Respond::default() });
        check(&[withheld(), end(End::Stall)], &json!("error"), About::Stall);
        check(&[withheld(), end(End::Reset)], &json!("error"), About::Cut);
    }
}
