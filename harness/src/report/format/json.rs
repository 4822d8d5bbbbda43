//! `compatibility.json`: the published report.

use super::{Format, RenderError, Sink};
use crate::report::published;
use crate::report::view::View;

/// `compatibility.json`: one element a line, so that a change of behaviour is a readable diff.
#[derive(Debug)]
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn writes(&self) -> &'static str {
        "`compatibility.json`"
    }

    fn purpose(&self) -> &'static str {
        "programs, and `compare`: everything that is not a plain pass"
    }

    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        out.file("compatibility.json", &mut |file| published::write(view, file))
    }
}
