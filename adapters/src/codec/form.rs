//! The form of an event, where a codec has more than one: the kind of its message, and what differs from the usual around it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind of message that carries an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A part of the answer; every event of a codec that has one kind alone.
    #[default]
    Event,
    /// An error that the service's model has, by its name.
    Exception,
    /// An error that the service's model does not have: the name is its code, and the data its message.
    Error,
}

impl Kind {
    /// Says whether a message of this kind is an error, whatever its data is.
    pub const fn is_failure(self) -> bool {
        !matches!(self, Self::Event)
    }
}

/// The differences from the usual in the frame of an event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Frame {
    /// Headers by their names, in the place of those that the frame has anyway or after them; null leaves one out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Option<Header>>,
    /// Names of headers that come before all others, in this order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub first: Vec<String>,
    /// The part of the frame that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrong: Option<Wrong>,
    /// The offset of the first byte that is sent, for the rest of a frame of which a step before has sent the beginning. A negative
    /// one counts from the end of the frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<isize>,
    /// The offset of the first byte that is not sent any more, which may be negative, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<isize>,
}

impl Frame {
    /// Says whether nothing differs.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the part of a frame that is sent.
    pub(crate) fn part(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let length = bytes.len();
        let offset = |written: isize| match written {
            0.. => written.unsigned_abs().min(length),
            _ => length.saturating_sub(written.unsigned_abs()),
        };
        let end = self.to.map_or(length, offset);
        bytes.truncate(end);
        bytes.split_off(self.from.map_or(0, offset).min(end))
    }
}

/// The value of a header, by its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Header {
    /// True or false, each of which is a type without a value.
    Boolean(bool),
    /// A number of 8 bits.
    Byte(i8),
    /// A number of 16 bits.
    Short(i16),
    /// A number of 32 bits.
    Integer(i32),
    /// A number of 64 bits.
    Long(i64),
    /// Bytes, in hexadecimal.
    Bytes(String),
    /// A text.
    String(String),
    /// Milliseconds since 1970 in UTC.
    Timestamp(i64),
    /// The 16 bytes of a UUID, in hexadecimal.
    Uuid(String),
    /// A type that there is not, by its number; it has no value.
    Unknown(u8),
}

/// A part of a frame that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Wrong {
    /// The checksum of the prelude.
    PreludeCrc,
    /// The checksum of the message.
    MessageCrc,
    /// The length of the message, which is 16 MiB longer than it is; the checksum of the prelude is that of the true length.
    TotalLength,
    /// The length of the headers, which is longer than the message; both checksums are right.
    HeadersLength,
}
