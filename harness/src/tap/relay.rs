//! Passes bytes on between a client and a gateway as they come, with the ends of both directions: FIN as FIN, RST as RST.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, Interest};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};

use super::Shared;
use super::answer::AnswerEnd;
use super::connection::Connection;

/// The most bytes that are passed on at once.
const PIECE: usize = 16 * 1024;

/// The end of one direction.
enum Passed<'a> {
    /// FIN came, and was passed on.
    Fin(ReadHalf<'a>),
    /// RST came from where the bytes come from.
    Broken,
    /// The side that the bytes go to takes no more.
    Refused,
}

/// Passes on what comes on a connection, until both sides have ended it or one has broken it.
pub(super) async fn relay(mut client: TcpStream, gateway: SocketAddr, shared: Arc<Shared>) {
    let Ok(mut upstream) = TcpStream::connect(gateway).await else {
        let _ = client.set_zero_linger();
        return;
    };
    // What is one write stays one.
    let _ = (client.set_nodelay(true), upstream.set_nodelay(true));
    let connection = Mutex::new(Connection::new(shared));
    let is_broken = both(&mut client, &mut upstream, &connection).await;
    if is_broken {
        let _ = (client.set_zero_linger(), upstream.set_zero_linger());
    }
}

/// Passes on in both directions. Returns whether one side broke the connection.
async fn both(client: &mut TcpStream, gateway: &mut TcpStream, connection: &Mutex<Connection>) -> bool {
    let noted = || connection.lock().unwrap_or_else(PoisonError::into_inner);
    let (from_client, to_client) = client.split();
    let (from_gateway, to_gateway) = gateway.split();
    let up = pass(from_client, to_gateway, |bytes| noted().asked(bytes), || noted().ends(AnswerEnd::ClientLeft));
    let down = pass(from_gateway, to_client, |bytes| noted().answered(bytes), || noted().ends(AnswerEnd::Fin));
    tokio::pin!(up, down);
    let (mut asked, mut answered) = (None, None);
    // A gateway that takes no more may still have sent something.
    let mut is_refused = false;
    loop {
        tokio::select! {
            biased;
            passed = &mut down, if answered.is_none() => match passed {
                Passed::Fin(_) if is_refused => {
                    noted().ends(AnswerEnd::Reset);
                    return true;
                }
                Passed::Fin(half) => answered = Some(half),
                Passed::Broken => {
                    noted().ends(AnswerEnd::Reset);
                    return true;
                }
                Passed::Refused => {
                    noted().ends(AnswerEnd::ClientLeft);
                    return true;
                }
            },
            passed = &mut up, if asked.is_none() && !is_refused => match passed {
                Passed::Fin(half) => asked = Some(half),
                Passed::Broken => {
                    noted().ends(AnswerEnd::ClientLeft);
                    return true;
                }
                Passed::Refused if answered.is_some() => return true,
                Passed::Refused => is_refused = true,
            },
            () = breaks(asked.as_ref()), if asked.is_some() => return true,
            () = breaks(answered.as_ref()), if answered.is_some() => return true,
        }
        if asked.is_some() && answered.is_some() {
            return false;
        }
    }
}

/// Passes one direction on, and its end. What comes is noted before it is passed on, so that whoever acts on it acts on what is noted.
async fn pass<'a>(
    mut from: ReadHalf<'a>,
    mut to: WriteHalf<'_>,
    note: impl Fn(&[u8]),
    note_fin: impl Fn(),
) -> Passed<'a> {
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece).await {
            Ok(0) => {
                note_fin();
                return if to.shutdown().await.is_ok() { Passed::Fin(from) } else { Passed::Refused };
            }
            Ok(length) => {
                note(&piece[..length]);
                if to.write_all(&piece[..length]).await.is_err() {
                    return Passed::Refused;
                }
            }
            Err(_) => return Passed::Broken,
        }
    }
}

/// Waits for RST on a connection on which FIN has come.
async fn breaks(half: Option<&ReadHalf<'_>>) {
    match half {
        Some(half) => _ = half.ready(Interest::ERROR).await,
        None => std::future::pending().await,
    }
}
