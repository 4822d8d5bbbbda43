//! What happens while cases are played, as lines for whoever watches.

use std::fmt;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::text::shown;

/// The number of characters of a write that are shown.
const WIDTH: usize = 160;

/// One thing that happened. As text it is a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request came for an attempt.
    Asked {
        /// The number of the attempt.
        attempt: u64,
        /// The place at which it is played, `case/anthropic/cut/eof`.
        place: String,
        /// The method and the path below the base URL.
        request: String,
        /// The number of the answer that it gets, from 1, and the number of all.
        answer: (usize, usize),
    },
    /// A write went out whole.
    Sent {
        /// The number of the attempt.
        attempt: u64,
        /// The number of bytes on the wire.
        bytes: usize,
        /// The bytes as text; of a body without its framing.
        text: String,
    },
    /// More writes of the answer follow, and are not told one by one.
    More(u64),
    /// A pause of the script has begun.
    Paused(u64, Duration),
    /// A pause or a stall waits until it is let go.
    Held(u64, Held),
    /// What waited was let go.
    LetGo(u64, Held),
    /// An answer went out whole, with so many bytes, and then ended like this.
    Whole(u64, usize, &'static str),
    /// The client left after so many bytes.
    Left(u64, usize),
    /// A request could not be played to.
    Refused {
        /// The method and the target.
        request: String,
        /// The status that it got.
        status: u16,
        /// The reason.
        reason: String,
    },
    /// An attempt was judged.
    Judged(u64, String),
}

/// A thing that waits until it is let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A pause, which the clock does not end.
    Pause(Duration),
    /// A stall, which only the client's leaving ends otherwise.
    Stall,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pause(time) => write!(f, "a pause of {} ms", time.as_millis()),
            Self::Stall => f.write_str("a stall"),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked { attempt, place, request, answer: (number, all) } => {
                write!(f, "#{attempt} {}: {}", shown(place, WIDTH), shown(request, WIDTH))?;
                if *all > 1 { write!(f, " (answer {number} of {all})") } else { Ok(()) }
            }
            Self::Sent { attempt, bytes, text } => write!(f, "#{attempt}   sent {bytes:>5}  {}", shown(text, WIDTH)),
            Self::More(attempt) => write!(f, "#{attempt}   …"),
            Self::Paused(attempt, time) => write!(f, "#{attempt}   pause of {} ms", time.as_millis()),
            Self::Held(attempt, held) => write!(f, "#{attempt}   waiting in {held}, until it is let go"),
            Self::LetGo(attempt, held) => write!(f, "#{attempt}   let go of {held}"),
            Self::Whole(attempt, bytes, end) => write!(f, "#{attempt}   sent all {bytes} bytes; end: {end}"),
            Self::Left(attempt, bytes) => write!(f, "#{attempt}   the client left after {bytes} bytes"),
            Self::Refused { request, status, reason } => {
                write!(f, "refused {} with {status}: {}", shown(request, WIDTH), shown(reason, 1000))
            }
            Self::Judged(attempt, verdict) => write!(f, "#{attempt} judged: {}", shown(verdict, 1000)),
        }
    }
}

/// The end at which events are told. Nobody needs to listen.
#[derive(Clone, Debug)]
pub(super) struct Teller(UnboundedSender<Event>);

impl Teller {
    pub(super) fn new() -> (Self, UnboundedReceiver<Event>) {
        let (told, events) = unbounded_channel();
        (Self(told), events)
    }

    pub(super) fn tell(&self, event: Event) {
        // A listener that is gone wants to hear nothing.
        let _ = self.0.send(event);
    }
}
