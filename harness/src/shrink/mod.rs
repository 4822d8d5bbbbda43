//! Finds the smallest stream of which something still holds: delta debugging over the steps of its answers, and then over what
//! each step holds.

mod bench;
mod rederive;
mod reduce;
mod same;
mod search;
mod size;

pub use bench::Bench;
pub use same::{SameVerdict, Signature};
pub use search::{Limits, Oracle, Shrunk, shrink};
pub use size::Size;
