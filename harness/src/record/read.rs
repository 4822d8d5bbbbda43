//! The reader of records: it refuses what it cannot read whole, with the file and the line.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, Read as _};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;

use super::records::{Input, LinePlace, Source};
use super::trial::{AttemptLine, AttemptRecord};
use super::{FORMAT, ReadError, Record, Records, Run, SuiteRecord, TrialPlace, TrialRecord};
use crate::id::{CaseId, SdkId, SurfaceId, TrialId, Variant};
use crate::judge::{Status, Verdict};

/// The longest line that is read, in bytes: far longer than any that is written.
const LONGEST_LINE: u64 = 256 * 1024 * 1024;

/// Opens a file that has an end: reading a FIFO or a device may never come to one.
pub fn open(path: &Utf8Path) -> io::Result<io::Take<fs::File>> {
    let about = fs::metadata(path)?;
    if !about.is_file() {
        let what = if about.is_dir() { "a folder" } else { "a pipe or a device" };
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{what} and not a file")));
    }
    // What is still being written ends here, too.
    Ok(fs::File::open(path)?.take(about.len()))
}

impl Records {
    /// Reads files under their names. An unfinished last line, as a killed run leaves it, is left out.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, Utf8PathBuf)>) -> Result<Self, ReadError> {
        let mut reading = Reading::default();
        for (name, path) in files {
            let file = open(&path).map_err(|error| ReadError::Io { file: path.to_string(), error })?;
            let end = file.limit();
            reading.read(name, path.as_str(), Box::new(file.into_inner()), end)?;
        }
        Ok(reading.finish())
    }

    /// Reads records that are in memory, each list of them as a file.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &[Record])]) -> Result<Self, ReadError> {
        let mut reading = Reading::default();
        for (name, records) in files {
            let line = |record: &Record| serde_json::to_string(record).expect("records are JSON") + "\n";
            let bytes: Vec<u8> = records.iter().flat_map(|record| line(record).into_bytes()).collect();
            let end = bytes.len() as u64;
            reading.read(name, name, Box::new(io::Cursor::new(bytes)), end)?;
        }
        Ok(reading.finish())
    }
}

/// Reads all records of a file, and every trial of it again; trials stand behind everything else.
#[cfg(test)]
pub(crate) fn read(path: &Utf8Path) -> Result<Vec<Record>, ReadError> {
    let records = Records::read([(path.as_str(), path.to_owned())])?;
    let mut all = Vec::new();
    for run in &records.runs {
        all.push(Record::Suite(run.suite.clone()));
        all.extend(run.cases.values().cloned().map(Record::Case));
        all.extend(run.sdks.values().cloned().map(Record::Sdk));
    }
    for place in records.surfaces.values().flatten() {
        all.push(Record::Trial(Box::new(records.trial(place)?)));
    }
    Ok(all)
}

/// The records that have been read so far.
#[derive(Default)]
struct Reading {
    files: Vec<String>,
    runs: Vec<Run>,
    surfaces: BTreeMap<(SdkId, SurfaceId), Vec<TrialPlace>>,
    /// The numbers of the cases, in the order in which they were met.
    cases: BTreeMap<CaseId, u32>,
    sources: Vec<Source>,
    /// The trials that no line has: a run ended before they did.
    cut_short: Vec<TrialRecord>,
    unfinished: Unfinished,
    described: Described,
}

impl Reading {
    /// Reads one file up to its end, in bytes.
    fn read(&mut self, name: &str, path: &str, input: Box<dyn Input>, end: u64) -> Result<(), ReadError> {
        let io = |error| ReadError::Io { file: path.to_owned(), error };
        self.files.push(name.to_owned());
        self.described = Described::default();
        let mut input = io::BufReader::new(input.take(end));
        let (mut line, mut offset) = (Vec::new(), 0);
        for number in 1.. {
            line.clear();
            let length = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(io)? as u64;
            let wrong = |what| ReadError::Line { file: path.to_owned(), line: number, what };
            if length == LONGEST_LINE {
                return Err(wrong(format!("a line of more than {LONGEST_LINE} bytes")));
            }
            if line.last() != Some(&b'\n') {
                break;
            }
            match self.line(name, &line, offset) {
                Ok(()) => offset += length,
                Err(Wrong::Format(found)) => {
                    return Err(ReadError::Format { file: path.to_owned(), line: number, found });
                }
                Err(Wrong::Line(what)) => return Err(wrong(what)),
            }
        }
        self.cut_short();
        self.sources.push(Source::new(path, input.into_inner().into_inner()));
        Ok(())
    }

    /// Takes a line in that begins at an offset.
    fn line(&mut self, name: &str, line: &[u8], offset: u64) -> Result<(), Wrong> {
        let record = match serde_json::from_slice(line) {
            Ok(record) => record,
            Err(error) => {
                let AttemptLine { trial, attempt, .. } = serde_json::from_slice(line)
                    .map_err(|_| Wrong::Line(format!("not a record of this version of streamspec: {error}")))?;
                self.described.is_of(&trial.sdk, &trial.case)?;
                self.unfinished.entry(trial).or_default().push(attempt);
                return Ok(());
            }
        };
        if let Record::Suite(SuiteRecord { format, .. }) = record
            && format != FORMAT
        {
            return Err(Wrong::Format(format));
        }
        self.described.take(&record)?;
        match record {
            Record::Suite(suite) => {
                self.cut_short();
                let (cases, sdks, as_written) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
                self.runs.push(Run { file: name.to_owned(), suite, cases, sdks, as_written });
            }
            Record::Case(case) => self.of_run(|run| _ = run.cases.insert(case.id.clone(), case)),
            Record::Sdk(sdk) => self.of_run(|run| _ = run.sdks.insert(sdk.id.clone(), sdk)),
            Record::Trial(trial) => {
                if !self.unfinished.is_empty() {
                    self.unfinished.remove(&trial.id());
                }
                let line = LinePlace::new(self.sources.len(), offset);
                self.trial(*trial, line.ok_or_else(|| "there are more bytes or files than can be read".to_owned())?);
            }
        }
        Ok(())
    }

    /// Adds something to the run that the lines are of.
    fn of_run(&mut self, add: impl FnOnce(&mut Run)) {
        self.runs.last_mut().map(add);
    }

    /// Takes a trial in that is read again from a place.
    fn trial(&mut self, trial: TrialRecord, line: LinePlace) {
        let (status, has_result) = (trial.verdict.status, trial.has_result());
        let (variant, route, transport) = (trial.variant, trial.route, trial.transport);
        if variant == Variant::AsWritten && status != Status::NotRun {
            self.of_run(|run| *run.as_written.entry(trial.sdk.clone()).or_default() += 1);
        }
        let next = u32::try_from(self.cases.len()).unwrap_or(u32::MAX);
        let case = *self.cases.entry(trial.case).or_insert(next);
        let place = TrialPlace { line, case, variant, route, transport, status, has_result };
        self.surfaces.entry((trial.sdk, trial.surface)).or_default().push(place);
    }

    /// Takes the trials of a run in that ended before they were repeated.
    fn cut_short(&mut self) {
        for (id, attempts) in std::mem::take(&mut self.unfinished) {
            let result = attempts.last().map(|attempt| attempt.result.as_str()).unwrap_or_default();
            let why = format!("the run ended before this trial was repeated; its attempt came to `{result}`");
            self.cut_short.push(TrialRecord { attempts, ..TrialRecord::new(id, Verdict::not_run(why)) });
        }
    }

    /// Sorts what was read.
    fn finish(mut self) -> Records {
        let mut lines = Vec::new();
        for trial in std::mem::take(&mut self.cut_short) {
            // A record is plain data with string keys, which JSON can always hold.
            let line = serde_json::to_vec(&trial).unwrap_or_default();
            if let Some(place) = LinePlace::new(self.sources.len(), lines.len() as u64) {
                self.trial(trial, place);
            }
            lines.extend(line);
            lines.push(b'\n');
        }
        self.sources.push(Source::new("", Box::new(io::Cursor::new(lines))));
        let mut sorted = vec![0; self.cases.len()];
        self.cases.values().zip(0..).for_each(|(met, place)| sorted[*met as usize] = place);
        for places in self.surfaces.values_mut() {
            for place in places.iter_mut() {
                place.case = sorted[place.case as usize];
            }
            places.sort_unstable_by_key(TrialPlace::order);
            places.shrink_to_fit();
        }
        let Self { files, runs, surfaces, cases, sources, .. } = self;
        let sources = sources.into_iter().map(RefCell::new).collect();
        Records { files, runs, surfaces, cases: cases.into_keys().collect(), sources }
    }
}

/// A line that cannot be read.
enum Wrong {
    /// It is of another format.
    Format(u32),
    /// Anything else, in words.
    Line(String),
}

impl From<String> for Wrong {
    fn from(what: String) -> Self {
        Self::Line(what)
    }
}

/// The attempts at trials that have not ended yet.
type Unfinished = BTreeMap<TrialId, Vec<AttemptRecord>>;

/// The things that the lines of a run have described so far.
#[derive(Default)]
struct Described {
    suite: bool,
    cases: BTreeSet<CaseId>,
    sdks: BTreeSet<SdkId>,
}

impl Described {
    /// Takes a line in; an error says what should stand before it.
    fn take(&mut self, record: &Record) -> Result<(), String> {
        if let Record::Suite(_) = record {
            *self = Self { suite: true, ..Self::default() };
            return Ok(());
        }
        if !self.suite {
            return Err("no line before it says which suite was run".to_owned());
        }
        match record {
            Record::Suite(_) => {}
            Record::Case(case) => _ = self.cases.insert(case.id.clone()),
            Record::Sdk(sdk) => _ = self.sdks.insert(sdk.id.clone()),
            Record::Trial(trial) => self.is_of(&trial.sdk, &trial.case)?,
        }
        Ok(())
    }

    /// Tells what is missing where the SDK or the case of a trial has not been described.
    fn is_of(&self, sdk: &SdkId, case: &CaseId) -> Result<(), String> {
        let lacks =
            |what: &str, id: &str| Err(format!("a trial of the {what} `{id}`, which no line before it tells of"));
        if !self.sdks.contains(sdk) {
            return lacks("SDK", sdk);
        }
        if self.cases.contains(case) { Ok(()) } else { lacks("case", case) }
    }
}
