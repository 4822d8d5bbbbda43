//! The place where a report is written to, and the reasons why it is not written.

use std::io::{self, Write};

use thiserror::Error;

use crate::record::ReadError;

/// The place where formats put what they write.
pub trait Sink {
    /// Prints a text on standard output.
    fn print(&mut self, text: &str);

    /// Writes a file, or one in a folder: `details/name.js`.
    fn file(&mut self, name: &str, write: &mut Content<'_>) -> Result<(), RenderError>;

    /// Ends a folder all of whose files have been written. Files of an earlier report that begin with `stale` are removed.
    fn folder(&mut self, name: &str, stale: Option<&str>) -> Result<(), RenderError>;
}

/// The content of a file: a function that writes it.
pub type Content<'a> = dyn FnMut(&mut dyn Write) -> Result<(), RenderError> + 'a;

/// A report that cannot be rendered.
#[derive(Debug, Error)]
pub enum RenderError {
    /// A page cannot be made.
    #[error(transparent)]
    Page(#[from] askama::Error),
    /// The records cannot be read again.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}
