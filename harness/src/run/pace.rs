//! Numbers that grow as long as the processors have time to spare: of the SDKs that are busy at once, and of the trials that wait for the
//! clock at once.

use std::time::{Duration, Instant};

use sysinfo::System;

use super::engine::cores;

/// The time between two looks at the processors; it is more than the least in which they say anything.
pub(super) const LOOK: Duration = Duration::from_millis(500);

/// The trials that wait for the clock of which more or fewer are under way from one look to the next.
pub(super) const STEP: usize = 32;

/// The most of them that are under way.
const MOST: usize = 512;

/// A number that follows the processors.
pub(super) struct Pace {
    /// None where the system does not tell.
    system: Option<System>,
    looked: Instant,
    bounds: Bounds,
    number: usize,
}

/// The bounds of a number, and the share of busy processors that it follows.
#[derive(Clone, Copy)]
struct Bounds {
    least: usize,
    most: usize,
    /// The share of the processors, in percent, at which it no longer grows.
    busy: f32,
}

impl Pace {
    /// Returns how many times [`STEP`] trials that wait for the clock may be under way. Half a core stays free: one that waits must not be
    /// late.
    pub(super) fn of_waiting() -> Self {
        let cores = u16::try_from(cores()).map_or(f32::INFINITY, f32::from);
        Self::new(Bounds { least: 1, most: MOST / STEP, busy: 100.0 - 50.0 / cores })
    }

    /// Returns how many SDKs may be busy at once. More than keep the processors busy are not sooner done, all of them together; but each
    /// answers late, and a process that was killed takes minutes to come back.
    pub(super) fn of_sdks() -> Self {
        Self::new(Bounds { least: 2 * cores(), most: usize::MAX, busy: 90.0 })
    }

    fn new(bounds: Bounds) -> Self {
        let mut system = System::new().ok();
        if let Some(system) = &mut system {
            // What they did until now is no matter of this pace.
            system.refresh_cpu_usage();
        }
        Self { system, looked: Instant::now(), bounds, number: bounds.least }
    }

    /// Returns the number for now.
    pub(super) fn number(&mut self) -> usize {
        if let Some(system) = self.system.as_mut().filter(|_| self.looked.elapsed() >= LOOK) {
            system.refresh_cpu_usage();
            self.looked = Instant::now();
            self.number = self.bounds.next(self.number, system.global_cpu_usage());
        }
        self.number
    }
}

impl Bounds {
    /// Returns the number after one at which this share of the processors was busy.
    fn next(self, number: usize, busy: f32) -> usize {
        if busy < self.busy { self.most.min(number + 1) } else { self.least.max(number - 1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_processors_let_more_trials_wait_and_busy_ones_fewer() {
        let mut pace = Pace::of_waiting();
        let next = |number, busy| pace.bounds.next(number, busy);
        assert_eq!(next(1, 10.0), 2);
        assert_eq!(next(1, 100.0), 1);
        assert_eq!(next(MOST / STEP, 10.0), MOST / STEP);
        assert_eq!(next(MOST / STEP, 100.0), MOST / STEP - 1);
        assert_eq!(pace.number(), 1, "nothing is known before the first look");
    }

    #[test]
    fn more_sdks_are_busy_until_the_processors_are() {
        let mut pace = Pace::of_sdks();
        assert_eq!(pace.number(), 2 * cores());
        assert_eq!(pace.bounds.next(40, 80.0), 41);
        assert_eq!(pace.bounds.next(40, 99.0), 39);
        assert_eq!(pace.bounds.next(2 * cores(), 99.0), 2 * cores());
    }
}
