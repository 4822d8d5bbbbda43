//! `streamspec explain`: what a rule, an axis or a verdict means, and who breaks it.

use streamspec_adapters::root::Root;

use super::arguments::ExplainOptions;
use super::compare::read;
use super::{Exit, load, output};
use crate::load::Selection;
use crate::terms::explain as explained;
use crate::text;

/// The report that comes with the suite.
const REPORT: &str = "reports/compatibility.json";

pub(super) fn explain(root: &Root, options: &ExplainOptions) -> anyhow::Result<Exit> {
    let Some(suite) = load(root, &Selection::All) else { return Ok(Exit::Usage) };
    let file = options.report.as_ref().map_or_else(|| root.join(REPORT), |named| root.place(named));
    let report = if file.is_file() { Some(read(&file)?) } else { None };
    for (place, word) in options.words.iter().enumerate() {
        let text = explained(word, &suite, report.as_ref())?;
        if place > 0 {
            output::say("");
        }
        output::print(text::visible(&text));
    }
    Ok(Exit::Conformant)
}
