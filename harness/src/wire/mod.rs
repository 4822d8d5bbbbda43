//! From a case to the exact bytes: a pure function of the steps, the variant and the nonce.
//!
//! ```text
//! steps --body--> items --dress--> items --parts--> parts --encode, cut--> parts --recut--> parts --http--> ops
//! ```
//!
//! - `body` renders events, comments, raw text and JSON, and remembers which step each span of bytes came from.
//! - `dress` rewrites line ends and slips in what a client must ignore (only in event streams).
//! - `parts` joins spans into writes; `encode` compresses them; `recut` cuts them as the variant says.
//! - `http` puts the head before them and the framing around them. The head is a write of its own, as real servers
//!   send it before the first event exists; so is the last chunk.
//!
//! No step of it does I/O, and none can fail: the loader has refused what makes no sense, and what comes through
//! regardless is sent as near to the letter as possible. No `Date` header is sent: it would make the bytes differ
//! from run to run.

mod answer;
mod body;
mod dress;
mod http;
#[cfg(test)]
mod laws;
mod lines;
mod parts;
mod script;
mod told;
mod values;

pub use http::Head;
pub use script::{Answer, Op, Script, Write};
pub use told::{ToldAnswer, ToldStep, ToldWrite, told};
