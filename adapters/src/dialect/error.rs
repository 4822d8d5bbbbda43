//! Errors: where their type stands, and the HTTP status that one is equivalent to; never a guess.

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
