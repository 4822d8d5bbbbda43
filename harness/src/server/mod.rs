//! Plays scripts on loopback and keeps what it saw.

mod transcript;

pub use transcript::{Exchange, Sent, Transcript};
