//! TypeScript environments: made by `npm ci`, with a Node.js that comes through the lock file.

use std::fs::File;
use std::process::Command;

use camino::Utf8PathBuf;

use super::command::run;
use super::runtime::{self, write_atomically};
use super::{Environment, Progress, SetupError};

/// What the lock file is installed from.
const LOCKED: [&str; 2] = ["package.json", "package-lock.json"];

pub(super) fn install(environment: &Environment, lock: &File, progress: &dyn Fn(Progress)) -> Result<(), SetupError> {
    let Environment { id, dir, sources, .. } = environment;
    let missing = |name: &str| SetupError::Unavailable {
        id: id.clone(),
        reason: format!("no `{name}` on PATH"),
        fix: "install Node.js 20 or newer".to_owned(),
    };
    runtime::find("node").ok_or_else(|| missing("node"))?;
    let npm = runtime::find("npm").ok_or_else(|| missing("npm"))?;
    fs_err::create_dir_all(dir).map_err(|source| environment.io(source))?;
    for name in LOCKED {
        fs_err::copy(sources.join(name), dir.join(name)).map_err(|source| environment.io(source))?;
    }
    let mut ci = Command::new(npm);
    ci.args(["ci", "--no-audit", "--no-fund"]).current_dir(dir);
    run(id, ci, lock, progress)
}

/// The Node.js that runs the adapter: the locked one, or else the machine's if it can run TypeScript.
pub(super) fn program(environment: &Environment) -> Result<Utf8PathBuf, SetupError> {
    let locked =
        environment.dir.join("node_modules").join(".bin").join(if cfg!(windows) { "node.cmd" } else { "node" });
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
pub(super) fn sync(environment: &Environment) -> std::io::Result<Utf8PathBuf> {
    let source = environment.dir.join("src");
    let own = source.join(environment.sources.file_name().unwrap_or("sdk"));
    let shared = environment.sources.parent().unwrap_or(&environment.sources);
    for (from, to) in [(shared, &source), (environment.sources.as_path(), &own)] {
        for entry in fs_err::read_dir(from.as_std_path())? {
            let path = entry?.path();
            let Some(name) = path.file_name() else { continue };
            if name != "tsconfig.json" && path.extension().is_none_or(|extension| extension != "ts") {
                continue;
            }
            let (content, to) = (fs_err::read(&path)?, to.join(name.to_string_lossy().as_ref()));
            // Another process may be running it.
            if fs_err::read(&to).ok().as_deref() != Some(content.as_slice()) {
                write_atomically(&to, &content)?;
            }
        }
    }
    Ok(own.join(&environment.entry))
}
