//! The SDK that is asked for, and the build of it: `ID`, `ID@VERSION` or `ID=PATH`; and the ids of builds and mutants, which
//! nothing else puts together or takes apart.

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

/// The sign between the id of an SDK and its build.
const BUILD: char = '@';

/// The sign between the id of an SDK and the path of its build, where it is asked for.
const PATH: char = '=';

/// The sign between the id of a client and the fault that makes a mutant of it.
const MUTANT: char = '+';

/// The word for the newest published version.
const LATEST: &str = "latest";

/// The word for a working copy or a package file, whose path is no part of an id.
const LOCAL: &str = "local";

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
        let Some(place) = word.find([BUILD, PATH]) else {
            return Ok(Self { id: word.to_owned(), build: Build::Locked });
        };
        let (id, rest) = (&word[..place], &word[place + 1..]);
        let build = if word[place..].starts_with(BUILD) {
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
    id.split(BUILD).next().unwrap_or(id)
}

/// Tells whether an id is that of the version of the lock file.
pub fn is_locked(id: &str) -> bool {
    base(id).len() == id.len()
}

/// Returns what asks for the build with this id. Only who installed a working copy knows its path.
pub fn asked(id: &str) -> String {
    match id.split_once(BUILD) {
        Some((base, LOCAL)) => format!("{base}{PATH}PATH"),
        _ => id.to_owned(),
    }
}

/// Returns the id of a client with a fault, `reference+ignores-error-event`.
pub fn mutant(client: &str, fault: &str) -> String {
    format!("{client}{MUTANT}{fault}")
}

/// Divides the id of a mutant into that of its client and the fault; none for any other id.
pub fn client_and_fault(id: &str) -> Option<(&str, &str)> {
    base(id).split_once(MUTANT)
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
    /// Returns the id that an SDK has at this build: its own, `ID@1.2.3`, `ID@latest` or `ID@local`.
    pub fn id_of(&self, sdk: &str) -> String {
        match self {
            Self::Locked => sdk.to_owned(),
            Self::Version(version) => format!("{sdk}{BUILD}{version}"),
            Self::Latest => format!("{sdk}{BUILD}{LATEST}"),
            Self::Local(_) => format!("{sdk}{BUILD}{LOCAL}"),
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for() {
        let check = |words: &str, expected: &[&str]| {
            let specs = Spec::parse_list(&words.split(',').collect::<Vec<_>>()).expect("it is well formed");
            let names: Vec<String> = specs.iter().map(|spec| spec.build.id_of(&spec.id)).collect();
            assert_eq!(names, expected, "{words}");
        };
        check("core", &["core"]);
        check("genai, a-b", &["genai", "a-b"]);
        check("a@0.79.0,0.100.0,latest,b", &["a@0.79.0", "a@0.100.0", "a@latest", "b"]);
        check("a@v1.0.0-beta.2", &["a@1.0.0-beta.2"]);
        check("a=.,b=Cargo.toml", &["a@local", "b@local"]);
        check("a=./,a@1.2", &["a@local", "a@1.2"]);
    }

    /// An id asks for the build that it names, whichever that is.
    #[test]
    fn what_asks_for_an_id_is_read_as_its_build() {
        for (id, expected) in [
            ("openai-go", "openai-go"),
            ("openai-go@1.2.3+build", "openai-go@1.2.3+build"),
            ("openai-go@latest", "openai-go@latest"),
            ("openai-go@local", "openai-go=PATH"),
            ("openai-go@local-1", "openai-go@local-1"),
        ] {
            assert_eq!((asked(id).as_str(), base(id), is_locked(id)), (expected, "openai-go", id == "openai-go"));
        }
        for word in ["a", "a@1.2.3", "a@latest", "a=."] {
            let specs = Spec::parse_list(&[word]).expect("it is well formed");
            let id = specs[0].build.id_of(&specs[0].id);
            assert_eq!(asked(&id).replace("PATH", "."), word);
        }
    }

    #[test]
    fn a_mutant_has_a_client_and_a_fault() {
        assert_eq!(client_and_fault(&mutant("reference", "no-crc")), Some(("reference", "no-crc")));
        assert_eq!((client_and_fault("reference"), client_and_fault("openai-go@1.2.3+build")), (None, None));
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
