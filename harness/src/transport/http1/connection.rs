//! One connection: request after request, each given to the host.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::encode::reason;
use super::play::{ConnectionFate, play};
use super::request;
use super::stream::Stream;
use crate::transport::closing::{close, drain};
use crate::transport::{Host, Refusal, Reply, Request, Transport};

/// The time that a request may take to arrive, and a connection may idle before it.
const ARRIVAL: Duration = Duration::from_mins(1);

/// Serves a connection until one side closes it, with answers as the transport encodes them.
pub(in crate::transport) async fn serve(transport: &dyn Transport, mut stream: impl Stream, host: &dyn Host) {
    let mut buffer = Vec::new();
    let mut client_left: Option<Box<dyn FnOnce() + Send>> = None;
    loop {
        let read = match timeout(ARRIVAL, request::read(&mut stream, &mut buffer)).await {
            Ok(Ok(Some(request))) => match host.begin(&request) {
                Ok(reply) => Ok((reply, request)),
                Err(refusal) => Err((request.method, request.target, refusal)),
            },
            Ok(Ok(None)) => {
                if let Some(client_left) = client_left {
                    client_left();
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
            Ok((reply, request)) => {
                client_left = Some(reply.client_left_later());
                if !answer(transport, &mut stream, &mut buffer, reply.as_ref(), &request).await {
                    return;
                }
            }
            Err((method, target, refusal)) => {
                host.refused(&method, &target, &refusal);
                refuse(&mut stream, &refusal).await;
                return;
            }
        }
    }
}

/// Answers one request. Returns whether the connection goes on.
async fn answer(
    transport: &dyn Transport,
    stream: &mut impl Stream,
    buffer: &mut Vec<u8>,
    reply: &dyn Reply,
    request: &Request,
) -> bool {
    let Some(answer) = reply.answer().map(|answer| transport.encode(answer, request.version)) else { return false };
    let after = tokio::select! {
        biased;
        after = play(stream, buffer, reply, &answer, request::keeps_alive(request)) => after,
        () = reply.trial_ended() => ConnectionFate::Drop,
    };
    match after {
        ConnectionFate::Keep => return true,
        ConnectionFate::Drop => {}
        ConnectionFate::Reset => {
            // The socket is closed when the connection's task ends, now with RST.
            stream.reset();
        }
        ConnectionFate::Cut => {
            // What the client has sent is read first: a socket that is closed with unread bytes sends RST.
            if stream.cut().await.is_ok() {
                drain(stream).await;
            }
        }
        ConnectionFate::Fin => tokio::select! {
            () = close(stream) => {}
            () = reply.trial_ended() => {}
        },
    }
    false
}

async fn refuse(stream: &mut impl Stream, refusal: &Refusal) {
    let body = refusal.body();
    let response = format!(
        "HTTP/1.1 {} {}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        refusal.status,
        reason(refusal.status),
        body.len()
    );
    if stream.write_all(response.as_bytes()).await.is_ok() {
        close(stream).await;
    }
}
