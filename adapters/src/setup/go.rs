//! Go environments: a program that the machine's own `go` builds from the adapter's sources and its locked sums.
//! Modules and what is compiled of them are kept in the user's own caches.

use std::fs::File;
use std::io;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use super::command::{output_of, run, users_command};
use super::report::no_version;
use super::runtime::{self, Runtime};
use super::standalone::place;
use super::toolchain::Inputs;
use super::{Environment, InstallStep, Need, Progress, SetupError, Standalone, Toolchain, local};
use crate::manifest::Manifest;
use crate::process::Launch;
use crate::spec::Build;

/// The module that every adapter shares, beside the adapters' folders.
const SHARED: &str = "streamspec";

/// The template of a program beside an adapter, and the program that is made of it.
const TEMPLATE: &str = "repro.go";
const PROGRAM: &str = "program.go";

/// With what the locked version is built: nothing that the sums do not name, no look at the repository around it, and no folder of this
/// machine in what a panic says.
const LOCKED: &str = "-mod=readonly -buildvcs=false -trimpath";

/// With what any other is built: the sums are written on the way.
const UNLOCKED: &str = "-mod=mod -buildvcs=false -trimpath";

/// The toolchain of Go: a program built by `go build`.
#[derive(Debug)]
pub(super) struct Go;

impl Toolchain for Go {
    fn language(&self) -> &'static str {
        "go"
    }

    fn needs(&self, base: &Utf8Path) -> Vec<Need> {
        vec![Need::required("go", self.language(), "builds the SDKs", find(base, ""))]
    }

    /// Names the sources, too: a program that is compiled is made anew when they change.
    fn inputs(&self, base: &Utf8Path, id: &str, adapter: &Utf8Path, _: &Build) -> Result<Inputs, SetupError> {
        let files = sources(adapter).map_err(|source| SetupError::Io { id: id.to_owned(), source })?;
        Ok(Inputs { runtime: find(base, id)?.version, files })
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
        Ok(environment.launch_of(program(&environment.dir)))
    }

    /// Makes an adapter with the kit's module beside it, which are built into one program.
    fn standalone(&self, environment: &Environment) -> io::Result<Standalone> {
        let Environment { sources: adapter, dir, .. } = environment;
        let language = environment.shared();
        let mut alone = Standalone::default();
        alone.add_sources(language, sources(adapter)?)?;
        let folder = place(language.parent().unwrap_or(language), adapter);
        let build = format!(
            "(cd {folder} && GOFLAGS='{LOCKED}' GOTOOLCHAIN=local GOWORK=off go build -o \"$OLDPWD/adapter\" .)"
        );
        alone.install.push(InstallStep::making("adapter", &program(dir), vec![build]));
        alone.start = vec!["./adapter".to_owned()];
        Ok(alone)
    }

    /// Makes a program of the template, with a module of the locked packages.
    fn program(&self, environment: &Environment) -> io::Result<Option<Standalone>> {
        let add = |alone: &mut Standalone| add_packages(alone, environment);
        Standalone::of_template(&environment.sources, [TEMPLATE, PROGRAM], add, vec!["./program".to_owned()])
    }

    /// Finds the newest version of the module, with the major version that its path names.
    fn latest(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        _: &(dyn Fn(Progress) + Sync),
    ) -> Result<String, SetupError> {
        let Manifest { id, package, .. } = manifest;
        let mut list = command(&find(base, id)?.path, base, UNLOCKED);
        let output = output_of(id, list.args(["list", "-m", "-f", "{{.Version}}", &format!("{package}@latest")]))?;
        let version = output.trim().strip_prefix('v').unwrap_or_default();
        if version.is_empty() { Err(no_version(id, package)) } else { Ok(version.to_owned()) }
    }

    /// Lists the versions of the module, with the major version that its path names.
    fn releases(&self, base: &Utf8Path, manifest: &Manifest) -> Result<Option<Vec<String>>, SetupError> {
        let Manifest { id, package, .. } = manifest;
        let mut list = command(&find(base, id)?.path, base, UNLOCKED);
        let output = output_of(id, list.args(["list", "-m", "-versions", &format!("{package}@latest")]))?;
        let versions = output.split_whitespace().filter_map(|word| word.strip_prefix('v'));
        Ok(Some(versions.map(str::to_owned).collect()))
    }

    fn relock(
        &self,
        base: &Utf8Path,
        Manifest { id, package, .. }: &Manifest,
        folder: &Utf8Path,
        version: &str,
    ) -> Result<Option<Vec<&'static str>>, SetupError> {
        let go = find(base, id)?.path;
        output_of(id, command(&go, folder, UNLOCKED).args(["get", "-u", &format!("{package}@v{version}")]))?;
        output_of(id, command(&go, folder, UNLOCKED).args(["mod", "tidy"]))?;
        Ok(Some(vec!["go.mod", "go.sum"]))
    }
}

/// Adds a module without the kit, and the step that builds the program.
fn add_packages(alone: &mut Standalone, environment: &Environment) -> io::Result<()> {
    alone.add(&environment.sources.join("go.sum"), "go.sum")?;
    let module = fs_err::read_to_string(environment.sources.join("go.mod"))?;
    let is_of_kit = |line: &&str| line.split_whitespace().any(|word| word == SHARED);
    let lines: Vec<&str> = module.lines().filter(|line| !is_of_kit(line)).collect();
    alone.files.insert("go.mod".into(), (lines.join("\n") + "\n").into_bytes());
    let build = format!("GOFLAGS='{LOCKED}' GOTOOLCHAIN=local GOWORK=off go build -o program {PROGRAM}");
    // Nothing that is set up already can stand for it: the program differs from trial to trial.
    alone.install.push(InstallStep::making("program", "".into(), vec![build]));
    Ok(())
}

/// Finds the Go of this machine.
fn find(base: &Utf8Path, id: &str) -> Result<Runtime, SetupError> {
    at_least(base, id, 1, 24)
}

fn at_least(base: &Utf8Path, id: &str, major: u64, minor: u64) -> Result<Runtime, SetupError> {
    let unavailable = |reason| {
        let fix = format!("install Go {major}.{minor} or newer");
        SetupError::Unavailable { id: id.to_owned(), reason, fix }
    };
    match runtime::ask(base, "go", &["env", "GOVERSION"]) {
        Ok(go) if go.is_at_least(major, minor) => Ok(go),
        Ok(go) => Err(unavailable(format!("`go` on PATH is version {}", go.version))),
        Err(error) => Err(unavailable(error)),
    }
}

/// Lists every file that an adapter is built from.
pub(super) fn sources(adapter: &Utf8Path) -> io::Result<Vec<Utf8PathBuf>> {
    let shared = adapter.parent().unwrap_or(adapter).join(SHARED);
    let mut files = local::files(&[adapter.to_owned(), shared])?;
    files.retain(|file| {
        let is_test = file.file_stem().is_some_and(|stem| stem.ends_with("_test"));
        let is_part = !is_test && file.file_name() != Some(TEMPLATE);
        matches!(file.extension(), Some("go" | "mod" | "sum" | "json")) && is_part
    });
    Ok(files)
}

/// Copies the sources, with the folders as they stand to each other, and builds them.
fn install(environment: &Environment, lock: &File, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), SetupError> {
    let Environment { id, dir, base, sources: adapter, build, .. } = environment;
    let io = |source| environment.io(source);
    let folders = environment.shared();
    for file in sources(adapter).map_err(io)? {
        let to = dir.join(file.strip_prefix(folders).unwrap_or(&file));
        fs_err::create_dir_all(to.parent().unwrap_or(dir)).map_err(io)?;
        fs_err::copy(&file, to).map_err(io)?;
    }
    let copy = dir.join(adapter.file_name().unwrap_or_default());
    let (major, minor) = wanted(&fs_err::read_to_string(copy.join("go.mod")).map_err(io)?);
    let go = at_least(base, id, major, minor)?.path;
    let flags = if *build == Build::Locked { LOCKED } else { UNLOCKED };
    if *build != Build::Locked {
        require(environment, &go, &copy, lock, progress)?;
    }
    let mut command = command(&go, &copy, flags);
    command.args(["build", "-o"]).arg(program(dir)).arg(".");
    run(id, command, lock, progress)
}

/// Finds the version of Go that a go.mod asks for.
pub(super) fn wanted(text: &str) -> (u64, u64) {
    let line = text.lines().find_map(|line| line.strip_prefix("go "));
    let mut numbers = line.unwrap_or_default().trim().split('.').map(|number| number.parse().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
}

/// Makes the go.mod anew with the build of the SDK that is wanted: what the SDK depends on is then what it asks for
/// itself, which for an old version is of its day.
fn require(
    environment: &Environment,
    go: &Utf8Path,
    copy: &Utf8Path,
    lock: &File,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(), SetupError> {
    let Environment { id, package, build, .. } = environment;
    for name in ["go.mod", "go.sum"] {
        fs_err::remove_file(copy.join(name)).map_err(|source| environment.io(source))?;
    }
    let mut init = command(go, copy, UNLOCKED);
    init.args(["mod", "init", "streamspec/adapter"]);
    run(id, init, lock, progress)?;
    let mut edit = command(go, copy, UNLOCKED);
    edit.args(["mod", "edit", &format!("-require={SHARED}@v0.0.0"), &format!("-replace={SHARED}=../{SHARED}")]);
    match build {
        Build::Version(version) => drop(edit.arg(format!("-require={package}@v{version}"))),
        Build::Local(path) => {
            edit.arg(format!("-require={package}@{}", any_version(package)));
            edit.arg(format!("-replace={package}={path}"));
        }
        Build::Locked | Build::Latest => {}
    }
    run(id, edit, lock, progress)
}

/// Returns a version that a module of this path may have: its major version stands at the end of the path.
pub(super) fn any_version(package: &str) -> String {
    let major = package.rsplit_once("/v").and_then(|(_, major)| major.parse::<u64>().ok()).unwrap_or_default();
    format!("v{major}.0.0")
}

fn command(go: &Utf8Path, dir: &Utf8Path, flags: &str) -> Command {
    let mut command = users_command(go);
    // The toolchain is the machine's, and a workspace of the user's is not meant.
    command.current_dir(dir).envs([("GOFLAGS", flags), ("GOTOOLCHAIN", "local"), ("GOWORK", "off")]);
    command
}

fn program(dir: &Utf8Path) -> Utf8PathBuf {
    dir.join(format!("adapter{}", std::env::consts::EXE_SUFFIX))
}
