//! `streamspec report`: records in, compatibility report out, in as many formats as are asked for.

use std::collections::BTreeMap;
use std::process::Stdio;

use camino::Utf8Path;
use fs_err as fs;
use streamspec_adapters::environment;

use super::arguments::ReportOptions;
use super::exit::CannotWrite;
use super::lock::OutputLock;
use super::{Exit, committed, merge, output};
use crate::record::Record;
use crate::report::{FORMATS, Format, Output, PAGE, View, Written};
use crate::session::locate;

pub(super) fn report(root: &Utf8Path, options: &ReportOptions) -> anyhow::Result<Exit> {
    let folder = root.join(&options.out);
    let files = merge::read(root, &options.records)?;
    if committed::is_committed(root, &folder) {
        committed::are_whole(root, &files)?;
    }
    if let Err(error) = crate::merge::check(&files) {
        output::warn(format_args!("warning: this is not the report of a whole run: {error}"));
    }
    let records: Vec<Record> = files.into_iter().flat_map(|file| file.records).collect();
    let _lock = OutputLock::folder(root, &folder)?;
    let page = options.open.then_some(PAGE);
    let names: Vec<&str> = options.format.iter().map(String::as_str).chain(page).collect();
    write(root, &records, &folder, &names)?;
    if options.open {
        open(&folder);
    }
    Ok(Exit::Conformant)
}

/// Writes the formats of these names and says where; workflow commands go to standard output, where GitHub reads them.
pub(super) fn write(root: &Utf8Path, records: &[Record], folder: &Utf8Path, names: &[&str]) -> anyhow::Result<()> {
    let formats: Vec<&dyn Format> = FORMATS.into_iter().filter(|format| names.contains(&format.name())).collect();
    let mut view = View::from_records(records)?;
    if formats.iter().any(|format| format.has_places()) {
        view.find_places(|file, level, axis| locate(root, Utf8Path::new(file), level, axis));
    }
    for format in formats {
        match format.render(&view)? {
            Output::Print(text) => output::print(text),
            Output::Files(all) => all.iter().try_for_each(|written| put(folder, written))?,
        }
    }
    Ok(())
}

/// Opens the page of a report with what the user's system opens pages with, which goes on by itself.
pub(super) fn open(folder: &Utf8Path) {
    let page = folder.join("compatibility.html");
    let started = open::commands(&page).into_iter().any(|mut command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.envs(environment::of_the_user()).spawn().is_ok()
    });
    if started {
        output::say(format_args!("opening {page}"));
    } else {
        output::warn(format_args!("warning: there is nothing here that opens pages; open {page} in a browser"));
    }
}

fn put(folder: &Utf8Path, written: &Written) -> anyhow::Result<()> {
    let path = match written {
        Written::File { name, text } => {
            let path = folder.join(name);
            store(&path, text)?;
            path
        }
        Written::Folder { name, files, stale } => {
            let path = folder.join(name);
            if let Some(beginning) = stale {
                remove_stale(&path, files, beginning)?;
            }
            files.iter().try_for_each(|(name, text)| store(&path.join(name), text))?;
            path
        }
    };
    output::say(format_args!("wrote {path}"));
    Ok(())
}

fn store(path: &Utf8Path, text: &str) -> Result<(), CannotWrite> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder).and_then(|()| std::fs::write(path, text)).map_err(|why| CannotWrite::new(path, why))
}

/// Removes the scripts of an earlier report that this one does not have; what does not begin as they do is not ours.
fn remove_stale(folder: &Utf8Path, files: &BTreeMap<String, String>, beginning: &str) -> anyhow::Result<()> {
    let cannot = |why: std::io::Error| CannotWrite::new(folder, why);
    std::fs::create_dir_all(folder).map_err(cannot)?;
    for entry in folder.read_dir_utf8()? {
        let path = entry?.into_path();
        let own = fs::read_to_string(&path).is_ok_and(|text| text.starts_with(beginning));
        if own && !path.file_name().is_some_and(|name| files.contains_key(name)) {
            fs::remove_file(&path).map_err(cannot)?;
        }
    }
    Ok(())
}
