//! The time that `record` adds to an answer: calls directly to a server and through the recorder, in turn, on one machine.
//!
//! `cargo bench --bench recorder`. Each pair is one call of each kind, one straight after the other; the order changes from pair to pair.
//! Printed are the medians in milliseconds to the first byte of the answer and to its last one, the median of what a pair differs by,
//! and the ratio of the medians. The connection is made anew for each call, and HTTP is in the clear.

mod common;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use streamspec::capture::{Capture, Roots, Upstream};
use streamspec::id::{Transport, Variant};
use streamspec::server::Server;
use streamspec::wire::Script;

/// A healthy answer without pauses.
const CASE: &str = "anthropic/benign/text";
/// The number of pairs; those before them warm up.
const PAIRS: usize = 1000;
const WARM: usize = 50;
/// The last bytes of the answer, which is sent in chunks.
const LAST: &[u8] = b"\r\n0\r\n\r\n";

/// The times from before the connection is made to the first byte and to the last one.
type Times = [Duration; 2];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if !common::is_asked() {
        return Ok(());
    }
    let case = common::cases(&[CASE])?.remove(0);
    let server = Server::start().await?;
    let registered = server.register(Script::of(&case, Variant::AsWritten, "bench"), Transport::default());
    let base = registered.base_url();
    let (address, path) = base.trim_start_matches("http://").split_once('/').unwrap_or((&base, ""));
    let (address, path): (SocketAddr, String) = (address.parse()?, format!("/{path}/v1/messages"));
    let (capture, mut captured) = Capture::open(Upstream::new(&base, &Roots::default())?, 0).await?;
    let taken = tokio::spawn(async move { while captured.recv().await.is_some() {} });
    let through = capture.address();
    let pairs = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<[Times; 2]>> {
        let direct = || call(address, &path);
        let recorded = || call(through, "/v1/messages");
        let pair = |number: usize| {
            if number.is_multiple_of(2) {
                return Ok([direct()?, recorded()?]);
            }
            let second = recorded()?;
            Ok([direct()?, second])
        };
        (0..WARM + PAIRS).map(pair).skip(WARM).collect()
    });
    let pairs = pairs.await??;
    for (place, what) in ["first byte", "last byte"].into_iter().enumerate() {
        let of = |side: usize| common::median(pairs.iter().map(|pair| milliseconds(pair[side][place])).collect());
        let (direct, recorded) = (of(0), of(1));
        let each = pairs.iter().map(|[direct, recorded]| milliseconds(recorded[place]) - milliseconds(direct[place]));
        let added = common::median(each.collect());
        println!(
            "{what}: {direct:.3} ms directly, {recorded:.3} ms through the recorder, {added:.3} ms added, {:.2} times, {PAIRS} pairs",
            recorded / direct
        );
    }
    drop(capture);
    taken.abort();
    Ok(())
}

/// Makes one call on a connection of its own.
fn call(address: SocketAddr, path: &str) -> std::io::Result<Times> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let head = "host: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    stream.write_all(format!("POST {path} HTTP/1.1\r\n{head}").as_bytes())?;
    let (mut answer, mut buffer, mut first) = (Vec::new(), vec![0; 65536], None);
    while !answer.ends_with(LAST) {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        first.get_or_insert_with(|| begun.elapsed());
        answer.extend_from_slice(&buffer[..length]);
    }
    let last = begun.elapsed();
    Ok([first.unwrap_or(last), last])
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
