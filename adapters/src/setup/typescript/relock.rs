//! The releases of a package on the registry, and the lock of an SDK at one of them.

use camino::Utf8Path;
use serde_json::Value;

use super::{LOCKED, SetupError, no_version, npm, output_of};
use crate::manifest::Manifest;

/// Lists the versions of a package.
pub(super) fn releases(base: &Utf8Path, manifest: &Manifest) -> Result<Vec<String>, SetupError> {
    let Manifest { id, package, .. } = manifest;
    let mut npm = npm(id, "view", base)?;
    let output = output_of(id, npm.args([package.as_str(), "versions", "--json"]))?;
    listed(&output).ok_or_else(|| no_version(id, package))
}

/// Reads the list that npm prints; of a single version it prints that.
fn listed(output: &str) -> Option<Vec<String>> {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    match serde_json::from_str(output).ok()? {
        Value::Array(versions) => versions.iter().map(word).collect(),
        one => word(&one).map(|one| vec![one]),
    }
}

/// Pins a package to the version and those that stand beside it to their newest, and makes the lock anew.
pub(super) fn relock(manifest: &Manifest, folder: &Utf8Path, version: &str) -> Result<(), SetupError> {
    let Manifest { id, package, .. } = manifest;
    let io = |source: std::io::Error| SetupError::Io { id: id.clone(), source };
    let text = fs_err::read(folder.join(LOCKED[0])).map_err(io)?;
    let read: Value = serde_json::from_slice(&text).map_err(|error| io(error.into()))?;
    // What the old lock holds would be kept.
    fs_err::remove_file(folder.join(LOCKED[1])).map_err(io)?;
    let mut npm = npm(id, "install", folder)?;
    npm.args(["--package-lock-only", "--save-exact"]);
    for name in read["dependencies"].as_object().into_iter().flatten().map(|(name, _)| name) {
        let wanted = if name == package { version } else { "latest" };
        npm.arg([name, "@", wanted].concat());
    }
    output_of(id, &mut npm).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_npm_prints_them() {
        assert_eq!(listed(r#"["1.0.0", "1.1.0-beta.1"]"#), Some(["1.0.0", "1.1.0-beta.1"].map(str::to_owned).to_vec()));
        assert_eq!(listed(r#""1.0.0""#), Some(vec!["1.0.0".to_owned()]));
        assert_eq!(listed(""), None);
    }
}
