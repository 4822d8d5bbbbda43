//! Other versions of Rust SDKs than the linked one: this crate's own sources, built with only that SDK into a program
//! that speaks the adapter protocol. The other crates stay at their locked versions where the SDK allows it.

use std::fs::File;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use toml::{Table, Value};

use super::command::{output_of, run, users_command};
use super::report::no_version;
use super::toolchain::Inputs;
use super::{Environment, InstallStep, Need, Progress, SetupError, Standalone, Toolchain, local, runtime};
use crate::manifest::Manifest;
use crate::process::Launch;
use crate::spec::{self, Build};

/// The program that serves a native adapter; an example, as `cargo run` must find only one program in the workspace.
const PROGRAM: &str = "streamspec-native";

/// The files and folders that the program is built from.
const SOURCES: [&str; 6] =
    ["Cargo.toml", "Cargo.lock", "adapters/Cargo.toml", "adapters/src", "adapters/examples", "adapters/rust"];

/// The toolchain of Rust: an SDK is linked into this program; another build of it into a program of its own.
#[derive(Debug)]
pub(super) struct Rust;

impl Toolchain for Rust {
    fn language(&self) -> &'static str {
        "rust"
    }

    fn is_linked(&self) -> bool {
        true
    }

    fn needs(&self, base: &Utf8Path) -> Vec<Need> {
        let purpose = "builds other versions than the linked ones";
        vec![Need::optional("cargo", self.language(), purpose, base, "install Rust with rustup")]
    }

    fn inputs(&self, _: &Utf8Path, id: &str, adapter: &Utf8Path, _: &Build) -> Result<Inputs, SetupError> {
        let files = sources(root(adapter)).map_err(|source| SetupError::Io { id: id.to_owned(), source })?;
        Ok(Inputs { runtime: env!("CARGO_PKG_RUST_VERSION").to_owned(), files })
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
        let program = environment.dir.join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
        let mut launch = environment.launch_of(program);
        launch.args = vec![native(&environment.id).to_owned()];
        Ok(launch)
    }

    fn standalone(&self, environment: &Environment) -> io::Result<Standalone> {
        standalone(&environment.base, native(&environment.id))
    }

    fn latest(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        _: &(dyn Fn(Progress) + Sync),
    ) -> Result<String, SetupError> {
        latest(base, manifest)
    }
}

/// Returns the suite's folder, which an adapter is in as `adapters/rust/ID`.
fn root(adapter: &Utf8Path) -> &Utf8Path {
    adapter.ancestors().nth(3).unwrap_or(adapter)
}

/// Lists every file the program is built from.
fn sources(root: &Utf8Path) -> io::Result<Vec<Utf8PathBuf>> {
    local::files(&SOURCES.map(|name| root.join(name)))
}

/// Makes a workspace of this crate alone, in which the program that serves one of its adapters is built. `base` is
/// `target/streamspec`.
pub(super) fn standalone(base: &Utf8Path, id: &str) -> io::Result<Standalone> {
    let root = root(base);
    let mut alone = Standalone::default();
    for file in sources(root)? {
        alone.add(&file, file.strip_prefix(root).unwrap_or(&file))?;
    }
    let table = |file: &str| fs_err::read_to_string(root.join(file))?.parse::<Table>().map_err(io::Error::other);
    let mut workspace = table("Cargo.toml")?;
    keep_this_crate(&mut workspace);
    alone.files.insert("Cargo.toml".into(), workspace.to_string().into_bytes());
    let features = table("adapters/Cargo.toml")?;
    let has_feature = features.get("features").and_then(|features| features.get(id)).is_some();
    let feature = if has_feature { format!(" --features {id}") } else { String::new() };
    let build =
        format!("cargo build --quiet --package streamspec-adapters --example {PROGRAM} --no-default-features{feature}");
    // Cargo itself sees what is left to do, and what many SDKs have in common is compiled once.
    let set_up = (Utf8PathBuf::from("target"), base.join("rust"));
    alone.install.push(InstallStep { makes: None, commands: vec![build], set_up });
    alone.start = vec![format!("target/debug/examples/{PROGRAM}"), id.to_owned()];
    Ok(alone)
}

/// Leaves no member in the workspace but this crate.
fn keep_this_crate(workspace: &mut Table) {
    let Some(workspace) = workspace.get_mut("workspace").and_then(Value::as_table_mut) else { return };
    for members in ["members", "default-members"] {
        workspace.insert(members.to_owned(), Value::from(vec!["adapters"]));
    }
}

fn install(environment: &Environment, lock: &File, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), SetupError> {
    let Environment { id, dir, base, package, build, sources: adapter, .. } = environment;
    let io = |source| environment.io(source);
    let root = root(adapter);
    for file in sources(root).map_err(io)? {
        let to = dir.join(file.strip_prefix(root).unwrap_or(&file));
        fs_err::create_dir_all(to.parent().unwrap_or(dir)).map_err(io)?;
        fs_err::copy(&file, to).map_err(io)?;
    }
    let workspace = dir.join("Cargo.toml");
    edit(environment, &workspace, |workspace| {
        keep_this_crate(workspace);
        let Some(workspace) = workspace.get_mut("workspace").and_then(Value::as_table_mut) else { return };
        let Some(dependencies) = workspace.get_mut("dependencies").and_then(Value::as_table_mut) else { return };
        let pinned = dependencies.get(package).map(version_in).unwrap_or_default();
        for (name, dependency) in dependencies.iter_mut() {
            // What is pinned to the same version is published together with it.
            if name != package && (pinned.is_empty() || version_in(dependency) != pinned) {
                continue;
            }
            let mut asked = dependency.as_table().cloned().unwrap_or_default();
            asked.remove("version");
            let (key, value) = match build {
                Build::Version(version) => ("version", format!("={version}")),
                Build::Local(path) if name == package => ("path", path.to_string()),
                Build::Local(_) | Build::Locked | Build::Latest => ("version", "*".to_owned()),
            };
            asked.insert(key.to_owned(), Value::from(value));
            *dependency = Value::Table(asked);
        }
    })?;
    let cargo = |command: &str| {
        let mut cargo = users_command(runtime::find("cargo").unwrap_or_else(|| "cargo".into()));
        cargo.args([command, "--manifest-path"]).arg(&workspace);
        cargo
    };
    let mut update = cargo("update");
    update.args(["--quiet", "--package", package]);
    run(id, update, lock, progress)?;
    let locked = locked(&dir.join("Cargo.lock"), package).map_err(io)?;
    let locked = locked.ok_or_else(|| no_version(id, package))?;
    edit(environment, &dir.join("adapters/rust").join(native(id)).join("adapter.toml"), |manifest| {
        manifest.insert("version".to_owned(), Value::from(locked.as_str()));
    })?;
    let mut build = cargo("build");
    build.args(["--quiet", "--package", "streamspec-adapters", "--example", PROGRAM, "--no-default-features"]);
    // What versions have in common is compiled once.
    build.args(["--features", native(id), "--target-dir"]).arg(base.join("rust"));
    run(id, build, lock, progress)?;
    let program = format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX);
    fs_err::copy(base.join("rust/debug/examples").join(&program), dir.join(&program)).map(|_| ()).map_err(io)
}

/// Finds the newest version that this compiler can build, as cargo resolves it.
fn latest(base: &Utf8Path, manifest: &Manifest) -> Result<String, SetupError> {
    let id = &manifest.id;
    let io = |source| SetupError::Io { id: id.clone(), source };
    let dir = base.join("latest").join(native(id));
    fs_err::create_dir_all(dir.join("src")).map_err(io)?;
    let rust = env!("CARGO_PKG_RUST_VERSION");
    let text = format!(
        "[package]\nname = \"latest\"\nedition = \"2024\"\nrust-version = \"{rust}\"\n\n[workspace]\n\n[dependencies]\n{} = \"*\"\n",
        manifest.package
    );
    fs_err::write(dir.join("Cargo.toml"), text).map_err(io)?;
    fs_err::write(dir.join("src/lib.rs"), "").map_err(io)?;
    let mut cargo = users_command(runtime::find("cargo").unwrap_or_else(|| "cargo".into()));
    output_of(id, cargo.args(["generate-lockfile", "--quiet", "--manifest-path"]).arg(dir.join("Cargo.toml")))?;
    let version = locked(&dir.join("Cargo.lock"), &manifest.package).map_err(io)?;
    version.ok_or_else(|| no_version(id, &manifest.package))
}

/// Returns the native adapter's own id, and the feature that links it in.
fn native(id: &str) -> &str {
    spec::base(id)
}

/// Finds the version that a dependency is pinned to.
fn version_in(dependency: &Value) -> String {
    let version = dependency.as_str().or_else(|| dependency.get("version")?.as_str());
    version.unwrap_or_default().to_owned()
}

/// Finds the version of a package in a lock file.
fn locked(lock: &Utf8Path, package: &str) -> io::Result<Option<String>> {
    let table: Table = fs_err::read_to_string(lock)?.parse().map_err(io::Error::other)?;
    let packages = table.get("package").and_then(Value::as_array).into_iter().flatten();
    let mut named = packages.filter(|one| one.get("name").and_then(Value::as_str) == Some(package));
    Ok(named.next().and_then(|one| Some(one.get("version")?.as_str()?.to_owned())))
}

fn edit(environment: &Environment, file: &Utf8Path, change: impl FnOnce(&mut Table)) -> Result<(), SetupError> {
    let edited = fs_err::read_to_string(file).and_then(|text| {
        let mut table: Table = text.parse().map_err(io::Error::other)?;
        change(&mut table);
        fs_err::write(file, table.to_string())
    });
    edited.map_err(|source| environment.io(source))
}
