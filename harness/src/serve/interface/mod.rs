//! The data of the HTTP interface, and the document that describes it.

mod case;
mod document;
pub(super) mod filters;
mod judgement;
mod operation;
mod problem;
mod sdk;
mod seen;
mod session;
mod transcript;

pub use case::{CaseEntry, CaseList, ExpectedCheck, SampleRequest, Settings};
pub use document::document;
pub use judgement::{JudgedCheck, Judgement, UnjudgedCheck};
pub(super) use operation::Operation;
pub use problem::InterfaceProblem;
pub use sdk::{SdkEntry, SdkLine, SdkList};
pub use seen::{Seen, SeenError, SeenToolCall};
pub use session::{NewSession, Released, Session};
pub use transcript::{AttemptTranscript, HeaderField, PlayedRequest, RefusedRequest, Waiting};
