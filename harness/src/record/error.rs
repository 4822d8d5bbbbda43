//! The reasons why a file of records is not read.

use std::io;

use thiserror::Error;

use super::FORMAT;

/// A file of records that cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file itself.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: String,
        /// The error of the system.
        error: io::Error,
    },
    /// It was written in another format.
    #[error(
        "{file}:{line}: records of {}, and this version of streamspec reads format {FORMAT}: run the suite again, or \
         read them with the version that wrote them",
        format_name(*.found)
    )]
    Format {
        /// The file.
        file: String,
        /// The line of the suite.
        line: usize,
        /// The number it says.
        found: u32,
    },
    /// A line of it.
    #[error("{file}:{line}: {what}")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The fault, in words.
        what: String,
    },
}

fn format_name(number: u32) -> String {
    if number == 0 { "a format from before formats had numbers".to_owned() } else { format!("format {number}") }
}
