//! Plans trials and runs them: script out, call, observation in, verdict.

mod engine;
mod normal;
mod plan;
mod sweep;

pub use engine::{Engine, EngineError, Ran};
pub use plan::{Filter, Plan, PlanError, Skipped, Trial, plan};
