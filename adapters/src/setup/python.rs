//! Python environments: made by uv, which is installed privately when missing, or else by venv and pip.

mod relock;

use std::fs::File;

use camino::{Utf8Path, Utf8PathBuf};
use chrono::{Days, NaiveDate, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};

use super::command::{output_of, run, succeeds, users_command};
use super::once::install_once;
use super::report::no_version;
use super::runtime::{self, Runtime};
use super::standalone::place;
use super::toolchain::Inputs;
use super::{Environment, InstallStep, Need, Progress, SetupError, Standalone, Toolchain, local};
use crate::manifest::Manifest;
use crate::process::Launch;
use crate::spec::Build;

/// The uv that is installed when there is none; it makes an environment ten times faster than venv and pip.
const UV: &str = "0.13.9";

/// The same with the digests of its wheels, as pip reads it.
const UV_LOCK: &str = include_str!("uv.lock");

/// The template of a program beside an adapter, and the program that is made of it.
const TEMPLATE: &str = "repro.py";
const PROGRAM: &str = "program.py";

/// The tables that the kit reads, beside the folder of the language.
const TABLES: &str = "dialects.json";

/// Prints the version and the real program: `PATH` may hold a version switcher that depends on the folder.
const QUESTION: [&str; 2] = ["-c", "import platform, sys; print(platform.python_version()); print(sys.executable)"];

/// The toolchain of Python: an environment made by uv, or by venv and pip.
#[derive(Debug)]
pub(super) struct Python;

impl Toolchain for Python {
    fn language(&self) -> &'static str {
        "python"
    }

    fn has_one_thread(&self) -> bool {
        true
    }

    fn needs(&self, base: &Utf8Path) -> Vec<Need> {
        let uv = "installs them; a private one is installed if it is missing";
        vec![
            Need::required("python3", self.language(), "runs the SDKs", find(base, "")),
            Need::optional("uv", self.language(), uv, base, "or `pip install uv`"),
        ]
    }

    fn inputs(&self, base: &Utf8Path, id: &str, sources: &Utf8Path, build: &Build) -> Result<Inputs, SetupError> {
        let file = if *build == Build::Locked { "requirements.lock" } else { "requirements.in" };
        Ok(Inputs { runtime: find(base, id)?.version, files: vec![sources.join(file)] })
    }

    fn install(
        &self,
        environment: &Environment,
        lock: &File,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), SetupError> {
        install(environment, lock, progress)
    }

    fn launch(&self, environment: &Environment) -> Result<Launch, SetupError> {
        let mut launch = environment.launch_of(executable(&environment.dir, "python"));
        launch.args = vec![environment.sources.join(&environment.entry).into_string()];
        launch.env.insert("PYTHONPATH".to_owned(), environment.shared().to_string());
        Ok(launch)
    }

    fn standalone(&self, environment: &Environment) -> std::io::Result<Standalone> {
        standalone(environment)
    }

    fn program(&self, environment: &Environment) -> std::io::Result<Option<Standalone>> {
        program(environment)
    }

    fn programs(&self, environment: &Environment) -> Utf8PathBuf {
        folder_of_programs(&environment.dir)
    }

    fn latest(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<String, SetupError> {
        latest(base, manifest, progress)
    }

    fn releases(&self, base: &Utf8Path, manifest: &Manifest) -> Result<Option<Vec<String>>, SetupError> {
        relock::releases(&find(base, &manifest.id)?.path, manifest).map(Some)
    }

    fn relock(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        folder: &Utf8Path,
        version: &str,
    ) -> Result<Option<Vec<&'static str>>, SetupError> {
        let uv = uv(base, &find(base, &manifest.id)?.path, &|_| {})?;
        relock::relock(&uv, manifest, folder, version).map(Some)
    }
}

/// Makes an adapter with the kit beside it, and a virtual environment of the locked packages.
fn standalone(environment: &Environment) -> std::io::Result<Standalone> {
    let sources = &environment.sources;
    let shared = environment.shared();
    let mut alone = Standalone::default();
    let kit = local::files(&[shared.to_owned()])?.into_iter().filter(|file| file.parent() == Some(shared));
    let own = local::files(&[sources.to_owned()])?;
    let files = kit.chain(own).filter(|file| file.extension() == Some("py") && file.file_name() != Some(TEMPLATE));
    alone.add_sources(shared, files.chain([shared.with_file_name(TABLES)]))?;
    add_packages(&mut alone, environment)?;
    let entry = place(shared.parent().unwrap_or(shared), &sources.join(&environment.entry));
    alone.start = vec![".venv/bin/python".to_owned(), entry.into_string()];
    alone.variables.insert("PYTHONPATH".to_owned(), place(shared.parent().unwrap_or(shared), shared).into_string());
    Ok(alone)
}

/// Makes a program of the template, with a virtual environment of the locked packages.
fn program(environment: &Environment) -> std::io::Result<Option<Standalone>> {
    let start = vec![".venv/bin/python".to_owned(), PROGRAM.to_owned()];
    let add = |alone: &mut Standalone| add_packages(alone, environment);
    Standalone::of_template(&environment.sources, [TEMPLATE, PROGRAM], add, start)
}

/// Adds the list of the locked packages, and the step that installs them.
fn add_packages(alone: &mut Standalone, environment: &Environment) -> std::io::Result<()> {
    alone.add(&environment.sources.join("requirements.lock"), "requirements.lock")?;
    let pip =
        ".venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:";
    let commands = vec!["python3 -m venv .venv".to_owned(), format!("{pip} -r requirements.lock")];
    alone.install.push(InstallStep::making(".venv", &environment.dir, commands));
    Ok(())
}

/// Finds the Python of this machine, 3.10 or newer.
fn find(base: &Utf8Path, id: &str) -> Result<Runtime, SetupError> {
    let unavailable = |reason| {
        let fix = "install Python 3.10 or newer".to_owned();
        SetupError::Unavailable { id: id.to_owned(), reason, fix }
    };
    let mut reason = None;
    for name in ["python3", "python"] {
        match runtime::ask(base, name, &QUESTION) {
            Ok(mut python) if python.is_at_least(3, 10) => {
                if let Some(path) = python.lines.get(1).filter(|path| !path.is_empty()) {
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

/// Returns a program of a virtual environment.
fn executable(venv: &Utf8Path, name: &str) -> Utf8PathBuf {
    let folder = folder_of_programs(venv);
    if cfg!(windows) { folder.join(format!("{name}.exe")) } else { folder.join(name) }
}

/// Returns the folder of a virtual environment that holds its programs.
fn folder_of_programs(venv: &Utf8Path) -> Utf8PathBuf {
    venv.join(if cfg!(windows) { "Scripts" } else { "bin" })
}

fn install(environment: &Environment, lock: &File, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), SetupError> {
    let Environment { id, dir, base, sources, build, .. } = environment;
    let python = find(base, id)?.path;
    let locked = sources.join("requirements.lock");
    let uv = match (uv(base, &python, progress), build) {
        (Ok(uv), _) => uv,
        // Only uv can resolve dependencies as of a day.
        (Err(error), Build::Version(_) | Build::Latest | Build::Local(_)) => return Err(error),
        (Err(error), Build::Locked) => {
            progress(Progress::Degraded {
                id: id.clone(),
                reason: format!("pip is used, because uv cannot be installed: {error}"),
            });
            let mut venv = users_command(&python);
            venv.args(["-m", "venv"]).arg(dir);
            run(id, venv, lock, progress)?;
            let mut install = users_command(executable(dir, "python"));
            install
                .args(["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"])
                .args(["--only-binary", ":all:", "-r"])
                .arg(&locked);
            return run(id, install, lock, progress);
        }
    };
    let mut venv = users_command(&uv);
    venv.args(["venv", "--no-project", "--python"]).arg(&python).arg(dir);
    run(id, venv, lock, progress)?;
    let mut install = users_command(&uv);
    install.args(["pip", "install", "--compile-bytecode", "--python"]).arg(executable(dir, "python"));
    match build {
        // To build a package from its source would take what it needs for that, which no lock file names.
        Build::Locked => drop(install.args(["--require-hashes", "--no-build", "-r"]).arg(&locked)),
        Build::Version(version) => {
            let pinned = requirements(environment, &format!("=={version}"))?;
            let day = released(environment, &uv, version, lock, progress)?;
            install.args(["--exclude-newer", &day.to_string()]).args(pinned);
        }
        Build::Local(path) => {
            // Else what was built from an earlier state of the working copy would be taken from the cache.
            install.args(["--reinstall-package", &environment.package]);
            install.args(requirements(environment, &format!(" @ {}", uri(path)))?);
        }
        Build::Latest => {}
    }
    run(id, install, lock, progress)
}

/// Returns the requirements of `requirements.in`, with another constraint on the SDK itself.
fn requirements(environment: &Environment, constraint: &str) -> Result<Vec<String>, SetupError> {
    let text = fs_err::read_to_string(environment.sources.join("requirements.in"));
    let text = text.map_err(|source| environment.io(source))?;
    Ok(constrained(&text, &environment.package, constraint))
}

/// Returns the requirements with another constraint on one package, and none on those that stand beside it.
pub(super) fn constrained(requirements: &str, package: &str, constraint: &str) -> Vec<String> {
    let lines = requirements.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let names = lines.filter(|line| !line.is_empty()).map(|line| {
        let end = line.find(['<', '>', '=', '!', '~', '@', ';', ' ']).unwrap_or(line.len());
        line[..end].to_owned()
    });
    let is_it = |name: &str| name.split('[').next() == Some(package);
    names.map(|name| if is_it(&name) { format!("{name}{constraint}") } else { name }).collect()
}

/// The characters that are escaped in a path: all but the unreserved ones of RFC 3986 and the slashes between its
/// parts.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Writes a path as a reference that a requirement may hold.
pub(super) fn uri(path: &Utf8Path) -> String {
    format!("file://{}", utf8_percent_encode(path.as_str(), PATH))
}

/// Finds the day after a version was released, by asking for it as of ever narrower days: an index tells uv, but
/// nobody else, when a file was uploaded.
fn released(
    environment: &Environment,
    uv: &Utf8Path,
    version: &str,
    lock: &File,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<NaiveDate, SetupError> {
    let Environment { id, dir, package, .. } = environment;
    let file = dir.join("version.in");
    fs_err::write(&file, format!("{package}=={version}\n")).map_err(|source| environment.io(source))?;
    let resolve = |day: NaiveDate| {
        let mut command = users_command(uv);
        command.args(["pip", "compile", "--quiet", "--no-header", "--no-deps", "--python"]);
        command.arg(executable(dir, "python")).args(["--exclude-newer", &day.to_string()]).arg(&file);
        command
    };
    // The first Python package of any model's vendor is younger than that.
    let oldest = NaiveDate::default() + Days::new(365 * 45);
    let today = Utc::now().date_naive() + Days::new(1);
    // A version that nobody has released ends here, in uv's own words.
    run(id, resolve(today), lock, progress)?;
    let (mut before, mut since) = (0, (today - oldest).num_days().unsigned_abs());
    while before < since {
        let middle = before.midpoint(since);
        if succeeds(resolve(oldest + Days::new(middle)), lock) { since = middle } else { before = middle + 1 }
    }
    Ok(oldest + Days::new(since + 1))
}

/// Finds the newest version on the index.
fn latest(base: &Utf8Path, manifest: &Manifest, progress: &(dyn Fn(Progress) + Sync)) -> Result<String, SetupError> {
    let python = find(base, &manifest.id)?.path;
    let uv = uv(base, &python, progress)?;
    let folder = base.join("latest");
    let file = folder.join(format!("{}.in", manifest.id));
    let written = fs_err::create_dir_all(&folder).and_then(|()| fs_err::write(&file, &manifest.package));
    written.map_err(|source| SetupError::Io { id: manifest.id.clone(), source })?;
    let mut command = users_command(uv);
    command.args(["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--no-deps", "--refresh", "--python"]);
    let output = output_of(&manifest.id, command.arg(&python).arg(&file))?;
    let version = output.lines().find_map(|line| line.trim().split_once("=="));
    version.map(|(_, version)| version.to_owned()).ok_or_else(|| no_version(&manifest.id, &manifest.package))
}

/// Finds the uv on `PATH`, or a private one.
fn uv(base: &Utf8Path, python: &Utf8Path, progress: &(dyn Fn(Progress) + Sync)) -> Result<Utf8PathBuf, SetupError> {
    // What is found may be a version switcher without a uv behind it.
    let runs =
        |uv: &Utf8PathBuf| users_command(uv).arg("--version").output().is_ok_and(|output| output.status.success());
    if let Some(uv) = runtime::find("uv").filter(runs) {
        return Ok(uv);
    }
    let dir = base.join("tools").join(format!("uv-{UV}"));
    // One that was installed from another lock file is none.
    let stamp = hex::encode(Sha256::digest(UV_LOCK));
    install_once("uv", &dir, &stamp, progress, |lock| {
        let mut venv = users_command(python);
        venv.args(["-m", "venv"]).arg(&dir);
        run("uv", venv, lock, progress)?;
        let locked = dir.join("uv.lock");
        fs_err::write(&locked, UV_LOCK).map_err(|source| SetupError::Io { id: "uv".to_owned(), source })?;
        let mut install = users_command(executable(&dir, "python"));
        install.args(["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]);
        install.args(["--only-binary", ":all:", "-r"]).arg(&locked);
        run("uv", install, lock, progress)
    })?;
    Ok(executable(&dir, "uv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uv_is_locked_by_the_digests_of_its_files() {
        let lines: Vec<&str> = UV_LOCK.lines().filter(|line| !line.starts_with('#')).collect();
        let digest = |line: &str| {
            let digest = line.trim().trim_end_matches([' ', '\\']).strip_prefix("--hash=sha256:").map(str::to_owned);
            digest.is_some_and(|digest| digest.len() == 64 && digest.chars().all(|digit| digit.is_ascii_hexdigit()))
        };
        assert_eq!(lines.first(), Some(&format!("uv=={UV} \\").as_str()));
        assert!(lines.len() > 10 && lines[1..].iter().all(|line| digest(line)), "{lines:?}");
    }
}
