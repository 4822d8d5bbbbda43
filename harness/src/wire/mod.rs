//! From a case to a script: a pure function of the steps, the variant and the nonce.
//!
//! ```text
//! steps --codec--> items --vary--> items --join, encode, truncate--> parts --split--> parts
//! ```
//!
//! - The codec of the dialect renders events, comments, raw text and JSON, and rewrites them for a variant.
//! - `parts` joins spans into writes and splits them as the variant says; `coding` compresses them in between.
//! - `head` has the status, the header fields and the framing, which a variant may change too.
//!
//! No step of it does I/O, and none can fail: the loader has refused what makes no sense, and what comes through
//! regardless is sent as near to the letter as possible. No `Date` header is sent: it would make the bytes differ
//! from run to run. How a script becomes bytes on a connection is for its transport to say.

mod answer;
mod coding;
mod head;
mod parts;
mod script;

pub use answer::UNMET;
pub(crate) use coding::decoded;
pub use head::Head;
pub use script::{Answer, Choice, Part, Script, Write};
