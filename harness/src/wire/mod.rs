//! From a case to the exact bytes: a pure function of the steps, the variant and the nonce.

mod script;
mod variant;

pub use script::{Answer, Op, Script, Write};
pub use variant::Variant;
