//! The reader of records: it refuses what it cannot read whole, with the file and the line.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, Read as _};

use camino::Utf8Path;
use fs_err as fs;
use thiserror::Error;

use super::{AttemptLine, AttemptRecord, FORMAT, Record, SuiteRecord, TrialRecord};
use crate::id::{CaseId, SdkId, TrialId};
use crate::judge::Verdict;

/// A file of records that cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file itself.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: String,
        /// What the system says.
        error: io::Error,
    },
    /// It was written in another format.
    #[error(
        "{file}:{line}: records of {}, and this version of streamspec reads format {FORMAT}: run the suite again, or \
         read them with the version that wrote them",
        format_name(*.found)
    )]
    Format {
        /// The file.
        file: String,
        /// The line of the suite.
        line: usize,
        /// The number it says.
        found: u32,
    },
    /// A line of it.
    #[error("{file}:{line}: {what}")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

fn format_name(number: u32) -> String {
    if number == 0 { "a format before they had numbers".to_owned() } else { format!("format {number}") }
}

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

/// Reads all records of a file. An unfinished last line, as a killed run leaves it, is left out.
pub fn read(path: &Utf8Path) -> Result<Vec<Record>, ReadError> {
    let io = |error| ReadError::Io { file: path.to_string(), error };
    let mut records = Vec::new();
    let mut described = Described::default();
    let mut unfinished = Unfinished::new();
    let mut reader = io::BufReader::new(open(path).map_err(io)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(io)?;
        let wrong = |what| ReadError::Line { file: path.to_string(), line: number, what };
        if length as u64 == LONGEST_LINE {
            return Err(wrong(format!("a line of more than {LONGEST_LINE} bytes")));
        }
        if line.last() != Some(&b'\n') {
            break;
        }
        let record = match serde_json::from_slice(&line) {
            Ok(record) => record,
            Err(error) => {
                let AttemptLine { trial, attempt, .. } = serde_json::from_slice(&line)
                    .map_err(|_| wrong(format!("not a record of this version of streamspec: {error}")))?;
                described.is_of(&trial.sdk, &trial.case).map_err(wrong)?;
                unfinished.entry(trial).or_default().push(attempt);
                continue;
            }
        };
        if let Record::Suite(SuiteRecord { format, .. }) = record
            && format != FORMAT
        {
            return Err(ReadError::Format { file: path.to_string(), line: number, found: format });
        }
        described.take(&record).map_err(wrong)?;
        match &record {
            Record::Suite(_) => records.extend(cut_short(&mut unfinished)),
            Record::Trial(trial) if !unfinished.is_empty() => _ = unfinished.remove(&trial.id()),
            _ => {}
        }
        records.push(record);
    }
    records.extend(cut_short(&mut unfinished));
    Ok(records)
}

/// The attempts at trials that have not ended yet.
type Unfinished = BTreeMap<TrialId, Vec<AttemptRecord>>;

/// The trials of a run that ended before they were repeated.
fn cut_short(unfinished: &mut Unfinished) -> Vec<Record> {
    let trial = |(id, attempts): (TrialId, Vec<AttemptRecord>)| {
        let came_to = attempts.last().map(|attempt| attempt.came_to.as_str()).unwrap_or_default();
        let why = format!("the run ended before this trial was repeated; its attempt came to `{came_to}`");
        Record::Trial(Box::new(TrialRecord { attempts, ..TrialRecord::new(id, Verdict::not_run(why)) }))
    };
    std::mem::take(unfinished).into_iter().map(trial).collect()
}

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

    /// Whether the SDK and the case of a trial have been described.
    fn is_of(&self, sdk: &SdkId, case: &CaseId) -> Result<(), String> {
        let lacks =
            |what: &str, id: &str| Err(format!("a trial of the {what} `{id}`, which no line before it tells of"));
        if !self.sdks.contains(sdk) {
            return lacks("SDK", sdk);
        }
        if self.cases.contains(case) { Ok(()) } else { lacks("case", case) }
    }
}
