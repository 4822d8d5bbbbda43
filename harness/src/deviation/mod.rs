//! Known deviations: the checked-in list of what each SDK does today that a case does not expect, by reasons.
//!
//! A run is as listed when reality equals expectation plus list: nothing new fails, nothing that is listed passes,
//! nothing fails differently than listed, and nothing in the list matches nothing.

mod bless;
mod compare;
mod globs;
mod list;
mod point;
mod text;
mod ways;

pub use bless::{Blessed, bless};
pub use compare::{Comparison, Usage};
pub use list::{FILE, KnownDeviations, KnownError, KnownScope, UNEXPLAINED};
pub use point::{Point, Way};

#[cfg(test)]
mod tests;
