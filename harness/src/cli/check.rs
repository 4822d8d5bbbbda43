//! `streamspec check`: finds what is wrong with cases, manifests and lists of known deviations.

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;

use super::arguments::CheckOptions;
use super::{Exit, output, tell_broken};
use crate::deviation::Known;
use crate::load;

pub(super) fn check(root: &Utf8Path, options: &CheckOptions) -> anyhow::Result<Exit> {
    let checked = load::check(root, &options.paths);
    output::print(checked.render());
    let exit = if checked.has_errors() { Exit::Usage } else { Exit::Conformant };
    if options.paths.is_empty() { Ok(exit.max(adapters(root)?)) } else { Ok(exit) }
}

/// Reads every manifest and every list, and says what is wrong with them.
fn adapters(root: &Utf8Path) -> anyhow::Result<Exit> {
    let fleet = Fleet::discover(root)?;
    let mut mistakes = Vec::new();
    for sdk in fleet.sdks() {
        match Known::read(&sdk.dir) {
            Err(error) => mistakes.push(error.to_string()),
            Ok(known) => mistakes.extend(known.repeated().into_iter().map(|(line, earlier)| {
                format!(
                    "{}:{line}: the reason and the link of line {earlier} once more; join the two entries",
                    known.file
                )
            })),
        }
    }
    for mistake in &mistakes {
        output::warn(format_args!("error: {mistake}"));
    }
    let broken = tell_broken(fleet.broken()) != Exit::Conformant;
    Ok(if broken || !mistakes.is_empty() { Exit::Usage } else { Exit::Conformant })
}
