//! Cases from recordings: from a file of some form to answers, and from an answer to the text of a case that sends its bytes.
//!
//! ```text
//! file --format--> RecordedAnswer --prepared--> bytes of a dialect --steps--> Draft --yaml--> text
//!                                                      |                         ^
//!                                        reference client --Observation--> expect
//! ```
//!
//! The text is judged by the loader, held to the recorded bytes, and run on the reference client before it becomes a file. Header
//! fields are kept by a list of those that are harmless, and of requests no more than where they went (`redact`).

mod dialect;
mod documents;
mod draft;
mod expect;
mod format;
mod importer;
mod names;
mod prepared;
mod recording;
mod redact;
mod steps;

pub use format::{Answers, FORMATS, Format, named};
pub use importer::{Importer, NoCase, Ready, Written};
pub use recording::{Content, RecordedAnswer, Recording, day_of_field};

/// The largest file of recordings, in bytes.
pub const MAX_RECORDING: u64 = 64 * 1024 * 1024;

/// Reads the answers of a file by its name, in a form or in the one that it looks like.
///
/// # Errors
///
/// A sentence that says why the file cannot be read; of an answer, why it cannot be used.
pub fn read(
    file: &str,
    bytes: &[u8],
    form: Option<&'static dyn Format>,
) -> Result<Vec<Result<Recording, NoAnswer>>, String> {
    let form = form.or_else(|| format::recognised(bytes));
    let form = form.ok_or("it looks like no recording; `--format` names its form")?;
    let answers = form.read(bytes).map_err(|error| format!("as `{}`: {error}", form.name()))?;
    let is_one = answers.len() == 1;
    let recording = |(place, answer): (usize, Result<RecordedAnswer, String>)| {
        let place = (!is_one).then_some(place);
        match answer {
            Ok(answer) => Ok(Recording { file: file.to_owned(), place, answer }),
            Err(reason) => Err(NoAnswer { place, reason }),
        }
    };
    Ok((1..).zip(answers).map(recording).collect())
}

/// An answer of a file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// Its place among the answers of the file, from 1, where there are several.
    pub place: Option<usize>,
    /// The reason.
    pub reason: String,
}
