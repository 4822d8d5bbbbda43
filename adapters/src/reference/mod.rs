//! The reference client: every api as its documents say, on `reqwest`. It is the model of correctness, and it proves the suite:
//! it passes every check of every case, and each of its [mutants](mutants), which differ from it in one stage, is caught.
//!
//! [`DOCUMENTED`] is the table of its stages, each a function that can be read by itself.

mod body;
mod caller;
mod client;
mod coding;
mod contents;
mod errors;
mod failure;
mod follow;
mod head;
mod http;
mod mutants;
mod payload;
mod provider;
mod reader;
mod redirect;
mod report;
mod retry;
mod stray;
#[cfg(test)]
mod tests;

use futures_util::future::join_all;
use serde_json::Value;

use self::client::Client;
pub use self::contents::{Contents, contents};
use self::failure::Failure;
pub(crate) use self::mutants::Mutant;
use crate::answer::{Assembly, PartialAnswer, Step};
use crate::codec::Codec;
use crate::codec::decode::Decode;
use crate::contract::{Api, Call, Observation, Site};

/// The client as the documents have it.
const DOCUMENTED: Client = Client {
    attempt: follow::attempt,
    read_head: http::read_head,
    redirect: redirect::place,
    request: |http, url, call| http::request(http, url, call),
    request_again: http::request,
    coding: body::decoder,
    is_worth_a_retry: retry::is_worth_a_retry,
    delay: retry::delay,
    follow: follow::follow,
    restart_clock: follow::restart_clock,
    take_failure: follow::take_failure,
    has_enough: |caller, answer| caller.read.has_enough(answer.events),
    release: |body, _| drop(body),
    decoder,
    own_decoder: None,
    take_failed: errors::take_failed,
    payload: payload::parse,
    take_object: reader::take_object,
    take_sentinel: reader::take_sentinel,
    read,
    tools: Assembly::DOCUMENTED,
    check_reason: reader::check_reason,
    ended: reader::ended,
    find_error: errors::find,
    error_in_body: errors::find_in_body,
    error_fields: provider::fields,
    equivalent_status: errors::equivalent_status,
    in_band: errors::in_band,
    not_a_stream: errors::not_a_stream,
    transport_failure: Failure::transport,
};

/// Makes one call as the documents have it and tells what its caller saw.
pub(crate) async fn observe(call: Call) -> Observation {
    observe_with(&DOCUMENTED, &call).await
}

/// Makes a call with these stages, and the same once more, or several times at once, where the caller does.
async fn observe_with(client: &Client, call: &Call) -> Observation {
    let http = match http::client(call) {
        Ok(http) => http,
        Err(error) => {
            let failure = (client.transport_failure)(&error);
            return report::report(call, PartialAnswer::new(client.tools), Err((Site::Open, failure)));
        }
    };
    let calls = call.others();
    let others = join_all(calls.iter().map(|other| caller::call(client, &http, other)));
    let (mut observation, others) = tokio::join!(caller::call(client, &http, call), others);
    observation.others = others;
    if let Some(second) = call.second() {
        observation.again = Some(Box::new(caller::call(client, &http, &second).await));
    }
    observation
}

/// Makes the decoder of a codec's streams.
fn decoder(client: &Client, codec: &dyn Codec) -> Box<dyn Decode> {
    match client.own_decoder {
        Some((name, decoder)) if name == codec.name() => decoder(),
        _ => codec.decoder(),
    }
}

/// Takes one event of a dialect into the answer, by its type and its payload.
fn read(client: &Client, api: Api, kind: &str, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Failure> {
    (api.dialect().read)(kind, payload, answer).map_err(|trouble| errors::of_trouble(client, api, trouble))
}
