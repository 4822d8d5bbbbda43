//! Requests of every shape, those that are refused, and clients of HTTP/1.0.

use serde_json::Value;

use super::*;
use crate::case::Case;

#[tokio::test]
async fn requests_are_read_whole_whatever_their_shape() {
    let server = start().await;
    let script = script(&[data("a"), Step::End(End::Finish)]);
    let registered = register(&server, script.clone());
    let base_url = registered.base_url();
    let (host, path) = address(&base_url);
    let mut client = connect(&base_url).await;

    let head = format!(
        "POST {path}/x?alt=sse&key=AIza HTTP/1.1\r\nX-Api-Key: sk\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.expect("the server reads");
    assert_eq!(read_exactly(&mut client, 25).await, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(b"hello").await.expect("the server reads");
    read_exactly(&mut client, wire(&script, 0).len()).await;

    // The target in absolute form, the body in chunks, and everything byte by byte.
    let chunked = format!(
        "POST http://{host}{path} HTTP/1.1\r\ntransfer-encoding: Chunked\r\nconnection: close\r\n\r\n\
         3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nx-trailer: 1\r\n\r\n"
    );
    for byte in chunked.into_bytes() {
        client.write_u8(byte).await.expect("the server reads");
    }
    assert_eq!(read_all(&mut client).await, (wire(&script, 0), None));

    let [first, second] = <[Exchange; 2]>::try_from(registered.finish().await.exchanges).expect("two exchanges");
    assert_eq!((first.path.as_str(), first.body.as_str()), ("/x?alt=sse&key=…", "hello"));
    assert_eq!(first.headers[0], ("X-Api-Key".to_owned(), "…".to_owned()));
    assert_eq!((second.path.as_str(), second.body.as_str()), ("", "hello"));
}

#[tokio::test]
async fn what_no_trial_can_answer_is_refused_and_counted() {
    let server = start().await;
    let registered = register(&server, script(&[data("a"), Step::End(End::Finish)]));
    let ended = register(&server, script(&[data("a"), Step::End(End::Finish)]));
    let (base_url, ended_url) = (registered.base_url(), ended.base_url());
    ended.finish().await;
    let (path, ended_path) = (address(&base_url).1, address(&ended_url).1);
    let requests = [
        ("\u{16}\u{3}\u{1}garbage\r\n\r\n".to_owned(), "400 Bad Request"),
        (format!("POST {path} HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"), "400 Bad Request"),
        (format!("HEAD {path} HTTP/1.1\r\n\r\n"), "400 Bad Request"),
        (format!("POST {path} HTTP/1.1\r\ncontent-length: -1\r\n\r\n"), "400 Bad Request"),
        (format!("POST {path} HTTP/1.1\r\ncontent-length: +2\r\n\r\n{{}}"), "400 Bad Request"),
        (format!("POST {path} HTTP/1.1\r\ncontent-length:\r\n\r\n"), "400 Bad Request"),
        (format!("POST {path} HTTP/1.1\r\ncontent-length: {}\r\n\r\n", "9".repeat(40)), "413 Content Too Large"),
        (format!("POST {path} HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"), "400 Bad Request"),
        (format!("POST {path} HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n"), "400 Bad Request"),
        (format!("POST {path} HTTP/1.1\r\ncontent-length: 9000000\r\n\r\n"), "413 Content Too Large"),
        (format!("POST {path} HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n"), "413 Content Too Large"),
        (format!("POST {path} HTTP/1.1\r\nx: {}", "x".repeat(70_000)), "431 Request Header Fields Too Large"),
        (format!("POST {path} HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(101)), "431 Request Header Fields Too Large"),
        (format!("POST {ended_path}/v1/messages HTTP/1.1\r\n\r\n"), "404 Not Found"),
        ("POST /v1/messages HTTP/1.1\r\n\r\n".to_owned(), "404 Not Found"),
    ];
    let count = requests.len() as u64;
    for (request, status) in requests {
        let mut client = connect(&base_url).await;
        client.write_all(request.as_bytes()).await.expect("the server reads");
        let (response, error) = read_all(&mut client).await;
        let response = String::from_utf8_lossy(&response);
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status}\r\n")) && error.is_none(),
            "{request:.80}: {response}"
        );
        assert!(response.contains("\r\n\r\nstreamspec: "), "{response}");
    }
    assert_eq!(server.strays(), count);
    let Transcript { exchanges, refused, .. } = registered.finish().await;
    assert_eq!(exchanges, []);
    // All but the one with another trial's token are this trial's, and the first of them are kept.
    let reasons: Vec<&str> = refused.iter().map(|refused| refused.reason.as_str()).collect();
    assert_eq!(reasons.len(), 8);
    assert!(reasons[0].starts_with("this is not a valid HTTP/1 request") && !refused[0].own, "{reasons:?}");
    assert_eq!(
        reasons[1..5],
        [
            "HTTP/1.0 has no Transfer-Encoding",
            "a response to HEAD has no body to stream",
            "`-1` is not a valid Content-Length",
            "`+2` is not a valid Content-Length",
        ]
    );
    assert_eq!((refused[4].request.as_str(), refused[4].status, refused[4].own), ("POST ", 400, true));
}

/// Returns the answer to a request of HTTP/1.0, to the end of the connection.
async fn over_http_1_0(server: &Server, script: &Script) -> (String, Option<ErrorKind>, Exchange) {
    let registered = register(server, script.clone());
    let base_url = registered.base_url();
    let mut client = connect(&base_url).await;
    let path = address(&base_url).1;
    let request = format!(
        "POST {path}/v1/messages HTTP/1.0\r\nconnection: keep-alive\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    client.write_all(request.as_bytes()).await.expect("the server reads");
    let (bytes, error) = read_all(&mut client).await;
    assert_eq!(server.strays(), 0);
    let exchange = registered.finish().await.exchanges.swap_remove(0);
    let answer = exchange.answer_of(script).expect("there is an answer");
    assert_eq!(exchange.digest, answer.digest_prefix(bytes.len() as u64));
    assert!(exchange.version == Version::Http10 && exchange.written == bytes.len() as u64);
    (String::from_utf8(bytes).expect("text"), error, exchange)
}

#[tokio::test]
async fn a_client_of_http_1_0_gets_the_body_without_chunks_and_then_the_end_of_the_connection() {
    let server = start().await;
    let respond = |respond| Step::Respond(respond);
    let trailers = BTreeMap::from([("x-trailer".to_owned(), "1".to_owned())]);
    for (first, field, ends) in [
        (Respond::default(), "connection: close", vec![End::Finish, End::Eof]),
        (Respond { trailers, ..Respond::default() }, "connection: close", vec![End::Finish]),
        (Respond { framing: Framing::Close, ..Respond::default() }, "connection: close", vec![End::Finish]),
        (
            Respond { framing: Framing::ContentLength, ..Respond::default() },
            "connection: close\r\ncontent-length: 22",
            vec![End::Finish],
        ),
    ] {
        // Cut or finished, a body without chunks looks the same.
        for end in ends {
            let script = script(&[respond(first.clone()), data("one"), data("two"), Step::End(end)]);
            let (bytes, error, exchange) = over_http_1_0(&server, &script).await;
            let (head, body) = bytes.split_once("\r\n\r\n").expect("a head");
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with(field), "{first:?}: {head}");
            assert!(!head.contains("chunked"), "{head}");
            assert_eq!((body, error, &exchange.sent), ("data: one\n\ndata: two\n\n", None, &Sent::Whole));
        }
    }
    let reset = script(&[data("one"), Step::Pause(30), Step::End(End::Reset)]);
    let (bytes, error, _) = over_http_1_0(&server, &reset).await;
    assert!(bytes.ends_with("\r\n\r\ndata: one\n\n") && error == Some(ErrorKind::ConnectionReset), "{bytes} {error:?}");
}

#[tokio::test]
async fn a_request_without_a_token_is_no_trials_where_there_are_several() {
    let server = start().await;
    let (one, other) = (register(&server, large()), register(&server, large()));
    let mut client = connect(&one.base_url()).await;
    client.write_all(b"POST /v1/messages HTTP/1.1\r\n\r\n").await.expect("the server reads");
    assert!(read_all(&mut client).await.0.starts_with(b"HTTP/1.1 404 Not Found\r\n"));
    assert_eq!(
        (server.strays(), one.finish().await, other.finish().await),
        (1, Transcript::default(), Transcript::default())
    );
}

#[tokio::test]
async fn an_answer_with_a_condition_waits_for_a_request_that_meets_it() {
    let server = start().await;
    let answer = |text: &str| vec![data(text), Step::End(End::Finish)];
    let mut case = Case::sample(
        "openai-chat/retry/one",
        Api::OpenaiChat,
        vec![answer("streamed"), answer("whole"), answer("resumed")],
        json!({}),
    );
    let condition = |written: Value| serde_json::from_value(written).expect("a condition");
    case.conditions = [
        (0, condition(json!({ "body": { "stream": true } }))),
        (1, condition(json!({ "body": { "stream": null }, "at": { "/messages/1/role": "assistant" } }))),
        (2, condition(json!({ "method": "GET", "path": { "contains": "after=${nonce}" } }))),
    ]
    .into();
    let script = Script::of(&case, Variant::AsWritten, "n0nce");
    let registered = register(&server, script.clone());
    let base_url = registered.base_url();
    let path = address(&base_url).1;
    let mut client = connect(&base_url).await;
    let paused = json!({ "messages": [{ "role": "user" }, { "role": "assistant" }] }).to_string();
    let streamed = json!({ "stream": true }).to_string();
    let requests = [
        ("POST", "/x", paused.as_str(), 1),
        ("POST", "/x", streamed.as_str(), 0),
        ("POST", "/x", streamed.as_str(), 3),
        ("POST", "/x", paused.as_str(), 3),
        ("GET", "/x?after=n0nce", "", 2),
        ("GET", "/x?after=other", "", 3),
        ("GET", "/x?after=n0nce", "", 2),
    ];
    for (method, target, body, answer) in requests {
        let length = body.len();
        let request = format!("{method} {path}{target} HTTP/1.1\r\ncontent-length: {length}\r\n\r\n{body}");
        client.write_all(request.as_bytes()).await.expect("the server reads");
        let bytes = wire(&script, answer);
        let told = read_exactly(&mut client, bytes.len()).await;
        assert_eq!(told, bytes, "{method} {target} {body}");
        let status: &[u8] = if answer == 3 { b"HTTP/1.1 500 " } else { b"HTTP/1.1 200 " };
        assert!(told.starts_with(status), "{method} {target} {body}");
    }
    let transcript = registered.finish().await;
    assert_eq!(transcript.exchanges.len(), requests.len());
    for exchange in &transcript.exchanges {
        check_exchange(&script, exchange, &Sent::Whole);
    }
    let refused: Vec<_> = transcript.refused.iter().map(|one| (one.request.as_str(), one.status, one.own)).collect();
    assert_eq!(refused, [("POST /x", 500, false), ("POST /x", 500, false), ("GET /x?after=other", 500, false)]);
    assert_eq!(transcript.refused[0].reason, crate::wire::UNMET);
}
