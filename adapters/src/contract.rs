//! The contract between the harness and an SDK: what an adapter is asked, and what it may answer.
//!
//! An adapter knows no case and never judges. It reports what a caller of the SDK can read through the SDK's
//! public interface, and leaves out what the SDK does not offer.

use std::ops::RangeInclusive;
use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub use crate::dialect::{Api, Ask};

/// One call that an adapter is asked to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The dialect to speak.
    pub api: Api,
    /// The surface of the SDK to use, by its name in the manifest.
    pub surface: String,
    /// Root of the server; the SDK appends its own path to it (`/v1/messages`).
    pub base_url: String,
    /// The timeout that the SDK itself is configured with.
    pub timeout: Duration,
    /// The harness's own limit; an answer after it is a hang.
    pub deadline: Duration,
    /// The number of retries that the SDK itself is configured with.
    pub max_retries: u32,
    /// The question to the model.
    pub ask: Ask,
    /// The caller's own doings, other than to read to the end.
    pub caller: Caller,
    /// True where no other call runs in the same process, so that a crash has one cause.
    pub alone: bool,
}

impl Call {
    /// Returns the second call, which reads to the end, where the caller makes one.
    pub fn second(&self) -> Option<Self> {
        self.caller.again.then(|| Self { caller: Caller::default(), ..self.clone() })
    }

    /// Returns a call for each of those that the caller makes at once with the first.
    pub fn others(&self) -> Vec<Self> {
        let one = || Self { caller: Caller::default(), ..self.clone() };
        (1..self.caller.at_once.unwrap_or(1)).map(|_| one()).collect()
    }
}

/// The caller's part in a call: how far it reads, and whether it makes others on the same client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Caller {
    /// The extent to which the answer is read.
    pub read: Read,
    /// True where the same call is made once more, on the same client, as soon as the first has ended.
    pub again: bool,
    /// The number of calls where several of the same are made at once, on the same client.
    #[serde(rename = "at-once", skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 64))]
    pub at_once: Option<u32>,
}

impl Caller {
    /// The numbers of calls that can be made at once.
    pub const AT_ONCE: RangeInclusive<u32> = 2..=64;

    /// Says whether it reads one answer to the end, as every surface lets it.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Says whether it makes several calls on one client, which then keeps its connections as the SDK does by itself.
    pub const fn shares_client(&self) -> bool {
        self.again || self.at_once.is_some()
    }

    /// Returns the abilities that a surface needs for it.
    pub fn needs(&self) -> impl Iterator<Item = Ability> {
        let needed = [
            (self.read.stops(), Ability::Stop),
            (self.read.cancels(), Ability::Cancel),
            (self.again, Ability::Again),
            (self.at_once.is_some(), Ability::AtOnce),
        ];
        needed.into_iter().filter_map(|(is_needed, ability)| is_needed.then_some(ability))
    }
}

/// The extent to which a caller reads an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Read {
    /// To the end.
    #[default]
    All,
    /// Until so many items have been handed over; then the caller stops, in the way that the SDK documents.
    StopAfter(u32),
    /// For so many milliseconds from the beginning of the call; then the caller cancels it, in the way that the SDK
    /// documents.
    CancelAfter(u32),
}

impl Read {
    /// Says whether the caller stops at some item.
    pub const fn stops(self) -> bool {
        matches!(self, Self::StopAfter(_))
    }

    /// Says whether so many items are all that the caller wants.
    pub fn has_enough(self, items: u64) -> bool {
        matches!(self, Self::StopAfter(wanted) if items >= u64::from(wanted))
    }

    /// Says whether the caller cancels at some time.
    pub const fn cancels(self) -> bool {
        self.limit().is_some()
    }

    /// Returns the time after which the caller cancels, if it does.
    pub const fn limit(self) -> Option<Duration> {
        match self {
            Self::CancelAfter(milliseconds) => Some(Duration::from_millis(milliseconds as u64)),
            Self::All | Self::StopAfter(_) => None,
        }
    }
}

/// An ability of a surface's caller, which not every SDK gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ability {
    /// To stop reading before the end, and to let go of the answer.
    Stop,
    /// To cancel a call that is waiting for the server.
    Cancel,
    /// To make another call on the client of the one before.
    Again,
    /// To make several calls at once on one client.
    AtOnce,
}

impl Ability {
    /// Returns the deed in words, after "to".
    pub const fn deed(self) -> &'static str {
        match self {
            Self::Stop => "stop before the end",
            Self::Cancel => "cancel a call",
            Self::Again => "call again on the same client",
            Self::AtOnce => "make several calls at once on one client",
        }
    }
}

/// A driver of one SDK, or of any other client.
#[async_trait]
pub trait Adapter: Send + Sync {
    /// The adapter's own description, given when it started.
    fn identity(&self) -> &Identity;

    /// Makes one call through the SDK and tells what its caller saw. Never panics and never outlasts `call.deadline`
    /// by more than the time it takes to notice.
    async fn observe(&self, call: Call) -> CallResult;

    /// Ends the adapter and whatever it started. Later calls answer with a fault.
    async fn close(&self);
}

/// An adapter's answer to `hello`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The SDK that is driven.
    pub sdk: SdkVersion,
    /// The runtime and its version, for example `CPython 3.11.7`.
    pub runtime: String,
    /// The dialects the adapter can be asked for.
    pub apis: Vec<Api>,
    /// Root classes of the SDK's own exceptions; an error with none of them in `classes` is foreign.
    pub error_bases: Vec<String>,
    /// The surfaces the adapter can be asked for.
    pub surfaces: Vec<String>,
    /// The settings that can be made: `timeout`, `max-retries`, `tools`.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// A package at the version that is really loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SdkVersion {
    /// The package's name in its registry.
    pub name: String,
    /// The version the package reports at run time.
    pub version: String,
    /// `python`, `typescript`, `rust`, `go` or `java`.
    pub language: String,
}

/// The result of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct CallResult {
    /// The answer, or whose fault its absence is.
    pub outcome: CallOutcome,
    /// The end of what the adapter's process wrote to stderr; shared by all calls in flight.
    pub stderr: String,
    /// Wall time from the call to the answer.
    pub took: Duration,
}

/// A sentence for a call that came out as [`CallOutcome::Stuck`].
pub const STUCK: &str = "the adapter's process answered nothing any more, with other calls in flight, and was killed";

/// The ways in which a call can come out.
#[derive(Clone, Debug, PartialEq)]
pub enum CallOutcome {
    /// The SDK's caller saw this.
    Observed(Box<Observation>),
    /// No answer before the deadline.
    Hang,
    /// The process died, or the native call panicked, while this call was in flight.
    Crash {
        /// Exit status, signal or panic message.
        detail: String,
        /// True where no other call was in flight, so that the crash is this call's.
        alone: bool,
    },
    /// The process answered nothing any more and was killed, with several calls in flight: any of them may be why.
    Stuck,
    /// The adapter broke: garbage on stdout, a message outside the schema, its own exception.
    Fault {
        /// The fault in a sentence, with the line where there is one.
        detail: String,
    },
}

/// The view of the SDK's caller, in neutral terms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// The way in which the call or the iteration came to its end.
    pub ended: Ended,
    /// The number of items that the SDK handed to its caller.
    pub events: u64,
    /// The answer's text as handed over until the end; absent where the surface hands over no text before it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The tool calls as handed over; absent where the surface hands over none before it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<ToolCall>>,
    /// The stop or finish reason in the SDK's words; absent where the surface has no such field.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub stop_reason: Field<String>,
    /// The numbers of tokens as handed over; absent where the surface has no such field.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub usage: Field<Usage>,
    /// The text of the model's thoughts as handed over until the end; absent where the surface hands over none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<String>,
    /// The text with which the model refuses, where it is apart from the answer's text; absent where the surface hands
    /// over none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The notices of the end that the SDK gave its caller, in their order; absent where the surface has no such notices
    /// beside the end of the call itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endings: Option<Vec<Notice>>,
    /// The failure, if one was raised or handed over as an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ObservedError>,
    /// The observation of the second call, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Box<Observation>>,
    /// The observations of the other calls, in the order in which they were started, where several were made at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Observation>,
}

impl Observation {
    /// Makes the observation of a caller who was handed nothing.
    pub const fn of(ended: Ended) -> Self {
        Self {
            ended,
            events: 0,
            text: None,
            tool_calls: None,
            stop_reason: Field::Absent,
            usage: Field::Absent,
            thinking: None,
            refusal: None,
            endings: None,
            error: None,
            again: None,
            others: Vec::new(),
        }
    }
}

/// A notice that an answer is over, by a callback, an event or a subscriber that the SDK documents for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// It is complete.
    Completed,
    /// It has failed.
    Failed,
    /// It was aborted or cancelled.
    Aborted,
}

impl Notice {
    /// Returns the name in observations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
        }
    }
}

/// Numbers of tokens, of the whole answer as far as the SDK tells it. A number that the SDK leaves empty is null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// The tokens of the request.
    #[serde(default)]
    pub input: Option<u64>,
    /// The tokens of the answer.
    #[serde(default)]
    pub output: Option<u64>,
}

/// The way in which a call or an iteration came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It came to its normal end.
    Returned,
    /// An exception, a rejected promise, an `Err`.
    Raised,
    /// The SDK handed the failure over as an item of the stream.
    ErrorItem,
    /// The SDK itself says the answer was interrupted.
    Aborted,
    /// The caller stopped by itself, and nothing was raised.
    Stopped,
    /// The caller cancelled, and was told so: by the error that the SDK or the platform has for it, or because the caller's
    /// own construct ended the call, as where a future is dropped.
    Cancelled,
}

/// A tool call as the SDK handed it over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// The tool's name.
    pub name: String,
    /// The arguments: a string while they are raw text, any other JSON value once the SDK parsed them.
    pub arguments: Value,
    /// True where the SDK said that the call is over, and nothing said that it was cut; the rule is in `adapters/README.md`.
    pub complete: bool,
}

/// The failure as its catcher can read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservedError {
    /// The place where it surfaced.
    pub site: Site,
    /// Its class, without the module.
    pub class: String,
    /// Its class and all base classes, most derived first, without modules.
    pub classes: Vec<String>,
    /// The message, verbatim.
    pub message: String,
    /// The HTTP status the error offers.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub status: Field<Reading<i64>>,
    /// The provider's error type.
    #[serde(default, rename = "type", skip_serializing_if = "Field::is_absent")]
    pub kind: Field<Reading<String>>,
    /// The provider's error code.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub code: Field<Reading<String>>,
    /// The provider's request id.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub request_id: Field<Reading<String>>,
    /// The delay the server asked for, in seconds.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub retry_after: Field<Reading<f64>>,
    /// The SDK's own statement that the failure is worth a retry, or is not.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub retryable: Field<Reading<bool>>,
    /// Classes of the chain of causes, nearest first.
    #[serde(default)]
    pub causes: Vec<String>,
    /// Sentences about what stood in the place of a field above and could not be read: a body that is no JSON object, a
    /// status that is text. No grade depends on it; it says why a field is absent or empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// The place where a failure surfaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Site {
    /// In the call that opens the stream.
    Open,
    /// While items were taken from the stream.
    Iterate,
    /// In the call that returns the finished answer.
    Finalize,
}

/// A value and the way it was reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading<T> {
    /// The value, verbatim.
    pub value: T,
    /// The way it was reached.
    pub via: Via,
}

/// The way a value was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// A documented attribute, variant or method.
    Attribute,
    /// The raw body that the SDK exposes, parsed or as text.
    Body,
    /// The response headers that the SDK exposes.
    Header,
    /// Any of these, of the SDK's own error inside the platform's wrapper.
    Cause,
}

impl Via {
    /// The name in observations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attribute => "attribute",
            Self::Body => "body",
            Self::Header => "header",
            Self::Cause => "cause",
        }
    }
}

/// A field that the SDK does not have, has and leaves empty, or fills.
///
/// On the wire: a missing key, `null`, a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Field<T> {
    /// The SDK has no such field.
    #[default]
    Absent,
    /// The SDK has the field and left it empty.
    Empty,
    /// The SDK filled the field.
    Value(T),
}

impl<T> Field<T> {
    /// Says whether the SDK has no such field.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The value, if there is one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Empty => None,
        }
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Self::Value)
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}
