//! The client as a table of its stages. A stage calls the next one through the table, so that a client that differs from the
//! documented one in one place has another function there and shares all others.

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::body::Body;
use super::coding;
use super::failure::Failure;
use super::head::Head;
use super::payload::Payload;
use super::provider::Provider;
use crate::answer::{Assembly, PartialAnswer, Progress, Step};
use crate::codec::Codec;
use crate::codec::decode::{Decode, Event};
use crate::contract::{Api, Call, Caller, Site};

/// A stage that makes one attempt.
pub(crate) type Attempt = for<'a> fn(
    &'a Client,
    &'a reqwest::Client,
    &'a Call,
    &'a mut PartialAnswer,
) -> BoxFuture<'a, Result<(), (Site, Failure)>>;

/// A stage that reads the head of a response.
pub(crate) type ReadHead =
    for<'a> fn(&'a Client, &'a Call, &'a Head, reqwest::Response) -> BoxFuture<'a, Result<Body, Failure>>;

/// A stage that follows a stream.
pub(crate) type Follow =
    for<'a> fn(&'a Client, &'a Call, &'a mut Opened, &'a mut PartialAnswer) -> BoxFuture<'a, Result<(), Failure>>;

/// A stage that takes a payload.
pub(crate) type TakeObject = fn(&Client, Api, &str, Map<String, Value>, &mut PartialAnswer) -> Result<Step, Failure>;

/// Makes a decoder of one codec's streams.
pub(crate) type MakeDecoder = fn() -> Box<dyn Decode>;

/// The stages of a client, in the order in which a call passes them.
#[derive(Clone, Copy)]
pub(crate) struct Client {
    /// Sends one request and follows its answer to the end.
    pub(crate) attempt: Attempt,
    /// Decides whether an answer is streamed.
    pub(crate) read_head: ReadHead,
    /// Finds the place that an answer sends the client to with the request as it was.
    pub(crate) redirect: fn(&reqwest::Response) -> Option<reqwest::Url>,
    /// Makes the request of a call at its place.
    pub(crate) request: fn(&reqwest::Client, &str, &Call) -> reqwest::RequestBuilder,
    /// Makes the request of a call at the place that a redirect named.
    pub(crate) request_again: fn(&reqwest::Client, reqwest::Url, &Call) -> reqwest::RequestBuilder,
    /// Finds the decoder for a content coding.
    pub(crate) coding: fn(&str) -> Result<coding::Decoder, Failure>,
    /// Decides whether a failure before any output is worth another request.
    pub(crate) is_worth_a_retry: fn(&Failure) -> bool,
    /// Chooses the delay before the next request, by the number of those before; none to give up.
    pub(crate) delay: fn(&Failure, u32) -> Option<std::time::Duration>,
    /// Reads the stream to the end of the answer.
    pub(crate) follow: Follow,
    /// Restarts the clock of a body after a read.
    pub(crate) restart_clock: fn(&mut Body, Progress, &PartialAnswer),
    /// Takes the failure of a body, which may come after the answer.
    pub(crate) take_failure: fn(Api, Failure, &mut PartialAnswer) -> Result<(), Failure>,
    /// Decides whether the caller has what it wants, after an event that was handed over.
    pub(crate) has_enough: fn(Caller, &PartialAnswer) -> bool,
    /// Lets go of the body, and of the connection with it.
    pub(crate) release: fn(Body, Release),
    /// Makes the decoder of a stream by its codec.
    pub(crate) decoder: fn(&Self, &dyn Codec) -> Box<dyn Decode>,
    /// The name of a codec of which this client has a decoder of its own, and what makes it.
    pub(crate) own_decoder: Option<(&'static str, MakeDecoder)>,
    /// Takes a message that is an error by its kind.
    pub(crate) take_failed: fn(&Self, Api, &Event) -> Result<Step, Failure>,
    /// Reads the payload of an event.
    pub(crate) payload: fn(Api, &Event) -> Result<Payload, Failure>,
    /// Takes a payload that is an object, with the name of its event.
    pub(crate) take_object: TakeObject,
    /// Takes the word that ends a stream of the dialect.
    pub(crate) take_sentinel: fn(&Self, Api, &mut PartialAnswer) -> Step,
    /// Takes a payload that is no error as the dialect has it, by its type.
    pub(crate) read: fn(&Self, Api, &str, &Value, &mut PartialAnswer) -> Result<Step, Failure>,
    /// The assembly of tool calls.
    pub(crate) tools: Assembly,
    /// Checks an answer when its stop reason has come.
    pub(crate) check_reason: fn(Api, &PartialAnswer) -> Result<(), Failure>,
    /// Checks an answer when its stream has ended.
    pub(crate) ended: fn(&Self, Api, &mut PartialAnswer) -> Result<(), Failure>,
    /// Finds the error in a payload, by the name of its event.
    pub(crate) find_error: fn(&Self, Api, &str, &Map<String, Value>) -> Option<Provider>,
    /// Finds the error in a body that is no event stream.
    pub(crate) error_in_body: fn(&Self, Api, &str) -> Option<Provider>,
    /// Reads the fields of an error.
    pub(crate) error_fields: fn(Api, &Map<String, Value>) -> Provider,
    /// Gives the HTTP status that an error is equivalent to, by its type and its code.
    pub(crate) equivalent_status: fn(Api, Option<&str>, Option<&str>) -> Option<u16>,
    /// Makes the failure of an error inside a 200.
    pub(crate) in_band: fn(&Self, Api, Provider) -> Failure,
    /// Makes the failure of a body at status 200 that is no event stream.
    pub(crate) not_a_stream: fn(&Self, Api, &Head, &str) -> Failure,
    /// Makes the failure of an error of the HTTP library.
    pub(crate) transport_failure: fn(&reqwest::Error) -> Failure,
}

/// The occasion on which a body is let go of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// The answer has ended.
    Ended,
    /// The answer has failed.
    Failed,
    /// The caller has stopped reading.
    Stopped,
}

/// A response that streams an answer.
pub(crate) struct Opened {
    pub(crate) head: Head,
    pub(crate) body: Body,
}
