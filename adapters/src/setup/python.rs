//! Python environments: made by uv, which is installed privately when missing, or else by venv and pip.

use std::fs::File;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use super::command::run;
use super::runtime::{self, Runtime};
use super::{Environment, Progress, SetupError, install_once};

/// The uv that is installed when there is none; it makes an environment ten times faster than venv and pip.
const UV: &str = "0.13.9";

/// Prints the version and the real program: `PATH` may hold a version switcher that depends on the folder.
const QUESTION: [&str; 2] = ["-c", "import platform, sys; print(platform.python_version()); print(sys.executable)"];

/// The Python of this machine, 3.10 or newer.
pub(super) fn find(base: &Utf8Path, id: &str) -> Result<Runtime, SetupError> {
    let unavailable = |reason| {
        let fix = "install Python 3.10 or newer".to_owned();
        SetupError::Unavailable { id: id.to_owned(), reason, fix }
    };
    let mut reason = None;
    for name in ["python3", "python"] {
        match runtime::ask(base, name, &QUESTION) {
            Ok(mut python) if python.is_at_least(3, 10) => {
                if let Some(path) = python.said.get(1).filter(|path| !path.is_empty()) {
                    python.path = Utf8PathBuf::from(path);
                }
                return Ok(python);
            }
            Ok(python) => reason = Some(format!("`{name}` on PATH is version {}", python.version)),
            Err(error) => reason = reason.or(Some(error)),
        }
    }
    Err(unavailable(reason.unwrap_or_default()))
}

/// A program of a virtual environment.
pub(super) fn executable(venv: &Utf8Path, name: &str) -> Utf8PathBuf {
    if cfg!(windows) { venv.join("Scripts").join(format!("{name}.exe")) } else { venv.join("bin").join(name) }
}

pub(super) fn install(environment: &Environment, lock: &File, progress: &dyn Fn(Progress)) -> Result<(), SetupError> {
    let Environment { id, dir, base, sources, .. } = environment;
    let python = find(base, id)?.path;
    let locked = sources.join("requirements.lock");
    match uv(base, &python, progress) {
        Ok(uv) => {
            let mut venv = Command::new(&uv);
            venv.args(["venv", "--no-project", "--python"]).arg(&python).arg(dir);
            run(id, venv, lock, progress)?;
            let mut install = Command::new(&uv);
            install.args(["pip", "install", "--require-hashes", "--compile-bytecode", "--python"]);
            install.arg(executable(dir, "python")).arg("-r").arg(&locked);
            run(id, install, lock, progress)
        }
        Err(error) => {
            progress(Progress::Degraded { id: id.clone(), reason: format!("pip is used, for want of uv: {error}") });
            let mut venv = Command::new(&python);
            venv.args(["-m", "venv"]).arg(dir);
            run(id, venv, lock, progress)?;
            let mut install = Command::new(executable(dir, "python"));
            install
                .args(["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r"])
                .arg(&locked);
            run(id, install, lock, progress)
        }
    }
}

/// The uv on `PATH`, or a private one.
fn uv(base: &Utf8Path, python: &Utf8Path, progress: &dyn Fn(Progress)) -> Result<Utf8PathBuf, SetupError> {
    // What is found may be a version switcher without a uv behind it.
    let runs = |uv: &Utf8PathBuf| Command::new(uv).arg("--version").output().is_ok_and(|said| said.status.success());
    if let Some(uv) = runtime::find("uv").filter(runs) {
        return Ok(uv);
    }
    let dir = base.join("tools").join(format!("uv-{UV}"));
    install_once("uv", &dir, progress, |lock| {
        let mut venv = Command::new(python);
        venv.args(["-m", "venv"]).arg(&dir);
        run("uv", venv, lock, progress)?;
        let mut install = Command::new(executable(&dir, "python"));
        install.args(["-m", "pip", "install", "--disable-pip-version-check"]).arg(format!("uv=={UV}"));
        run("uv", install, lock, progress)
    })?;
    Ok(executable(&dir, "uv"))
}
