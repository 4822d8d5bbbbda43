//! A child process with everything that it started, and the end of what it writes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::timeout;

#[cfg(unix)]
use super::guard;
use super::in_flight::lock;

/// The bytes that are kept of what a process writes.
const KEPT: usize = 16 * 1024;

/// The longest wait for what a dead process left in its pipes; only a grandchild can hold them open longer.
pub(super) const DRAIN: Duration = Duration::from_millis(250);

/// A child, its group, and the tasks that read what it writes.
pub(super) struct Process {
    pub(super) child: Child,
    group: Group,
    pumps: Vec<JoinHandle<()>>,
}

impl Process {
    /// Takes a child over whose output these tasks read.
    pub(super) fn new(child: Child, pumps: Vec<JoinHandle<()>>) -> Self {
        Self { group: Group::of(&child), child, pumps }
    }

    /// Gives it some time to end, kills it and all it started, and says how it ended.
    pub(super) async fn end(mut self, grace: Duration) -> String {
        let status = if let Ok(status) = timeout(grace, self.child.wait()).await {
            status.map_or_else(|error| format!("an unknown status ({error})"), |status| status.to_string())
        } else {
            self.group.kill();
            // Already dead is what is wanted.
            let _ = self.child.start_kill();
            let _ = self.child.wait().await;
            "its stdout closed, without an exit, and was killed".to_owned()
        };
        // Whatever it started must not outlive it; a group without members is gone and nothing is killed.
        drop(self.group);
        for mut pump in self.pumps {
            let _ = timeout(DRAIN, &mut pump).await;
            pump.abort();
        }
        status
    }
}

/// A process group, killed on drop: the path a panic or an aborted runtime takes.
struct Group(Option<u32>);

impl Group {
    fn of(child: &Child) -> Self {
        #[cfg(unix)]
        child.id().into_iter().for_each(guard::watch);
        Self(child.id())
    }

    fn kill(&self) {
        #[cfg(unix)]
        if let Some(pid) = self.0.and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
            // No such group: everything has ended already.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        #[cfg(unix)]
        self.0.into_iter().for_each(guard::forget);
    }
}

/// The end of what a process wrote.
#[derive(Default)]
pub(super) struct Tail(Mutex<VecDeque<u8>>);

impl Tail {
    /// Reads a pipe to its end, beside other pipes that the same tail may follow.
    pub(super) fn follow(self: &Arc<Self>, mut pipe: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<()> {
        let kept = Arc::clone(self);
        tokio::spawn(async move {
            let mut chunk = vec![0; 8 * 1024];
            while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
                let mut bytes = lock(&kept.0);
                bytes.extend(&chunk[..read]);
                let excess = bytes.len().saturating_sub(KEPT);
                bytes.drain(..excess);
            }
        })
    }

    pub(super) fn text(&self) -> String {
        let bytes: Vec<u8> = lock(&self.0).iter().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
