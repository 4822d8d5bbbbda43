//! One connection: its streams side by side, each given to the host.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use h2::server::{Builder, SendResponse};
use http::Response;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::io::Io;
use super::play::{Fate, Playing};
use super::{encode, request};
use crate::transport::closing::close;
use crate::transport::{Host, Refusal};

/// The time that the beginning of a connection may take.
const ARRIVAL: Duration = Duration::from_mins(1);

/// The window of a request's body, so that no client has to wait for it.
const WINDOW: u32 = 1024 * 1024;

/// What a client that leaves is told of.
type Leaving = Box<dyn FnOnce() + Send>;

/// Serves a connection until one side closes it.
pub(in crate::transport) async fn serve(stream: TlsStream<TcpStream>, host: &dyn Host) {
    let mut io = Io::new(stream);
    let mut builder = Builder::new();
    builder.initial_window_size(WINDOW).initial_connection_window_size(WINDOW);
    let Ok(Ok(mut connection)) = timeout(ARRIVAL, builder.handshake::<_, Bytes>(io.clone())).await else { return };
    let mut answers = FuturesUnordered::new();
    let mut client_left: Option<Leaving> = None;
    loop {
        tokio::select! {
            biased;
            Some((fate, leaving)) = answers.next() => {
                client_left = leaving;
                match fate {
                    Fate::Keep => {}
                    Fate::Close(frame, kept) => {
                        // Nothing is driven any more, so that no frame is half sent and none follows.
                        drop(connection);
                        let _ = io.write_all(&frame).await;
                        close(&mut io).await;
                        drop(kept);
                        return;
                    }
                    Fate::Reset(kept) => {
                        io.reset();
                        drop((connection, kept));
                        return;
                    }
                }
            }
            accepted = connection.accept() => match accepted {
                Some(Ok((request, respond))) => answers.push(answer(request, respond, io.clone(), host)),
                Some(Err(_)) | None => break,
            }
        }
    }
    drop(connection);
    if let Some(client_left) = client_left.filter(|_| answers.is_empty()) {
        client_left();
    }
    // Each finds that the connection is gone.
    while answers.next().await.is_some() {}
}

/// Answers one request.
async fn answer(
    arriving: http::Request<h2::RecvStream>,
    respond: SendResponse<Bytes>,
    io: Io,
    host: &dyn Host,
) -> (Fate, Option<Leaving>) {
    let Some(read) = request::read(arriving).await else { return (Fate::Keep, None) };
    let begun = read.and_then(|request| match host.begin(&request) {
        Ok(reply) => Ok(reply),
        Err(refusal) => Err((request.method, request.target, refusal)),
    });
    let reply = match begun {
        Ok(reply) => reply,
        Err((method, target, refusal)) => {
            host.refused(&method, &target, &refusal);
            refuse(respond, &refusal);
            return (Fate::Keep, None);
        }
    };
    let leaving = reply.client_left_later();
    let Some(answer) = reply.answer() else { return (Fate::Keep, None) };
    let encoded = encode::encode(answer);
    let fate = tokio::select! {
        biased;
        fate = Playing::new(respond, io).play(reply.as_ref(), answer, &encoded) => fate,
        () = reply.trial_ended() => Fate::Keep,
    };
    (fate, Some(leaving))
}

fn refuse(mut respond: SendResponse<Bytes>, refusal: &Refusal) {
    let response =
        Response::builder().status(refusal.status).header("content-type", "text/plain; charset=utf-8").body(());
    let Ok(response) = response else { return };
    if let Ok(mut stream) = respond.send_response(response, false) {
        // It is sent when the connection is driven next.
        let _ = stream.send_data(refusal.body().into(), true);
    }
}
