//! The question to an adapter: one call, and its caller's part in it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dialect::{Api, Ask, PROMPT};

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
    /// The words of the question, where they are not those of every request: behind a gateway they may name the trial.
    pub prompt: Option<String>,
    /// Header fields that a gateway on the way asks its clients for, by their names.
    pub headers: BTreeMap<String, String>,
    /// The certificate of the authority that the server's is of, as PEM, where the server is asked over TLS. An adapter in a process
    /// of its own was told of it when that was started.
    pub certificate: Option<Arc<str>>,
    /// The caller's own actions, other than to read to the end.
    pub caller: Caller,
    /// True where no other call runs in the same process, so that a crash has one cause.
    pub alone: bool,
}

impl Call {
    /// Returns the words of the question.
    pub fn prompt(&self) -> &str {
        self.prompt.as_deref().unwrap_or(PROMPT)
    }

    /// Returns the body of the request, as the dialect documents it.
    pub fn body(&self) -> Value {
        (self.api.dialect().body)(self.prompt(), self.ask)
    }

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
    /// Describes the ability in words, as they follow "to".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Stop => "stop before the end",
            Self::Cancel => "cancel a call",
            Self::Again => "call again on the same client",
            Self::AtOnce => "make several calls at once on one client",
        }
    }
}
