//! Finding and reading YAML files, whatever lies there.

use std::io::Read as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::WalkDir;

use super::limits::{MAX_DEPTH, MAX_FILE_BYTES, MAX_FILES};
use super::problem::{Collector, Problem, Source};

/// Reads a file under the name that people know it by.
pub(super) fn source(path: &Utf8Path, name: &Utf8Path) -> Result<Source, Box<Problem>> {
    let refuse = |message: String| Box::new(Problem::whole_file(name, message));
    let unreadable = |error: std::io::Error| refuse(format!("the file cannot be read: {error}"));
    // A pipe or a device would block or never end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(refuse("this is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    source_of(bytes, name)
}

/// Takes the bytes of a file under the name that people know it by.
pub(super) fn source_of(bytes: Vec<u8>, name: &Utf8Path) -> Result<Source, Box<Problem>> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("the file is larger than {} KiB", MAX_FILE_BYTES / 1024);
        return Err(Box::new(Problem::whole_file(name, message).help("use `repeat` or fragments")));
    }
    text(bytes, name)
}

/// Reads the text of a file, which must be UTF-8 without NUL.
fn text(bytes: Vec<u8>, name: &Utf8Path) -> Result<Source, Box<Problem>> {
    match String::from_utf8(bytes) {
        Ok(text) => {
            let source = Source { file: name.to_owned(), text: Arc::from(text) };
            match source.text.find('\0') {
                Some(at) => Err(Box::new(
                    Problem::error(&source, at..at + 1, "the file contains a NUL character")
                        .help("write it as \"\\0\" in double quotes"),
                )),
                None => Ok(source),
            }
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let wrong = error.as_bytes()[at];
            let before = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let source = Source { file: name.to_owned(), text: Arc::from(before) };
            let problem = Problem::error(
                &source,
                at..at + 1,
                format!("the file is not UTF-8: it contains the byte {wrong:#04x}"),
            );
            Err(Box::new(problem.help("save the file as UTF-8; bytes to be sent are written with `hex`")))
        }
    }
}

/// Lists every YAML file below a folder, sorted, by its path from there.
pub(super) fn below(folder: &Utf8Path, name: &Utf8Path, problems: &mut Collector) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    // Links are followed, so that no case is left out without a word; walkdir reports a loop.
    let walk = WalkDir::new(folder).follow_links(true).max_depth(MAX_DEPTH).sort_by_file_name();
    let visible =
        |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    for entry in walk.into_iter().filter_entry(visible) {
        let path = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) => entry.into_path(),
            Err(error) => {
                let place = error.path().unwrap_or(folder.as_std_path()).to_string_lossy().into_owned();
                let place = Utf8PathBuf::from(place);
                let place = place.strip_prefix(folder).map_or(place.clone(), |rest| name.join(rest));
                problems.push(Problem::whole_file(&place, walk_error(&error)));
                continue;
            }
        };
        let Some(path) = Utf8Path::from_path(&path) else {
            let place = Utf8PathBuf::from(path.to_string_lossy().into_owned());
            problems.push(Problem::whole_file(&place, "the name of the file is not UTF-8"));
            continue;
        };
        let rest = path.strip_prefix(folder).unwrap_or(path);
        match path.extension() {
            Some("yaml") if found.len() == MAX_FILES => {
                problems.push(Problem::whole_file(name, format!("the folder holds more than {MAX_FILES} YAML files")));
                break;
            }
            Some("yaml") => found.push(rest.to_owned()),
            Some(other) if is_yaml(other) => {
                let message = format!("the file is not loaded, because its name ends in `.{other}`");
                problems
                    .push(Problem::whole_file(&name.join(rest), message).help("rename it so that it ends in `.yaml`"));
            }
            _ => {}
        }
    }
    found.sort();
    found
}

/// Returns true for an ending of YAML files; only `yaml`, in lower case, is that of cases.
pub(super) fn is_yaml(ending: &str) -> bool {
    ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml")
}

fn walk_error(error: &walkdir::Error) -> String {
    match (error.loop_ancestor(), error.io_error()) {
        (Some(_), _) => "the link leads back to a folder above it".to_owned(),
        (None, Some(error)) => format!("the file cannot be read: {error}"),
        (None, None) => "the file cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_pointed_at() {
        let name = Utf8Path::new("a.yaml");
        let check = |bytes: &[u8], line: usize, column: usize, message: &str| {
            let problem = text(bytes.to_vec(), name).expect_err("no text");
            assert_eq!((problem.line, problem.column, problem.message.as_str()), (line, column, message));
        };
        check(b"title: \xff\n", 1, 8, "the file is not UTF-8: it contains the byte 0xff");
        check("é: 1\né\0".as_bytes(), 2, 2, "the file contains a NUL character");
        assert!(text(b"title: x".to_vec(), name).is_ok());
    }
}
