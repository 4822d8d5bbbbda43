//! The expectation of a case: checks over named axes, at three levels.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::contract::Site;

use super::{
    Bound, Connection, Endings, ErrorClass, OneOf, Outcome, RequestMatch, Resent, StatusCheck, TextMatch, ToolsMatch,
    UsageMatch,
};

/// The checks of a case by level.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// A specification or vendor document says so, or breaking it makes failure look like success or repeats effects.
    pub must: Checks,
    /// Vendors agree in intent, the documents leave freedom.
    pub should: Checks,
    /// Recorded, never counted.
    pub may: Checks,
}

/// The weight of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// See [`Expect::must`].
    Must,
    /// See [`Expect::should`].
    Should,
    /// See [`Expect::may`].
    May,
}

impl Level {
    /// Returns the name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

/// One check for each axis that is named.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Checks {
    /// The end of the answer, as the caller sees it.
    pub outcome: Option<OneOf<Outcome>>,
    /// The provider's error type, verbatim.
    #[serde(rename = "error.type")]
    pub error_type: Option<OneOf<String>>,
    /// The provider's error code, verbatim; numbers are compared as text.
    #[serde(rename = "error.code")]
    pub error_code: Option<OneOf<String>>,
    /// The status the error is equivalent to, or `not-guessed` where no document knows one.
    #[serde(rename = "error.status")]
    pub error_status: Option<StatusCheck>,
    /// The SDK's class.
    #[serde(rename = "error.class")]
    pub error_class: Option<ErrorClass>,
    /// The error's message, in full or in part.
    #[serde(rename = "error.message")]
    pub error_message: Option<TextMatch>,
    /// The provider's request id, verbatim.
    #[serde(rename = "error.request_id")]
    pub error_request_id: Option<String>,
    /// The delay the server asked for, in seconds.
    #[serde(rename = "error.retry_after")]
    pub error_retry_after: Option<f64>,
    /// True where the SDK must call the failure retryable, false where it must not.
    #[serde(rename = "error.retryable")]
    pub error_retryable: Option<bool>,
    /// The place in the caller's code where the failure appears: the call, the iteration, or the end.
    #[serde(rename = "error.site")]
    pub error_site: Option<OneOf<Site>>,
    /// `false`: no exception from outside the SDK's own hierarchy may escape. Nothing else makes sense.
    #[serde(rename = "error.foreign")]
    pub error_foreign: Option<bool>,
    /// The text that was delivered.
    pub text: Option<TextMatch>,
    /// The tool calls that were delivered.
    pub tool_calls: Option<ToolsMatch>,
    /// The stop or finish reason; null where none was on the wire.
    #[serde(deserialize_with = "super::compare::present")]
    #[schemars(with = "Option<OneOf<Option<String>>>")]
    pub stop_reason: Option<OneOf<Option<String>>>,
    /// The numbers of tokens.
    pub usage: Option<UsageMatch>,
    /// The model's thoughts that were delivered.
    pub thinking: Option<TextMatch>,
    /// The text of a refusal that was delivered apart from the answer's text.
    pub refusal: Option<TextMatch>,
    /// The notices that the answer is over.
    pub ended: Option<Endings>,
    /// The parts that every request has.
    pub request: Option<RequestMatch>,
    /// The number of requests that reached the server.
    pub requests: Option<Bound>,
    /// The requests that follow the first one, for a redirect or after a failure, beside it.
    pub resent: Option<Resent>,
    /// The time between an answer and the client's next request, in milliseconds; the shortest if there are several.
    pub wait: Option<Bound>,
    /// The time to the answer, in milliseconds.
    pub elapsed: Option<Bound>,
    /// The state of the connection after the failure.
    pub connection: Option<Connection>,
    /// The second call on the same client, where the caller makes one: what must hold of it, as a whole.
    pub again: Option<Box<Self>>,
    /// The other calls of those that the caller makes at once on one client: what must hold of each, as a whole.
    pub others: Option<Box<Self>>,
    /// Several ends that will do, each with what must hold there; one of them must hold as a whole.
    pub either: Vec<Self>,
}

impl Checks {
    /// Says whether a client that is still waiting is accepted.
    pub fn accept_waiting(&self) -> bool {
        self.outcome.as_ref().is_some_and(|accepted| accepted.0.contains(&Outcome::Waiting))
    }

    /// Returns the ends that these checks accept; none where they say nothing of the end.
    pub fn outcomes(&self) -> Option<Vec<Outcome>> {
        if self.either.is_empty() {
            return self.outcome.as_ref().map(|outcome| outcome.0.clone());
        }
        let alternatives: Vec<Vec<Outcome>> =
            self.either.iter().map(|alternative| alternative.outcomes().unwrap_or(Outcome::ALL.to_vec())).collect();
        let accepted = |outcome: &Outcome| {
            self.outcome.as_ref().is_none_or(|own| own.0.contains(outcome))
                && alternatives.iter().any(|alternative| alternative.contains(outcome))
        };
        Some(Outcome::ALL.into_iter().filter(accepted).collect())
    }

    /// Returns these checks and those of every alternative.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.either)
    }
}

/// The name of a thing that checks compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Axis {
    /// [`Checks::outcome`].
    #[serde(rename = "outcome")]
    Outcome,
    /// [`Checks::error_type`].
    #[serde(rename = "error.type")]
    ErrorType,
    /// [`Checks::error_code`].
    #[serde(rename = "error.code")]
    ErrorCode,
    /// [`Checks::error_status`].
    #[serde(rename = "error.status")]
    ErrorStatus,
    /// [`Checks::error_class`].
    #[serde(rename = "error.class")]
    ErrorClass,
    /// [`Checks::error_message`].
    #[serde(rename = "error.message")]
    ErrorMessage,
    /// [`Checks::error_request_id`].
    #[serde(rename = "error.request_id")]
    ErrorRequestId,
    /// [`Checks::error_retry_after`].
    #[serde(rename = "error.retry_after")]
    ErrorRetryAfter,
    /// [`Checks::error_retryable`].
    #[serde(rename = "error.retryable")]
    ErrorRetryable,
    /// [`Checks::error_site`].
    #[serde(rename = "error.site")]
    ErrorSite,
    /// [`Checks::error_foreign`].
    #[serde(rename = "error.foreign")]
    ErrorForeign,
    /// [`Checks::text`].
    #[serde(rename = "text")]
    Text,
    /// [`Checks::tool_calls`].
    #[serde(rename = "tool_calls")]
    ToolCalls,
    /// [`Checks::stop_reason`].
    #[serde(rename = "stop_reason")]
    StopReason,
    /// [`Checks::usage`].
    #[serde(rename = "usage")]
    Usage,
    /// [`Checks::thinking`].
    #[serde(rename = "thinking")]
    Thinking,
    /// [`Checks::refusal`].
    #[serde(rename = "refusal")]
    Refusal,
    /// [`Checks::ended`].
    #[serde(rename = "ended")]
    Ended,
    /// [`Checks::request`].
    #[serde(rename = "request")]
    Request,
    /// [`Checks::requests`].
    #[serde(rename = "requests")]
    Requests,
    /// [`Checks::resent`].
    #[serde(rename = "resent")]
    Resent,
    /// [`Checks::wait`].
    #[serde(rename = "wait")]
    Wait,
    /// [`Checks::elapsed`].
    #[serde(rename = "elapsed")]
    Elapsed,
    /// [`Checks::connection`].
    #[serde(rename = "connection")]
    Connection,
    /// [`Checks::again`].
    #[serde(rename = "again")]
    Again,
    /// [`Checks::others`].
    #[serde(rename = "others")]
    Others,
    /// [`Checks::either`].
    #[serde(rename = "either")]
    Either,
    /// The verdict of the same stream, split or framed otherwise, which must be the same; no case names it, every
    /// variant has it.
    #[serde(rename = "variants")]
    Variants,
    /// The cuts of a healthy stream before its stop reason, none of which may look completed; sweeps only.
    #[serde(rename = "cuts")]
    Cuts,
    /// The dialect's documented error, which must be told wherever it stands in a healthy stream before its stop reason;
    /// sweeps only.
    #[serde(rename = "errors")]
    Errors,
}

impl Axis {
    /// Returns the name in cases and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::ErrorType => "error.type",
            Self::ErrorCode => "error.code",
            Self::ErrorStatus => "error.status",
            Self::ErrorClass => "error.class",
            Self::ErrorMessage => "error.message",
            Self::ErrorRequestId => "error.request_id",
            Self::ErrorRetryAfter => "error.retry_after",
            Self::ErrorRetryable => "error.retryable",
            Self::ErrorSite => "error.site",
            Self::ErrorForeign => "error.foreign",
            Self::Text => "text",
            Self::ToolCalls => "tool_calls",
            Self::StopReason => "stop_reason",
            Self::Usage => "usage",
            Self::Thinking => "thinking",
            Self::Refusal => "refusal",
            Self::Ended => "ended",
            Self::Request => "request",
            Self::Requests => "requests",
            Self::Resent => "resent",
            Self::Wait => "wait",
            Self::Elapsed => "elapsed",
            Self::Connection => "connection",
            Self::Again => "again",
            Self::Others => "others",
            Self::Either => "either",
            Self::Variants => "variants",
            Self::Cuts => "cuts",
            Self::Errors => "errors",
        }
    }
}

impl Axis {
    /// Returns a sentence that says what a client does where this axis holds.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Outcome => "A failure looks like a failure to the caller, and a healthy answer like a completion.",
            Self::ErrorType => "The error has the provider's own type.",
            Self::ErrorCode => "The error has the provider's own code.",
            Self::ErrorStatus => "The error has the status it is equivalent to.",
            Self::ErrorClass => "The error has the class of the same error as a plain HTTP response.",
            Self::ErrorMessage => "The error's message holds the provider's.",
            Self::ErrorRequestId => "The error has the provider's request id.",
            Self::ErrorRetryAfter => "The error has the delay that the server asked for.",
            Self::ErrorRetryable => "The error says whether to try again.",
            Self::ErrorSite => "The error comes up where the caller is.",
            Self::ErrorForeign => "The error is of the SDK's own hierarchy.",
            Self::Text => "The text that arrived is delivered.",
            Self::ToolCalls => "Whole tool calls are delivered, and only these.",
            Self::StopReason => "The stop reason is the one on the wire.",
            Self::Usage => "The numbers of tokens are those on the wire.",
            Self::Thinking => "The model's thoughts that arrived are delivered.",
            Self::Refusal => "The text of a refusal is delivered.",
            Self::Ended => "The caller is told once that the answer is over, and as what it ended.",
            Self::Request => "Every request has the parts that the documents ask for.",
            Self::Requests => "The server sees as many requests as it should.",
            Self::Resent => "What is sent again is the request that was sent first.",
            Self::Wait => "The client waits before its next request as it was asked to.",
            Self::Elapsed => "The answer comes in time.",
            Self::Connection => "The connection is let go of.",
            Self::Again => "The next call on the same client works, whatever became of the one before.",
            Self::Others => "What fails in one call is of no concern to the others that are made at once with it.",
            Self::Either => "The answer ends in one of the ways that will do, with what must hold there.",
            Self::Variants => "The same stream means the same however its bytes are cut.",
            Self::Cuts => "A cut before the stop reason can be told from a completion.",
            Self::Errors => "An error before the stop reason is told, wherever it stands in the stream.",
        }
    }

    /// Returns true for an axis that the clock decides, so that a busy machine may change what is observed.
    pub const fn is_of_the_clock(self) -> bool {
        matches!(self, Self::Wait | Self::Elapsed | Self::Connection)
    }

    /// Returns true for an axis of variant runs or sweeps, false for one of the trial as written.
    pub const fn is_of_variants(self) -> bool {
        matches!(self, Self::Variants | Self::Cuts | Self::Errors)
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
