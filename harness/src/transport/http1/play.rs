//! Plays one answer on a connection, and notices when the client leaves.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::stream::Stream;
use crate::case::End;
use crate::transport::{Encoded, Op, Reply};

/// The most bytes that a client may send ahead while it is being answered; beyond that its leaving goes unnoticed.
const MAX_AHEAD: usize = 1024 * 1024;

/// The fate of the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectionFate {
    /// Read the next request from it.
    Keep,
    /// Send FIN, and wait for the client to close.
    Fin,
    /// Send RST.
    Reset,
    /// Send FIN without what a protocol on the socket says at its end.
    Cut,
    /// Nothing; the client has left or the trial has ended.
    Drop,
}

/// Plays the answer. What the client sends meanwhile goes to `ahead`.
pub(super) async fn play(
    stream: &mut impl Stream,
    ahead: &mut Vec<u8>,
    reply: &dyn Reply,
    answer: &Encoded,
    client_keeps: bool,
) -> ConnectionFate {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut client = Client { reader, ahead };
    for op in &answer.ops {
        let stayed = match op {
            Op::Write(write) => send(&mut writer, &mut client, reply, &write.bytes).await,
            Op::Pause(pause) => tokio::select! {
                biased;
                () = client.leaves() => false,
                () = reply.pause(*pause) => true,
            },
        };
        if !stayed {
            reply.client_left();
            return ConnectionFate::Drop;
        }
    }
    reply.done();
    match answer.end {
        End::Finish if answer.keep_alive && client_keeps => ConnectionFate::Keep,
        End::Finish | End::Eof => ConnectionFate::Fin,
        End::NoCloseNotify => ConnectionFate::Cut,
        End::Stall => tokio::select! {
            biased;
            () = client.leaves() => {
                reply.client_left();
                ConnectionFate::Drop
            }
            () = reply.stall() => ConnectionFate::Fin,
        },
        // The other ends are HTTP/2's, and no case that has one travels by HTTP/1.
        _ => ConnectionFate::Reset,
    }
}

/// Hands one write to the socket; more than one system call is needed only when its buffer is full. False when the
/// client has left.
async fn send(
    writer: &mut (impl AsyncWrite + Unpin),
    client: &mut Client<'_, impl AsyncRead + Unpin>,
    reply: &dyn Reply,
    mut bytes: &[u8],
) -> bool {
    while !bytes.is_empty() {
        let wrote = tokio::select! {
            biased;
            () = client.leaves() => return false,
            wrote = writer.write(bytes) => wrote,
        };
        match wrote {
            Ok(length @ 1..) => {
                reply.wrote(&bytes[..length]);
                bytes = &bytes[length..];
            }
            Ok(0) | Err(_) => return false,
        }
    }
    // A socket has nothing to flush; a protocol on one may.
    tokio::select! {
        biased;
        flushed = writer.flush() => flushed.is_ok(),
        () = client.leaves() => false,
    }
}

struct Client<'a, R> {
    reader: R,
    ahead: &'a mut Vec<u8>,
}

impl<R: AsyncRead + Unpin> Client<'_, R> {
    /// Waits for FIN or RST. Nothing is lost when the wait is given up.
    async fn leaves(&mut self) {
        while self.ahead.len() < MAX_AHEAD {
            if !matches!(self.reader.read_buf(self.ahead).await, Ok(1..)) {
                return;
            }
        }
        std::future::pending::<()>().await;
    }
}
