//! `gateway.toml`: what a gateway is, where it comes from, how it is started, and what it passes on.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use super::template;
use crate::contract::Api;

/// The name of the manifest in a gateway's folder.
pub const FILE: &str = "gateway.toml";

/// The checked-in description of one gateway in one configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GatewayManifest {
    /// The id on the command line and in reports, `nginx-default`; the name of its folder.
    pub id: String,
    /// The name of the product.
    pub name: String,
    /// The version that its list of known deviations is about.
    pub version: String,
    /// The documentation of the configuration.
    pub link: String,
    /// A sentence about the configuration: how it is usual, or what is particular to it.
    pub about: String,
    /// The program, and the place where it comes from.
    pub install: Install,
    /// The file beside the manifest that its configuration is made of, in which `${port}` and the like are filled in; none
    /// where its arguments say everything.
    #[serde(default)]
    pub template: Option<String>,
    /// The arguments of the program, filled in as the template is.
    pub arguments: Vec<String>,
    /// The header fields that it asks its clients for, in which `${server}` is filled in.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The variables of its environment, filled in as the template is.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The test that says when it serves.
    #[serde(default)]
    pub ready: Ready,
    /// The place in which it passes on the token that names a trial.
    pub token: TokenPlace,
    /// The dialects that it is spoken to in, each with the one in which it asks the server for that.
    pub dialects: BTreeMap<Api, Api>,
}

/// The program of a gateway, and the place where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Install {
    /// The name of the program.
    pub program: String,
    /// The arguments with which it prints its version.
    #[serde(default = "version_arguments")]
    pub version_arguments: Vec<String>,
    /// The package that holds it.
    pub from: Source,
    /// The gateway in whose folder the lock file lies, where it lies in that of another one; they share one installation.
    #[serde(default)]
    pub locked_by: Option<String>,
}

/// A package of the system, or of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A package of Debian, whose program must be on `PATH`.
    Debian(String),
    /// A package of the Python Package Index, which is locked by `requirements.lock` beside the manifest.
    Python(String),
    /// A package of npm, which is locked by `package-lock.json` beside the manifest.
    Npm(String),
}

impl Source {
    /// Returns the name of the package.
    pub fn package(&self) -> &str {
        match self {
            Self::Debian(package) | Self::Python(package) | Self::Npm(package) => package,
        }
    }

    /// Returns the file that locks the package, and the language whose toolchain installs it; none for a package of the system.
    pub(super) const fn locked(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Debian(_) => None,
            Self::Python(_) => Some(("requirements.lock", "python")),
            Self::Npm(_) => Some(("package-lock.json", "typescript")),
        }
    }
}

/// The test that says when a gateway serves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Ready {
    /// A path that is then answered with a status of 200 to 299; without one it is enough that it accepts a connection.
    #[serde(default)]
    pub path: Option<String>,
    /// The seconds for which that is waited for.
    #[serde(default = "ready_seconds")]
    pub seconds: u64,
    /// True where it is asked a question in each dialect before it counts as ready, because it loads what it needs for an answer
    /// with the first one, which takes it seconds. The answers say nothing.
    #[serde(default)]
    pub question: bool,
}

impl Default for Ready {
    fn default() -> Self {
        Self { path: None, seconds: ready_seconds(), question: false }
    }
}

/// The place in a request where a token travels through a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenPlace {
    /// The path of the URL, which the gateway passes on as it is.
    Path,
    /// The words of the question, of which every gateway passes all on: for those that have a path of their own.
    Prompt,
}

fn version_arguments() -> Vec<String> {
    vec!["--version".to_owned()]
}

const fn ready_seconds() -> u64 {
    30
}

/// A manifest, or what it names, that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// A file cannot be read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is no manifest.
    #[error("{file}: {error}")]
    Toml {
        /// The file.
        file: Utf8PathBuf,
        /// A description with the line.
        error: Box<toml::de::Error>,
    },
    /// A value makes no sense.
    #[error("{file}:{line}: {what}")]
    Value {
        /// The file.
        file: Utf8PathBuf,
        /// The line, from 1.
        line: usize,
        /// A sentence that names the value.
        what: String,
    },
}

impl GatewayManifest {
    /// Reads the manifest of a folder, and holds it to what the folder has.
    pub fn read(dir: &Utf8Path) -> Result<Self, ManifestError> {
        let file = dir.join(FILE);
        let text = fs_err::read_to_string(&file)?;
        let manifest: Self = toml::from_str(&text)
            .map_err(|error| ManifestError::Toml { file: file.clone(), error: Box::new(error) })?;
        let wrong =
            |value: &str, what: String| ManifestError::Value { line: line_of(&text, value), what, file: file.clone() };
        let Self { id, install, template, arguments, headers, environment, dialects, .. } = &manifest;
        if dir.file_name() != Some(id) {
            return Err(wrong(id, format!("the id `{id}` is not the name of the folder")));
        }
        if let Some((lock, _)) = install.from.locked()
            && !manifest.locked_in(dir).join(lock).is_file()
        {
            let package = install.from.package();
            let folder = install.locked_by.as_ref().map_or("this folder".to_owned(), |other| format!("`{other}`"));
            return Err(wrong(package, format!("`{package}` is locked by no `{lock}` in {folder}")));
        }
        if let Some(other) = &install.locked_by {
            manifest.is_like(&Self::read(&manifest.locked_in(dir))?).map_err(|what| wrong(other, what))?;
        }
        for text in arguments.iter().chain(headers.values()).chain(environment.values()) {
            template::check(text).map_err(|unknown| wrong(text, unknown))?;
        }
        if let Some((down, up)) = dialects.iter().find(|(down, up)| manifest.spoken_for(**up) != Some(**down)) {
            let what = format!(
                "`{down}` is a second dialect that becomes `{up}`; the names of trials cannot tell two apart, so make it a gateway of its own"
            );
            return Err(wrong(down.name(), what));
        }
        if dialects.is_empty() {
            return Err(wrong(
                "[dialects]",
                "`dialects` names none, so that no trial could use this gateway".to_owned(),
            ));
        }
        let Some(template) = template else { return Ok(manifest) };
        let path = dir.join(template);
        if !path.is_file() {
            return Err(wrong(template, format!("the template `{template}` is no file in this folder")));
        }
        let filled = fs_err::read_to_string(&path)?;
        for (number, line) in filled.lines().enumerate() {
            template::check(line).map_err(|what| ManifestError::Value {
                file: path.clone(),
                line: number + 1,
                what,
            })?;
        }
        Ok(manifest)
    }

    /// Returns the folder with the lock file of its package, where its own is this one.
    pub(super) fn locked_in(&self, dir: &Utf8Path) -> Utf8PathBuf {
        let other = self.install.locked_by.as_ref();
        other.map_or(dir.to_owned(), |other| dir.parent().unwrap_or(dir).join(other))
    }

    /// Checks that it is the same package in the same version as that of another gateway, which locks it by itself.
    fn is_like(&self, other: &Self) -> Result<(), String> {
        let of = |manifest: &Self| (manifest.install.from.clone(), manifest.version.clone());
        if other.install.locked_by.is_some() {
            return Err(format!("`{}` has no lock file of its own", other.id));
        }
        if of(self) != of(other) {
            return Err(format!("`{}` is another package, or another version of it: {}", other.id, other.version));
        }
        Ok(())
    }

    /// Finds the dialect that it is spoken to in, so that it asks the server in this one.
    pub fn spoken_for(&self, asked: Api) -> Option<Api> {
        self.dialects.iter().find(|(_, up)| **up == asked).map(|(down, _)| *down)
    }
}

/// Finds the line of a value, from 1; the first line where it is not written as it is read.
fn line_of(text: &str, value: &str) -> usize {
    text.find(value).map_or(0, |at| text[..at].matches('\n').count()) + 1
}
