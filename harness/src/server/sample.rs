//! An exchange for tests.

use std::time::Duration;

use super::{Exchange, Sent};
use crate::id::Transport;
use crate::transport::{Bursts, Version};

impl Exchange {
    /// Makes an exchange whose answer was sent whole, without a body on either side and nothing else that is particular.
    pub(crate) fn sample() -> Self {
        Self {
            answer: 0,
            at: Duration::ZERO,
            method: "POST".into(),
            path: "/v1/messages".into(),
            headers: Vec::new(),
            body: String::new(),
            transport: Transport::default(),
            version: Version::default(),
            written: 0,
            digest: String::new(),
            bursts: Bursts::default(),
            sent: Sent::Whole,
            done_at: None,
            client_left_at: None,
        }
    }
}
