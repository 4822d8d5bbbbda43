//! Plans trials and runs them: script out, call, observation in, verdict.

mod attempt;
mod blamed;
mod control;
mod engine;
mod evidence;
mod expected;
mod lessons;
#[cfg(test)]
pub(crate) mod liar;
mod nonces;
mod normal;
mod pace;
mod plan;
mod routes;
mod running;
mod same;
mod shard;
mod sweep;
#[cfg(test)]
mod tests;
mod through;

pub use engine::{Deadlines, Engine, EngineError};
pub(crate) use engine::{RELEASE, watches_connection};
pub use evidence::TrialRun;
pub(crate) use lessons::LOADING;
pub use plan::{Filter, Plan, PlanError, Skipped, Trial, excluded, has_surfaces, has_variant, is_sound, plan};
pub use routes::{READER, Routes, RoutesError};
pub use running::Running;
