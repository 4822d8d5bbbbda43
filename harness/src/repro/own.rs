//! The program of a user's own, apart from the place where it lies.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::setup::Standalone;

/// The folder of the copies.
const FOLDER: &str = "program";

/// Makes a program that a command starts one that lies in a folder: each word that is the path of a file, from `here`, becomes that
/// of a copy. What a file needs beside itself is not known and is left out.
///
/// # Errors
///
/// A file cannot be read.
pub fn of_command(command: &[String], here: &Utf8Path) -> io::Result<Standalone> {
    let mut alone = Standalone::default();
    for word in command {
        let path = here.join(word);
        let name = path.file_name().filter(|_| path.is_file());
        alone.start.push(match name {
            None => word.clone(),
            Some(name) => {
                let copy = Utf8PathBuf::from(FOLDER).join(name);
                alone.files.insert(copy.clone(), fs_err::read(&path)?);
                copy.into_string()
            }
        });
    }
    Ok(alone)
}
