//! The body of an event stream and nothing else.

use super::{Answers, Format, beginning};
use crate::import::recording::{Content, RecordedAnswer};

/// The form of a body that was written down as it came.
#[derive(Debug)]
pub(super) struct Sse;

/// The fields of an event (WHATWG HTML 9.2.6), of which a comment has no name.
const FIELDS: [&str; 5] = ["event:", "data:", "id:", "retry:", ":"];

impl Format for Sse {
    fn name(&self) -> &'static str {
        "sse"
    }

    fn about(&self) -> &'static str {
        "the body of an event stream alone"
    }

    fn is_form_of(&self, bytes: &[u8]) -> bool {
        let start = beginning(bytes);
        FIELDS.iter().any(|field| start.starts_with(field.as_bytes()))
    }

    fn read(&self, bytes: &[u8]) -> Result<Answers, String> {
        Ok(vec![Ok(RecordedAnswer::of(Content::Body(bytes.to_vec())))])
    }
}
