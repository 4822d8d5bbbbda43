//! Takes connections, and no more of them than there is room for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::host::Connection;
use super::{Port, Shared, files};
use crate::transport;

/// The number of connections that are held at once. The whole fleet side by side holds a few hundred.
const MOST: usize = 4096;

/// The longest pause after a failed `accept`.
const PAUSE: Duration = Duration::from_millis(10);

/// The time that a connection may send nothing before it can be dropped for another one: an SDK asks as soon as it has
/// one.
const IDLE: Duration = Duration::from_millis(250);

/// The connections that are held.
pub(super) struct Connections {
    port: Port,
    most: usize,
    tasks: JoinSet<()>,
    /// Those that may not have asked for anything yet, longest first.
    silent: VecDeque<Silent>,
}

struct Silent {
    since: Instant,
    asked: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Silent {
    fn is_over(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.task.is_finished()
    }
}

impl Connections {
    /// Makes room for many connections; where files are scarce, half of them are left to the adapters and to all else.
    pub(super) fn new(port: Port) -> Self {
        let half = files::limit().and_then(|limit| usize::try_from(limit / 2).ok()).unwrap_or(MOST);
        Self::of_at_most(MOST.min(half), port)
    }

    /// Makes room for so many connections.
    pub(super) fn of_at_most(most: usize, port: Port) -> Self {
        Self { port, most: most.max(1), tasks: JoinSet::new(), silent: VecDeque::new() }
    }

    /// Serves connections until it is dropped; they end with it.
    ///
    /// At the limit, it closes the connection that has been open for longest without ever sending a request for
    /// anything. If all have asked, new ones wait until one of them ends.
    pub(super) async fn accept(mut self, listener: TcpListener, shared: Arc<Shared>) {
        loop {
            let has_room = self.tasks.len() < self.most || self.can_drop();
            if !has_room {
                shared.lacks(format!("all {} connections that the server holds at once are in use", self.most));
            }
            tokio::select! {
                accepted = listener.accept(), if has_room => match accepted {
                    Ok((stream, _)) => {
                        self.serve(stream, &shared);
                        if self.tasks.len() > self.most {
                            self.drop_silent();
                        }
                    }
                    Err(error) => {
                        if files::is_shortage(&error) {
                            shared.lacks(format!("the server cannot accept a connection: {}", files::described(&error)));
                            self.drop_silent();
                        }
                        tokio::time::sleep(PAUSE).await;
                    }
                },
                Some(_) = self.tasks.join_next() => {}
                () = tokio::time::sleep(IDLE / 5), if !has_room => {}
            }
        }
    }

    fn serve(&mut self, stream: TcpStream, shared: &Arc<Shared>) {
        let asked = Arc::new(AtomicBool::new(false));
        let (shared, port) = (Arc::clone(shared), self.port);
        let authority = Arc::clone(&shared.authority);
        let host = Arc::new(Connection { port, shared, asked: Arc::clone(&asked) });
        let task = self.tasks.spawn(transport::of(port.transport()).serve(stream, host, authority));
        if self.silent.len() > self.most {
            self.silent.retain(|silent| !silent.is_over());
        }
        self.silent.push_back(Silent { since: Instant::now(), asked, task });
    }

    /// Says whether there is one that has been silent for too long.
    fn can_drop(&mut self) -> bool {
        while self.silent.pop_front_if(|silent| silent.is_over()).is_some() {}
        self.silent.front().is_some_and(|silent| silent.since.elapsed() >= IDLE)
    }

    fn drop_silent(&mut self) {
        if self.can_drop()
            && let Some(silent) = self.silent.pop_front()
        {
            silent.task.abort();
        }
    }
}
