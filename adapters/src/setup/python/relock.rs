//! The releases of a package on an index, and the lock of an SDK at one of them.

use std::io;

use camino::Utf8Path;

use super::{SetupError, constrained, no_version, output_of, users_command};
use crate::manifest::Manifest;

/// The requirements and the lock that is made of them.
const REQUIREMENTS: &str = "requirements.in";
const LOCK: &str = "requirements.lock";

/// The word behind which the first line of a lock says how it was made.
const MADE_BY: &str = "# Made by: uv ";

/// The arguments that make a lock, where it does not say them itself.
const ARGUMENTS: &str = "pip compile --universal --python-version 3.10 --generate-hashes --no-header --no-emit-index-url \
                         -o requirements.lock requirements.in";

/// Lists the versions of a package that the index has for this Python.
pub(super) fn releases(python: &Utf8Path, manifest: &Manifest) -> Result<Vec<String>, SetupError> {
    let Manifest { id, package, .. } = manifest;
    let mut list = users_command(python);
    let output = output_of(id, list.args(["-m", "pip", "--disable-pip-version-check", "index", "versions", package]))?;
    available(&output).ok_or_else(|| no_version(id, package))
}

/// Finds the list in what pip prints.
fn available(output: &str) -> Option<Vec<String>> {
    let list = output.lines().find_map(|line| line.strip_prefix("Available versions:"))?;
    Some(list.split(',').map(|version| version.trim().to_owned()).collect())
}

/// Writes the requirements with the version, and makes the lock anew.
pub(super) fn relock(
    uv: &Utf8Path,
    manifest: &Manifest,
    folder: &Utf8Path,
    version: &str,
) -> Result<Vec<&'static str>, SetupError> {
    let Manifest { id, package, .. } = manifest;
    let io = |source: io::Error| SetupError::Io { id: id.clone(), source };
    let (requirements, lock) = (folder.join(REQUIREMENTS), folder.join(LOCK));
    let text = fs_err::read_to_string(&requirements).map_err(io)?;
    let before = fs_err::read_to_string(&lock).map_err(io)?;
    // What the old lock holds would be kept, and what is only a lower bound may come out newer than the version.
    fs_err::remove_file(&lock).map_err(io)?;
    fs_err::write(&requirements, with(&text, package, &format!("=={version}"))).map_err(io)?;
    let first = before.lines().next().and_then(|line| line.strip_prefix(MADE_BY));
    let arguments = first.unwrap_or(ARGUMENTS);
    output_of(id, users_command(uv).args(arguments.split_whitespace()).arg("--quiet").current_dir(folder))?;
    let locked = fs_err::read_to_string(&lock).map_err(io)?;
    fs_err::write(&lock, format!("{MADE_BY}{arguments}\n{locked}")).map_err(io)?;
    fs_err::write(&requirements, with(&text, package, &format!(">={version}"))).map_err(io)?;
    Ok(vec![REQUIREMENTS, LOCK])
}

/// Writes requirements with another constraint on one package; comments and the others stay.
fn with(text: &str, package: &str, constraint: &str) -> String {
    let line = |line: &str| {
        let changed = constrained(line, package, constraint).pop();
        changed.filter(|changed| changed.ends_with(constraint)).unwrap_or_else(|| line.to_owned())
    };
    text.lines().flat_map(|one| [line(one), "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_pip_prints() {
        let output = "acme (1.10.0)\nAvailable versions: 1.10.0, 1.9.0rc1, 1.2\n  INSTALLED: 1.2\n";
        assert_eq!(available(output), Some(["1.10.0", "1.9.0rc1", "1.2"].map(str::to_owned).to_vec()));
        assert_eq!(available("ERROR: No matching distribution"), None);
    }

    #[test]
    fn only_the_package_gets_another_version() {
        let text = "# Pinned by the lock.\nacme[mcp]>=1.2\nacme-other>=1\ntenacity\n";
        assert_eq!(with(text, "acme", ">=2.0"), "# Pinned by the lock.\nacme[mcp]>=2.0\nacme-other>=1\ntenacity\n");
        assert_eq!(with("acme\n", "acme", "==2.0"), "acme==2.0\n");
    }
}
