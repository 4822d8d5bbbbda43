//! The server over real sockets, with clients that speak no more HTTP than the test needs.

mod connections;
mod encrypted;
mod gateways;
mod hosting;
mod leaving;
mod requests;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::time::Duration;

use serde_json::json;
use streamspec_adapters::contract::Api;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::case::{End, Framing, Respond, Step};
use crate::id::{Transport, Variant};
use crate::transport::{Encoded, Request, Version};

/// A time that is long enough for any machine; no test waits this long unless it fails.
const SOON: Duration = Duration::from_secs(5);

const SHORT: Duration = Duration::from_millis(30);

fn holding(connections: Connections) -> io::Result<Server> {
    Server::holding([(Port::Clients(Transport::Http1), connections)].into())
}

async fn start() -> Server {
    Server::start().await.expect("the loopback interface has a free port")
}

fn register(server: &Server, script: Script) -> Registered {
    server.register(script, Transport::Http1)
}

fn data(text: &str) -> Step {
    Step::Data(json!(text))
}

fn script(steps: &[Step]) -> Script {
    Script::build(Api::OpenaiChat, &[steps.to_vec()], Variant::AsWritten, "n0nce")
}

/// Makes an answer larger than the buffers of both sockets: systems let the sender's grow to 4 MiB.
fn large() -> Script {
    let pieces = std::iter::repeat_n([Step::Raw("x".repeat(64 * 1024)), Step::Flush], 80).flatten();
    script(&pieces.chain([Step::End(End::Finish)]).collect::<Vec<_>>())
}

fn encoded(script: &Script, answer: usize) -> Encoded {
    crate::transport::of(Transport::Http1).encode(&script.answers[answer], Version::Http11)
}

fn wire(script: &Script, answer: usize) -> Vec<u8> {
    encoded(script, answer).writes().map(|write| write.bytes.as_slice()).collect::<Vec<_>>().concat()
}

fn address(base_url: &str) -> (&str, &str) {
    let rest = base_url.strip_prefix("http://").expect("the base URL is http");
    rest.split_at(rest.find('/').expect("the base URL has a path"))
}

async fn connect(base_url: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    // Small enough that a client that does not read is noticed after a few writes.
    socket.set_recv_buffer_size(16 * 1024).expect("a buffer size");
    let address = address(base_url).0.parse().expect("the base URL has an address");
    socket.connect(address).await.expect("the server listens")
}

async fn ask(stream: &mut TcpStream, base_url: &str) {
    let request =
        format!("POST {}/v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{{}}", address(base_url).1);
    stream.write_all(request.as_bytes()).await.expect("the server reads");
}

async fn open(registered: &Registered) -> TcpStream {
    let base_url = registered.base_url();
    let mut stream = connect(&base_url).await;
    ask(&mut stream, &base_url).await;
    stream
}

async fn read_exactly(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    timeout(SOON, stream.read_exact(&mut bytes)).await.expect("in time").expect("so many bytes");
    bytes
}

/// Reads the bytes that arrive until the server ends the connection; the error is that of a connection that was reset.
async fn read_all(stream: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let ended = timeout(SOON, stream.read_to_end(&mut bytes)).await.expect("the server ends the connection in time");
    (bytes, ended.err().map(|error| error.kind()))
}

#[track_caller]
fn check_exchange(script: &Script, exchange: &Exchange, sent: &Sent) {
    assert_eq!(&exchange.sent, sent);
    assert_eq!(exchange.digest, encoded(script, exchange.answer).digest_prefix(exchange.written));
    if *sent == Sent::Whole {
        assert_eq!(exchange.written, wire(script, exchange.answer).len() as u64);
        assert!(exchange.done_at >= Some(exchange.at));
    }
}

async fn check_end(framing: Framing, end: End) {
    let server = start().await;
    let lie = if framing == Framing::ContentLength && end != End::Finish { 7 } else { 0 };
    let respond = Respond { framing, content_length_lie: lie, ..Respond::default() };
    let script = script(&[Step::Respond(respond), data("one"), data("two"), Step::Pause(30), Step::End(end)]);
    let registered = register(&server, script.clone());
    let mut client = open(&registered).await;
    let bytes = wire(&script, 0);
    match (end, framing) {
        (End::Finish, Framing::Chunked | Framing::ContentLength) => {
            for _ in 0..2 {
                assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
                ask(&mut client, &registered.base_url()).await;
            }
        }
        (End::Finish | End::Eof, _) => assert_eq!(read_all(&mut client).await, (bytes, None)),
        (End::Stall, _) => {
            assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
            assert!(timeout(SHORT, client.read_u8()).await.is_err());
            assert!(!registered.wait_client_left(SHORT).await);
            drop(client);
        }
        (_, _) => {
            assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
            assert_eq!(read_all(&mut client).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
        }
    }
    assert!(registered.wait_client_left(SOON).await);
    let exchange = registered.finish().await.exchanges.swap_remove(0);
    check_exchange(&script, &exchange, &Sent::Whole);
    assert_eq!(exchange.client_left_at.is_some(), end == End::Stall);
    assert_eq!(
        (exchange.method.as_str(), exchange.path.as_str(), exchange.body.as_str()),
        ("POST", "/v1/messages", "{}")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_framing_ends_in_every_way() {
    let mut checks = JoinSet::new();
    for framing in [Framing::Chunked, Framing::ContentLength, Framing::Close] {
        for end in [End::Finish, End::Eof, End::Reset, End::Stall] {
            checks.spawn(check_end(framing, end));
        }
    }
    assert_eq!(checks.join_all().await.len(), 12);
}

#[tokio::test]
async fn answers_follow_each_other_on_one_connection_and_the_last_is_repeated() {
    let server = start().await;
    let exchanges = [vec![data("first"), Step::End(End::Finish)], vec![data("second"), Step::End(End::Finish)]];
    let script = Script::build(Api::OpenaiChat, &exchanges, Variant::AsWritten, "n0nce");
    let registered = register(&server, script.clone());
    let mut client = open(&registered).await;
    // The second request is sent ahead of the first answer, and a third after the second.
    ask(&mut client, &registered.base_url()).await;
    for answer in [0, 1] {
        let bytes = wire(&script, answer);
        assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
    }
    ask(&mut client, &registered.base_url()).await;
    let bytes = wire(&script, 1);
    assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
    let transcript = registered.finish().await;
    assert_eq!(transcript.exchanges.iter().map(|exchange| exchange.answer).collect::<Vec<_>>(), [0, 1, 1]);
    for exchange in &transcript.exchanges {
        check_exchange(&script, exchange, &Sent::Whole);
    }
}

#[tokio::test]
async fn a_pooled_connection_outlives_the_trial_and_serves_the_next() {
    let server = start().await;
    let script = script(&[data("a"), Step::End(End::Finish)]);
    let bytes = wire(&script, 0);
    let first = register(&server, script.clone());
    let mut client = open(&first).await;
    assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
    assert_eq!(first.finish().await.exchanges.len(), 1);
    let second = register(&server, script.clone());
    ask(&mut client, &second.base_url()).await;
    assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
    drop(client);
    let left = async {
        while second.transcript().exchanges[0].client_left_at.is_none() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(SOON, left).await.expect("the client's leaving is noticed");
    check_exchange(&script, &second.finish().await.exchanges[0], &Sent::Whole);
    assert_eq!(server.strays(), 0);
}

#[tokio::test]
async fn a_slow_client_gets_everything() {
    let server = start().await;
    let script = large();
    let registered = register(&server, script.clone());
    let mut client = open(&registered).await;
    let bytes = wire(&script, 0);
    let mut arrived = read_exactly(&mut client, 100_000).await;
    sleep(SHORT).await;
    assert_eq!(registered.transcript().exchanges[0].sent, Sent::Underway);
    arrived.extend(read_exactly(&mut client, bytes.len() - arrived.len()).await);
    assert!(arrived == bytes);
    check_exchange(&script, &registered.finish().await.exchanges[0], &Sent::Whole);
}

#[tokio::test]
async fn a_write_is_a_chunk_and_arrives_when_it_is_due() {
    let server = start().await;
    let steps = [data("héllo"), Step::Pause(40), data("b"), Step::End(End::Finish)];
    let script = Script::build(Api::OpenaiChat, &[steps.to_vec()], Variant::OneByte, "n0nce");
    let registered = register(&server, script.clone());
    let mut client = open(&registered).await;
    let bytes = wire(&script, 0);
    let chunks = bytes.windows(3).filter(|window| window == b"1\r\n").count();
    assert_eq!(chunks, script.answers[0].bytes().len());
    let before_pause: usize = encoded(&script, 0).writes().take(2).map(|write| write.bytes.len()).sum();
    let begun = Instant::now();
    assert_eq!(read_exactly(&mut client, before_pause).await, bytes[..before_pause]);
    let paused = Instant::now();
    assert_eq!(read_exactly(&mut client, bytes.len() - before_pause).await, bytes[before_pause..]);
    assert!(begun.elapsed() >= Duration::from_millis(40) && paused.elapsed() >= Duration::from_millis(20));
    check_exchange(&script, &registered.finish().await.exchanges[0], &Sent::Whole);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trials_side_by_side_do_not_mix() {
    let server = Arc::new(start().await);
    let mut trials = JoinSet::new();
    for number in 0..200 {
        let server = Arc::clone(&server);
        trials.spawn(async move {
            let nonce = format!("n{number}");
            let steps = vec![data("${nonce}"), Step::Pause(5), data("${nonce}"), Step::End(End::Eof)];
            let script = Script::build(Api::OpenaiChat, &[steps], Variant::AsWritten, &nonce);
            let registered = register(&server, script.clone());
            let mut client = open(&registered).await;
            assert_eq!(read_all(&mut client).await, (wire(&script, 0), None));
            drop(client);
            let transcript = registered.finish().await;
            assert_eq!(transcript.exchanges.len(), 1);
            check_exchange(&script, &transcript.exchanges[0], &Sent::Whole);
        });
    }
    assert_eq!(trials.join_all().await.len(), 200);
    assert!(server.shared.trials().is_empty());
}

#[tokio::test]
async fn dropping_the_server_closes_its_connections() {
    let server = start().await;
    let registered = register(&server, script(&[data("a"), Step::End(End::Stall)]));
    let mut client = open(&registered).await;
    read_exactly(&mut client, 20).await;
    drop(server);
    assert_eq!(read_all(&mut client).await.1, None);
    assert!(TcpStream::connect(address(&registered.base_url()).0).await.is_err());
    assert_eq!(registered.finish().await.exchanges.len(), 1);
}

#[test]
fn transcripts_survive_serialization() {
    let headers = BTreeMap::from([("a", "b")]).into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let request = Request {
        method: "POST".into(),
        target: String::new(),
        headers: headers.collect(),
        body: b"\xff".to_vec(),
        version: Version::Http10,
    };
    let transcript = Transcript {
        exchanges: vec![Exchange::new(1, SHORT, Transport::Http1, &request, "/p")],
        ..Transcript::default()
    };
    let json = serde_json::to_string(&transcript).expect("plain data");
    assert_eq!(serde_json::from_str::<Transcript>(&json).ok(), Some(transcript));
}
