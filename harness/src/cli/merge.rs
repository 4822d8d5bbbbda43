//! `streamspec merge`: the records of several machines as those of one.

use camino::{Utf8Path, Utf8PathBuf};

use super::arguments::MergeOptions;
use super::exit::CannotWrite;
use super::lock::OutputLock;
use super::{Exit, output};
use crate::merge::{File, merge as merged};
use crate::record::{self, ReadError, Writer};

pub(super) fn merge(root: &Utf8Path, options: &MergeOptions) -> anyhow::Result<Exit> {
    let files = read(root, &options.records)?;
    let records = match merged(&files) {
        Ok(records) => records,
        Err(error) => {
            output::warn(format_args!("error: {error}"));
            return Ok(Exit::Usage);
        }
    };
    let path = root.join(&options.out);
    let _lock = OutputLock::file(root, &path)?;
    let cannot = |why: std::io::Error| CannotWrite::new(&path, why);
    let writer = Writer::create(&path).map_err(cannot)?;
    for record in &records {
        writer.write(record).map_err(cannot)?;
    }
    output::say(format_args!("wrote {path}"));
    Ok(Exit::Conformant)
}

/// Reads files of records under their names.
pub(super) fn read(root: &Utf8Path, paths: &[Utf8PathBuf]) -> Result<Vec<File>, ReadError> {
    let file = |path: &Utf8PathBuf| Ok(File { name: path.to_string(), records: record::read(&root.join(path))? });
    paths.iter().map(file).collect()
}
