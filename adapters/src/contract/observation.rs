//! The answer of an adapter: the view of the SDK's caller.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field::{Field, Reading};
use crate::answer::{ToolCall, Usage};

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
    /// Takes the calls apart that were made at once, in the order in which they stand here.
    pub fn into_calls(mut self) -> Vec<Self> {
        let others = std::mem::take(&mut self.others);
        std::iter::once(self).chain(others).collect()
    }

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
