//! The reference client: every api as its documents say, on `reqwest`, and the same client with one fault each.
//!
//! It exists to prove the suite: the client passes every check of every case, and every faulty one is caught.

mod answer;
mod anthropic;
mod body;
mod coding;
mod decoder;
mod failure;
mod gemini;
mod http;
mod mutant;
mod openai_chat;
mod openai_responses;
mod provider;
mod reader;
mod redirect;
mod status;
mod stray;
#[cfg(test)]
mod tests;

use std::time::Duration;

use self::answer::PartialAnswer;
use self::failure::{Class, Failure};
use self::http::{Opened, Request};
use self::mutant::Faults;
pub(crate) use self::mutant::Mutant;
use self::reader::{Progress, Read, Reader};
use crate::contract::{Api, Call, Ended, Field, Observation, Site};

/// The surface that hands over the finished answer; the other one hands over events as they come.
const FINAL: &str = "final";

/// Makes one call and says what its caller saw.
pub(crate) async fn observe(call: Call, mutant: Option<Mutant>) -> Observation {
    let faults = Faults(mutant);
    let mut answer = PartialAnswer::new(faults);
    let mut replays = match mutant {
        Some(Mutant::RetriesInBand) => 1,
        Some(Mutant::RetriesAfterOutput) => call.max_retries,
        _ => 0,
    };
    let outcome = loop {
        let outcome = attempt(&call, &mut answer, faults).await;
        let replayed = matches!(&outcome, Err((Site::Iterate, failure)) if is_replayed(failure, &answer, faults));
        if !replayed || replays == 0 {
            break outcome;
        }
        replays -= 1;
        answer.id = None;
    };
    report(&call, answer, outcome, faults)
}

/// Sends one request, with the retries that its head allows, and follows its answer to the end.
async fn attempt(call: &Call, answer: &mut PartialAnswer, faults: Faults) -> Result<(), (Site, Failure)> {
    let Opened { head, mut body, is_empty } =
        http::open(call, &request(call), faults).await.map_err(|failure| (Site::Open, failure))?;
    if is_empty {
        answer.stop_reason = Some(normal(call).to_owned());
        return Ok(());
    }
    let followed = follow(call, &mut body, answer, faults).await;
    if followed.is_err() && faults.has(Mutant::HoldsConnection) {
        body.leak();
    }
    followed.map_err(|failure| (Site::Iterate, failure.of_request(&head)))
}

/// Follows the body until the answer has ended, one way or the other. The connection goes with the body.
async fn follow(call: &Call, body: &mut body::Body, answer: &mut PartialAnswer, faults: Faults) -> Result<(), Failure> {
    let mut reader = Reader::new(call.api, read(call.api), faults);
    loop {
        let bytes = match body.next().await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return reader.finish(answer),
            // Silence after the stop reason: the answer is whole, only its marker is missing.
            Err(Failure { class: Class::Timeout, .. }) if answer.stop_reason.is_some() => return Ok(()),
            Err(failure) if is_forgiven(&failure, answer, faults) => {
                answer.stop_reason.get_or_insert_with(|| normal(call).to_owned());
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        match reader.take(&bytes, answer)? {
            Progress::End => return after_end(body, &mut reader, answer, faults).await,
            Progress::Further => body.progressed(),
            Progress::Nothing => {}
        }
        if answer.stop_reason.is_some() && faults.has(Mutant::WaitsForTerminal) {
            body.wait_for_ever();
        }
    }
}

/// The answer is whole; only faulty clients read on.
async fn after_end(
    body: &mut body::Body,
    reader: &mut Reader,
    answer: &mut PartialAnswer,
    faults: Faults,
) -> Result<(), Failure> {
    if faults.has(Mutant::WaitsForClose) {
        while body.next().await?.is_some() {}
    }
    if faults.has(Mutant::LateErrorCounts) {
        reader.take(&[], answer)?;
        while let Ok(Ok(Some(bytes))) = tokio::time::timeout(Duration::from_millis(300), body.next()).await {
            reader.take(&bytes, answer)?;
        }
    }
    Ok(())
}

/// Whether a faulty client takes the failure of a body for its end.
fn is_forgiven(failure: &Failure, answer: &PartialAnswer, faults: Faults) -> bool {
    match faults.0 {
        Some(Mutant::TimeoutIsSuccess) => failure.class == Class::Timeout && answer.events > 0,
        Some(Mutant::TrustsCutBody) => failure.class == Class::Connection,
        Some(Mutant::AcceptsCutGzip) => failure.class == Class::Incomplete,
        _ => false,
    }
}

fn is_replayed(failure: &Failure, answer: &PartialAnswer, faults: Faults) -> bool {
    match faults.0 {
        Some(Mutant::RetriesInBand) => failure.in_band && answer.events == 0,
        Some(Mutant::RetriesAfterOutput) => answer.events > 0,
        _ => false,
    }
}

/// What the caller of a surface saw. `final` hands over nothing before it fails.
fn report(call: &Call, answer: PartialAnswer, outcome: Result<(), (Site, Failure)>, faults: Faults) -> Observation {
    let tool_calls = answer.tool_calls();
    let lost = outcome.is_err() && matches!(faults.0, Some(Mutant::TextLostOnError | Mutant::LateErrorCounts));
    let text = if lost { String::new() } else { answer.text };
    let stop_reason = answer.stop_reason.map(|reason| match faults.0 {
        Some(Mutant::StopReasonFlattened) => normal(call).to_owned(),
        _ => reason,
    });
    match outcome {
        Ok(()) => Observation {
            ended: if answer.interrupted { Ended::Aborted } else { Ended::Returned },
            events: if call.surface == FINAL { 1 } else { answer.events },
            text: Some(text),
            tool_calls: Some(tool_calls),
            stop_reason: stop_reason.into(),
            error: None,
        },
        Err((_, failure)) if call.surface == FINAL => Observation {
            ended: Ended::Raised,
            events: 0,
            text: None,
            tool_calls: None,
            stop_reason: Field::Absent,
            error: Some(failure.observed(Site::Finalize, faults)),
        },
        Err((site, failure)) => Observation {
            ended: Ended::Raised,
            events: answer.events,
            text: Some(text),
            tool_calls: Some(tool_calls),
            stop_reason: stop_reason.into(),
            error: Some(failure.observed(site, faults)),
        },
    }
}

fn request(call: &Call) -> Request {
    let dialect = call.api.dialect();
    Request { path: dialect.request_path(), headers: dialect.headers, body: (dialect.body)(call.ask) }
}

/// The stop reason of an answer that ends in good order.
fn normal(call: &Call) -> &'static str {
    call.api.dialect().stop_reasons.normal()
}

/// Takes one event of a dialect into the answer.
fn read(api: Api) -> Read {
    match api {
        Api::AnthropicMessages => |kind, payload, answer, _| anthropic::read(kind, payload, answer),
        Api::OpenaiChat => |_, payload, answer, faults| openai_chat::read(payload, answer, faults),
        Api::OpenaiResponses => openai_responses::read,
        Api::GeminiGenerate => |_, payload, answer, _| Ok(gemini::read(payload, answer)),
    }
}
