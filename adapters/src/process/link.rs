//! One run of an adapter's process, from its start and the hello to its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::child::{DRAIN, Process, Tail};
use super::in_flight::{CallsInFlight, End, Notes, lock};
use super::lines::{LineRead, LineReader};
use super::parse::{Line, excerpt, hello_version, overlong, parse};
use super::{Launch, Limits, StartError};
use crate::contract::Identity;
use crate::protocol::{self, Reply, Request};

/// A running process and the tasks that serve its pipes.
pub(super) struct Link {
    pub(super) in_flight: Arc<CallsInFlight>,
    /// Lines for stdin; dropping it closes stdin.
    stdin: Mutex<Option<mpsc::UnboundedSender<Vec<u8>>>>,
    orders: mpsc::UnboundedSender<Order>,
    stderr: Arc<Tail>,
    ended: watch::Receiver<bool>,
    limits: Limits,
}

/// An order to the process's supervisor. When nobody can send one any more, it stops the process.
enum Order {
    /// Wait for it to end by itself, then kill it.
    Stop,
    /// Kill it as stuck.
    Kill,
}

impl Link {
    /// Starts the process and exchanges the hello.
    pub(super) async fn start(launch: &Launch, notes: Arc<Notes>) -> Result<(Self, Identity), StartError> {
        let limits = launch.limits;
        let spawned = launch.command().and_then(|mut command| command.spawn());
        let mut child = spawned.map_err(|source| StartError::Program {
            label: launch.label.clone(),
            program: launch.program.to_string(),
            source,
        })?;
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let stdout = child.stdout.take().expect("stdout is piped");
        let stderr = Arc::new(Tail::default());
        let pump = stderr.follow(child.stderr.take().expect("stderr is piped"));
        let process = Process::new(child, vec![pump]);
        let mut lines = LineReader::new(stdout, limits.line_bytes);

        let hello = async {
            // A process that is gone already is noticed by reading; it may have said why.
            let _ = stdin.write_all(&line_of(&Request::Hello { protocol: protocol::VERSION })).await;
            lines.next().await
        };
        let first = timeout(limits.hello, hello).await;
        let identity = match first.map(|read| read_hello(&launch.label, read)) {
            Ok(Ok(Some(identity))) => identity,
            Ok(Ok(None)) => {
                let status = process.end(limits.bye).await;
                return Err(StartError::Exited { label: launch.label.clone(), status, stderr: stderr.text() });
            }
            Ok(Err(mut error)) => {
                process.end(Duration::ZERO).await;
                error.set_stderr(stderr.text());
                return Err(error);
            }
            Err(_) => {
                process.end(Duration::ZERO).await;
                let (label, waited) = (launch.label.clone(), limits.hello);
                return Err(StartError::NoHello { label, waited, stderr: stderr.text() });
            }
        };

        let in_flight = Arc::new(CallsInFlight::new(limits.stray_lines));
        let (orders, inbox) = mpsc::unbounded_channel();
        let (done, ended) = watch::channel(false);
        let supervisor =
            Supervisor { process, lines, in_flight: in_flight.clone(), stderr: stderr.clone(), notes, limits };
        tokio::spawn(async move {
            supervisor.run(inbox).await;
            // Nobody may be waiting.
            let _ = done.send(true);
        });
        let stdin = Mutex::new(Some(write_lines(stdin)));
        Ok((Self { in_flight, stdin, orders, stderr, ended, limits }, identity))
    }

    /// Writes a message; a process that no longer reads is noticed when it does not answer, or ends.
    pub(super) fn send(&self, request: &Request) {
        if let Some(stdin) = &*lock(&self.stdin) {
            let _ = stdin.send(line_of(request));
        }
    }

    /// Returns the end of what the process wrote to stderr.
    pub(super) fn stderr(&self) -> String {
        self.stderr.text()
    }

    /// Tells whether anything at all comes from the process when it is greeted a second time.
    pub(super) async fn responds(&self) -> bool {
        let mut lines = self.in_flight.ping();
        self.send(&Request::Hello { protocol: protocol::VERSION });
        matches!(timeout(self.limits.ping, lines.changed()).await, Ok(Ok(())))
    }

    /// Kills the process as stuck, and waits for its end.
    pub(super) async fn kill(&self) {
        // The supervisor is gone only when the process is.
        let _ = self.orders.send(Order::Kill);
        self.wait().await;
    }

    /// Says bye, closes stdin, waits a while, kills.
    pub(super) async fn stop(&self) {
        self.send(&Request::Bye);
        lock(&self.stdin).take();
        let _ = self.orders.send(Order::Stop);
        self.wait().await;
    }

    /// Waits until the process is gone and every call in flight has its answer.
    pub(super) async fn wait(&self) {
        let _ = self.ended.clone().wait_for(|ended| *ended).await;
    }
}

/// Judges the first line of stdout; `None` when there is none.
fn read_hello(label: &str, read: LineRead) -> Result<Option<Identity>, StartError> {
    let label = label.to_owned();
    let (number, bytes) = match read {
        LineRead::Line(number, bytes) => (number, bytes),
        LineRead::Overlong(number, length, head) => {
            let detail = format!("line {number} of stdout has {length} bytes: {}", excerpt(&head));
            return Err(StartError::Garbage { label, detail, stderr: String::new() });
        }
        LineRead::Endless(_, bytes) => {
            let detail = format!("stdout holds {bytes} bytes without an end of line");
            return Err(StartError::Garbage { label, detail, stderr: String::new() });
        }
        LineRead::End => return Ok(None),
    };
    if let Some(theirs) = hello_version(&bytes).filter(|theirs| *theirs != u64::from(protocol::VERSION)) {
        return Err(StartError::Version { label, theirs, ours: protocol::VERSION });
    }
    match parse(number, &bytes) {
        Line::Reply(Reply::Hello(hello)) => Ok(Some(hello.into())),
        Line::Reply(Reply::Fault { message, .. }) => {
            Err(StartError::Refused { label, message: excerpt(message.as_bytes()), stderr: String::new() })
        }
        Line::Reply(Reply::Observed { .. }) => {
            let detail = format!("line {number} of stdout is an observation: {}", excerpt(&bytes));
            Err(StartError::Garbage { label, detail, stderr: String::new() })
        }
        Line::Stray { detail, .. } => Err(StartError::Garbage { label, detail, stderr: String::new() }),
    }
}

/// Writes a message as a line of ASCII-safe JSON.
fn line_of(request: &Request) -> Vec<u8> {
    let mut line = serde_json::to_vec(request).expect("a request has only string keys");
    line.push(b'\n');
    line
}

/// Writes whole lines in order, without making a call wait for a process that does not read.
fn write_lines(mut stdin: ChildStdin) -> mpsc::UnboundedSender<Vec<u8>> {
    let (sender, mut lines) = mpsc::unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Some(line) = lines.recv().await {
            if stdin.write_all(&line).await.is_err() {
                return;
            }
        }
    });
    sender
}

/// Reads stdout and sees the process to its end.
struct Supervisor {
    process: Process,
    lines: LineReader<ChildStdout>,
    in_flight: Arc<CallsInFlight>,
    stderr: Arc<Tail>,
    notes: Arc<Notes>,
    limits: Limits,
}

impl Supervisor {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let mut grace = self.limits.bye;
        let end = loop {
            tokio::select! {
                read = self.lines.next() => match self.handle(read) {
                    Ok(true) => {}
                    // Without stdout it is of no use; usually it is just dying.
                    Ok(false) => break None,
                    Err(detail) => break Some(End::Broke(detail)),
                },
                _ = self.process.child.wait() => {
                    // What it wrote before it died still counts.
                    let _ = timeout(DRAIN, self.drain()).await;
                    break None;
                }
                order = orders.recv() => match order {
                    Some(Order::Kill) => break Some(End::Stuck),
                    Some(Order::Stop) | None => {
                        if timeout(self.limits.bye, self.drain()).await.is_err() {
                            grace = Duration::ZERO;
                        }
                        break Some(End::Closed);
                    }
                },
            }
        };
        if matches!(end, Some(End::Broke(_) | End::Stuck)) {
            grace = Duration::ZERO;
        }
        let status = self.process.end(grace).await;
        self.in_flight.finish(end.unwrap_or_else(|| End::Died(death_detail(&status, &self.stderr.text()))));
    }

    /// Hands a line on; false at the end of stdout.
    fn handle(&self, read: LineRead) -> Result<bool, String> {
        let line = match read {
            LineRead::Line(number, bytes) => parse(number, &bytes),
            LineRead::Overlong(number, length, head) => overlong(number, length, self.limits.line_bytes, &head),
            LineRead::Endless(number, bytes) => {
                return Err(format!("line {number} of stdout did not end after {bytes} bytes; the process was killed"));
            }
            LineRead::End => return Ok(false),
        };
        self.in_flight.take(line, &self.notes).map(|()| true)
    }

    async fn drain(&mut self) {
        loop {
            let read = self.lines.next().await;
            if !matches!(self.handle(read), Ok(true)) {
                return;
            }
        }
    }
}

fn death_detail(status: &str, stderr: &str) -> String {
    match stderr.lines().rev().find(|line| !line.trim().is_empty()) {
        Some(line) => {
            format!("the adapter's process ended with {status}; its last line on stderr: {}", excerpt(line.as_bytes()))
        }
        None => format!("the adapter's process ended with {status} and nothing on stderr"),
    }
}
