//! A server that writes what a test says, byte by byte, and counts the requests. The server of the suite is in the harness,
//! a crate that imports this one, and its encoder is not what these bytes are to be made by.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    /// The status line and the headers, each line with its CRLF; the empty line is added.
    pub(crate) head: String,
    /// The body, in pieces that are written one by one.
    pub(crate) pieces: Vec<Vec<u8>>,
    pub(crate) chunked: bool,
    pub(crate) end: End,
}

/// The end of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Properly.
    Finish,
    /// FIN without the last chunk.
    Cut,
    /// RST.
    Reset,
    /// A pause that does not end.
    Stall,
}

/// A running server.
pub(crate) struct Server {
    port: u16,
    seen: Arc<Requests>,
}

#[derive(Default)]
struct Requests {
    requests: AtomicUsize,
    connected: AtomicUsize,
}

impl Server {
    /// Answers the first, second, … request; the last answer is repeated.
    pub(crate) async fn start(answers: Vec<Wire>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let seen = Arc::new(Requests::default());
        let (shared, answers) = (Arc::clone(&seen), Arc::<[Wire]>::from(answers));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&answers), Arc::clone(&shared)));
            }
        });
        Self { port, seen }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    /// Says whether a client still holds a connection that the server keeps open.
    pub(crate) async fn still_connected(&self) -> bool {
        for _ in 0..20 {
            if self.seen.connected.load(Ordering::SeqCst) == 0 {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        true
    }
}

async fn serve(mut socket: TcpStream, answers: Arc<[Wire]>, seen: Arc<Requests>) {
    if !read_request(&mut socket).await {
        return;
    }
    let number = seen.requests.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
    let wire = &answers[number];
    seen.connected.fetch_add(1, Ordering::SeqCst);
    let _ = answer(&mut socket, wire).await;
    if wire.end == End::Stall {
        let mut rest = [0; 64];
        while socket.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    }
    seen.connected.fetch_sub(1, Ordering::SeqCst);
}

async fn answer(socket: &mut TcpStream, wire: &Wire) -> std::io::Result<()> {
    socket.set_nodelay(true)?;
    socket.write_all(format!("{}\r\n", wire.head).as_bytes()).await?;
    // Long enough for the client to see the pieces apart.
    let apart = Duration::from_millis(if wire.pieces.len() < 40 { 10 } else { 1 });
    for piece in &wire.pieces {
        if wire.chunked {
            let head = format!("{:x}\r\n", piece.len());
            socket.write_all(&[head.as_bytes(), piece, b"\r\n"].concat()).await?;
        } else {
            socket.write_all(piece).await?;
        }
        tokio::time::sleep(apart).await;
    }
    match wire.end {
        End::Finish if wire.chunked => socket.write_all(b"0\r\n\r\n").await,
        End::Reset => {
            tokio::time::sleep(Duration::from_millis(50)).await;
            socket.set_zero_linger()
        }
        End::Finish | End::Cut | End::Stall => Ok(()),
    }
}

/// Reads a request with a `Content-Length` whole. One that is no POST, does not ask for a stream, or lacks the version where
/// the dialect has one gets no answer.
async fn read_request(socket: &mut TcpStream) -> bool {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match socket.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return false,
        }
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if !head.starts_with("post ") {
            return false;
        }
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            let asks = ["alt=sse", "/converse-stream ", "/invoke-with-response-stream "];
            let is_streamed = asks.iter().any(|part| head.contains(part)) || body.contains("\"stream\":true");
            return is_streamed && (head.contains("\r\nanthropic-version: ") || !head.contains("/v1/messages "));
        }
    }
}
