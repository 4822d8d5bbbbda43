//! A tap changes nothing on the way: neither bytes nor ends, in either direction, however many connections there are.

use std::io;
use std::net::Ipv4Addr;

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::*;

const REQUEST: &[u8] = b"POST /t/1/v1/messages HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHello";

/// Opens a tap in front of a gateway that does something with each connection.
async fn tap<F: Future<Output = io::Result<()>> + Send + 'static>(
    gateway: impl Fn(TcpStream) -> F + Send + 'static,
) -> Tap {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(gateway(stream));
        }
    });
    Tap::open(address, Instant::now()).await.expect("a tap")
}

async fn connected(tap: &Tap) -> TcpStream {
    TcpStream::connect(tap.address()).await.expect("it listens")
}

/// Reads a request of the tests.
async fn read_request(stream: &mut TcpStream) -> io::Result<()> {
    stream.read_exact(&mut [0; REQUEST.len()]).await.map(drop)
}

/// Reads to the end, and tells how that came.
async fn rest(stream: &mut TcpStream) -> (Vec<u8>, io::Result<()>) {
    let mut read = Vec::new();
    let end = stream.read_to_end(&mut read).await.map(drop);
    (read, end)
}

async fn ended(tap: &Tap) -> Tapped {
    tap.settle(Duration::from_secs(10)).await;
    tap.tapped()
}

#[tokio::test]
async fn both_ends_of_a_connection_are_passed_on_by_themselves() {
    let tap = tap(|mut stream| async move {
        let (read, end) = rest(&mut stream).await;
        assert!(end.is_ok() && read == REQUEST);
        stream.write_all(ANSWER).await?;
        stream.shutdown().await
    })
    .await;
    let mut client = connected(&tap).await;
    client.write_all(REQUEST).await.expect("it is sent");
    client.shutdown().await.expect("FIN is sent");
    let (read, end) = rest(&mut client).await;
    assert!(end.is_ok() && read == ANSWER);
    let tapped = ended(&tap).await;
    assert_eq!((tapped.len(), tapped[0].end, tapped[0].length), (1, AnswerEnd::ClientLeft, 0), "it had left by then");
}

#[tokio::test]
async fn a_reset_is_passed_on_as_a_reset_and_fin_as_fin() {
    for resets in [true, false] {
        let tap = tap(move |mut stream| async move {
            read_request(&mut stream).await?;
            stream.write_all(&ANSWER[..ANSWER.len() - 2]).await?;
            if resets {
                stream.set_zero_linger()?;
            }
            Ok(())
        })
        .await;
        let mut client = connected(&tap).await;
        client.write_all(REQUEST).await.expect("it is sent");
        let (read, end) = rest(&mut client).await;
        assert_eq!((read.as_slice(), end.is_err()), (&ANSWER[..ANSWER.len() - 2], resets));
        let expected = if resets { AnswerEnd::Reset } else { AnswerEnd::Fin };
        assert_eq!(ended(&tap).await[0].end, expected);
    }
}

#[tokio::test]
async fn a_client_that_leaves_is_seen_to_leave_as_it_does() {
    for resets in [true, false] {
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let tap = tap(move |mut stream| {
            let told = told.clone();
            async move {
                read_request(&mut stream).await?;
                stream.write_all(&ANSWER[..10]).await?;
                let (read, end) = rest(&mut stream).await;
                told.send((read, end.is_err())).expect("somebody listens");
                Ok(())
            }
        })
        .await;
        let mut client = connected(&tap).await;
        client.write_all(REQUEST).await.expect("it is sent");
        client.read_exact(&mut [0; 10]).await.expect("the beginning");
        if resets {
            client.set_zero_linger().expect("it is open");
        }
        drop(client);
        assert_eq!(hears.recv().await, Some((Vec::new(), resets)));
        assert_eq!(ended(&tap).await[0].end, AnswerEnd::ClientLeft);
    }
}

/// After FIN of both kinds the kernel of a client that is gone answers bytes with RST, which the gateway must see.
#[tokio::test]
async fn a_gateway_that_sends_on_to_a_client_that_is_gone_is_told() {
    let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let tap = tap(move |mut stream| {
        let told = told.clone();
        async move {
            rest(&mut stream).await.1?;
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            // It would wait for ever otherwise.
            let broken = timeout(Duration::from_secs(10), stream.ready(tokio::io::Interest::ERROR)).await;
            told.send(broken.is_ok()).expect("somebody listens");
            Ok(())
        }
    })
    .await;
    let mut client = connected(&tap).await;
    client.write_all(REQUEST).await.expect("it is sent");
    drop(client);
    assert_eq!(hears.recv().await, Some(true));
}

#[tokio::test]
async fn requests_on_one_connection_are_told_apart() {
    const CHUNKED: &[u8] = b"HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n";
    let tap = tap(|mut stream| async move {
        read_request(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        stream.write_all(CHUNKED).await?;
        read_request(&mut stream).await?;
        stream.write_all(ANSWER).await?;
        stream.write_all(b"and what nobody asked for").await
    })
    .await;
    let mut client = connected(&tap).await;
    client.write_all(&[REQUEST, REQUEST].concat()).await.expect("both are sent");
    let (read, _) = rest(&mut client).await;
    assert!(read.ends_with(b"and what nobody asked for"));
    let tapped = ended(&tap).await;
    let seen: Vec<_> =
        tapped.iter().map(|one| (one.status, one.end, one.bytes.as_slice(), one.content.as_slice())).collect();
    let whole = AnswerEnd::Whole;
    assert_eq!(seen, [(Some(503), whole, CHUNKED, b"no".as_slice()), (Some(200), whole, ANSWER, b"Hello".as_slice())]);
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_all_of_a_large_body() {
    const SIZE: usize = 24 * 1024 * 1024;
    let tap = tap(|mut stream| async move {
        read_request(&mut stream).await?;
        stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {SIZE}\r\n\r\n").as_bytes()).await?;
        stream.write_all(&vec![b'x'; SIZE]).await
    })
    .await;
    let mut client = connected(&tap).await;
    client.write_all(REQUEST).await.expect("it is sent");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (read, end) = rest(&mut client).await;
    assert!(end.is_ok() && read.len() > SIZE);
    let tapped = ended(&tap).await;
    assert_eq!((tapped[0].length, tapped[0].end), (read.len() as u64, AnswerEnd::Whole));
    assert_eq!(tapped[0].digest(), hex::encode(Sha256::digest(&read)));
    assert!(tapped[0].is_cut() && tapped[0].bytes.len() < SIZE / 2, "not all of it is kept in memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_connections_are_open_at_once() {
    const MANY: usize = 64;
    let all = Arc::new(tokio::sync::Barrier::new(MANY));
    let tap = tap(move |mut stream| {
        let all = Arc::clone(&all);
        async move {
            read_request(&mut stream).await?;
            all.wait().await;
            stream.write_all(ANSWER).await
        }
    })
    .await;
    let clients = (0..MANY).map(|_| async {
        let mut client = connected(&tap).await;
        client.write_all(REQUEST).await.expect("it is sent");
        rest(&mut client).await.0
    });
    let read = futures_util::future::join_all(clients).await;
    assert!(read.iter().all(|read| read == ANSWER));
    let tapped = ended(&tap).await;
    assert!(tapped.len() == MANY && tapped.iter().all(|answer| answer.end == AnswerEnd::Whole));
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_a_broken_connection() {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port").local_addr().expect("an address");
    let tap = Tap::open(closed, Instant::now()).await.expect("a tap");
    assert!(rest(&mut connected(&tap).await).await.1.is_err());
    assert!(tap.tapped().is_empty());
}

#[tokio::test]
async fn times_are_those_at_which_bytes_came_from_the_gateway() {
    let tap = tap(|mut stream| async move {
        read_request(&mut stream).await?;
        stream.write_all(&ANSWER[..ANSWER.len() - 2]).await?;
        tokio::time::sleep(Duration::from_millis(150)).await;
        stream.write_all(&ANSWER[ANSWER.len() - 2..]).await
    })
    .await;
    let mut client = connected(&tap).await;
    client.write_all(REQUEST).await.expect("it is sent");
    rest(&mut client).await.1.expect("it ends well");
    let tapped = ended(&tap).await;
    let [first, second] = tapped[0].bursts.all() else { panic!("two bursts, not {:?}", tapped[0].bursts) };
    assert_eq!((first.end, second.end), (3, 5));
    assert!(second.first >= first.last + Duration::from_millis(100) && tapped[0].ended_at == Some(second.last));
}
