//! The script of a trial: for each answer a head, writes and pauses, and one explicit end.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Head;
use crate::case::{Condition, Encoding, End};

/// The answers of one trial, whatever carries them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The answers to the first, second, … request; the last one is repeated. Never empty. Where there are conditions, one
    /// more follows: the answer to a request that meets none.
    pub answers: Vec<Answer>,
    /// The conditions of answers, by their places.
    pub conditions: BTreeMap<usize, Condition>,
}

/// The place of an answer that was chosen for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// An answer of the case.
    Answer(usize),
    /// The answer to a request that meets no condition.
    Unmet(usize),
}

/// The answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status, the header fields and the framing; none when nothing is ever sent.
    pub head: Option<Head>,
    /// The writes of the body and the pauses between them.
    pub body: Vec<Part>,
    /// The end that follows the last of them.
    pub end: End,
    /// True if the body is a stream of the dialect's codec: status 200 and its content type.
    pub is_event_stream: bool,
    /// True if the body is a whole message as it was recorded, its head and its framing among it.
    pub is_verbatim: bool,
}

/// One thing the server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// One write.
    Write(Write),
    /// A time in which nothing is sent.
    Pause(Duration),
}

/// One write of the body, flushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The bytes, still encoded where the answer has a content coding; never empty.
    pub bytes: Vec<u8>,
    /// True if each byte has a frame of its own, rather than all of them one; only where the body is framed.
    pub one_by_one: bool,
}

impl From<Vec<u8>> for Part {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Write(Write { bytes, one_by_one: false })
    }
}

impl Script {
    /// Returns the answer to a request by its number, from 0; the last one is repeated.
    pub fn answer(&self, number: usize) -> Option<&Answer> {
        self.answers.get(number).or(self.answers.last())
    }

    /// Returns the place of the last answer of the case.
    pub fn last(&self) -> usize {
        self.answers.len().saturating_sub(1 + usize::from(!self.conditions.is_empty()))
    }

    /// Chooses the answer to a request: the first that is not used up and whose condition holds. The last one is never
    /// used up.
    pub fn choose(&self, used: impl Fn(usize) -> bool, meets: impl Fn(&Condition) -> bool) -> Choice {
        let last = self.last();
        let is_left = |place: &usize| *place == last || !used(*place);
        let mut left = (0..=last).filter(is_left);
        left.find(|place| self.conditions.get(place).is_none_or(&meets)).map_or(Choice::Unmet(last + 1), Choice::Answer)
    }

    /// Counts the pieces in which all answers are sent: the writes, and the frames of those that have one for each byte.
    pub fn pieces(&self) -> usize {
        let pieces = |part: &Part| match part {
            Part::Write(write) if write.one_by_one => write.bytes.len(),
            Part::Write(_) => 1,
            Part::Pause(_) => 0,
        };
        self.answers.iter().flat_map(|answer| &answer.body).map(pieces).sum()
    }
}

impl Answer {
    /// Makes the answer that sends a message as it was recorded, and then ends like this.
    pub fn verbatim(message: Vec<u8>, end: End) -> Self {
        let body = if message.is_empty() { Vec::new() } else { vec![Part::from(message)] };
        Self { head: None, body, end, is_event_stream: false, is_verbatim: true }
    }

    /// Returns the bytes of the body; still encoded, where the answer has a content coding.
    pub fn bytes(&self) -> Vec<u8> {
        let writes = self.body.iter().filter_map(|part| if let Part::Write(write) = part { Some(write) } else { None });
        writes.flat_map(|write| &write.bytes).copied().collect()
    }

    /// Finds the coding of the body; none where it is not encoded.
    pub fn coding(&self) -> Option<Encoding> {
        self.head.as_ref().and_then(Head::coding)
    }
}
