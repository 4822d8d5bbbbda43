//! The events of an answer as the page lists them.

use streamspec_adapters::contract::Api;

use super::detail_data::{DecodedData, EventData};
use crate::codec::{self, Codec, Decoded};
use crate::report::table::Table;
use crate::text::cut;
use crate::transport::DescribedAnswer;

/// The most events of one answer that are listed.
const MOST: usize = 200;

/// The most characters of an event's data, and of its name.
const LONGEST_DATA: usize = 600;
const LONGEST_NAME: usize = 80;

/// Reads the events of an answer, each of which gets a place among all; none where it is no stream of its dialect's
/// codec, or one of bytes, of which a record has only what is text.
pub(super) fn decoded(api: Api, answer: &DescribedAnswer, events: &mut Table<EventData>) -> Option<DecodedData> {
    let codec = codec::of(api);
    answer.content_type().filter(|content_type| codec.is_text() && codec.is_named_by(content_type))?;
    let mut all = codec.events(answer.body().as_bytes());
    all.retain(|event| !event.is_ignored());
    Some(DecodedData {
        whole: all.iter().filter(|event| event.broken_off.is_none()).count(),
        events: all.iter().take(MOST).map(|event| events.place(listed(codec, event))).collect(),
        more: all.len().saturating_sub(MOST),
    })
}

fn listed(codec: &dyn Codec, event: &Decoded) -> EventData {
    let name = if event.name.is_empty() { codec.default_name() } else { &event.name };
    let broken_off = event.broken_off.as_deref().filter(|rest| !rest.is_empty());
    EventData {
        name: cut(name, LONGEST_NAME),
        data: cut(broken_off.unwrap_or_else(|| event.data()), LONGEST_DATA),
        whole: event.broken_off.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Step;
    use crate::id::{Transport, Variant};
    use crate::transport::describe;
    use crate::wire::Script;

    fn answer(steps: &[Step]) -> DescribedAnswer {
        let script = Script::build(Api::OpenaiChat, &[steps.to_vec()], Variant::AsWritten, "n0123456789");
        describe(&script, Transport::default(), "n0123456789").remove(0)
    }

    /// Returns what is listed of an answer, with its events.
    fn listed_of(steps: &[Step]) -> Option<(DecodedData, Vec<EventData>)> {
        let mut events = Table::default();
        let decoded = decoded(Api::OpenaiChat, &answer(steps), &mut events)?;
        Some((decoded, events.values))
    }

    #[test]
    fn events_are_listed_within_bounds_and_alike_ones_once() {
        let long = Step::Data("x".repeat(LONGEST_DATA + 1).into());
        let (decoded, events) = listed_of(&[long.clone(), Step::Data("y".into()), long]).expect("a stream");
        assert_eq!((decoded.whole, decoded.more, decoded.events), (3, 0, vec![0, 1, 0]));
        assert_eq!((events.len(), events[0].name.as_str()), (2, "message"));
        assert!(events[0].data.ends_with("x… (601 characters in all)"), "{}", events[0].data);
        let many: Vec<Step> = (0..MOST + 2).map(|_| Step::Data("x".into())).collect();
        let (decoded, _) = listed_of(&many).expect("a stream");
        assert_eq!((decoded.whole, decoded.events.len(), decoded.more), (MOST + 2, MOST, 2));
    }

    #[test]
    fn an_event_that_was_never_completed_shows_what_there_is_of_it() {
        let last = |raw: &str| {
            let (_, mut events) = listed_of(&[Step::Raw(raw.into())]).expect("a stream");
            let EventData { name, data, whole } = events.pop().expect("an event");
            (name, data, whole)
        };
        assert_eq!(last("event: error\ndata: {"), ("error".into(), "data: {".into(), false));
        assert_eq!(last("event: error\ndata: {}\n"), ("error".into(), "{}".into(), false));
        assert_eq!(last("event: error\ndata: {}\n\n"), ("error".into(), "{}".into(), true));
    }

    #[test]
    fn a_body_that_is_no_stream_has_no_events() {
        assert!(listed_of(&[Step::Json(serde_json::json!({}))]).is_none());
    }
}
