//! Names of editions of the suite.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The name of an edition: the year and the month in which it is frozen, `2026.12`. Later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String")]
pub struct EditionId {
    year: u16,
    month: u8,
}

/// A text that names no edition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not the name of an edition; write the year and the month, `2026.12`")]
pub struct NoEditionId(String);

impl FromStr for EditionId {
    type Err = NoEditionId;

    fn from_str(text: &str) -> Result<Self, NoEditionId> {
        let no = || NoEditionId(text.to_owned());
        let (year, month) = text.split_once('.').ok_or_else(no)?;
        let is_number = |text: &str, digits| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        let numbers = (is_number(year, 4) && is_number(month, 2)).then_some((year.parse(), month.parse()));
        match numbers {
            Some((Ok(year), Ok(month))) if (1..=12).contains(&month) => Ok(Self { year, month }),
            _ => Err(no()),
        }
    }
}

impl fmt::Display for EditionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}.{:02}", self.year, self.month)
    }
}

impl From<EditionId> for String {
    fn from(id: EditionId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for EditionId {
    type Error = NoEditionId;

    fn try_from(text: String) -> Result<Self, NoEditionId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_is_named_by_year_and_month() {
        for text in ["2026.12", "2027.01"] {
            assert_eq!(text.parse::<EditionId>().map(|id| id.to_string()).as_deref(), Ok(text));
        }
        for text in
            ["", "2026", "2026.13", "2026.00", "2026.1", "2026-12", "2026.+1", "2026.12.1", " 2026.12", "../..2.12"]
        {
            assert!(text.parse::<EditionId>().is_err(), "{text}");
        }
        let [earlier, later] = ["2026.12", "2027.01"].map(|text| text.parse::<EditionId>().expect("a name"));
        assert!(earlier < later);
    }
}
