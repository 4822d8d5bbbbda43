//! `streamspec merge`: the records of several machines as those of one.

use camino::Utf8PathBuf;
use streamspec_adapters::root::Root;

use super::arguments::MergeOptions;
use super::exit::CannotWrite;
use super::lock::{self, OutputLock};
use super::{Exit, output};
use crate::merge::merge as merged;
use crate::record::{ReadError, Record, Records, Writer};

pub(super) fn merge(root: &Root, options: &MergeOptions) -> anyhow::Result<Exit> {
    let records = read(root, &options.records)?;
    let head = match merged(&records) {
        Ok(head) => head,
        Err(error) => {
            output::warn(format_args!("error: {error}"));
            return Ok(Exit::Usage);
        }
    };
    let path = root.place(&options.out);
    // Trials are read again while the others are written.
    if options.records.iter().any(|input| lock::real(&root.place(input)) == lock::real(&path)) {
        output::warn(format_args!("error: {} is one of the files that are joined; name another file", options.out));
        return Ok(Exit::Usage);
    }
    let _lock = OutputLock::file(root, &path)?;
    let cannot = |why: std::io::Error| CannotWrite::new(&path, why);
    let writer = Writer::create(&path).map_err(cannot)?;
    for record in head {
        writer.write(&record).map_err(cannot)?;
    }
    let is_one_run = records.runs.len() == 1;
    for trial in records.ran() {
        let mut trial = trial?;
        trial.ended_ms = trial.ended_ms.filter(|_| is_one_run);
        writer.write(&Record::Trial(Box::new(trial))).map_err(cannot)?;
    }
    output::say(format_args!("wrote {path}"));
    Ok(Exit::Conformant)
}

/// Reads files of records under their names.
pub(super) fn read(root: &Root, paths: &[Utf8PathBuf]) -> Result<Records, ReadError> {
    Records::read(paths.iter().map(|path| (path.as_str(), root.place(path))))
}
