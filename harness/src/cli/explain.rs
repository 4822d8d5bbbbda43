//! `streamspec explain`: what a rule, an axis or a verdict means, and who breaks it.

use camino::Utf8Path;

use super::arguments::ExplainOptions;
use super::compare::read;
use super::{Exit, load, output};
use crate::load::Selection;
use crate::terms::explain as explained;
use crate::text;

pub(super) fn explain(root: &Utf8Path, options: &ExplainOptions) -> anyhow::Result<Exit> {
    let Some(suite) = load(root, &Selection::All) else { return Ok(Exit::Usage) };
    let file = root.join(&options.report);
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
