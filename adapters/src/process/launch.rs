//! The start of an adapter's process: the command, its scrubbed environment, its limits.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use camino::Utf8PathBuf;
use tokio::process::Command;

/// A command that starts an adapter's process.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Names the adapter in messages.
    pub label: String,
    /// The program, absolute or looked up on `PATH`.
    pub program: Utf8PathBuf,
    /// Its arguments.
    pub args: Vec<String>,
    /// Variables on top of the scrubbed environment.
    pub env: BTreeMap<String, String>,
    /// The directory that it runs in; the harness's own when absent.
    pub cwd: Option<Utf8PathBuf>,
    /// A directory of its own, created when missing: `HOME`, with `tmp` in it as `TMPDIR`.
    pub home: Utf8PathBuf,
    /// The limits of its time and its output.
    pub limits: Limits,
}

/// The limits of an adapter's process.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the start to the answer to `hello`.
    pub hello: Duration,
    /// From `bye` to the end.
    pub bye: Duration,
    /// From a ping to any line at all; after it the process counts as stuck.
    pub ping: Duration,
    /// Calls at once.
    pub concurrent: usize,
    /// Restarts in a row after processes that were of no use: that ended under several calls and had answered none. One
    /// that ends under a single call says something about that call, however often that happens.
    pub restarts: u32,
    /// Bytes of one line of stdout.
    pub line_bytes: usize,
    /// Lines of stdout that answer no call, in the life of one process.
    pub stray_lines: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Some SDKs take 18 seconds to import from a cold disk.
            hello: Duration::from_mins(1),
            bye: Duration::from_secs(2),
            ping: Duration::from_secs(2),
            concurrent: 64,
            restarts: 20,
            line_bytes: 16 * 1024 * 1024,
            stray_lines: 10_000,
        }
    }
}

impl Launch {
    /// Makes a launch without arguments, with the default limits.
    pub fn new(label: impl Into<String>, program: impl Into<Utf8PathBuf>, home: impl Into<Utf8PathBuf>) -> Self {
        Self {
            label: label.into(),
            program: program.into(),
            args: Vec::new(),
            env: BTreeMap::new(),
            cwd: None,
            home: home.into(),
            limits: Limits::default(),
        }
    }

    /// Makes the command, in an environment with nothing of the user's but `PATH`: no keys, no proxies, no settings.
    pub(super) fn command(&self) -> std::io::Result<Command> {
        let tmp = self.home.join("tmp");
        fs_err::create_dir_all(&tmp)?;
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear();
        for name in ["PATH", "SystemRoot"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .envs([("HOME", &self.home), ("USERPROFILE", &self.home)])
            .envs([("TMPDIR", &tmp), ("TMP", &tmp), ("TEMP", &tmp)])
            .envs([("LANG", "C.UTF-8"), ("NO_PROXY", "*"), ("no_proxy", "*")])
            .envs([("PYTHONIOENCODING", "utf-8"), ("PYTHONUNBUFFERED", "1"), ("PYTHONDONTWRITEBYTECODE", "1")])
            .envs(&self.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        // Ctrl-C is the harness's to handle, and a group can be killed with everything the adapter started.
        #[cfg(unix)]
        command.process_group(0);
        Ok(command)
    }
}
