//! The server beside a minimal one that writes the same bytes: the same questions asked on as many connections of both.
//!
//! `cargo bench --bench server`. The minimal one reads a request up to its length, writes what the transport makes of the case, one
//! write at a time, and knows no trial, no transcript and no digest.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use streamspec::id::{Transport, Variant};
use streamspec::server::Server;
use streamspec::transport::{Version, of};
use streamspec::wire::Script;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const CASE: &str = "anthropic/benign/text";
const REQUESTS: usize = 2000;
const CONNECTIONS: usize = 16;

/// The end of a chunked message.
const END: &[u8] = b"0\r\n\r\n";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if !common::is_asked() {
        return Ok(());
    }
    let cases = common::cases(&[CASE])?;
    let script = Script::of(&cases[0], Variant::AsWritten, "bench");
    let answer = of(Transport::default()).encode(&script.answers[0], Version::Http11);
    let writes: Arc<Vec<Vec<u8>>> = Arc::new(answer.writes().map(|write| write.bytes.clone()).collect());
    let bytes: usize = writes.iter().map(Vec::len).sum();

    let minimal = TcpListener::bind("127.0.0.1:0").await?;
    let minimal_at = minimal.local_addr()?.to_string();
    tokio::spawn(respond(minimal, Arc::clone(&writes)));

    let server = Server::start().await?;
    let pairs = common::Pairs::measure(
        async || ask(&minimal_at, "/t/none", bytes).await,
        async || {
            let registered = server.register(script.clone(), Transport::default());
            let url = registered.base_url();
            let (at, path) = url.trim_start_matches("http://").split_once('/').context("a URL with a path")?;
            ask(at, &format!("/{path}"), bytes).await
        },
    )
    .await?;
    let rate = |side| f64::from(u32::try_from(REQUESTS).unwrap_or(u32::MAX)) / pairs.median(side);
    println!("{CASE}, {bytes} bytes in {} writes, {CONNECTIONS} connections", writes.len());
    println!("minimal server: {:.0} answers a second; server of the suite: {:.0}", rate(0), rate(1));
    println!("time of the suite's server: {}", pairs.ratio());
    Ok(())
}

/// Answers every request on every connection.
async fn respond(listener: TcpListener, writes: Arc<Vec<Vec<u8>>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let writes = Arc::clone(&writes);
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let mut buffer = Vec::new();
            while stream.read_buf(&mut buffer).await.is_ok_and(|read| read > 0) {
                let Some(length) = length(&buffer) else { continue };
                buffer.drain(..length);
                for write in writes.iter() {
                    if stream.write_all(write).await.is_err() {
                        return;
                    }
                }
            }
        });
    }
}

/// Returns the length of the request at the beginning of these bytes, once it is there whole.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?;
    let body = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())?;
    (bytes.len() >= head + body).then_some(head + body)
}

/// Asks the question of the dialect on several connections until it has been asked often enough, and reads every answer to its end.
async fn ask(at: &str, path: &str, bytes: usize) -> anyhow::Result<Duration> {
    let body = r#"{"model":"m","max_tokens":1024,"messages":[{"role":"user","content":"Say hello."}],"stream":true}"#;
    let length = body.len();
    let request = format!(
        "POST {path}/v1/messages HTTP/1.1\r\nhost: {at}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (at, request) = (at.to_owned(), request.clone());
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(at).await?;
            stream.set_nodelay(true)?;
            for _ in 0..REQUESTS / CONNECTIONS {
                stream.write_all(request.as_bytes()).await?;
                let mut answer = Vec::with_capacity(bytes);
                while answer.len() < bytes {
                    anyhow::ensure!(stream.read_buf(&mut answer).await? > 0, "the server has closed the connection");
                }
                anyhow::ensure!(answer.len() == bytes && answer.ends_with(END), "{}", String::from_utf8_lossy(&answer));
            }
            Ok(())
        });
    }
    tasks.join_all().await.into_iter().collect::<anyhow::Result<()>>()?;
    Ok(begun.elapsed())
}
