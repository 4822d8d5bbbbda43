//! `streamspec report`: records in, compatibility report out, in as many formats as are asked for.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write as _};
use std::process::Stdio;

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::environment;
use streamspec_adapters::native;
use streamspec_adapters::root::Root;

use super::arguments::ReportOptions;
use super::exit::CannotWrite;
use super::lock::OutputLock;
use super::store::Store;
use super::{Exit, committed, merge, output, places};
use crate::adequacy::CaughtAlone;
use crate::record::{Records, TrialPlace};
use crate::report::{
    Alone, AloneMutant, Basis, Content, FORMATS, Format, PAGE, Past, RenderError, Sink, TimeSpent, View,
};
use crate::session::locate;

pub(super) fn report(root: &Root, options: &ReportOptions) -> anyhow::Result<Exit> {
    let folder = root.place(places::report(root, options.out.as_ref()));
    let files = if options.records.is_empty() { vec![places::records(root, None)] } else { options.records.clone() };
    let mut records = merge::read(root, &files)?;
    if committed::is_committed(root, &folder) {
        committed::are_all(options)?;
        committed::are_whole(root, &records)?;
    } else if let Err(error) = crate::merge::check(&records) {
        output::warn(format_args!("warning: this is not the report of a whole run: {error}"));
    }
    if options.chooses() && records.keep(|place| options.takes(place)) == 0 {
        output::warn("error: no trial in these records was run by the routes and transports that were named");
        return Ok(Exit::NothingSelected);
    }
    let _lock = OutputLock::folder(root, &folder)?;
    let page = options.open.then_some(PAGE);
    let names: Vec<&str> = options.format.iter().map(String::as_str).chain(page).collect();
    let beside = Beside { history: options.history.as_deref(), adequacy: options.adequacy.as_deref() };
    write(root, &records, &folder, &names, &beside)?;
    if options.open {
        open(&folder);
    }
    Ok(Exit::Conformant)
}

impl ReportOptions {
    /// Says if some routes or transports are named.
    pub(super) const fn chooses(&self) -> bool {
        !self.routes.is_empty() || !self.transports.is_empty()
    }

    /// Says if a trial was run by a route and a transport that are named, or of which none is.
    fn takes(&self, place: &TrialPlace) -> bool {
        (self.routes.is_empty() || self.routes.contains(&place.route))
            && (self.transports.is_empty() || self.transports.contains(&place.transport))
    }
}

/// The sources of a report beside records.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beside<'a> {
    /// The store of histories.
    history: Option<&'a Utf8Path>,
    /// The file of what each case alone catches.
    adequacy: Option<&'a Utf8Path>,
}

/// Writes the formats of these names and says where; workflow commands go to standard output, where GitHub reads them. Returns where
/// the time of the run went.
pub(super) fn write(
    root: &Root,
    records: &Records,
    folder: &Utf8Path,
    names: &[&str],
    beside: &Beside<'_>,
) -> anyhow::Result<TimeSpent> {
    let formats: Vec<&dyn Format> = FORMATS.into_iter().filter(|format| names.contains(&format.name())).collect();
    let mut view = View::from_records(records)?;
    view.invocation = root.invocation();
    if let Some(histories) = beside.history {
        view.past = past(&view, histories)?;
    }
    if let Some(file) = beside.adequacy {
        view.alone = Some(alone(&view, file)?);
    }
    if formats.iter().any(|format| format.has_places()) {
        view.find_places(|file, level, axis| locate(root, Utf8Path::new(file), level, axis))?;
    }
    let mut out = Folder { path: folder, current: folder.to_owned(), files: BTreeSet::new() };
    for format in formats {
        format.render(&view, &mut out).map_err(|error| match error {
            RenderError::Write(why) => anyhow::Error::from(CannotWrite::new(out.current.clone(), why)),
            other => anyhow::Error::from(other),
        })?;
    }
    Ok(view.times)
}

/// Reads the histories of the SDKs of a report, as far as the store has them. Results that were judged otherwise are refused.
fn past(view: &View<'_>, folder: &Utf8Path) -> anyhow::Result<Vec<Past>> {
    anyhow::ensure!(folder.is_dir(), "{folder}: there is no such folder of histories");
    let basis = Basis::of(view);
    let mut all = Vec::new();
    for sdk in &view.sdks {
        let id = &sdk.record.id;
        let history = Store::of(folder, id.base()).history(id.base(), |other| basis.agrees(other))?;
        if !history.releases.is_empty() {
            all.push(history.past(id)?);
        }
    }
    Ok(all)
}

/// Reads which mutants each case alone catches. What was found with another suite is refused.
fn alone(view: &View<'_>, file: &Utf8Path) -> anyhow::Result<Alone> {
    let cases = view.cases.values().map(|case| (case.id.file(), case.digest.as_str()));
    let CaughtAlone { mutants, cases, .. } = CaughtAlone::read(file, view.suite.rules, &native::mutants(), cases)?;
    let of = |names: Vec<String>| -> Vec<AloneMutant> {
        let about = |name: &String| mutants.get(name).cloned().unwrap_or_default();
        names.into_iter().map(|name| AloneMutant { about: about(&name), name }).collect()
    };
    let alone = cases.into_iter().filter(|(_, case)| !case.alone.is_empty());
    Ok(Alone { mutants: mutants.len(), cases: alone.map(|(id, case)| (id, of(case.alone))).collect() })
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
        output::warn(format_args!("warning: no program that opens pages was found; open {page} in a browser"));
    }
}

/// The folder of a report.
struct Folder<'a> {
    path: &'a Utf8Path,
    /// The file or folder that is being written.
    current: Utf8PathBuf,
    /// The files that have been written.
    files: BTreeSet<Utf8PathBuf>,
}

impl Sink for Folder<'_> {
    fn print(&mut self, text: &str) {
        output::print(text);
    }

    fn file(&mut self, name: &str, write: &mut Content<'_>) -> Result<(), RenderError> {
        self.current = self.path.join(name);
        if let Some(folder) = self.current.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = BufWriter::new(std::fs::File::create(&self.current)?);
        write(&mut file)?;
        file.flush()?;
        self.files.insert(self.current.clone());
        if self.current.parent() == Some(self.path) {
            output::say(format_args!("wrote {}", self.current));
        }
        Ok(())
    }

    /// Removes the files of an earlier report that this one does not have; what does not begin as they do is not ours.
    fn folder(&mut self, name: &str, stale: Option<&str>) -> Result<(), RenderError> {
        self.current = self.path.join(name);
        if let Some(beginning) = stale {
            std::fs::create_dir_all(&self.current)?;
            for entry in self.current.read_dir_utf8()? {
                let path = entry?.into_path();
                if !self.files.contains(&path)
                    && std::fs::read(&path).is_ok_and(|text| text.starts_with(beginning.as_bytes()))
                {
                    std::fs::remove_file(&path)?;
                }
            }
        }
        output::say(format_args!("wrote {}", self.current));
        Ok(())
    }
}
