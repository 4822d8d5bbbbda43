//! The caller of a native SDK, who makes a call on a client, or several, and may leave the first before it ends.
//!
//! In Rust whoever wants no more drops what is being read: the stream where there is enough of it, the future where a call is
//! cancelled (<https://docs.rs/tokio/1/tokio/time/fn.timeout.html>).

use futures_util::future::{BoxFuture, join_all};

use super::observer::Observer;
use crate::contract::{Call, Ended, Observation, ObservedError};
use crate::manifest::AnswerField;

/// A function that makes one call on a client. What was handed over stays in the last argument where the call is dropped; an
/// error is what an `Err` of the SDK says.
pub(super) type Make<C> = for<'a> fn(&'a C, &'a Call, &'a mut Observer) -> BoxFuture<'a, Result<(), ObservedError>>;

/// The surfaces that hand over nothing before the finished answer.
const FINISHED: [&str; 2] = ["final", HANDLER];

/// The surface that is code of an application; its error holds the text so far.
const HANDLER: &str = "handler";

/// Makes a call on this client, and the same once more, or several times at once, where the caller does. `offers` are the fields of an answer that not
/// every surface has.
pub(super) async fn observe<C>(
    call: Call,
    client: Result<C, ObservedError>,
    offers: &'static [AnswerField],
    make: Make<C>,
) -> Observation {
    let calls = call.others();
    let others = join_all(calls.iter().map(|other| once(other, &client, offers, make)));
    let (mut observation, others) = tokio::join!(once(&call, &client, offers, make), others);
    observation.others = others;
    if let Some(second) = call.second() {
        observation.again = Some(Box::new(once(&second, &client, offers, make).await));
    }
    observation
}

/// Makes one call, which ends where the caller cancels it.
async fn once<C>(
    call: &Call,
    client: &Result<C, ObservedError>,
    offers: &'static [AnswerField],
    make: Make<C>,
) -> Observation {
    let mut seen = Observer::new(call.api).offering(offers).read(call.caller.read);
    let outcome = match (client, call.caller.read.limit()) {
        (Err(error), _) => Some(Err(error.clone())),
        (Ok(client), Some(limit)) => tokio::time::timeout(limit, make(client, call, &mut seen)).await.ok(),
        (Ok(client), None) => Some(make(client, call, &mut seen).await),
    };
    let observation = match outcome {
        Some(Ok(())) => seen.returned(),
        Some(Err(error)) => seen.raised(error),
        None => seen.cancelled(),
    };
    if FINISHED.contains(&call.surface.as_str()) && observation.ended != Ended::Returned {
        return without_answer(call, observation);
    }
    observation
}

/// Returns the observation without an answer where the finished one was asked for, and there is none.
fn without_answer(call: &Call, seen: Observation) -> Observation {
    let text = seen.text.filter(|_| call.surface == HANDLER && seen.ended == Ended::Raised);
    Observation { text, error: seen.error, ..Observation::of(seen.ended) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;
    use std::time::Duration;

    use futures_util::stream;
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::{Api, Ask, Site};
    use crate::native::observer::error;

    /// A client that counts its calls and hands over two words in each, then a pause or an error.
    #[derive(Default)]
    struct Client {
        calls: Mutex<u32>,
        pauses: bool,
    }

    async fn make(client: &Client, call: &Call, seen: &mut Observer) -> Result<(), ObservedError> {
        let number = {
            let mut calls = client.calls.lock().expect("no call panics");
            *calls += 1;
            *calls
        };
        seen.count(Some(3_u32), None::<u32>);
        if call.surface == HANDLER {
            seen.say("Hello");
            return Err(error(Site::Finalize, &["Failed"], "no"));
        }
        let words = [format!("Hello {number}"), "!".to_owned()].map(Ok);
        let then: Vec<Result<String, &str>> = if client.pauses { Vec::new() } else { vec![Err("no")] };
        let pause =
            stream::once(async { if client.pauses { std::future::pending().await } else { Ok(String::new()) } });
        let words = std::pin::pin!(stream::StreamExt::chain(stream::iter(words.into_iter().chain(then)), pause));
        seen.follow(words, |seen, word| seen.say(&word), |site, raised| error(site, &["Failed"], *raised)).await
    }

    async fn observed(surface: &str, caller: Value, pauses: bool) -> Value {
        let call = Call {
            api: Api::OpenaiChat,
            surface: surface.to_owned(),
            base_url: String::new(),
            timeout: Duration::from_secs(1),
            deadline: Duration::from_secs(1),
            max_retries: 0,
            ask: Ask::Text,
            prompt: None,
            headers: BTreeMap::new(),
            certificate: None,
            caller: serde_json::from_value(caller).expect("a caller"),
            alone: false,
        };
        let client = Ok(Client { pauses, ..Client::default() });
        let offers = &[AnswerField::Usage];
        json!(observe(call, client, offers, |client, call, seen| Box::pin(make(client, call, seen))).await)
    }

    #[tokio::test]
    async fn a_caller_stops_cancels_and_calls_again() {
        let stopped = observed("stream", json!({ "read": { "stop-after": 1 }, "again": true }), false).await;
        assert_eq!(
            (&stopped["ended"], &stopped["text"], &stopped["events"], &stopped["error"]),
            (&json!("stopped"), &json!("Hello 1"), &json!(1), &Value::Null)
        );
        let again = &stopped["again"];
        assert_eq!((&again["ended"], &again["text"]), (&json!("raised"), &json!("Hello 2!")));

        let late = observed("stream", json!({ "read": { "stop-after": 3 } }), false).await;
        assert_eq!((&late["ended"], &late["again"]), (&json!("raised"), &Value::Null));

        let cancelled = observed("stream", json!({ "read": { "cancel-after": 50 } }), true).await;
        assert_eq!((&cancelled["ended"], &cancelled["text"]), (&json!("cancelled"), &json!("Hello 1!")));
        assert_eq!(cancelled["usage"], json!({ "input": 3, "output": null }));
        assert_eq!((cancelled.get("thinking"), cancelled.get("refusal")), (None, None));

        let failed = observed("stream", json!({ "read": { "cancel-after": 5_000 } }), false).await;
        assert_eq!((&failed["ended"], &failed["error"]["message"]), (&json!("raised"), &json!("no")));
    }

    #[tokio::test]
    async fn a_caller_makes_several_calls_at_once() {
        let first = observed("stream", json!({ "at-once": 3 }), false).await;
        let others = first["others"].as_array().expect("a list");
        let texts: Vec<_> = std::iter::once(&first).chain(others).map(|call| (&call["ended"], &call["text"])).collect();
        let expected = ["Hello 1!", "Hello 2!", "Hello 3!"].map(|text| (json!("raised"), json!(text)));
        assert_eq!(texts, expected.each_ref().map(|(ended, text)| (ended, text)));
        assert!(others.iter().all(|call| call.get("others").is_none()), "{first}");
    }

    #[tokio::test]
    async fn a_finished_answer_that_failed_hands_over_nothing() {
        let cancelled = observed("final", json!({ "read": { "cancel-after": 50 } }), true).await;
        assert_eq!(cancelled, json!({ "ended": "cancelled", "events": 0 }));
        let failed = observed("final", json!({}), false).await;
        assert_eq!(
            (&failed["ended"], &failed["text"], &failed["usage"]),
            (&json!("raised"), &Value::Null, &Value::Null)
        );
        let handled = observed(HANDLER, json!({}), false).await;
        assert_eq!((&handled["text"], &handled["usage"]), (&json!("Hello"), &Value::Null));
    }

    #[test]
    fn what_an_answer_carries_beside_its_text_is_shown_where_the_surface_offers_it() {
        let told = |offers| {
            let mut seen = Observer::new(Api::OpenaiResponses).offering(offers);
            seen.count(Some(12_u32), Some(1_i32));
            seen.count(None::<u32>, Some(9_u64));
            // A number that is none of tokens is none.
            seen.count(Some(-1_i32), None::<u32>);
            seen.think("Hm");
            seen.think(".");
            seen.summed_up("Hm. Hm.", "No.");
            json!(seen.returned())
        };
        let whole = told(&[AnswerField::Usage, AnswerField::Thinking, AnswerField::Refusal]);
        assert_eq!(
            (&whole["usage"], &whole["thinking"], &whole["refusal"]),
            (&json!({ "input": 12, "output": 9 }), &json!("Hm."), &json!("No."))
        );
        let bare = told(&[]);
        assert!(["usage", "thinking", "refusal"].iter().all(|field| bare.get(*field).is_none()), "{bare}");
        let nothing = Observer::new(Api::OpenaiChat).offering(&[AnswerField::Usage, AnswerField::Refusal]).returned();
        let nothing = json!(nothing);
        assert_eq!((nothing.get("usage"), nothing.get("refusal")), (Some(&json!(null)), Some(&json!(""))));
    }
}
