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

use std::fmt;

use super::sink::{RenderError, Sink};
use super::view::View;

pub use html::schema as page_schema;

/// A format of the report.
pub trait Format: Sync + fmt::Debug {
    /// Returns the name on the command line.
    fn name(&self) -> &'static str;

    /// Names what it writes, in Markdown: `` `compatibility.json` ``.
    fn writes(&self) -> &'static str;

    /// Says what it is for, for the help and the README.
    fn purpose(&self) -> &'static str;

    /// Says whether it points at lines of case files, which must then be looked for before.
    fn has_places(&self) -> bool {
        false
    }

    /// Renders the view, and writes what it renders as it goes.
    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError>;
}

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

/// Renders the formats as a table in Markdown, for the README.
pub fn table() -> String {
    let line = |format: &dyn Format| format!("| `{}` | {} | {} |\n", format.name(), format.writes(), format.purpose());
    FORMATS
        .into_iter()
        .fold("| format | what it writes | what it is for |\n|---|---|---|\n".to_owned(), |table, format| {
            table + &line(format)
        })
}

/// Writes a file of one text.
fn write(out: &mut dyn Sink, name: &str, text: &str) -> Result<(), RenderError> {
    out.file(name, &mut |file| Ok(file.write_all(text.as_bytes())?))
}
