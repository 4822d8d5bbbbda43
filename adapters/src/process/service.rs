//! A process that speaks no protocol of ours and serves until it is ended, such as a gateway.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use super::Launch;
use super::child::{Process, Tail};
use super::parse::excerpt;

/// The number of lines of its log that are shown.
const SHOWN: usize = 3;

/// A running service. Dropping it kills it with everything that it started, and so does the end of this process.
pub struct Service {
    process: Process,
    log: Arc<Tail>,
}

impl Service {
    /// Starts the process.
    pub fn start(launch: &Launch) -> std::io::Result<Self> {
        let mut child = launch.command()?.stdin(Stdio::null()).spawn()?;
        let log = Arc::new(Tail::default());
        let pumps =
            [child.stdout.take().map(|pipe| log.follow(pipe)), child.stderr.take().map(|pipe| log.follow(pipe))];
        Ok(Self { process: Process::new(child, pumps.into_iter().flatten().collect()), log })
    }

    /// Says how it ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        match self.process.child.try_wait() {
            Ok(status) => status.map(|status| status.to_string()),
            Err(error) => Some(format!("an unknown status ({error})")),
        }
    }

    /// Returns the last lines of what it wrote, on stdout and stderr, escaped and in one line; empty if it wrote nothing.
    pub fn last_words(&self) -> String {
        let log = self.log.text();
        let lines: Vec<_> = log.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = lines.iter().skip(lines.len().saturating_sub(SHOWN)).map(|line| excerpt(line.trim().as_bytes()));
        last.collect::<Vec<_>>().join(" | ")
    }

    /// Kills it, and waits until it is gone and its output is read.
    pub async fn end(self) {
        self.process.end(Duration::ZERO).await;
    }
}
