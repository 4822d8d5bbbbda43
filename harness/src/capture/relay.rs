//! Passes bytes on between a client and the server as they come, with the ends of both directions: FIN as FIN, RST as RST.

use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::net::tcp;
use tokio::sync::mpsc::UnboundedSender;

use super::kept::{Kept, Refused};
use super::upstream::Stream;
use super::{Captured, Upstream};
use crate::tap::AnswerEnd;

/// The most bytes that are passed on at once.
const PIECE: usize = 16 * 1024;

/// The time for which an answer is passed on to a client that has ended its side.
const LEFT: Duration = Duration::from_mins(1);

/// The end of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passed {
    /// The side that the bytes come from has ended it, and that was passed on.
    Fin,
    /// The side that the bytes come from broke the connection.
    Broken,
    /// The side that the bytes go to takes no more.
    Untaken,
    /// The client was given an answer of the proxy's own.
    Refused,
}

/// Passes on what comes on a connection, until both sides have ended it or one has broken it.
pub(super) async fn relay(mut client: TcpStream, upstream: &Upstream, told: UnboundedSender<Captured>) {
    let _ = client.set_nodelay(true);
    let mut kept = Kept::new(upstream, told);
    let server = match upstream.connect().await {
        Ok(server) => server,
        Err(error) => {
            let reason = format!("the server cannot be reached: {error}");
            kept.failed("(a connection)", "", reason.clone());
            // What the client asks is read first, as some clients want to have said it before they listen.
            let _ = client.read(&mut vec![0; PIECE]).await;
            let _ = client.write_all(own(502, &reason).as_bytes()).await;
            let _ = client.shutdown().await;
            return;
        }
    };
    let kept = Mutex::new(kept);
    if both(&mut client, server, &kept).await {
        // The connection to the server is dropped with what it had.
        let _ = client.set_zero_linger();
    }
}

/// Passes on in both directions. Returns whether one side broke the connection.
async fn both(client: &mut TcpStream, server: Box<dyn Stream>, kept: &Mutex<Kept<'_>>) -> bool {
    let noted = || kept.lock().unwrap_or_else(PoisonError::into_inner);
    let (from_client, to_client) = client.split();
    let to_client = tokio::sync::Mutex::new(to_client);
    let (from_server, to_server) = split(server);
    let up = ask(from_client, to_server, &to_client, kept);
    let down = answer(from_server, &to_client, kept);
    tokio::pin!(up, down);
    let (mut asked, mut answered) = (None, None);
    loop {
        tokio::select! {
            biased;
            passed = &mut down, if answered.is_none() => {
                noted().ends(match passed {
                    Passed::Fin => AnswerEnd::Fin,
                    Passed::Broken => AnswerEnd::Reset,
                    Passed::Untaken | Passed::Refused => AnswerEnd::ClientLeft,
                });
                if passed != Passed::Fin {
                    return true;
                }
                answered = Some(passed);
            }
            passed = &mut up, if asked.is_none() => {
                match passed {
                    Passed::Refused => return false,
                    // The server takes no more, and may still have sent something.
                    Passed::Untaken => {}
                    Passed::Fin if noted().is_idle() => return false,
                    // A client that only says that it has asked everything looks the same, so the answer is still passed on.
                    Passed::Fin => noted().ends(AnswerEnd::ClientLeft),
                    Passed::Broken => {
                        noted().ends(AnswerEnd::ClientLeft);
                        return true;
                    }
                }
                asked = Some(passed);
            }
            () = tokio::time::sleep(LEFT), if asked == Some(Passed::Fin) => return false,
        }
        if answered.is_some() {
            return false;
        }
    }
}

/// Passes on what the client asks, and its end.
async fn ask(
    mut from: tcp::ReadHalf<'_>,
    mut to: WriteHalf<Box<dyn Stream>>,
    back: &tokio::sync::Mutex<tcp::WriteHalf<'_>>,
    kept: &Mutex<Kept<'_>>,
) -> Passed {
    let mut piece = vec![0; PIECE];
    loop {
        let sent = match from.read(&mut piece).await {
            Ok(0) => return if to.shutdown().await.is_ok() { Passed::Fin } else { Passed::Untaken },
            Ok(length) => &piece[..length],
            Err(_) => return Passed::Broken,
        };
        let passed = kept.lock().unwrap_or_else(PoisonError::into_inner).asked(sent);
        match passed {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => {
                if to.write_all(&bytes).await.is_err() || to.flush().await.is_err() {
                    return Passed::Untaken;
                }
            }
            Err(Refused(status, reason)) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).failed("(a request)", "", reason.to_owned());
                let mut back = back.lock().await;
                let _ = back.write_all(own(status, reason).as_bytes()).await;
                let _ = back.shutdown().await;
                return Passed::Refused;
            }
        }
    }
}

/// Passes on what the server answers, and its end.
async fn answer(
    mut from: ReadHalf<Box<dyn Stream>>,
    to: &tokio::sync::Mutex<tcp::WriteHalf<'_>>,
    kept: &Mutex<Kept<'_>>,
) -> Passed {
    let mut piece = vec![0; PIECE];
    loop {
        let sent = match from.read(&mut piece).await {
            Ok(0) => return fin(to).await,
            // Over TLS this is a connection that was ended without a word of TLS about it.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return fin(to).await,
            Ok(length) => &piece[..length],
            Err(_) => return Passed::Broken,
        };
        let is_taken = to.lock().await.write_all(sent).await.is_ok();
        kept.lock().unwrap_or_else(PoisonError::into_inner).answered(sent);
        if !is_taken {
            return Passed::Untaken;
        }
    }
}

async fn fin(to: &tokio::sync::Mutex<tcp::WriteHalf<'_>>) -> Passed {
    if to.lock().await.shutdown().await.is_ok() { Passed::Fin } else { Passed::Untaken }
}

/// Writes an answer of the proxy's own.
fn own(status: u16, reason: &str) -> String {
    let body = format!("streamspec record: {reason}\n");
    let length = body.len();
    format!(
        "HTTP/1.1 {status} \r\ncontent-type: text/plain\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
