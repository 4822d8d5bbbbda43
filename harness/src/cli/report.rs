//! `streamspec report`: records in, compatibility report out.

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
    fs::create_dir_all(folder)?;
    for (name, text) in [("compatibility.json", report::json(&report)), ("compatibility.md", report::markdown(&report))]
    {
        let path = folder.join(name);
        fs::write(&path, text)?;
        anstream::println!("wrote {path}");
    }
    Ok(())
}
