//! `streamspec fmt`: one form for case files.

use camino::Utf8Path;
use fs_err as fs;
use streamspec_adapters::root::Root;

use super::arguments::FormatOptions;
use super::exit::CannotWrite;
use super::{Exit, output, places};
use crate::load::{self, Formatter};
use crate::text;

pub(super) fn fmt(root: &Root, options: &FormatOptions) -> anyhow::Result<Exit> {
    if options.paths.is_empty() && !options.check {
        places::is_checkout(root, "fmt")?;
    }
    let files = load::files(root, &options.paths).inspect_err(|problems| tell(&problems.to_string()));
    let Ok(files) = files else { return Ok(Exit::Usage) };
    let (mut exit, mut changed, mut formatter) = (Exit::Conformant, 0, Formatter::new(root));
    for (path, name) in &files {
        match formatted(&mut formatter, path, name) {
            None => exit = exit.max(Exit::Usage),
            Some((before, after)) if before == after => {}
            Some(_) if options.check => {
                output::say(format_args!("{name} is not formatted"));
                changed += 1;
                exit = exit.max(Exit::NotConformant);
            }
            Some((_, after)) => {
                fs::write(path, after).map_err(|why| CannotWrite::new(name, why))?;
                output::say(format_args!("formatted {name}"));
                changed += 1;
            }
        }
    }
    let what = if options.check { "not formatted" } else { "changed" };
    let plural = if files.len() == 1 { "" } else { "s" };
    output::say(format_args!("{} file{plural}, {changed} {what}", files.len()));
    Ok(exit)
}

/// Returns the text of a file and the same formatted; none where that cannot be done, which is told.
fn formatted(formatter: &mut Formatter, path: &Utf8Path, name: &Utf8Path) -> Option<(String, String)> {
    // What is too large or no text is told by the loader, with its place.
    let texts = load::text(path, name).and_then(|before| {
        let after = formatter.format(name, &before)?;
        Ok((before, after))
    });
    texts.inspect_err(|problems| tell(&problems.to_string())).ok()
}

fn tell(problems: &str) {
    output::warn(text::visible(problems));
}
