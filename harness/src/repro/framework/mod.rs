//! The test frameworks: how a test is written and run in each.

mod gotest;
mod junit;
mod pytest;
mod vitest;

use serde_json::Value;

use super::assertion::{Asserted, Assertion};

/// A test framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framework {
    /// pytest, for Python.
    Pytest,
    /// Vitest, for TypeScript.
    Vitest,
    /// `go test`, for Go.
    GoTest,
    /// JUnit, for Java.
    JUnit,
}

/// The parts of a test file.
pub(super) struct Parts {
    /// The trial in a sentence, the documents, and where it comes from; each a line.
    pub(super) about: Vec<String>,
    /// The name of the test, in words of letters and digits.
    pub(super) name: String,
    /// The package of the SDK, as its registry names it.
    pub(super) package: String,
    /// The call, as the template beside the adapter has it.
    pub(super) call: String,
    /// The answers as JSON.
    pub(super) answers: String,
    /// The seconds after which the call is a hang.
    pub(super) deadline: u64,
    /// The assertions.
    pub(super) asserted: Vec<Asserted>,
}

/// The way in which a test is run.
pub(super) struct Run {
    /// A script for `sh`: TOOLS, a folder that the framework is installed in; CLIENTS, the folder of the clients; ENVIRONMENT, what is
    /// set up of the SDK; FILE. It ends with 1 where an assertion does not hold, as with every code but 0 that is none of its own.
    pub(super) script: &'static str,
    /// The file below `clients` that locks the framework; none where the script does it.
    pub(super) lock: Option<&'static str>,
    /// The words of a line about an assertion that does not hold, or about a call that came to no end.
    pub(super) failed: &'static [&'static str],
}

impl Framework {
    /// Finds the framework of a language's SDKs.
    pub(super) fn of(language: &str) -> Option<Self> {
        match language {
            "python" => Some(Self::Pytest),
            "typescript" => Some(Self::Vitest),
            "go" => Some(Self::GoTest),
            "java" => Some(Self::JUnit),
            _ => None,
        }
    }

    /// Returns its name in a file system.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pytest => "pytest",
            Self::Vitest => "vitest",
            Self::GoTest => "gotest",
            Self::JUnit => "junit",
        }
    }

    /// Returns the name of a test file for a trial of this name.
    pub(super) fn file(self, name: &str) -> String {
        match self {
            Self::Pytest => format!("test_{}.py", snake(name)),
            Self::Vitest => format!("{name}.test.ts"),
            Self::GoTest => format!("{}_test.go", snake(name)),
            Self::JUnit => format!("{}.java", junit::class(name)),
        }
    }

    /// Returns the name of a test file that was named, which some frameworks ask to be that of what is in it.
    pub(super) fn name_in(self, file: &str, name: &str) -> String {
        match (self, file.strip_suffix(".java")) {
            (Self::JUnit, Some(class)) => class.to_owned(),
            _ => name.to_owned(),
        }
    }

    /// Says how a test is run.
    pub(super) const fn run(self) -> Run {
        let (script, lock, failed): (_, _, &[&str]) = match self {
            Self::Pytest => (
                include_str!("../folder/pytest.sh"),
                Some("pytest-streamspec/requirements-dev.lock"),
                &["AssertionError"],
            ),
            Self::Vitest => (
                include_str!("../folder/vitest.sh"),
                Some("vitest-streamspec/package-lock.json"),
                &["AssertionError", "Test timed out"],
            ),
            Self::GoTest => (include_str!("../folder/gotest.sh"), None, &["does not hold: "]),
            Self::JUnit => (include_str!("../folder/junit.sh"), None, &["AssertionFailedError"]),
        };
        Run { script, lock, failed }
    }

    /// Writes a test file.
    pub(super) fn render(self, parts: &Parts) -> String {
        match self {
            Self::Pytest => pytest::render(parts),
            Self::Vitest => vitest::render(parts),
            Self::GoTest => gotest::render(parts),
            Self::JUnit => junit::render(parts),
        }
    }
}

impl Parts {
    /// Writes each assertion as an expression, with the words of its check.
    fn assertions(&self, write: impl Fn(&Assertion) -> String) -> Vec<[String; 2]> {
        self.asserted.iter().map(|one| [write(&one.assertion), one.words.clone()]).collect()
    }
}

/// Joins the words of a name by underscores.
fn snake(name: &str) -> String {
    name.replace(['-', '.'], "_")
}

/// Joins the words of a name, each with a capital letter.
fn camel(name: &str) -> String {
    let words = name.split(['-', '.', '_']);
    words.flat_map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1))).collect()
}

/// Writes an expression about the number of requests, which stands in `place`.
fn requests(place: &str, is: &str, least: u64, most: Option<u64>) -> String {
    match most {
        Some(most) if most == least => format!("{place} {is} {least}"),
        Some(most) => format!("{place} >= {least} && {place} <= {most}"),
        None => format!("{place} >= {least}"),
    }
}

/// Joins values, each written as JSON; nothing is `nothing`.
fn list(values: &[Value], nothing: &str) -> String {
    let one = |value: &Value| if value.is_null() { nothing.to_owned() } else { value.to_string() };
    values.iter().map(one).collect::<Vec<_>>().join(", ")
}
