//! One connection: request after request, each given to its trial.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::play::{After, play};
use super::request::{self, Refusal, Request};
use super::trial::{Playing, Trial};
use super::{Refused, Shared};

/// How long a request may take to arrive, and a connection to idle before it.
const ARRIVAL: Duration = Duration::from_mins(1);

/// How long after its FIN the server waits for the client's; an earlier `close` could destroy what is unread.
const DRAIN: Duration = Duration::from_secs(2);

/// Serves a connection until one side closes it, and says once it has `asked` for something.
pub(super) async fn serve(mut stream: TcpStream, shared: Arc<Shared>, asked: Arc<AtomicBool>) {
    // Without it, small writes would be joined; the scripts decide what is one write.
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    let mut last: Option<(Arc<Trial>, usize)> = None;
    loop {
        let read = match timeout(ARRIVAL, request::read(&mut stream, &mut buffer)).await {
            Ok(Ok(Some(request))) => match shared.begin(&request) {
                Ok(playing) => Ok((playing, request)),
                Err(refusal) => Err((request.method, request.target, refusal)),
            },
            Ok(Ok(None)) => {
                if let Some((trial, number)) = last {
                    trial.client_left(number);
                }
                return;
            }
            Ok(Err(refusal)) => {
                let (method, target) = request::refused_line(&buffer);
                Err((method, target, refusal))
            }
            Err(_) => return,
        };
        match read {
            Ok((playing, request)) => {
                asked.store(true, Ordering::Relaxed);
                last = Some(playing.exchange());
                if !answer(&mut stream, &mut buffer, &playing, &request).await {
                    return;
                }
            }
            Err((method, target, refusal)) => {
                shared.refused(&method, &target, &refusal);
                refuse(&mut stream, &refusal).await;
                return;
            }
        }
    }
}

impl Shared {
    /// Gives a request to the trial whose token is in its target.
    fn begin(&self, request: &Request) -> Result<Playing, Refusal> {
        let refusal = |reason: &str| Refusal { status: 404, reason: reason.to_owned() };
        let (token, path) = trial_and_path(&request.target)
            .ok_or_else(|| refusal("the scripts are played under /t/TOKEN; an SDK's base URL may not have been set"))?;
        let trial = self.trials().get(token).cloned();
        let playing = trial.and_then(|trial| trial.begin(request, path));
        playing.ok_or_else(|| refusal("no trial has this token; it may have ended"))
    }
}

impl Shared {
    /// Tells the trial that a request was meant for, by its token, or because there is only one.
    fn refused(&self, method: &str, target: &str, refusal: &Refusal) {
        self.strays.fetch_add(1, Ordering::Relaxed);
        let trials = self.trials();
        let (trial, path, own) = match trial_and_path(target) {
            Some((token, path)) => (trials.get(token), path, true),
            None if trials.len() == 1 => (trials.values().next(), target, false),
            None => return,
        };
        if let Some(trial) = trial {
            let (request, reason) = (Refused::shown(method, path), refusal.reason.clone());
            trial.refused(Refused { request, status: refusal.status, reason, own });
        }
    }
}

/// The token and what follows it; the target may name the host, as to a proxy (RFC 9112 section 3.2.2).
fn trial_and_path(target: &str) -> Option<(&str, &str)> {
    let path = match target.strip_prefix("http://") {
        Some(rest) => &rest[rest.find('/')?..],
        None => target,
    };
    let rest = path.strip_prefix("/t/")?;
    Some(rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())))
}

/// Answers one request. Returns whether the connection goes on.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>, playing: &Playing, request: &Request) -> bool {
    let Some(answer) = playing.answer().map(|answer| answer.over(request.http_1_0)) else { return false };
    let after = tokio::select! {
        biased;
        after = play(stream, buffer, playing, &answer, request.keeps_alive()) => after,
        () = playing.trial_ended() => After::Drop,
    };
    match after {
        After::Keep => return true,
        After::Drop => {}
        After::Reset => {
            // The socket is closed when the connection's task ends, now with RST.
            let _ = stream.set_zero_linger();
        }
        After::Fin => tokio::select! {
            () = close(stream) => {}
            () = playing.trial_ended() => {}
        },
    }
    false
}

/// Sends FIN and waits for the client's.
async fn close(stream: &mut TcpStream) {
    if stream.shutdown().await.is_ok() {
        let _ = timeout(DRAIN, drain(stream)).await;
    }
}

async fn drain(stream: &mut TcpStream) {
    let mut unread = [0; 1024];
    while matches!(stream.read(&mut unread).await, Ok(1..)) {}
}

async fn refuse(stream: &mut TcpStream, refusal: &Refusal) {
    let reason = match refusal.status {
        404 => "Not Found",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        _ => "Bad Request",
    };
    let body = format!("streamspec: {}\n", refusal.reason);
    let response = format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        refusal.status,
        body.len()
    );
    if stream.write_all(response.as_bytes()).await.is_ok() {
        close(stream).await;
    }
}
