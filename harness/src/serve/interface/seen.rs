//! What the caller's own code saw: the part of an observation that it knows.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use streamspec_adapters::contract::{
    CallOutcome, CallResult, Ended, Field, Notice, Observation, ObservedError, Reading, Site, ToolCall, Usage, Via,
};

use crate::case::{Axis, Outcome};

/// What your code saw, in the terms of the cases. A part that is not given is not judged. As `stop_reason`, `usage` and
/// the type, the code, the status, the request id, the delay and the `retryable` of an error, null says that there is such a field
/// and that it is empty; anywhere else null is the same as nothing.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The end, as your code took it: `completed` where it would go on with the answer, `error` where it was told of a failure,
    /// `incomplete` where it can tell without an error that the answer is not whole, `waiting` where it gave up, because there
    /// was no end, `stopped` or `cancelled` where it left by itself.
    pub outcome: Outcome,
    /// The text of the answer as far as it was handed over.
    #[serde(default)]
    pub text: Option<String>,
    /// The tool calls that were handed over.
    #[serde(default)]
    pub tool_calls: Option<Vec<SeenToolCall>>,
    /// The stop or finish reason.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub stop_reason: Field<String>,
    /// The numbers of tokens.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub usage: Field<Usage>,
    /// The text of the model's thoughts.
    #[serde(default)]
    pub thinking: Option<String>,
    /// The text of a refusal, where it is apart from the answer's text.
    #[serde(default)]
    pub refusal: Option<String>,
    /// The notices of the end, by callbacks or events, in their order.
    #[serde(default)]
    pub endings: Option<Vec<Notice>>,
    /// The failure, where there was one.
    #[serde(default)]
    pub error: Option<SeenError>,
    /// The time from the call to its end, in milliseconds.
    #[serde(default)]
    pub elapsed_ms: Option<u64>,
    /// The axes to leave out, `error.status` for example, because your code does without them.
    #[serde(default)]
    pub ignore: Vec<Axis>,
}

/// A tool call that was handed over.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenToolCall {
    /// The tool's name.
    pub name: String,
    /// The arguments: text, or parsed.
    pub arguments: Value,
    /// True where your code would make the call.
    #[serde(default = "yes")]
    pub complete: bool,
}

/// The failure as your code can read it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenError {
    /// The provider's error type.
    #[serde(default, rename = "type", skip_serializing_if = "Field::is_absent")]
    pub kind: Field<String>,
    /// The provider's error code; a number as text.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub code: Field<String>,
    /// The HTTP status that the error offers.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub status: Field<i64>,
    /// The message.
    #[serde(default)]
    pub message: Option<String>,
    /// The class.
    #[serde(default)]
    pub class: Option<String>,
    /// The provider's request id.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub request_id: Field<String>,
    /// The delay that the server asked for, in seconds.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub retry_after: Field<f64>,
    /// The statement that the failure is worth another try, or is not.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub retryable: Field<bool>,
    /// The place in your code where it came up.
    #[serde(default)]
    pub site: Option<Site>,
    /// True where it is none of the errors that your code expects of its client.
    #[serde(default)]
    pub foreign: Option<bool>,
}

const fn yes() -> bool {
    true
}

impl Seen {
    /// Says what in it contradicts itself, if anything does.
    pub(in crate::serve) fn contradiction(&self) -> Option<String> {
        let Self { outcome, error, .. } = self;
        let has_none = !matches!(outcome, Outcome::Error | Outcome::Incomplete | Outcome::Cancelled);
        (error.is_some() && has_none).then(|| {
            format!(
                "`error` is given, and `outcome` is `{}`; where your code was told of a failure it is `error`",
                outcome.name()
            )
        })
    }

    /// Makes the result of a call of it.
    pub(in crate::serve) fn answered(&self) -> CallResult {
        let outcome = if self.outcome == Outcome::Waiting {
            CallOutcome::Hang
        } else {
            CallOutcome::Observed(Box::new(self.observation()))
        };
        let took = Duration::from_millis(self.elapsed_ms.unwrap_or_default());
        CallResult { outcome, stderr: String::new(), took }
    }

    fn observation(&self) -> Observation {
        let ended = match self.outcome {
            Outcome::Completed => Ended::Returned,
            Outcome::Error => Ended::Raised,
            Outcome::Incomplete | Outcome::Waiting => Ended::Aborted,
            Outcome::Stopped => Ended::Stopped,
            Outcome::Cancelled => Ended::Cancelled,
        };
        let call = |SeenToolCall { name, arguments, complete }: &SeenToolCall| ToolCall {
            name: name.clone(),
            arguments: arguments.clone(),
            complete: *complete,
        };
        let error = self.error.clone().or_else(|| (self.outcome == Outcome::Error).then(SeenError::default));
        Observation {
            text: self.text.clone(),
            tool_calls: self.tool_calls.as_ref().map(|calls| calls.iter().map(call).collect()),
            stop_reason: self.stop_reason.clone(),
            usage: self.usage.clone(),
            thinking: self.thinking.clone(),
            refusal: self.refusal.clone(),
            endings: self.endings.clone(),
            error: error.map(SeenError::observed),
            ..Observation::of(ended)
        }
    }

    /// Lists the axes on which it says nothing, but those that an observation leaves out by itself.
    pub(in crate::serve) fn unsaid(&self) -> Vec<Axis> {
        let none = SeenError::default();
        let error = self.error.as_ref().unwrap_or(&none);
        let said = [
            (Axis::ErrorType, !error.kind.is_absent()),
            (Axis::ErrorCode, !error.code.is_absent()),
            (Axis::ErrorStatus, !error.status.is_absent()),
            (Axis::ErrorMessage, error.message.is_some()),
            (Axis::ErrorRequestId, !error.request_id.is_absent()),
            (Axis::ErrorRetryAfter, !error.retry_after.is_absent()),
            (Axis::ErrorRetryable, !error.retryable.is_absent()),
            (Axis::ErrorSite, error.site.is_some()),
            (Axis::ErrorForeign, error.foreign.is_some()),
            (Axis::Elapsed, self.elapsed_ms.is_some()),
        ];
        // Where there was no failure, that is why these axes say nothing.
        let is_about_a_failure = self.error.is_some() || self.outcome == Outcome::Error;
        let unsaid = said.into_iter().filter(|(axis, said)| !said && (*axis == Axis::Elapsed || is_about_a_failure));
        unsaid.map(|(axis, _)| axis).collect()
    }
}

impl SeenError {
    fn observed(self) -> ObservedError {
        let class = self.class.unwrap_or_default();
        ObservedError {
            site: self.site.unwrap_or(Site::Iterate),
            classes: vec![class.clone()],
            class,
            message: self.message.unwrap_or_default(),
            status: reading(self.status),
            kind: reading(self.kind),
            code: reading(self.code),
            request_id: reading(self.request_id),
            retry_after: reading(self.retry_after),
            retryable: reading(self.retryable),
            causes: Vec::new(),
            unread: Vec::new(),
        }
    }

    /// Lists the root classes by which the error is foreign or not, as the caller says.
    pub(in crate::serve) fn bases(&self) -> Vec<String> {
        if self.foreign == Some(true) { Vec::new() } else { vec![self.class.clone().unwrap_or_default()] }
    }
}

fn reading<T>(field: Field<T>) -> Field<Reading<T>> {
    match field {
        Field::Absent => Field::Absent,
        Field::Empty => Field::Empty,
        Field::Value(value) => Field::Value(Reading { value, via: Via::Attribute }),
    }
}
