//! `streamspec report`: records in, compatibility report out.

use std::collections::BTreeMap;

use camino::Utf8Path;
use fs_err as fs;

use super::Exit;
use super::arguments::ReportOptions;
use crate::record::{self, Record};
use crate::report::{self, Report};

pub(super) fn report(root: &Utf8Path, options: &ReportOptions) -> anyhow::Result<Exit> {
    let mut records = Vec::new();
    for file in &options.records {
        records.extend(record::read(&root.join(file))?);
    }
    write(&records, &root.join(&options.out))?;
    Ok(Exit::Conformant)
}

/// Writes every format and says where.
pub(super) fn write(records: &[Record], folder: &Utf8Path) -> anyhow::Result<()> {
    let report = Report::from_records(records)?;
    let pages = report::html(&report, records)?;
    fs::create_dir_all(folder)?;
    for (name, text) in [
        ("compatibility.json", report::json(&report)),
        ("compatibility.md", report::markdown(&report)),
        ("compatibility.html", pages.page),
    ] {
        let path = folder.join(name);
        fs::write(&path, text)?;
        anstream::println!("wrote {path}");
    }
    details(&pages.details, &folder.join("details"))
}

/// Writes the details beside the page, and leaves none behind of a group that is gone.
fn details(details: &BTreeMap<String, String>, folder: &Utf8Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in folder.read_dir_utf8()? {
        let path = entry?.into_path();
        if path.extension() == Some("js") && !path.file_name().is_some_and(|name| details.contains_key(name)) {
            fs::remove_file(&path)?;
        }
    }
    for (name, text) in details {
        fs::write(folder.join(name), text)?;
    }
    anstream::println!("wrote {folder}");
    Ok(())
}
