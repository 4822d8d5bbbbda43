//! `streamspec check`: finds what is wrong with cases, manifests and lists of known deviations.

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;

use super::arguments::CheckOptions;
use super::{Exit, output, tell_broken};
use crate::adequacy::Accepted;
use crate::case::Case;
use crate::deviation::KnownDeviations;
use crate::edition::{Edition, names};
use crate::judge::RULES;
use crate::load::{self, Selection};
use crate::session::SessionError;

pub(super) fn check(root: &Utf8Path, options: &CheckOptions) -> anyhow::Result<Exit> {
    let checked = load::check(root, &options.paths);
    output::print(checked.render());
    let exit = if checked.has_errors() { Exit::Usage } else { Exit::Conformant };
    if !options.paths.is_empty() {
        return Ok(exit);
    }
    let exit = exit.max(adapters(root)?);
    if checked.has_errors() {
        return Ok(exit);
    }
    let cases = load::suite(root, &Selection::All).map_err(SessionError::Cases)?.cases;
    editions(root, &cases)?;
    Ok(exit.max(accepted(root, &cases)?))
}

/// Reads the list of case files that prove less than others, and says which of its globs match none.
fn accepted(root: &Utf8Path, cases: &[Case]) -> anyhow::Result<Exit> {
    let accepted = Accepted::read(root)?;
    let files: Vec<&str> = cases.iter().map(|case| case.id.file()).collect();
    let unmatched = accepted.unmatched(&files);
    for mistake in &unmatched {
        output::warn(format_args!("error: {mistake}"));
    }
    Ok(if unmatched.is_empty() { Exit::Conformant } else { Exit::Usage })
}

/// Reads every edition, says what is wrong with it, and which cases of a frozen one are not what they were.
fn editions(root: &Utf8Path, cases: &[Case]) -> anyhow::Result<()> {
    for id in Edition::ids(root)? {
        let edition = Edition::read(root, id)?;
        if edition.draft || edition.rules != RULES {
            continue;
        }
        let differs = edition.compared(cases);
        if !differs.is_kept() {
            let (file, names) = (Edition::file(id), names(&differs));
            output::warn(format_args!(
                "warning: {file}: these case files differ from this edition: {names}; a run here says so, and `--edition {id}` is refused"
            ));
        }
    }
    Ok(())
}

/// Reads every manifest and every list, and says what is wrong with them.
fn adapters(root: &Utf8Path) -> anyhow::Result<Exit> {
    let fleet = Fleet::discover(root)?;
    let mut mistakes = Vec::new();
    for sdk in fleet.sdks() {
        match KnownDeviations::read(&sdk.dir) {
            Err(error) => mistakes.push(error.to_string()),
            Ok(known) => mistakes.extend(known.repeated().into_iter().map(|(line, earlier)| {
                format!(
                    "{}:{line}: this entry has the reason and the link of the one at line {earlier}; join the two",
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
