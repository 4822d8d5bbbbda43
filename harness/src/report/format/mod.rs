//! The formats of the report, each a file of its own that renders the view.
//!
//! No format imports another one, and [`FORMATS`] alone names them all.

mod badges;
mod csv;
mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod sarif;
mod short;

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use super::view::View;

pub use html::schema as page_schema;

/// A format of the report.
pub trait Format: Sync + fmt::Debug {
    /// The name on the command line.
    fn name(&self) -> &'static str;

    /// Names what it writes, in Markdown: `` `compatibility.json` ``.
    fn writes(&self) -> &'static str;

    /// Says what it is for, for the help and the README.
    fn purpose(&self) -> &'static str;

    /// Says whether it points at lines of case files, which must then be looked for before.
    fn has_places(&self) -> bool {
        false
    }

    /// Renders the view.
    fn render(&self, view: &View<'_>) -> Result<Output, RenderError>;
}

/// The output of a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// A text for standard output.
    Print(String),
    /// Files and folders.
    Files(Vec<Written>),
}

/// A file or a folder below the folder of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A file.
    File {
        /// Its name.
        name: &'static str,
        /// Its content.
        text: String,
    },
    /// A folder.
    Folder {
        /// Its name.
        name: &'static str,
        /// The texts of its files, by name.
        files: BTreeMap<String, String>,
        /// The beginning of files that an earlier report may have left there; they are removed.
        stale: Option<&'static str>,
    },
}

/// A page that cannot be rendered.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct RenderError(#[from] askama::Error);

/// Every format, in the order of the help.
pub const FORMATS: [&dyn Format; 9] = [
    &json::Json,
    &markdown::Markdown,
    &html::Html,
    &short::Short,
    &junit::Junit,
    &sarif::Sarif,
    &github::Github,
    &csv::Csv,
    &badges::Badges,
];

/// The names of the formats that are written where none is named.
pub const DEFAULT: &str = "json,markdown,html";

/// The format with the page that a browser opens.
pub const PAGE: &str = "html";

/// The formats as a table in Markdown, for the README.
pub fn table() -> String {
    let line = |format: &dyn Format| format!("| `{}` | {} | {} |\n", format.name(), format.writes(), format.purpose());
    FORMATS
        .into_iter()
        .fold("| format | what it writes | what it is for |\n|---|---|---|\n".to_owned(), |table, format| {
            table + &line(format)
        })
}

impl Output {
    /// One file.
    fn file(name: &'static str, text: String) -> Self {
        Self::Files(vec![Written::File { name, text }])
    }
}
