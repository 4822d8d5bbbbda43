//! An adapter apart from the repository: its files, what installs it where they lie, and how it is started there.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::manifest::{Manifest, VARIABLE};

/// A folder that holds an adapter and needs nothing else of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standalone {
    /// The files by their places in the folder, each with its bytes.
    pub files: BTreeMap<Utf8PathBuf, Vec<u8>>,
    /// The steps that install it, in their order.
    pub install: Vec<InstallStep>,
    /// The program that drives the SDK and its arguments, to be started in the folder.
    pub start: Vec<String>,
    /// The variables of that program's environment.
    pub variables: BTreeMap<String, String>,
    /// The file among them that is a template; see `adapters/README.md`. None where the program speaks the adapter protocol.
    pub template: Option<Utf8PathBuf>,
}

/// A step of an installation in such a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallStep {
    /// The file or folder that it makes; where that is there, the step is over. None for one that sees by itself what is left to do.
    pub makes: Option<String>,
    /// The commands for a POSIX shell.
    pub commands: Vec<String>,
    /// A place in the folder, and what may lie there instead of what the step makes or keeps: the same of the environment that is set
    /// up already.
    pub set_up: (Utf8PathBuf, Utf8PathBuf),
}

impl Standalone {
    /// Returns the same, whose program is handed the manifest.
    #[must_use]
    pub fn with_manifest(mut self, manifest: &Manifest) -> Self {
        self.variables.insert(VARIABLE.to_owned(), manifest.to_json());
        self
    }

    /// Makes one of the template in a folder and of packages, which `add_packages` adds; none where there is no such template.
    pub(super) fn of_template(
        sources: &Utf8Path,
        [template, program]: [&str; 2],
        add_packages: impl FnOnce(&mut Self) -> io::Result<()>,
        start: Vec<String>,
    ) -> io::Result<Option<Self>> {
        let template = sources.join(template);
        if !template.is_file() {
            return Ok(None);
        }
        let mut alone = Self { start, template: Some(program.into()), ..Self::default() };
        add_packages(&mut alone)?;
        alone.add(&template, program)?;
        Ok(Some(alone))
    }

    /// Adds a file.
    pub(super) fn add(&mut self, from: &Utf8Path, to: impl Into<Utf8PathBuf>) -> io::Result<()> {
        self.files.insert(to.into(), fs_err::read(from)?);
        Ok(())
    }

    /// Adds files at the places that they have in the repository below `adapters`. `language` is the folder of a language.
    pub(super) fn add_sources(
        &mut self,
        language: &Utf8Path,
        files: impl IntoIterator<Item = Utf8PathBuf>,
    ) -> io::Result<()> {
        let adapters = language.parent().unwrap_or(language);
        files.into_iter().try_for_each(|file| self.add(&file, place(adapters, &file)))
    }
}

impl InstallStep {
    /// Makes a step that makes a file or a folder, which the environment that is set up has, too.
    pub(super) fn making(makes: &str, set_up: &Utf8Path, commands: Vec<String>) -> Self {
        Self { makes: Some(makes.to_owned()), commands, set_up: (makes.into(), set_up.to_owned()) }
    }
}

/// Returns the place of a file that lies below `adapters`.
pub(super) fn place(adapters: &Utf8Path, file: &Utf8Path) -> Utf8PathBuf {
    Utf8Path::new("adapters").join(file.strip_prefix(adapters).unwrap_or(file))
}
