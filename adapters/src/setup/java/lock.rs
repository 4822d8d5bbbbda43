//! The lock of a Java adapter: the digests of all jars that Maven fetches for its `pom.xml`.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use sha2::{Digest, Sha256};

use super::super::command::output_of;
use super::super::{Environment, SetupError, local};
use super::{jars, maven};

/// Every jar that is loaded, as `sha256sum *.jar` prints it: Maven has no lock file.
pub(super) const LOCKED: &str = "dependencies.sha256";

/// The file that says what is fetched.
pub(super) const POM: &str = "pom.xml";

/// The property of it that is the SDK's version.
const VERSION: (&str, &str) = ("<sdk.version>", "</sdk.version>");

/// Holds the jars that were fetched to the locked ones, none more and none less.
pub(super) fn verify(environment: &Environment) -> Result<(), SetupError> {
    let wrong = || -> io::Result<Vec<String>> {
        let text = fs_err::read_to_string(environment.sources.join(LOCKED))?;
        let locked: BTreeMap<&str, &str> =
            text.lines().filter_map(|line| line.split_once("  ")).map(|(digest, jar)| (jar, digest)).collect();
        let mut missing = locked.clone();
        let mut wrong = Vec::new();
        for (name, digest) in digests(&jars(environment))? {
            if missing.remove(name.as_str()) != Some(digest.as_str()) {
                wrong.push(format!("{digest}  {name}"));
            }
        }
        wrong.extend(missing.keys().map(|jar| format!("no {jar}")));
        Ok(wrong)
    };
    let wrong = wrong().map_err(|source| environment.io(source))?;
    if wrong.is_empty() {
        return Ok(());
    }
    let output = format!("the jars that Maven fetched differ from {}: {}", LOCKED, wrong.join(", "));
    Err(environment.io(io::Error::new(io::ErrorKind::InvalidData, output)))
}

/// Moves the lock in a copy of an SDK's folder. What stands in `pom.xml` beside the SDK's version stays.
pub(super) fn relock(
    base: &Utf8Path,
    id: &str,
    folder: &Utf8Path,
    version: &str,
) -> Result<Vec<&'static str>, SetupError> {
    let io = |source| SetupError::Io { id: id.to_owned(), source };
    let (pom, jars) = (folder.join(POM), folder.join("lib"));
    let text = fs_err::read_to_string(&pom).map_err(io)?;
    let moved = with_version(&text, version).ok_or_else(|| {
        let why = format!("{POM} does not say the version of the SDK as {}{}", VERSION.0, VERSION.1);
        io(io::Error::new(io::ErrorKind::InvalidData, why))
    })?;
    fs_err::write(&pom, moved).map_err(io)?;
    let mut copy = maven(base, id)?;
    copy.args(["dependency:copy-dependencies", "--file", pom.as_str(), &format!("-DoutputDirectory={jars}")]);
    output_of(id, &mut copy)?;
    let lines = digests(&jars).map_err(io)?.into_iter().map(|(name, digest)| format!("{digest}  {name}\n"));
    fs_err::write(folder.join(LOCKED), lines.collect::<String>()).map_err(io)?;
    fs_err::remove_dir_all(&jars).map_err(io)?;
    Ok(vec![POM, LOCKED])
}

/// Returns the digest of each jar in a folder, by its name.
fn digests(jars: &Utf8Path) -> io::Result<BTreeMap<String, String>> {
    let digest = |jar: &Utf8Path| -> io::Result<(String, String)> {
        let name = jar.file_name().unwrap_or_default().to_owned();
        Ok((name, hex::encode(Sha256::digest(fs_err::read(jar)?))))
    };
    local::files(&[jars.to_owned()])?.iter().map(|jar| digest(jar)).collect()
}

/// Writes a `pom.xml` with another version of the SDK; none where it does not say one.
fn with_version(pom: &str, version: &str) -> Option<String> {
    let (before, rest) = pom.split_once(VERSION.0)?;
    let (_, after) = rest.split_once(VERSION.1)?;
    Some(format!("{before}{}{version}{}{after}", VERSION.0, VERSION.1))
}

#[cfg(test)]
mod tests {
    use super::with_version;

    #[test]
    fn the_version_of_the_sdk_changes_and_no_other_one() {
        let pom = "<version>1</version>\n<sdk.version>2.0.0</sdk.version>\n<version>2.0.0</version>\n";
        let moved = "<version>1</version>\n<sdk.version>2.1.0</sdk.version>\n<version>2.0.0</version>\n";
        assert_eq!(with_version(pom, "2.1.0").as_deref(), Some(moved));
        assert_eq!(with_version("<version>1</version>\n", "2.1.0"), None);
    }
}
