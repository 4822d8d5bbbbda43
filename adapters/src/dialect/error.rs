//! Errors: where their type stands, and the HTTP status that one is equivalent to; never a guess.

use serde_json::Value;

/// The errors of a dialect.
#[derive(Debug)]
pub struct Errors {
    /// The member of the error object that names its type.
    pub type_member: &'static str,
    /// Types of events which say that the answer failed; an event may have `error` for its name, too.
    pub events: &'static [&'static str],
    /// Codes with the status that the vendor's documents give them.
    pub codes: &'static [(&'static str, u16)],
    /// Types with the status that the vendor's documents give them.
    pub types: &'static [(&'static str, u16)],
    /// Codes that say that a budget is used up, which no retry changes. Their status is 429.
    pub quota: &'static [&'static str],
    /// The error of a wrong key, whose status is 401.
    pub unauthorized: ErrorName,
    /// The error of too many requests, whose status is 429.
    pub too_many: ErrorName,
    /// An error as the vendor's documents have it inside a stream.
    pub example: StreamError,
}

/// The name of an error in the body of a plain HTTP response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorName {
    /// The error's type, where its shape has one.
    pub kind: Option<&'static str>,
    /// The error's code, where its shape has one; digits stand for a number.
    pub code: Option<&'static str>,
}

/// An error inside a stream, in an event of its own.
#[derive(Debug)]
pub struct StreamError {
    /// The name of the event; none where the dialect's events have no names.
    pub name: Option<&'static str>,
    /// The error's type, where its shape has one.
    pub kind: Option<&'static str>,
    /// The error's code, where its shape has a code that is a word.
    pub code: Option<&'static str>,
    /// Makes the data of the event from a message and the number of events that were sent before it.
    pub data: fn(&str, usize) -> Value,
}

impl Errors {
    /// Finds the status that an error is equivalent to, first by its code; none where no document knows one.
    pub fn status(&self, kind: Option<&str>, code: Option<&str>) -> Option<u16> {
        let find =
            |table: &[(&str, u16)], name: &str| table.iter().find(|(known, _)| *known == name).map(|(_, it)| *it);
        let of_code = |code: &str| find(self.codes, code).or_else(|| self.quota.contains(&code).then_some(429));
        code.and_then(of_code).or_else(|| find(self.types, kind?))
    }
}
