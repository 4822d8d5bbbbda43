//! `streamspec serve`, driven by a plain HTTP client.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::repository::{HEALTHY, Repository, SLOW, check};
use crate::serving::{Response, Serving, response};

/// An error in the stream, in ten combinations.
const IN_BAND: &str = "anthropic/in-band/after-text";
/// A combination of it as part of a URL.
const OVERLOADED: &str = "anthropic/in-band/after-text%23overloaded";
/// A status, and then a whole answer.
const TWO: &str = "anthropic/retry/status-then-success";
/// Silence after the first words.
const STALL: &str = "anthropic/stall/after-text";

/// A request body, as small as can be.
const ASK: &str = r#"{"stream":true}"#;

fn repository() -> Repository {
    Repository::with_cases(&[HEALTHY, IN_BAND, TWO, STALL, SLOW])
}

/// Checks a response against the document of the interface, as the answer to this operation.
#[track_caller]
fn fits(document: &Value, operation: (&str, &str), response: &Response) {
    let (method, path) = operation;
    let described = &document["paths"][path][method]["responses"][response.status.to_string()];
    assert!(described.is_object(), "{method} {path} is not said to answer with {}", response.status);
    let mut schema = described["content"]["application/json"]["schema"].clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(&response.json()).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{method} {path}: {errors:#?}: {}", response.body);
}

#[test]
fn a_case_is_played_at_its_own_url_and_what_was_seen_is_judged() {
    let serving = Serving::start(repository(), &[]);
    let attempt = format!("/cases/{OVERLOADED}/attempt");
    let judgement = format!("{attempt}/judgement");
    let early = serving.api("GET", &attempt, &Value::Null);
    assert!(early.status == 404 && early.body.contains("no request has come to"), "{early:?}");

    let came = serving.ask("POST", &format!("/case/{OVERLOADED}/v1/messages?beta=true"), ASK);
    assert!(came.status == 200 && came.body.contains("overloaded_error"), "{came:?}");
    serving.says("case/anthropic/in-band/after-text%23overloaded: POST /v1/messages?beta=true");
    serving.says("overloaded_error");
    serving.says("sent all ");

    let document = serving.api("GET", "/openapi.json", &Value::Null).json();
    let transcript = serving.api("GET", &attempt, &Value::Null);
    fits(&document, ("get", "/cases/{case}/attempt"), &transcript);
    let transcript = transcript.json();
    let request = &transcript["requests"][0];
    assert_eq!((&request["path"], &request["body"]), (&json!("/v1/messages?beta=true"), &json!(ASK)));
    assert!(request["headers"].to_string().contains(r#"{"name":"authorization","value":"…"}"#), "{request:#}");
    assert!(request["content"].as_str().is_some_and(|content| content.contains("overloaded_error")), "{request:#}");
    assert_eq!((&transcript["is_over"], &request["sent"]), (&json!(true), &json!("whole")));

    let nonce = transcript["nonce"].as_str().expect("a nonce");
    let seen = json!({
        "outcome": "error",
        "text": "Hello",
        "error": { "type": "overloaded_error", "status": 529, "message": format!("it is {nonce}") },
    });
    let passed = serving.api("POST", &judgement, &seen);
    fits(&document, ("post", "/cases/{case}/attempt/judgement"), &passed);
    let passed = passed.json();
    assert_eq!((&passed["passes"], &passed["status"]), (&json!(true), &json!("pass")), "{passed:#}");
    serving.says("judged: pass");
    let unjudged = |axis: &str| {
        let all = passed["not_judged"].as_array().expect("a list");
        all.iter().find(|one| one["axis"] == axis).and_then(|one| one["reason"].as_str()).unwrap_or_default()
    };
    assert!(unjudged("requests").contains("open a session") && unjudged("ended").contains("not given"), "{passed:#}");

    // A silent failure, and a status that is the response's own.
    let silent = serving.api("POST", &judgement, &json!({ "outcome": "completed", "text": "Hello" })).json();
    assert_eq!((&silent["status"], &silent["mode"]), (&json!("fails"), &json!("silent")), "{silent:#}");
    let broken = &silent["checks"][0];
    assert_eq!((&broken["axis"], &broken["holds"]), (&json!("outcome"), &json!(false)));
    assert!(broken["sources"][0].as_str().is_some_and(|source| source.starts_with("https://platform.claude.com")));
    assert!(
        broken["place"].as_str().is_some_and(|place| place.starts_with("cases/anthropic/in-band/after-text.yaml:"))
    );
    let explanation = silent["explanation"].as_str().expect("a text");
    assert!(explanation.contains("BROKEN must outcome: expected error, observed completed"), "{explanation}");
    let own = json!({ "outcome": "error", "text": "Hello", "error": { "type": "overloaded_error", "status": 200 } });
    assert_eq!(serving.api("POST", &judgement, &own).json()["status"], "disputed");
    let left_out = json!({ "outcome": "completed", "ignore": ["outcome", "text"] });
    let nothing = serving.api("POST", &judgement, &left_out);
    assert!(nothing.status == 409 && nothing.body.contains("nothing is left to judge"), "{nothing:?}");
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
fn a_case_with_two_answers_goes_on_and_then_begins_again() {
    let serving = Serving::start(repository(), &["--case", TWO]);
    let case = "/case/anthropic/retry/status-then-success%23overloaded";
    let statuses = || (0..4).map(|_| serving.ask("POST", &format!("{case}/v1/messages"), ASK).status);
    assert_eq!(statuses().collect::<Vec<_>>(), [529, 200, 529, 200]);
    // One that was judged is over, whatever answers are left.
    assert_eq!(serving.ask("POST", &format!("{case}/v1/messages"), ASK).status, 529);
    let attempt = "/cases/anthropic%2Fretry%2Fstatus-then-success%23overloaded/attempt";
    let judged = serving.api("POST", &format!("{attempt}/judgement"), &json!({ "outcome": "error" }));
    assert_eq!((judged.status, &judged.json()["status"]), (200, &json!("deviates")));
    assert_eq!(statuses().next(), Some(529));
    // So is one that was ended.
    assert_eq!(serving.api("DELETE", attempt, &Value::Null).status, 204);
    assert_eq!(serving.api("DELETE", attempt, &Value::Null).status, 404);
    assert_eq!(statuses().next(), Some(529));
    assert_eq!(serving.end("-INT"), Some(0));
}

#[test]
fn a_session_counts_every_request_and_forgets_what_was_ended() {
    let serving = Serving::start(repository(), &[]);
    let document = serving.api("GET", "/openapi.json", &Value::Null).json();
    let asked = json!({ "case": "anthropic/in-band/after-text#api", "variant": "crlf", "nonce": "mine-1" });
    let opened = serving.api("POST", "/sessions", &asked);
    fits(&document, ("post", "/sessions"), &opened);
    let session = opened.json();
    assert_eq!((&session["variant"], &session["nonce"]), (&json!("crlf"), &json!("mine-1")));
    let path = format!("{}/v1/messages", serving.path(session["base_url"].as_str().expect("a URL")));
    let place = format!("/sessions/{}", session["id"].as_str().expect("an id"));
    let judge = |seen: Value| serving.api("POST", &format!("{place}/judgement"), &seen);
    let early = judge(json!({ "outcome": "error" }));
    assert!(early.status == 409 && early.body.contains("no request has come"), "{early:?}");

    let came = serving.ask("POST", &path, ASK);
    assert!(came.body.contains("api_error") && came.body.contains("mine-1") && came.body.contains("\r\n\r\n"));
    let seen = json!({ "outcome": "error", "text": "Hello", "error": { "type": "api_error" } });
    assert_eq!(judge(seen.clone()).json()["status"], "pass");
    assert_eq!(serving.ask("POST", &path, ASK).status, 200);
    let twice = judge(seen.clone());
    assert_eq!(twice.json()["status"], "fails", "{twice:?}");
    let explanation = twice.json()["explanation"].to_string();
    assert!(explanation.contains("BROKEN must requests: expected 1, observed 2"), "{explanation}");
    let ignored =
        json!({ "outcome": "error", "text": "Hello", "error": { "type": "api_error" }, "ignore": ["requests"] });
    assert_eq!(judge(ignored).json()["status"], "pass");

    // A request that cannot be read belongs to the session that it names.
    assert_eq!(serving.ask("HEAD", &path, "").status, 400);
    let refused = judge(seen);
    assert!(refused.status == 409 && refused.body.contains("was refused with 400"), "{refused:?}");
    fits(&document, ("get", "/sessions/{session}"), &serving.api("GET", &place, &Value::Null));
    assert_eq!(serving.api("DELETE", &place, &Value::Null).status, 204);
    for gone in [serving.ask("POST", &path, ASK), serving.api("GET", &place, &Value::Null)] {
        assert!(gone.status == 404 && gone.body.contains("there is no such session"), "{gone:?}");
    }
}

#[test]
fn pauses_and_stalls_wait_until_they_are_let_go() {
    let mut serving = Serving::start(repository(), &["--hold"]);
    let slow = serving.begin("POST", &format!("/case/{SLOW}/v1/messages"), ASK);
    let waits = "waiting in a pause of 400 ms";
    serving.says(waits);
    let attempt = format!("/cases/{SLOW}/attempt");
    let waiting = serving.api("GET", &attempt, &Value::Null).json()["waiting"].clone();
    assert_eq!(waiting, json!([{ "what": "pause", "ms": 400 }]));
    serving.presses_enter();
    serving.says("let go of a pause");
    for place in [format!("{attempt}/release"), "/release".to_owned(), "/release".to_owned()] {
        serving.says(waits);
        assert_eq!(serving.api("POST", &place, &Value::Null).json(), json!({ "released": 1 }), "{place}");
    }
    assert!(response(slow).body.contains("message_stop"));
    assert_eq!(serving.api("POST", "/release", &Value::Null).json(), json!({ "released": 0 }));

    let asked = json!({ "case": STALL, "hold": false });
    let session = serving.api("POST", "/sessions", &asked).json();
    let path = format!("{}/v1/messages", serving.path(session["base_url"].as_str().expect("a URL")));
    let mut stalled = serving.begin("POST", &path, ASK);
    serving.says("waiting in a stall");
    let place = format!("/sessions/{}", session["id"].as_str().expect("an id"));
    assert_eq!(serving.api("GET", &place, &Value::Null).json()["waiting"], json!([{ "what": "stall" }]));
    let hung = serving.api("POST", &format!("{place}/judgement"), &json!({ "outcome": "waiting" })).json();
    assert_eq!((&hung["status"], &hung["mode"]), (&json!("fails"), &json!("hang")), "{hung:#}");
    assert_eq!(serving.api("POST", &format!("{place}/release"), &Value::Null).json(), json!({ "released": 1 }));
    let mut rest = String::new();
    stalled.read_to_string(&mut rest).expect("the connection is closed in order");
    assert!(rest.contains("Hello") && !rest.ends_with("0\r\n\r\n"), "{rest}");
    let told = json!({ "outcome": "error", "text": "Hello", "elapsed_ms": 1100 });
    assert_eq!(serving.api("POST", &format!("{place}/judgement"), &told).json()["status"], "pass");

    // A client that leaves is seen to.
    drop(serving.begin("POST", &path, ASK));
    serving.says("the client left after ");
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
fn bad_input_is_explained_and_the_server_goes_on() {
    let serving = Serving::start(repository(), &["--case", "anthropic/**"]);
    let document = serving.api("GET", "/openapi.json", &Value::Null).json();
    let asked = |method: &str, path: &str, body: &str, status: u16, said: &str| {
        let came = serving.ask(method, path, body);
        assert!(came.status == status && came.body.contains(said), "{method} {path}: {came:?}");
        came
    };
    asked("POST", "/v1/messages", ASK, 404, "nothing is served here; the base URL of a case is http://127.0.0.1:");
    serving.says("refused POST /v1/messages with 404");
    asked("POST", "/case/anthropic/benign/txt/v1/messages", ASK, 404, "did you mean `anthropic/benign/text`?");
    serving.says("no case `anthropic/benign/txt` is served");
    asked("POST", "/case/anthropic/in-band/after-text/v1/messages", ASK, 404, "stands for 10 cases; name one of them");
    asked("GET", "/api/v1/cases/anthropic/benign/txt", "", 404, "did you mean `anthropic/benign/text`?");
    asked("GET", "/api/v1/case", "", 404, "there is no /api/v1/case; did you mean `/cases`");
    let method = asked("PUT", "/api/v1/sessions", "{}", 405, "it has POST");
    assert!(method.head.contains("allow: POST"), "{method:?}");
    asked("GET", "/api/v1/cases?macht=x", "", 400, "there is no parameter `macht`");
    asked("GET", "/api/v1/cases?api=openai", "", 400, "did you mean `openai-chat`");
    asked("GET", "/api/v1/cases?match=%5B", "", 400, "is not a pattern");
    let sessions = "/api/v1/sessions";
    for (body, status, said) in [
        ("", 400, "the body is no JSON"),
        ("{}", 422, "missing field `case`"),
        (r#"{"case":"anthropic/benign/txt"}"#, 404, "did you mean `anthropic/benign/text`?"),
        (r#"{"case":"anthropic/benign/text","varaint":"cr"}"#, 422, "did you mean `variant`?"),
        (r#"{"case":"anthropic/benign/text","variant":"crfl"}"#, 422, "did you mean `crlf`"),
        (r#"{"case":"anthropic/benign/text","variant":"cut-bytes"}"#, 422, "is a sweep of many runs"),
        (r#"{"case":"anthropic/benign/text","nonce":"${nonce}"}"#, 422, "1 to 64 letters"),
    ] {
        fits(&document, ("post", "/sessions"), &asked("POST", sessions, body, status, said));
    }
    asked("POST", sessions, &format!("\"{}\"", "x".repeat(1024 * 1024)), 413, "the body has more than");
    asked("POST", sessions, &"x".repeat(8 * 1024 * 1024 + 1), 413, "the request's body has more than");
    asked("POST", &format!("/case/{HEALTHY}/v1/messages"), ASK, 200, "message_stop");
    let contradicts = r#"{"outcome":"completed","error":{}}"#;
    let judgement = format!("/api/v1/cases/{HEALTHY}/attempt/judgement");
    asked("POST", &judgement, contradicts, 422, "`error` is given, and `outcome` is `completed`");
    asked("POST", &judgement, r#"{"outcome":"complete"}"#, 422, "did you mean `completed`");
    let listed = serving.api("GET", "/cases?match=anthropic/retry&search=OVERLOADED", &Value::Null);
    fits(&document, ("get", "/cases"), &listed);
    assert_eq!(listed.json()["cases"].as_array().map(Vec::len), Some(1));
    fits(&document, ("get", "/sdks"), &serving.api("GET", "/sdks", &Value::Null));
    let page = serving.ask("GET", "/", "");
    assert!(page.status == 200 && page.head.contains("content-security-policy: ") && page.body.contains("21 cases"));

    let foreign = "GET /api/v1/cases HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n";
    assert_eq!(response(serving.send(foreign)).status, 403);

    let port = serving.root.rsplit(':').next().expect("a port").to_owned();
    check(serving.repository.call(&["serve", "--port", &port]), 2, &format!("port {port} of 127.0.0.1 is taken"));
    check(
        serving.repository.call(&["serve", "--case", "anthropic/benign/txt"]),
        2,
        "did you mean `anthropic/benign/text`?",
    );
    assert_eq!(serving.end("-HUP"), Some(0));
}
