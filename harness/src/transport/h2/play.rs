//! Plays one answer on a stream, and notices when the client leaves.

use std::future::poll_fn;

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, SendStream};

use super::encode;
use super::io::Io;
use crate::case::End;
use crate::transport::{Encoded, EncodedWrite, MessagePart, Op, Reply};
use crate::wire::Answer;

/// The end of an answer, as far as the connection is concerned. What is sent of a stream is kept with it: dropped while the connection is
/// used, it would reset the stream.
pub(super) enum Fate {
    /// The stream has ended, or its client has left it; the connection goes on.
    Keep,
    /// Close the connection, after these bytes between frames.
    Close(Vec<u8>, Playing),
    /// Reset the connection.
    Reset(Playing),
}

/// A stream that is being answered.
pub(super) struct Playing {
    respond: SendResponse<Bytes>,
    /// None before the head.
    stream: Option<SendStream<Bytes>>,
    io: Io,
}

impl Playing {
    pub(super) fn new(respond: SendResponse<Bytes>, io: Io) -> Self {
        Self { respond, stream: None, io }
    }

    /// Plays the answer of a reply, which is encoded.
    pub(super) async fn play(mut self, reply: &dyn Reply, answer: &Answer, encoded: &Encoded) -> Fate {
        let (last, is_whole) = (encoded.ops.len(), encoded.end == End::Finish);
        let mut is_ended = false;
        for (place, op) in encoded.ops.iter().enumerate() {
            let ends = is_whole && place + 1 == last;
            let stayed = match op {
                Op::Write(write) => {
                    is_ended = ends && write.part != MessagePart::Body;
                    self.send(reply, answer, write, is_ended).await
                }
                Op::Pause(pause) => tokio::select! {
                    biased;
                    () = self.leaves() => false,
                    () = reply.pause(*pause) => true,
                },
            };
            if !stayed {
                reply.client_left();
                return Fate::Keep;
            }
        }
        if !is_ended {
            reply.done();
        }
        self.end(reply, encoded.end, is_ended).await
    }

    async fn end(mut self, reply: &dyn Reply, end: End, is_ended: bool) -> Fate {
        if let Some(code) = end.rst_stream() {
            self.reset(Reason::from(code)).await;
            return Fate::Keep;
        }
        if let Some((code, is_taken_up)) = end.goaway() {
            let frame = goaway(self.number(), code, is_taken_up);
            return Fate::Close(frame, self);
        }
        match end {
            End::Finish if self.stream.is_some() => {
                if !is_ended {
                    self.finish().await;
                }
                Fate::Keep
            }
            End::Reset => Fate::Reset(self),
            End::Stall => {
                let has_left = tokio::select! {
                    biased;
                    () = self.leaves() => true,
                    () = reply.stall() => false,
                };
                if !has_left {
                    return Fate::Close(Vec::new(), self);
                }
                reply.client_left();
                Fate::Keep
            }
            _ => Fate::Close(Vec::new(), self),
        }
    }

    /// Sends one write and waits until it is on the socket. False when the client has left.
    async fn send(&mut self, reply: &dyn Reply, answer: &Answer, write: &EncodedWrite, is_end: bool) -> bool {
        let flushes = self.io.flushes();
        let sent = match (write.part, &answer.head) {
            (MessagePart::Head, Some(head)) => {
                if is_end {
                    wrote_all(reply, write);
                }
                self.respond
                    .send_response(encode::response(head), is_end)
                    .map(|stream| self.stream = Some(stream))
                    .is_ok()
            }
            (MessagePart::End, Some(head)) => {
                wrote_all(reply, write);
                self.stream.as_mut().is_some_and(|stream| stream.send_trailers(encode::trailing(head)).is_ok())
            }
            _ => self.data(&write.bytes, write.one_by_one).await,
        };
        if !sent {
            return false;
        }
        let stayed = self.flushed(flushes).await;
        if stayed && !is_end {
            reply.wrote(&write.bytes);
        }
        // A client may leave as soon as it has the end.
        stayed || is_end
    }

    /// Hands data over as far as the client's window is open. False when the client has left.
    async fn data(&mut self, mut bytes: &[u8], one_by_one: bool) -> bool {
        let Some(stream) = &mut self.stream else { return false };
        while !bytes.is_empty() {
            stream.reserve_capacity(bytes.len());
            let capacity = match stream.capacity() {
                0 => match poll_fn(|context| stream.poll_capacity(context)).await {
                    Some(Ok(capacity)) => capacity,
                    Some(Err(_)) | None => return false,
                },
                capacity => capacity,
            };
            let (now, later) = bytes.split_at(capacity.min(bytes.len()));
            let mut frames = now.chunks(if one_by_one { 1 } else { now.len().max(1) });
            if frames.any(|frame| stream.send_data(Bytes::copy_from_slice(frame), false).is_err()) {
                return false;
            }
            bytes = later;
        }
        true
    }

    /// Waits until what was handed over is on the socket. False when the client has left.
    async fn flushed(&mut self, flushes: u64) -> bool {
        let io = self.io.clone();
        tokio::select! {
            biased;
            () = io.flushed_after(flushes) => true,
            () = self.leaves() => false,
        }
    }

    /// Completes the message without fields behind it.
    async fn finish(&mut self) {
        let flushes = self.io.flushes();
        let sent = self.stream.as_mut().is_some_and(|stream| stream.send_data(Bytes::new(), true).is_ok());
        if sent {
            self.flushed(flushes).await;
        }
    }

    /// Resets the stream.
    async fn reset(&mut self, reason: Reason) {
        let flushes = self.io.flushes();
        match &mut self.stream {
            Some(stream) => stream.send_reset(reason),
            None => self.respond.send_reset(reason),
        }
        self.io.flushed_after(flushes).await;
    }

    fn number(&self) -> u32 {
        self.respond.stream_id().as_u32()
    }

    /// Waits until the client resets the stream, or the connection is gone.
    async fn leaves(&mut self) {
        let (respond, stream) = (&mut self.respond, &mut self.stream);
        // A reason and the lack of a connection come to the same here.
        let _ = poll_fn(|context| match stream {
            Some(stream) => stream.poll_reset(context),
            None => respond.poll_reset(context),
        })
        .await;
    }
}

fn wrote_all(reply: &dyn Reply, write: &EncodedWrite) {
    reply.wrote(&write.bytes);
    reply.done();
}

/// Writes a frame GOAWAY (RFC 9113 section 6.8). The streams of clients have odd numbers.
fn goaway(stream: u32, code: u32, is_taken_up: bool) -> Vec<u8> {
    let last = if is_taken_up { stream } else { stream.saturating_sub(2) };
    let head = [0, 0, 8, 0x7, 0, 0, 0, 0, 0];
    [&head[..], &last.to_be_bytes(), &code.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::goaway;

    #[test]
    fn a_goaway_names_this_stream_or_the_one_before() {
        assert_eq!(goaway(3, 2, true), [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2]);
        assert_eq!(goaway(3, 0, false)[9..], [0, 0, 0, 1, 0, 0, 0, 0]);
        assert_eq!(goaway(1, 0, false)[9..13], [0; 4]);
    }
}
