//! The SDK that is asked for, and the build of it: `ID`, `ID@VERSION` or `ID=PATH`.

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;

/// The origin of an SDK's package.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Build {
    /// The version of the lock file, with everything below it.
    #[default]
    Locked,
    /// Another published version; what it depends on is of the day of its release.
    Version(String),
    /// The newest published version, whichever that is.
    Latest,
    /// A working copy or a package file.
    Local(Utf8PathBuf),
}

/// One SDK as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// Its id, without a version; or the name of a set, `core` or `all`.
    pub id: String,
    /// The build of the SDK.
    pub build: Build,
}

/// Something that does not say which SDK is asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// A version without an SDK before it.
    #[error("`{0}` is a version, but no `ID@VERSION` comes before it")]
    StrayVersion(String),
    /// Nothing where something must be.
    #[error("`{word}`: {what} is missing; write ID, ID@VERSION or ID=PATH")]
    Missing {
        /// The whole word.
        word: String,
        /// The part that is missing.
        what: &'static str,
    },
    /// Something else than a version.
    #[error("`{word}`: `{version}` is not a version; write one such as 1.2.3, or `latest`")]
    NoVersion {
        /// The whole word.
        word: String,
        /// The text in the place of the version.
        version: String,
    },
    /// A path that leads nowhere.
    #[error("`{word}`: there is no file or folder `{path}`")]
    NoFile {
        /// The whole word.
        word: String,
        /// The path.
        path: Utf8PathBuf,
    },
    /// A set with one version for all.
    #[error("`{0}` is a set of SDKs; a version or a path belongs to one SDK")]
    Set(String),
}

/// The word for the newest published version.
const LATEST: &str = "latest";

/// The names of sets of SDKs.
pub const SETS: [&str; 2] = ["core", "all"];

impl Spec {
    /// Reads what was separated by commas: a version that follows an `ID@VERSION` is another one of the same SDK.
    pub fn parse_list<T: AsRef<str>>(words: &[T]) -> Result<Vec<Self>, SpecError> {
        let mut specs: Vec<Self> = Vec::new();
        let mut versions_of: Option<String> = None;
        for word in words.iter().map(|word| word.as_ref().trim()).filter(|word| !word.is_empty()) {
            if let Some(version) = version(word) {
                let id = versions_of.clone().ok_or_else(|| SpecError::StrayVersion(word.to_owned()))?;
                specs.push(Self { id, build: version });
                continue;
            }
            let spec = Self::parse(word)?;
            versions_of = matches!(spec.build, Build::Version(_) | Build::Latest).then(|| spec.id.clone());
            specs.push(spec);
        }
        Ok(specs)
    }

    /// Tells whether this names the SDK with this id, whichever build of it the id is of. A set of SDKs names none.
    pub fn is_of(&self, id: &str) -> bool {
        !SETS.contains(&self.id.as_str()) && base(id) == self.id
    }

    fn parse(word: &str) -> Result<Self, SpecError> {
        let missing = |what| SpecError::Missing { word: word.to_owned(), what };
        let Some(place) = word.find(['@', '=']) else {
            return Ok(Self { id: word.to_owned(), build: Build::Locked });
        };
        let (id, rest) = (&word[..place], &word[place + 1..]);
        let build = if word[place..].starts_with('@') {
            if rest.is_empty() {
                return Err(missing("the version"));
            }
            let no_version = || SpecError::NoVersion { word: word.to_owned(), version: rest.to_owned() };
            version(rest).ok_or_else(no_version)?
        } else {
            if rest.is_empty() {
                return Err(missing("the path"));
            }
            let path = Utf8Path::new(rest);
            let found = path.canonicalize_utf8();
            Build::Local(found.map_err(|_| SpecError::NoFile { word: word.to_owned(), path: path.to_owned() })?)
        };
        match id {
            "" => Err(missing("the SDK's id")),
            set if SETS.contains(&set) => Err(SpecError::Set(set.to_owned())),
            id => Ok(Self { id: id.to_owned(), build }),
        }
    }
}

/// Returns the id of an SDK without its build.
pub fn base(id: &str) -> &str {
    id.split('@').next().unwrap_or(id)
}

/// Returns a version as it is published: it begins with a digit and has nothing that a package manager would take for a
/// range, an option or a path.
fn version(word: &str) -> Option<Build> {
    if word == LATEST {
        return Some(Build::Latest);
    }
    let word = word.strip_prefix('v').unwrap_or(word);
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || ".-+_".contains(c));
    (plain && word.starts_with(|c: char| c.is_ascii_digit())).then(|| Build::Version(word.to_owned()))
}

impl Build {
    /// Returns the canonical text of a build, which other machines and other versions of streamspec write in the same way; two
    /// builds have two texts. The names of environments are made from it.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::Locked => "Locked".to_owned(),
            Self::Version(version) => format!("Version({})", json!(version)),
            Self::Latest => "Latest".to_owned(),
            Self::Local(path) => format!("Local({})", json!(path.as_str())),
        }
    }
}

impl fmt::Display for Build {
    /// Writes the suffix that follows the id of an SDK in names: nothing, `@1.2.3`, `@latest` or `@local`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked => Ok(()),
            Self::Version(version) => write!(f, "@{version}"),
            Self::Latest => write!(f, "@{LATEST}"),
            Self::Local(_) => f.write_str("@local"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        let check = |words: &str, expected: &[&str]| {
            let specs = Spec::parse_list(&words.split(',').collect::<Vec<_>>()).expect("it is well formed");
            let names: Vec<String> = specs.iter().map(|spec| format!("{}{}", spec.id, spec.build)).collect();
            assert_eq!(names, expected, "{words}");
        };
        check("core", &["core"]);
        check("genai, a-b", &["genai", "a-b"]);
        check("a@0.79.0,0.100.0,latest,b", &["a@0.79.0", "a@0.100.0", "a@latest", "b"]);
        check("a@v1.0.0-beta.2", &["a@1.0.0-beta.2"]);
        check("a=.,b=Cargo.toml", &["a@local", "b@local"]);
        check("a=./,a@1.2", &["a@local", "a@1.2"]);
    }

    /// Environments that are there keep their names only as long as these texts stay as they are.
    #[test]
    fn the_canonical_texts_are_pinned() {
        for (build, expected) in [
            (Build::Locked, "Locked"),
            (Build::Latest, "Latest"),
            (Build::Version("1.0.0-beta.2+b_1".into()), r#"Version("1.0.0-beta.2+b_1")"#),
            (Build::Local("/a b/\u{e9}\u{301}\"\\c".into()), "Local(\"/a b/\u{e9}\u{301}\\\"\\\\c\")"),
        ] {
            assert_eq!(build.canonical(), expected);
        }
    }

    #[test]
    fn what_nobody_can_mean() {
        let check = |words: &str, expected: &str| {
            let error = Spec::parse_list(&words.split(',').collect::<Vec<_>>()).expect_err("it is not well formed");
            assert_eq!(error.to_string(), expected);
        };
        check("0.79.0", "`0.79.0` is a version, but no `ID@VERSION` comes before it");
        check("a,latest", "`latest` is a version, but no `ID@VERSION` comes before it");
        check("a@", "`a@`: the version is missing; write ID, ID@VERSION or ID=PATH");
        check("@1.0", "`@1.0`: the SDK's id is missing; write ID, ID@VERSION or ID=PATH");
        check("a@>=1", "`a@>=1`: `>=1` is not a version; write one such as 1.2.3, or `latest`");
        check("a@--index", "`a@--index`: `--index` is not a version; write one such as 1.2.3, or `latest`");
        check("a=no/such", "`a=no/such`: there is no file or folder `no/such`");
        check("all@1.0", "`all` is a set of SDKs; a version or a path belongs to one SDK");
    }
}
