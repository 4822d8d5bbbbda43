//! TypeScript environments: made by npm, with a Node.js that comes through the adapter's lock file.

mod relock;

use std::fs::File;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use chrono::{Days, NaiveDate};
use serde_json::{Map, Value, json};

use super::command::{output_of, run, users_command};
use super::once::install_once;
use super::report::no_version;
use super::runtime::{self, write_atomically};
use super::standalone::place;
use super::toolchain::Inputs;
use super::{Environment, InstallStep, Need, Progress, SetupError, Standalone, Toolchain, local};
use crate::manifest::Manifest;
use crate::process::Launch;
use crate::root::Root;
use crate::spec::Build;

/// The files that an install needs beside each other.
const LOCKED: [&str; 2] = ["package.json", "package-lock.json"];

/// The tables that the kit reads, beside the folder of the language.
const TABLES: &str = "dialects.json";

/// The part of `package.json` that brings Node.js itself.
const RUNTIME: &str = "optionalDependencies";

/// The template of a program beside an adapter, and the program that is made of it.
const TEMPLATE: &str = "repro.ts";
const PROGRAM: &str = "program.ts";

/// The folder of an environment that holds its packages.
const MODULES: &str = "node_modules";

/// The folder of an environment that holds the programs of its packages.
const PROGRAMS: &str = "node_modules/.bin";

/// The advice for a machine without a Node.js that starts npm.
const FIX: &str = "install Node.js 20 or newer, with npm";

/// The toolchain of TypeScript: an environment made by npm.
#[derive(Debug)]
pub(super) struct TypeScript;

impl Toolchain for TypeScript {
    fn language(&self) -> &'static str {
        "typescript"
    }

    fn has_one_thread(&self) -> bool {
        true
    }

    fn needs(&self, base: &Utf8Path) -> Vec<Need> {
        let unavailable = |reason| SetupError::Unavailable { id: String::new(), reason, fix: FIX.to_owned() };
        let ask = |program| runtime::ask(base, program, &["--version"]).map_err(unavailable);
        let node = ask("node").and_then(|node| {
            let reason = format!("`node` on PATH is version {}", node.version);
            if node.is_at_least(20, 0) { Ok(node) } else { Err(unavailable(reason)) }
        });
        let starts = "starts npm; the Node.js that runs the SDKs is locked";
        vec![
            Need::required("node", self.language(), starts, node),
            Need::required("npm", self.language(), "installs the SDKs", ask("npm")),
        ]
    }

    /// Names the lock file, which brings the runtime, and the platform, on which the packages of npm depend; in a cache also the sources,
    /// as those of another version may be copied into an environment while this one runs there.
    fn inputs(&self, _: &Utf8Path, id: &str, sources: &Utf8Path, _: &Build) -> Result<Inputs, SetupError> {
        let mut files = LOCKED.map(|name| sources.join(name)).to_vec();
        if let [_, language, adapters, root, ..] = sources.ancestors().collect::<Vec<_>>()[..]
            && !Root::at(root).is_checkout()
        {
            let shared = copied(language).and_then(|shared| Ok([shared, copied(sources)?].concat()));
            files.extend(shared.map_err(|source| SetupError::Io { id: id.to_owned(), source })?);
            files.push(adapters.join(TABLES));
        }
        Ok(Inputs { runtime: std::env::consts::ARCH.to_owned(), files })
    }

    fn install(
        &self,
        environment: &Environment,
        lock: &File,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), SetupError> {
        install(environment, lock, progress)
    }

    /// Starts the locked Node.js, or else the machine's if it can run TypeScript.
    fn launch(&self, environment: &Environment) -> Result<Launch, SetupError> {
        let mut launch = environment.launch_of(program(environment)?);
        let entry = sync(environment).map_err(|source| environment.io(source))?;
        launch.args = vec!["--disable-warning=ExperimentalWarning".to_owned(), entry.into_string()];
        Ok(launch)
    }

    fn standalone(&self, environment: &Environment) -> std::io::Result<Standalone> {
        standalone(environment)
    }

    fn program(&self, environment: &Environment) -> std::io::Result<Option<Standalone>> {
        let add = |alone: &mut Standalone| add_packages(alone, environment);
        Standalone::of_template(&environment.sources, [TEMPLATE, PROGRAM], add, start(PROGRAM))
    }

    fn programs(&self, environment: &Environment) -> Utf8PathBuf {
        environment.dir.join(PROGRAMS)
    }

    fn latest(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        _: &(dyn Fn(Progress) + Sync),
    ) -> Result<String, SetupError> {
        let mut npm = npm(&manifest.id, "view", base)?;
        let output = output_of(&manifest.id, npm.args([manifest.package.as_str(), "version"]))?;
        let version = output.trim();
        if version.is_empty() { Err(no_version(&manifest.id, &manifest.package)) } else { Ok(version.to_owned()) }
    }

    fn releases(&self, base: &Utf8Path, manifest: &Manifest) -> Result<Option<Vec<String>>, SetupError> {
        relock::releases(base, manifest).map(Some)
    }

    fn relock(
        &self,
        _: &Utf8Path,
        manifest: &Manifest,
        folder: &Utf8Path,
        version: &str,
    ) -> Result<Option<Vec<&'static str>>, SetupError> {
        relock::relock(manifest, folder, version).map(|()| Some(LOCKED.to_vec()))
    }
}

/// Makes an adapter with the kit beside it, and above both the locked packages with the Node.js among them.
fn standalone(environment: &Environment) -> std::io::Result<Standalone> {
    let sources = &environment.sources;
    let shared = environment.shared();
    let mut alone = Standalone::default();
    let is_used = |file: &Utf8PathBuf| {
        file.extension() == Some("ts") && !file.as_str().ends_with(".test.ts") && file.file_name() != Some(TEMPLATE)
    };
    let kit = local::files(&[shared.to_owned()])?.into_iter().filter(|file| file.parent() == Some(shared));
    let files = kit.chain(local::files(&[sources.to_owned()])?).filter(is_used);
    alone.add_sources(shared, files.chain([shared.with_file_name(TABLES)]))?;
    add_packages(&mut alone, environment)?;
    let entry = place(shared.parent().unwrap_or(shared), &sources.join(&environment.entry));
    alone.start = start(entry.as_str());
    Ok(alone)
}

/// Adds the list of the locked packages, and the step that installs them.
fn add_packages(alone: &mut Standalone, environment: &Environment) -> std::io::Result<()> {
    let Environment { sources, dir, .. } = environment;
    for name in LOCKED.into_iter().chain([".npmrc"]).filter(|name| sources.join(name).is_file()) {
        alone.add(&sources.join(name), name)?;
    }
    let commands = vec!["npm ci --silent --no-audit --no-fund --ignore-scripts".to_owned()];
    alone.install.push(InstallStep::making(MODULES, &dir.join(MODULES), commands));
    Ok(())
}

/// Returns the command that runs a file with the locked Node.js.
fn start(file: &str) -> Vec<String> {
    vec![format!("{PROGRAMS}/node"), "--disable-warning=ExperimentalWarning".to_owned(), file.to_owned()]
}

fn install(environment: &Environment, lock: &File, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), SetupError> {
    let Environment { id, dir, sources, build, .. } = environment;
    runtime::find("node").ok_or_else(|| missing(id, "node"))?;
    fs_err::create_dir_all(dir).map_err(|source| environment.io(source))?;
    if *build == Build::Locked {
        for name in LOCKED {
            fs_err::copy(sources.join(name), dir.join(name)).map_err(|source| environment.io(source))?;
        }
        return run(id, npm(id, "ci", dir)?, lock, progress);
    }
    let manifest = package_json(environment)?;
    let node = node_dir(environment, &manifest);
    install_once("node", &node, "", progress, |lock| {
        let alone = json!({ "private": true, RUNTIME: manifest[RUNTIME] });
        write_json(environment, &node, &alone)?;
        run("node", npm(id, "install", &node)?, lock, progress)
    })?;
    let mut dependencies = Map::new();
    for name in manifest["dependencies"].as_object().into_iter().flatten().map(|(name, _)| name) {
        let wanted = match build {
            Build::Version(version) if *name == environment.package => version.clone(),
            Build::Local(path) if *name == environment.package => format!("file:{path}"),
            _ => "*".to_owned(),
        };
        dependencies.insert(name.clone(), Value::from(wanted));
    }
    write_json(environment, dir, &json!({ "private": true, "type": "module", "dependencies": dependencies }))?;
    let mut npm = npm(id, "install", dir)?;
    match build {
        Build::Version(version) => drop(npm.arg(format!("--before={}", released(environment, version)?))),
        // A working copy is packed and installed as its users would get it, not linked to. Its own `prepare` builds it.
        Build::Local(_) => drop(npm.args(["--install-links", "--ignore-scripts=false"])),
        Build::Locked | Build::Latest => {}
    }
    run(id, npm, lock, progress)
}

/// Finds the day after a version was released.
fn released(environment: &Environment, version: &str) -> Result<NaiveDate, SetupError> {
    let Environment { id, dir, package, .. } = environment;
    let mut npm = npm(id, "view", dir)?;
    let output = output_of(id, npm.args([package.as_str(), "time", "--json"]))?;
    let times: Value = serde_json::from_str(&output).unwrap_or_default();
    let day = times[version].as_str().and_then(|time| time.get(..10)?.parse::<NaiveDate>().ok());
    day.map(|day| day + Days::new(1)).ok_or_else(|| no_version(id, &format!("{package} {version}")))
}

fn missing(id: &str, program: &str) -> SetupError {
    SetupError::Unavailable {
        id: id.to_owned(),
        reason: format!("no `{program}` on PATH"),
        fix: "install Node.js 20 or newer".to_owned(),
    }
}

/// Makes a command of npm that runs no install scripts: that of `protobufjs`, the only one in the fleet, does no more
/// than warn.
fn npm(id: &str, command: &str, dir: &Utf8Path) -> Result<Command, SetupError> {
    let mut npm = users_command(runtime::find("npm").ok_or_else(|| missing(id, "npm"))?);
    npm.args([command, "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(dir);
    Ok(npm)
}

fn package_json(environment: &Environment) -> Result<Value, SetupError> {
    let text = fs_err::read(environment.sources.join("package.json")).map_err(|source| environment.io(source))?;
    serde_json::from_slice(&text).map_err(|error| environment.io(error.into()))
}

fn write_json(environment: &Environment, dir: &Utf8Path, value: &Value) -> Result<(), SetupError> {
    let written =
        fs_err::create_dir_all(dir).and_then(|()| fs_err::write(dir.join("package.json"), format!("{value:#}\n")));
    written.map_err(|source| environment.io(source))
}

/// Returns the folder of the Node.js that runs other builds than the locked one: it must not be as old as an old
/// release.
fn node_dir(environment: &Environment, manifest: &Value) -> Utf8PathBuf {
    let version = manifest[RUNTIME].as_object().and_then(|packages| packages.values().next()?.as_str());
    environment.base.join("tools").join(format!("node-{}", version.unwrap_or("none")))
}

fn program(environment: &Environment) -> Result<Utf8PathBuf, SetupError> {
    let dir = match environment.build {
        Build::Locked => environment.dir.clone(),
        _ => node_dir(environment, &package_json(environment)?),
    };
    let locked = dir.join(PROGRAMS).join(if cfg!(windows) { "node.cmd" } else { "node" });
    if locked.exists() {
        return Ok(locked);
    }
    let reason = match runtime::ask(&environment.base, "node", &["-p", "process.versions.node"]) {
        Ok(node) if node.is_at_least(22, 18) => return Ok(node.path),
        Ok(node) => format!("there is no locked Node.js for this platform, and `node` on PATH is {}", node.version),
        Err(error) => format!("there is no locked Node.js for this platform, and {error}"),
    };
    Err(SetupError::Unavailable {
        id: environment.id.clone(),
        reason,
        fix: "install Node.js 22.18 or newer".to_owned(),
    })
}

/// Brings the sources beside the installed packages, where Node.js looks for imports, and names the entry.
fn sync(environment: &Environment) -> std::io::Result<Utf8PathBuf> {
    let source = environment.dir.join("src");
    let own = source.join(environment.sources.file_name().unwrap_or("sdk"));
    let shared = environment.shared();
    for (from, to) in [(shared, &source), (environment.sources.as_path(), &own)] {
        for file in copied(from)? {
            copy_changed(&file, &to.join(file.file_name().unwrap_or_default()))?;
        }
    }
    // As it lies to the sources, so to their copies.
    copy_changed(&shared.with_file_name(TABLES), &environment.dir.join(TABLES))?;
    Ok(own.join(&environment.entry))
}

/// Lists the sources in a folder, by name.
fn copied(folder: &Utf8Path) -> std::io::Result<Vec<Utf8PathBuf>> {
    let entries = folder.read_dir_utf8()?.collect::<Result<Vec<_>, _>>()?;
    let is_source = |file: &Utf8PathBuf| file.file_name() == Some("tsconfig.json") || file.extension() == Some("ts");
    let mut files: Vec<Utf8PathBuf> =
        entries.into_iter().map(camino::Utf8DirEntry::into_path).filter(is_source).collect();
    files.sort();
    Ok(files)
}

/// Copies a file where it has changed: another process may be running the copy.
fn copy_changed(from: &Utf8Path, to: &Utf8Path) -> std::io::Result<()> {
    let content = fs_err::read(from)?;
    if fs_err::read(to).ok().as_deref() == Some(content.as_slice()) { Ok(()) } else { write_atomically(to, &content) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn install_scripts_are_not_run_unless_they_are_asked_for() {
        let held = tempfile::tempdir().expect("a temporary directory");
        let dir = Utf8Path::from_path(held.path()).expect("a UTF-8 path");
        let scripts = json!({ "install": "node -e \"require('fs').writeFileSync('ran', '')\"" });
        let package = |name: &str, content: Value| {
            let folder = dir.join(name);
            fs_err::create_dir_all(&folder).expect("a directory");
            fs_err::write(folder.join("package.json"), content.to_string()).expect("a file");
            folder
        };
        let dependency = package("dependency", json!({ "name": "dependency", "version": "1.0.0", "scripts": scripts }));
        let own = package("own", json!({ "private": true, "dependencies": { "dependency": "file:../dependency" } }));
        for (more, runs) in [(None, false), (Some("--ignore-scripts=false"), true)] {
            let mut install = npm("own", "install", &own).expect("npm is on PATH");
            let output = install.arg("--offline").args(more).output().expect("npm runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(dependency.join("ran").exists(), runs);
        }
    }
}
