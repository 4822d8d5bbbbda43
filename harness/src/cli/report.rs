//! `streamspec report`: records in, compatibility report out, in as many formats as are asked for.

use std::collections::BTreeMap;

use camino::Utf8Path;
use fs_err as fs;

use super::arguments::{Format, ReportOptions};
use super::{Exit, merge};
use crate::record::Record;
use crate::report::{self, Places, Report, Rows};
use crate::session::locate;

pub(super) fn report(root: &Utf8Path, options: &ReportOptions) -> anyhow::Result<Exit> {
    let files = merge::read(root, &options.records)?;
    if let Err(error) = crate::merge::check(&files) {
        anstream::eprintln!("warning: this is not the report of a whole run: {error}");
    }
    let records: Vec<Record> = files.into_iter().flat_map(|file| file.records).collect();
    write(root, &records, &root.join(&options.out), &options.format)?;
    Ok(Exit::Conformant)
}

/// Writes these formats and says where; workflow commands go to standard output, which is where GitHub reads them.
pub(super) fn write(root: &Utf8Path, records: &[Record], folder: &Utf8Path, formats: &[Format]) -> anyhow::Result<()> {
    let report = Report::from_records(records)?;
    let rows = Rows::from_records(records)?;
    let points = formats.iter().any(|format| matches!(format, Format::Sarif | Format::Github));
    let places = if points {
        Places::find(&rows, |file, level, axis| locate(root, Utf8Path::new(file), level, axis))
    } else {
        Places::default()
    };
    for format in formats {
        match format {
            Format::Json => put(folder, "compatibility.json", &report::json(&report))?,
            Format::Markdown => put(folder, "compatibility.md", &report::markdown(&report))?,
            Format::Html => {
                let pages = report::html(&report, records)?;
                put(folder, "compatibility.html", &pages.page)?;
                details(&pages.details, &folder.join("details"))?;
            }
            Format::Short => put(folder, "short.md", &report::short(&rows))?,
            Format::Junit => put(folder, "junit.xml", &report::junit(&rows))?,
            Format::Sarif => put(folder, "streamspec.sarif", &report::sarif(&rows, &places))?,
            Format::Csv => put(folder, "trials.csv", &report::csv(&rows))?,
            Format::Github => anstream::print!("{}", report::github(&rows, &places)),
            Format::Badges => badges(&report, &folder.join("badges"))?,
        }
    }
    Ok(())
}

fn put(folder: &Utf8Path, name: &str, text: &str) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    let path = folder.join(name);
    fs::write(&path, text)?;
    anstream::println!("wrote {path}");
    Ok(())
}

fn badges(report: &Report, folder: &Utf8Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for badge in report::badges(report) {
        fs::write(folder.join(&badge.file), &badge.content)?;
    }
    anstream::println!("wrote {folder}");
    Ok(())
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
