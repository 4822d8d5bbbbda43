//! What set-up and adapters need of a machine, and whether it is there.

use camino::Utf8Path;

use super::runtime::{self, Runtime};
use super::{SetupError, go, java, python};
use crate::manifest::Language;

/// A program that must be on `PATH`, and whether it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The program.
    pub program: &'static str,
    /// The language whose SDKs need it.
    pub language: Language,
    /// What it is needed for, in a few words.
    pub purpose: &'static str,
    /// Its version and path, or what is wrong and how to mend it.
    pub found: Result<String, String>,
    /// Whether SDKs of that language cannot be run without it.
    pub required: bool,
}

/// Looks for every program, by asking it for its version.
pub fn needs(root: &Utf8Path) -> Vec<Need> {
    let base = root.join("target").join("streamspec");
    let need = |program, language, purpose, required, found: Result<Runtime, String>| Need {
        program,
        language,
        purpose,
        found: found.map(|runtime| format!("{} at {}", runtime.version, runtime.path)),
        required,
    };
    let ask = |program: &str, fix: &str| {
        runtime::ask(&base, program, &["--version"]).map_err(|reason| format!("{reason}; {fix}"))
    };
    let node = ask("node", NODE).and_then(|node| {
        let reason = format!("`node` on PATH is version {}; {NODE}", node.version);
        if node.is_at_least(20, 0) { Ok(node) } else { Err(reason) }
    });
    vec![
        need("python3", Language::Python, "runs the SDKs", true, found(python::find(&base, ""))),
        need(
            "uv",
            Language::Python,
            "installs them; a private one is installed if it is missing",
            false,
            ask("uv", UV),
        ),
        need("node", Language::Typescript, "starts npm; the Node.js that runs the SDKs is locked", true, node),
        need("npm", Language::Typescript, "installs the SDKs", true, ask("npm", NODE)),
        need("cargo", Language::Rust, "builds other versions than the linked ones", false, ask("cargo", RUST)),
        need("go", Language::Go, "builds the SDKs", true, found(go::find(&base, ""))),
        need("java", Language::Java, "runs the SDKs", true, found(java::find(&base, ""))),
        need("javac", Language::Java, "compiles their adapters", true, found(java::find_compiler(&base, ""))),
        need("mvn", Language::Java, "installs them", true, found(java::find_maven(&base, ""))),
    ]
}

const NODE: &str = "install Node.js 20 or newer, with npm";
const UV: &str = "or `pip install uv`";
const RUST: &str = "install Rust with rustup";

fn found(result: Result<Runtime, SetupError>) -> Result<Runtime, String> {
    result.map_err(|error| match error {
        SetupError::Unavailable { reason, fix, .. } => format!("{reason}; {fix}"),
        other => other.to_string(),
    })
}
