//! The number of trials that wait for the clock at once: more and more of them, as long as the processors have time to spare.

use std::time::{Duration, Instant};

use sysinfo::System;

/// The number of such trials that a run begins with, as a multiple of that of others: to wait takes next to no processor.
pub(super) const FIRST: usize = 2;

/// The most it comes to.
pub(super) const MOST: usize = 8;

/// The time between two looks at the processors; it is more than the least in which they say anything.
pub(super) const LOOK: Duration = Duration::from_millis(500);

/// The share of the processors, in percent, that may be busy where more trials are begun: one that waits must not be late.
const BUSY: f32 = 50.0;

/// The pace of the trials that wait.
pub(super) struct Pace {
    /// None where the system does not tell.
    system: Option<System>,
    looked: Instant,
    times: usize,
}

impl Pace {
    pub(super) fn new() -> Self {
        let mut system = System::new().ok();
        if let Some(system) = &mut system {
            // What they did until now is no matter of this pace.
            system.refresh_cpu_usage();
        }
        Self { system, looked: Instant::now(), times: FIRST }
    }

    /// Returns how many times more waiting trials than others may be under way.
    pub(super) fn times(&mut self) -> usize {
        if let Some(system) = self.system.as_mut().filter(|_| self.looked.elapsed() >= LOOK) {
            system.refresh_cpu_usage();
            self.looked = Instant::now();
            self.times = next(self.times, system.global_cpu_usage());
        }
        self.times
    }
}

/// Returns the pace after one at which this share of the processors was busy.
fn next(times: usize, busy: f32) -> usize {
    if busy < BUSY { MOST.min(times + 1) } else { FIRST.max(times - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_processors_let_more_trials_wait_and_busy_ones_fewer() {
        assert_eq!(next(FIRST, 10.0), FIRST + 1);
        assert_eq!(next(FIRST, 90.0), FIRST);
        assert_eq!(next(MOST, 10.0), MOST);
        assert_eq!(next(MOST, 90.0), MOST - 1);
        assert_eq!(Pace::new().times(), FIRST, "nothing is known before the first look");
    }
}
