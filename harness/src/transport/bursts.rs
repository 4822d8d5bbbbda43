//! The times at which bytes went over a connection, in bursts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The shortest time without bytes that ends a burst.
const GAP: Duration = Duration::from_millis(20);

/// The most bursts that are kept of one message; what follows is part of the last one.
const MOST: usize = 64;

/// Bytes that went over a connection with no gap of 20 ms among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// The time of its first bytes.
    pub first: Duration,
    /// The time of its last bytes.
    pub last: Duration,
    /// The number of bytes that had gone over the connection when it was over, those of the bursts before it among them.
    pub end: u64,
}

/// The bursts of one message, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bursts(Vec<Burst>);

impl Bursts {
    /// Adds so many bytes at a time that is not before the last one.
    pub fn add(&mut self, at: Duration, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let end = self.0.last().map_or(0, |last| last.end) + bytes as u64;
        let is_full = self.0.len() >= MOST;
        match self.0.last_mut().filter(|last| is_full || at.saturating_sub(last.last) < GAP) {
            Some(burst) => (burst.last, burst.end) = (at, end),
            None => self.0.push(Burst { first: at, last: at, end }),
        }
    }

    /// Returns them in their order.
    pub fn all(&self) -> &[Burst] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_ends_a_burst_and_there_are_not_many() {
        let mut bursts = Bursts::default();
        for (at, bytes) in [(0, 3), (19, 1), (38, 1), (58, 5), (300, 0), (301, 2)] {
            bursts.add(Duration::from_millis(at), bytes);
        }
        let seen: Vec<_> =
            bursts.all().iter().map(|burst| (burst.first.as_millis(), burst.last.as_millis(), burst.end)).collect();
        assert_eq!(seen, [(0, 38, 5), (58, 58, 10), (301, 301, 12)]);
        for at in 1..1000 {
            bursts.add(Duration::from_secs(at), 1);
        }
        assert_eq!((bursts.all().len(), bursts.all()[MOST - 1].end), (MOST, 12 + 999));
    }
}
