//! The port of gateways: tokens in a body, and requests that carry none.

use super::*;

/// Asks the port of gateways, and returns the status line and the body.
async fn ask_port(server: &Server, method: &str, target: &str, body: &str) -> (String, String) {
    let mut client = TcpStream::connect(server.address_for_gateways()).await.expect("the server listens");
    let length = body.len();
    let request =
        format!("{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    client.write_all(request.as_bytes()).await.expect("the server reads");
    let answer = String::from_utf8(read_all(&mut client).await.0).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_trial_is_found_by_a_word_in_the_body_of_a_question_and_nowhere_else() {
    let server = start().await;
    let registered = register(&server, script(&[data("a"), Step::End(End::Finish)]));
    let _other = register(&server, script(&[data("b"), Step::End(End::Finish)]));
    let body = json!({ "messages": [{ "role": "user", "content": registered.prompt() }] }).to_string();
    let (status, answer) = ask_port(&server, "POST", "/provider/v1/chat/completions", &body).await;
    assert!(status.ends_with(" 200 OK") && answer.contains("data: a"), "{status} {answer}");
    // The path comes first, as it does for clients.
    let place = format!("{}/v1/messages", address(&registered.base_url()).1);
    assert!(ask_port(&server, "POST", &place, "{}").await.1.contains("data: a"));
    // To count its words is not to ask the question.
    let (status, answer) = ask_port(&server, "POST", "/v1/chat/completions/render", &body).await;
    assert!(status.ends_with(" 404 Not Found") && answer.contains("no dialect asks"), "{status} {answer}");
    // A client has its token in the path.
    let mut client = connect(&registered.base_url()).await;
    let request =
        format!("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    client.write_all(request.as_bytes()).await.expect("the server reads");
    assert!(read_all(&mut client).await.0.starts_with(b"HTTP/1.1 404 Not Found\r\n"));
    let transcript = registered.finish().await;
    let paths: Vec<&str> = transcript.exchanges.iter().map(|exchange| exchange.path.as_str()).collect();
    assert_eq!(paths, ["/provider/v1/chat/completions", "/v1/messages"]);
    assert_eq!((transcript.tokenless, server.polls()), (None, 0));
    let ended = ask_port(&server, "POST", "/v1/chat/completions", &body).await;
    assert!(ended.1.contains("no trial has this token"), "{ended:?}");
}

#[tokio::test]
async fn a_gateway_may_ask_how_the_server_is_and_what_it_asks_of_a_model_without_a_token_is_noted() {
    let server = start().await;
    let before = register(&server, script(&[data("a"), Step::End(End::Finish)])).finish().await;
    let registered = register(&server, script(&[data("a"), Step::End(End::Finish)]));
    for target in ["/health", "/v1/models"] {
        let (status, body) = ask_port(&server, "GET", target, "").await;
        let said: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert!(status.ends_with(" 200 OK"), "{status}");
        assert!(said["data"].as_array().is_some_and(|models| models.len() == Api::ALL.len()), "{said}");
    }
    assert_eq!((server.polls(), server.strays()), (2, 0));
    let (status, answer) = ask_port(&server, "POST", "/v1/chat/completions", "{}").await;
    assert!(status.ends_with(" 404 Not Found") && answer.contains("has no token of a trial"), "{status} {answer}");
    let tokenless = registered.finish().await.tokenless;
    assert_eq!((tokenless.as_deref(), server.strays()), (Some("POST /v1/chat/completions"), 1));
    assert_eq!(before.tokenless, None);
}
