//! The server over TLS, by HTTP/1.1 and by HTTP/2: what is sent is what the transport encodes, and each end is what it says.

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use tokio_rustls::client::TlsStream;

use super::*;
use crate::transport::Negotiated;

/// The rest of a stream of HTTP/2: the data, and the error that it ended with.
type Left = (Vec<u8>, Option<h2::Error>);

fn place(registered: &Registered) -> (String, String) {
    let url = registered.base_url();
    let rest = url.strip_prefix("https://").expect("the base URL is https");
    let (address, path) = rest.split_at(rest.find('/').expect("a path"));
    (address.to_owned(), format!("{path}/v1/messages"))
}

/// Connects as a client that trusts the server's authority and offers this protocol; none where it is empty.
async fn shaken(server: &Server, address: &str, protocol: &[u8]) -> io::Result<TlsStream<TcpStream>> {
    let protocols: Vec<&[u8]> = [protocol].into_iter().filter(|protocol| !protocol.is_empty()).collect();
    super::super::heard::connected(server.authority(), address, &protocols).await
}

/// Asks once by HTTP/1.1 over TLS, and returns what comes of it with how the connection ends.
async fn asked_over_tls(server: &Server, registered: &Registered, protocol: &[u8]) -> (Vec<u8>, io::Result<usize>) {
    let (address, path) = place(registered);
    let mut stream = shaken(server, &address, protocol).await.expect("a handshake");
    let request = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut got = Vec::new();
    let ended = timeout(SOON, stream.read_to_end(&mut got)).await.expect("it ends");
    (got, ended)
}

async fn over_tls(end: End) -> (Vec<u8>, io::Result<usize>, Script) {
    let server = start().await;
    let script = script(&[data("a"), Step::End(end)]);
    let registered = server.register(script.clone(), Transport::Tls);
    let (got, ended) = asked_over_tls(&server, &registered, b"http/1.1").await;
    let exchange = registered.finish().await.exchanges.remove(0);
    assert_eq!(exchange.digest, encoded(&script, 0).digest_prefix(u64::MAX));
    (got, ended, script)
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_carries_what_http1_sends_and_tells_of_its_end() {
    for end in [End::Finish, End::Eof] {
        let (got, ended, script) = over_tls(end).await;
        assert_eq!(got, wire(&script, 0), "{end:?}");
        ended.expect("a close_notify came before FIN");
    }
    let (got, ended, script) = over_tls(End::NoCloseNotify).await;
    assert_eq!(got, wire(&script, 0));
    assert_eq!(ended.expect_err("no close_notify came").kind(), ErrorKind::UnexpectedEof);
    let (_, ended, _) = over_tls(End::Reset).await;
    assert_eq!(ended.expect_err("RST came").kind(), ErrorKind::ConnectionReset);
}

/// Opens a connection of HTTP/2 to a trial; the second value is how it ends.
async fn connected(
    server: &Server,
    registered: &Registered,
) -> (SendRequest<Bytes>, tokio::task::JoinHandle<Result<(), h2::Error>>, String) {
    let (address, path) = place(registered);
    let stream = shaken(server, &address, b"h2").await.expect("a handshake");
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    (client.ready().await.expect("it is ready"), tokio::spawn(connection), format!("https://{address}{path}"))
}

async fn asked(client: &mut SendRequest<Bytes>, url: &str) -> Result<Left, h2::Error> {
    let request = http::Request::post(url).body(()).expect("a request");
    let (response, mut body) = client.send_request(request, false).expect("it is sent");
    body.send_data(Bytes::from_static(b"{}"), true).expect("it is sent");
    Ok(left(response.await?.into_body()).await)
}

async fn left(mut body: RecvStream) -> Left {
    let mut got = Vec::new();
    while let Some(bytes) = body.data().await {
        match bytes {
            Ok(bytes) => {
                let _ = body.flow_control().release_capacity(bytes.len());
                got.extend_from_slice(&bytes);
            }
            Err(error) => return (got, Some(error)),
        }
    }
    (got, None)
}

async fn over_h2(end: End) -> (Left, Result<(), h2::Error>) {
    let server = start().await;
    let script = script(&[data("a"), Step::End(end)]);
    let registered = server.register(script.clone(), Transport::H2);
    let (mut client, connection, url) = connected(&server, &registered).await;
    let left = timeout(SOON, asked(&mut client, &url)).await.expect("it ends").expect("a head");
    drop(client);
    let ended = timeout(SOON, connection).await.expect("it ends").expect("it does not panic");
    let exchange = registered.finish().await.exchanges.remove(0);
    let encoded = crate::transport::of(Transport::H2).encode(&script.answers[0], Version::Http2);
    assert_eq!((exchange.digest, exchange.written), (encoded.digest_prefix(u64::MAX), encoded.bytes().len() as u64));
    (left, ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_has_an_end_for_each_name() {
    let event = b"data: a\n\n";
    let ((got, error), ended) = over_h2(End::Finish).await;
    assert!(got == event && error.is_none() && ended.is_ok(), "{error:?}");
    for (end, reason) in [
        (End::RstNoError, Reason::NO_ERROR),
        (End::RstInternalError, Reason::INTERNAL_ERROR),
        (End::RstRefusedStream, Reason::REFUSED_STREAM),
        (End::RstCancel, Reason::CANCEL),
        (End::RstEnhanceYourCalm, Reason::ENHANCE_YOUR_CALM),
    ] {
        let ((got, error), ended) = over_h2(end).await;
        let error = error.expect("the stream is reset");
        assert!(got == event && error.is_reset() && error.reason() == Some(reason), "{end:?}: {error:?}");
        ended.expect("the connection goes on");
    }
    for end in [End::Eof, End::Reset, End::GoawayAt, End::ConnectionError] {
        let ((got, error), _) = over_h2(end).await;
        assert!(got == event && error.as_ref().is_some_and(|error| !error.is_reset()), "{end:?}: {error:?}");
    }
    let (_, ended) = over_h2(End::ConnectionError).await;
    let error = ended.expect_err("the connection fails");
    assert!(error.is_go_away() && error.reason() == Some(Reason::INTERNAL_ERROR), "{error:?}");
}

/// The second stream of a connection gets its answer, though the first is reset in between.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_reset_leaves_the_others_alone() {
    let server = start().await;
    let answers = [
        vec![data("a"), Step::Pause(50), Step::End(End::RstInternalError)],
        vec![data("b"), Step::Pause(200), data("c"), Step::End(End::Finish)],
    ];
    let script = Script::build(Api::OpenaiChat, &answers, Variant::AsWritten, "n0nce");
    let registered = server.register(script, Transport::H2);
    let (mut client, _connection, url) = connected(&server, &registered).await;
    let mut other = client.clone();
    let (first, second) = tokio::join!(asked(&mut client, &url), async {
        sleep(SHORT).await;
        asked(&mut other, &url).await
    });
    assert!(first.expect("a head").1.is_some_and(|error| error.is_reset()));
    let (got, error) = second.expect("a head");
    assert!(got == b"data: b\n\ndata: c\n\n" && error.is_none(), "{error:?}");
    assert_eq!(registered.finish().await.exchanges.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_offers_another_protocol_is_told_of() {
    let server = start().await;
    let registered = server.register(script(&[data("a"), Step::End(End::Finish)]), Transport::H2);
    let (address, _) = place(&registered);
    assert!(shaken(&server, &address, b"http/1.1").await.is_err());
    let mut refused = Vec::new();
    for _ in 0..100 {
        refused = registered.transcript().refused;
        if !refused.is_empty() {
            break;
        }
        sleep(SHORT).await;
    }
    assert_eq!((refused[0].request.as_str(), refused[0].status), ("TLS handshake", 0), "{refused:?}");
}

/// In production the client decides, and the transcript says what for. A client that names no protocol speaks HTTP/1.1.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_in_production_gets_what_it_offers() {
    let server = start().await;
    let script = script(&[data("a"), Step::End(End::Finish)]);
    for protocol in ["http/1.1", ""] {
        let registered = server.register(script.clone(), Transport::Production);
        let (got, ended) = asked_over_tls(&server, &registered, protocol.as_bytes()).await;
        ended.expect("a close_notify came before FIN");
        assert_eq!(got, wire(&script, 0), "{protocol}");
        let exchange = registered.finish().await.exchanges.remove(0);
        assert_eq!(exchange.negotiated(), Some(Negotiated::Http11), "{protocol}");
    }
    let registered = server.register(script.clone(), Transport::Production);
    let (mut client, _connection, url) = connected(&server, &registered).await;
    assert_eq!(asked(&mut client, &url).await.expect("a head").0, b"data: a\n\n");
    let exchange = registered.finish().await.exchanges.remove(0);
    assert_eq!(exchange.negotiated(), Some(Negotiated::H2));
    assert_eq!(exchange.answer_of(&script).expect("an answer").digest_prefix(exchange.written), exchange.digest);
}
