//! The writer of records.

use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use camino::Utf8Path;
use fs_err as fs;
use serde::Serialize;

use super::Record;
use super::trial::{AttemptLine, AttemptLineKind, AttemptRecord};
use crate::id::TrialId;

/// Writes records, each flushed as it comes.
#[derive(Debug)]
pub struct Writer {
    file: Mutex<fs::File>,
}

impl Writer {
    /// Begins a new file.
    pub fn create(path: &Utf8Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Self { file: Mutex::new(fs::File::create(path)?) })
    }

    /// Writes one record.
    pub fn write(&self, record: &Record) -> io::Result<()> {
        self.line(record)
    }

    /// Writes that an attempt at a trial has ended and another one follows.
    pub fn write_attempt(&self, trial: TrialId, attempt: AttemptRecord) -> io::Result<()> {
        self.line(&AttemptLine { record: AttemptLineKind::Attempt, trial, attempt })
    }

    fn line(&self, line: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        file.flush()
    }
}
