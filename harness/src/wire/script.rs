//! The exact bytes of every answer, cut into writes, with pauses and one explicit end.

use std::time::Duration;

use crate::case::End;

/// What the server does for one trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The answers to the first, second, … request; the last one is repeated. Never empty.
    pub answers: Vec<Answer>,
}

/// What the server does for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status on the status line; none when nothing is ever sent.
    pub status: Option<u16>,
    /// Whether the connection may serve another request after `finish`.
    pub keep_alive: bool,
    /// What is written and when.
    pub ops: Vec<Op>,
    /// What comes after the last of them.
    pub end: End,
}

/// One thing the server does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// One write to the socket, flushed.
    Write(Write),
    /// Silence.
    Pause(Duration),
}

/// One write to the socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// The bytes on the wire, with the HTTP framing.
    pub bytes: Vec<u8>,
    /// The part of the body among them, without the HTTP framing.
    pub body: Vec<u8>,
}
