//! The proxy between the reference client, or a plain connection, and the suite's own server.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;
use streamspec_adapters::contract::{Call, CallOutcome, Caller, Ended, Observation};
use streamspec_adapters::native;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, crypto};

use super::{Capture, Captured, CapturedAnswer, PAUSE, Roots, Upstream};
use crate::case::{Case, Step};
use crate::id::{Transport, Variant};
use crate::load;
use crate::server::Server;
use crate::tap::AnswerEnd;
use crate::wire::Script;

/// A time that is long enough for any machine; no test waits this long unless it fails.
const SOON: Duration = Duration::from_mins(1);

fn case(id: &str) -> Case {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    load::case(root, id).expect("a case")
}

async fn next(captured: &mut UnboundedReceiver<Captured>) -> Captured {
    tokio::time::timeout(SOON, captured.recv()).await.expect("it comes").expect("it is told")
}

/// Plays a case to the reference client through a proxy; returns what was sent, what was kept and what the client saw.
async fn played(case: &Case, timeout: Duration) -> (Vec<u8>, CapturedAnswer, Observation) {
    let script = Script::of(case, Variant::AsWritten, "nbcdfghjklm");
    let server = Server::start().await.expect("a server");
    let registered = server.register(script.clone(), Transport::default());
    let upstream = Upstream::new(&registered.base_url(), &Roots::default()).expect("a server");
    let (capture, mut captured) = Capture::open(upstream, 0).await.expect("a proxy");
    let call = Call {
        api: case.api,
        surface: "events".to_owned(),
        base_url: format!("http://{}", capture.address()),
        timeout,
        deadline: SOON,
        max_retries: 0,
        ask: case.ask,
        prompt: None,
        headers: BTreeMap::new(),
        certificate: None,
        caller: Caller::default(),
        alone: false,
    };
    let answered = native::open(native::REFERENCE).expect("the reference client").observe(call).await;
    let CallOutcome::Observed(observation) = answered.outcome else { panic!("{answered:?}") };
    let kept = next(&mut captured).await;
    assert_eq!((kept.method.as_str(), kept.path), ("POST", case.api.dialect().request_path()));
    registered.finish().await;
    (script.answers[0].bytes(), kept.answer.expect("an answer"), *observation)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_what_was_sent() {
    for id in
        ["anthropic/benign/text", "openai-chat/benign/whole-tool-answer", "openai-responses/benign/whole-tool-answer"]
    {
        let (sent, kept, seen) = played(&case(id), SOON).await;
        assert_eq!(kept.answer.content, sent, "{id}");
        assert_eq!((kept.answer.end, kept.answer.status, seen.ended), (AnswerEnd::Whole, Some(200), Ended::Returned));
        assert_eq!(kept.pauses, [], "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_connection_is_passed_on_and_kept() {
    for (id, end) in
        [("anthropic/cut/no-last-chunk", AnswerEnd::Fin), ("anthropic/cut/reset-after-text#chunked", AnswerEnd::Reset)]
    {
        let case = case(id);
        let (sent, kept, seen) = played(&case, SOON).await;
        assert_eq!((kept.answer.end, seen.ended), (end, Ended::Raised), "{id}");
        // What is under way when the connection is broken may be lost.
        assert!(sent.starts_with(&kept.answer.content), "{id}");
        assert!(end == AnswerEnd::Reset || kept.answer.content == sent, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_is_kept_as_such() {
    let (sent, kept, seen) = played(&case("anthropic/stall/after-text"), 3 * PAUSE).await;
    assert_eq!((kept.answer.end, seen.ended), (AnswerEnd::ClientLeft, Ended::Raised));
    assert_eq!(kept.answer.content, sent);
    assert!(kept.silent >= PAUSE, "{:?}", kept.silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_time_without_a_byte_is_kept_with_its_place() {
    let mut case = case("anthropic/benign/pauses");
    for step in case.exchanges.iter_mut().flatten() {
        if let Step::Pause(pause) = step {
            *pause = 1000;
        }
    }
    let (sent, kept, _) = played(&case, SOON).await;
    assert_eq!(kept.answer.content, sent);
    let places: Vec<usize> = kept.pauses.iter().map(|(at, _)| *at).collect();
    assert!(!places.is_empty() && places.iter().all(|at| (1..sent.len()).contains(at)), "{places:?}");
    assert!(kept.pauses.iter().all(|(_, pause)| *pause >= PAUSE), "{:?}", kept.pauses);
}

/// Sends bytes to an address and reads to the end.
async fn asked(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut got = Vec::new();
    let _ = stream.read_to_end(&mut got).await;
    String::from_utf8_lossy(&got).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_passed_on_is_answered_and_told() {
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let upstream = Upstream::new(&format!("http://{gone}"), &Roots::default()).expect("a server");
    let (capture, mut captured) = Capture::open(upstream, 0).await.expect("a proxy");
    let got = asked(capture.address(), "GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(
        got.starts_with("HTTP/1.1 502 ") && got.contains("streamspec record: the server cannot be reached"),
        "{got}"
    );
    assert!(next(&mut captured).await.answer.expect_err("none").starts_with("the server cannot be reached"));

    let there = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let upstream = Upstream::new(&format!("http://{}", there.local_addr().expect("an address")), &Roots::default());
    let (capture, mut captured) = Capture::open(upstream.expect("a server"), 0).await.expect("a proxy");
    let got = asked(capture.address(), "CONNECT secret.example.com:443 HTTP/1.1\r\n\r\n").await;
    assert!(got.starts_with("HTTP/1.1 501 ") && !got.contains("secret"), "{got}");
    assert!(next(&mut captured).await.answer.expect_err("none").contains("no proxy for other hosts"));
}

/// Two requests on one connection, to a server behind TLS whose certificate is trusted by a file.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_behind_tls_is_asked_by_its_name() {
    const ANSWER: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\ndata: é\n\r\n1\r\n\n\r\n0\r\n\r\n";
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let mut trusted = tempfile::NamedTempFile::new().expect("a file");
    trusted.write_all(made.cert.pem().as_bytes()).expect("it is written");
    let key = made.signing_key.serialize_der().try_into().expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a certificate");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let mut stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await.expect("TLS");
        let mut seen = Vec::new();
        for _ in 0..2 {
            let mut bytes = vec![0; 4096];
            let length = stream.read(&mut bytes).await.expect("a request");
            seen.push(String::from_utf8_lossy(&bytes[..length]).into_owned());
            stream.write_all(ANSWER.as_bytes()).await.expect("it reads");
        }
        seen
    });
    let roots = Roots { file: Some(trusted.path().to_owned()), folder: None };
    let upstream = Upstream::new(&format!("https://localhost:{port}/base"), &roots).expect("a server");
    let (capture, mut captured) = Capture::open(upstream, 0).await.expect("a proxy");
    let mut client = TcpStream::connect(capture.address()).await.expect("it listens");
    for path in ["/one", "/two"] {
        client.write_all(format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").as_bytes()).await.expect("it reads");
        let mut got = vec![0; ANSWER.len()];
        client.read_exact(&mut got).await.expect("an answer");
        assert_eq!(got, ANSWER.as_bytes());
        let kept = next(&mut captured).await;
        assert_eq!(kept.path, path);
        assert_eq!(kept.answer.expect("an answer").answer.content, "data: é\n\n".as_bytes());
    }
    let seen = serving.await.expect("it serves");
    assert_eq!(seen[0], format!("GET /base/one HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"));
}

/// Prints how much longer a request takes through the proxy than without it, on one connection after another:
/// `cargo test --release -p streamspec --lib capture -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures, and its numbers are no one's to assert"]
async fn time_through_the_proxy() {
    const REQUESTS: usize = 1000;
    let script = Script::of(&case("anthropic/benign/text"), Variant::AsWritten, "nbcdfghjklm");
    let server = Server::start().await.expect("a server");
    let registered = server.register(script, Transport::default());
    let base = registered.base_url();
    let upstream = Upstream::new(&base, &Roots::default()).expect("a server");
    let (capture, mut captured) = Capture::open(upstream, 0).await.expect("a proxy");
    tokio::spawn(async move { while captured.recv().await.is_some() {} });
    let (direct, path) = base.strip_prefix("http://").and_then(|url| url.split_once('/')).expect("a URL");
    let request = |path: &str| {
        format!("POST {path}/v1/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}")
    };
    let (direct, request_direct) = (direct.parse().expect("an address"), request(&format!("/{path}")));
    let (through, request_through) = (capture.address(), request(""));
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..REQUESTS {
        for (way, (address, request)) in
            [(direct, &request_direct), (through, &request_through)].into_iter().enumerate()
        {
            let begun = std::time::Instant::now();
            let got = asked(address, request).await;
            times[way].push(begun.elapsed());
            assert!(got.ends_with("0\r\n\r\n"), "{got}");
        }
    }
    let [direct, through] = times.map(|mut times| {
        times.sort();
        (times[REQUESTS / 2], times[REQUESTS * 9 / 10])
    });
    println!(
        "direct: median {:?}, 90 % {:?}; through: median {:?}, 90 % {:?}",
        direct.0, direct.1, through.0, through.1
    );
}
