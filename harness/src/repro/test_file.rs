//! A trial as one test file in the framework of the SDK's own repository: the bytes inside, red as long as the SDK does what it did.

use std::io;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use sha2::{Digest as _, Sha256};
use streamspec_adapters::environment::of_the_user;
use streamspec_adapters::root::Root;
use thiserror::Error;

use super::framework::{Framework, Parts, Run};
use super::proof::last_lines;
use super::script::ScriptFile;
use super::{FolderError, Repro, assertion, folder, program, told};
use crate::judge::Status;
use crate::text::shown;

/// The first words of a file that this command has made.
const MARK: &str = "Made by streamspec repro --as-test";

/// A test file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFile {
    /// Its name where nobody has named one.
    pub name: String,
    /// Its text.
    pub text: String,
    framework: Framework,
}

/// A reason why no test can be made of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoTest {
    /// No template has the call.
    #[error(
        "a test needs the call in code, which a program for `repro` beside the adapter (`repro.py`, `repro.ts`, `repro.go`, `repro.java`) \
         has for some surfaces and callers who read one answer to the end; without --as-test a folder is written that calls the SDK \
         through its adapter"
    )]
    Call,
    /// The trial was over TLS.
    #[error(
        "the server in a test speaks HTTP/1.1 in the clear; without --as-test a folder is written that plays over TLS"
    )]
    Tls,
    /// The case has answers with conditions.
    #[error("the answers of this case have conditions, which the server in a test does not know; a folder has them")]
    Conditions,
    /// No check can be written as an assertion.
    #[error("no check of this trial is about what a test of one call sees; a folder shows it")]
    Assertion,
}

/// The result of a test that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Colour {
    /// An assertion did not hold.
    Red(String),
    /// All held.
    Green,
}

impl Repro {
    /// Makes a test of the trial, for a file of this name where one is given.
    ///
    /// # Errors
    ///
    /// There is no call in code for it, or nothing to assert.
    pub fn test(&self, file: Option<&Utf8Path>) -> Result<TestFile, NoTest> {
        if self.tls.is_some() {
            return Err(NoTest::Tls);
        }
        let framework = Framework::of(&self.sdk.language).ok_or(NoTest::Call)?;
        let call = program::call(self).ok_or(NoTest::Call)?;
        let script = self.script();
        if !script.conditions.is_empty() {
            return Err(NoTest::Conditions);
        }
        let asserted = assertion::of(self);
        if asserted.is_empty() && self.trial.observation.is_some() {
            return Err(NoTest::Assertion);
        }
        let name = folder::name(&self.trial.id());
        let name = name.strip_prefix("repro-").unwrap_or(&name).to_owned();
        let answers = String::from_utf8(ScriptFile::of(&script, self.trial.transport).to_json()).unwrap_or_default();
        let mut about = vec![shown(&format!("{}.", self.case.title), usize::MAX), String::new()];
        about.extend(told::plain_sources(&self.case.sources));
        about.push(String::new());
        about.push(format!("{MARK} {}", self.trial.name()));
        let own = framework.file(&name);
        let file = file.and_then(Utf8Path::file_name).unwrap_or(&own);
        let parts = Parts {
            about,
            call,
            answers: answers.trim_end().to_owned(),
            deadline: self.patience.as_secs(),
            asserted,
            package: self.sdk.package.clone(),
            name: framework.name_in(file, &name),
        };
        Ok(TestFile { name: file.to_owned(), text: framework.render(&parts) + "\n", framework })
    }

    /// Says whether the test should be red today.
    pub fn is_red(&self) -> bool {
        self.trial.verdict.status != Status::Pass
    }
}

/// Writes a test where there is none, or with `force` in the place of one that this command has made before.
///
/// # Errors
///
/// The file is there already, or cannot be written.
pub fn write_test(file: &Utf8Path, text: &str, force: bool) -> Result<(), FolderError> {
    if file.symlink_metadata().is_ok() {
        let is_made = fs::read_to_string(file).is_ok_and(|before| before.contains(MARK));
        match (is_made, force) {
            (false, _) => return Err(FolderError::Foreign(file.to_owned())),
            (true, false) => return Err(FolderError::There(file.to_owned())),
            (true, true) => {}
        }
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(file, text)?)
}

impl TestFile {
    /// Runs the test in a place where nothing else is but the list of the SDK's packages, with the SDK as it is set up. The framework is installed beside the private
    /// tools of set-ups, at the versions that the clients lock.
    ///
    /// # Errors
    ///
    /// The framework cannot be installed, or did not come to the assertions.
    pub fn run(&self, root: &Root, repro: &Repro) -> io::Result<Colour> {
        let Run { script, lock, failed } = self.framework.run();
        let clients = root.canonicalize_utf8()?.join("clients");
        let locked = lock.map_or_else(|| Ok(script.as_bytes().to_vec()), |lock| fs::read(clients.join(lock)))?;
        let digest = hex::encode(Sha256::digest(locked));
        let tools = camino::absolute_utf8(root.work())?.join("tools");
        let tools = tools.join(format!("{}-{}", self.framework.name(), &digest[..12]));
        let held = tempfile::tempdir()?;
        let place = Utf8Path::from_path(held.path()).ok_or_else(|| io::Error::other("a folder that is not UTF-8"))?;
        let program = repro.program.iter();
        let packages = program
            .flat_map(|program| program.files.iter().filter(|(name, _)| program.template.as_ref() != Some(*name)));
        folder::write_all(place, &packages.map(|(name, bytes)| (name.clone(), bytes.clone())).collect())?;
        fs::write(place.join(&self.name), &self.text)?;
        let set_up = repro.adapter.install.first().map(|step| step.set_up.1.clone()).unwrap_or_default();
        let mut command = Command::new("sh");
        let arguments = [tools, clients, set_up, Utf8PathBuf::from(&self.name)];
        let command = command.args(["-c", script, "sh"]).args(arguments).current_dir(place);
        let output = command.envs(of_the_user()).stdin(Stdio::null()).output()?;
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let failed = said.lines().find(|line| failed.iter().any(|words| line.contains(words)));
        match (output.status.code(), failed) {
            (Some(0), _) => Ok(Colour::Green),
            (Some(1), Some(line)) => Ok(Colour::Red(line.trim_start_matches("E ").trim().to_owned())),
            _ => Err(io::Error::other(format!("the test ended with {}:\n{}", output.status, last_lines(&said)))),
        }
    }
}
