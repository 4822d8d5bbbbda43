//! The contract between the harness and an SDK: what an adapter is asked, and what it may answer.
//!
//! An adapter knows no case and never judges. It reports what a caller of the SDK can read through the SDK's
//! public interface, and leaves out what the SDK does not offer.

mod call;
mod field;
mod observation;
mod surface;

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::call::{Ability, Call, Caller, Read};
pub use self::field::{Field, Reading, Via};
pub use self::observation::{Ended, Notice, Observation, ObservedError, Site};
pub use self::surface::{AnswerField, Delivers, Surface};
pub use crate::answer::{ToolCall, Usage};
pub use crate::dialect::{Api, Ask};

/// A driver of one SDK, or of any other client.
#[async_trait]
pub trait Adapter: Send + Sync {
    /// Returns the adapter's own description, given when it started.
    fn identity(&self) -> &Identity;

    /// Makes one call through the SDK and tells what its caller saw. Never panics and never outlasts `call.deadline`
    /// by more than the time it takes to notice.
    async fn observe(&self, call: Call) -> CallResult;

    /// Ends the adapter and whatever it started. Later calls answer with a fault.
    async fn close(&self);
}

/// The capability of an adapter that sends the words that a call brings, where it brings some.
pub const PROMPT: &str = "prompt";

/// The capability of an adapter that sends the header fields that a call brings.
pub const HEADERS: &str = "headers";

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
    /// The settings that can be made: `timeout`, `max-retries`, `tools`, [`PROMPT`], [`HEADERS`].
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// The surfaces that the adapter itself describes, where no manifest does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub described: BTreeMap<String, Surface>,
}

/// A package at the version that is really loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SdkVersion {
    /// The package's name in its registry.
    pub name: String,
    /// The version the package reports at run time.
    pub version: String,
    /// The language: `python`, `typescript`, `rust`, `go` or `java` of an SDK that is checked in, any words of another one.
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
