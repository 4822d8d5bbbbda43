//! An adapter for tests that says whatever it is told to say.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use streamspec_adapters::contract::{Adapter, Call, CallOutcome, CallResult, Identity};
use streamspec_adapters::fleet::Fleet;
use streamspec_adapters::process::Processes;

use super::{Deadlines, Engine, Filter, Trial, plan};
use crate::load::{self, Selection};

/// A case with a control.
pub(crate) const CASE: &str = "anthropic/in-band/after-text#overloaded";

/// An adapter that makes a request for each call, and then says what it is told to say: the call, what came for the request,
/// and how many calls there were before.
pub(crate) struct Liar<F> {
    say: Arc<F>,
    calls: AtomicU32,
    identity: Identity,
}

#[async_trait]
impl<F: Fn(&Call, &str, u32) -> CallOutcome + Send + Sync + 'static> Adapter for Liar<F> {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn observe(&self, call: Call) -> CallResult {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let say = Arc::clone(&self.say);
        let answer = tokio::task::spawn_blocking(move || say(&call, &ask(&call.base_url), number));
        let answer = answer.await.expect("the request is made");
        CallResult { outcome: answer, stderr: String::new(), took: Duration::ZERO }
    }

    async fn close(&self) {}
}

/// Makes the request of a plain client, and returns all that it gets.
fn ask(base_url: &str) -> String {
    let rest = base_url.strip_prefix("http://").expect("a URL");
    let (address, path) = rest.split_once('/').expect("a path");
    let mut socket = TcpStream::connect(address).expect("the server listens");
    let request = format!(
        "POST /{path}/v1/messages HTTP/1.1\r\nhost: {address}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    );
    socket.write_all(request.as_bytes()).expect("the request is written");
    let mut got = Vec::new();
    // A stream that is reset ends with an error, after what came before.
    let _ = socket.read_to_end(&mut got);
    String::from_utf8_lossy(&got).into_owned()
}

/// Says what an honest adapter of a good SDK says: the error that came.
pub(crate) fn honest(got: &str) -> CallOutcome {
    let kind = if got.contains("overloaded_error") { "overloaded_error" } else { "api_error" };
    let text = if got.contains("text_delta") { "Hello" } else { "" };
    let nonce = nonce(got).unwrap_or_default();
    observed(&json!({
        "ended": "raised", "events": 3, "text": text, "tool_calls": [], "stop_reason": null,
        "usage": null, "thinking": "", "refusal": "", "endings": ["failed"],
        "error": {
            "site": "iterate", "class": "ApiError", "classes": ["ApiError"], "message": format!("Overloaded {nonce}"),
            "status": { "value": 529, "via": "attribute" }, "type": { "value": kind, "via": "attribute" }, "causes": [],
        },
    }))
}

/// Says that the answer ended as it should, with this text.
pub(crate) fn completed(text: &str) -> CallOutcome {
    observed(&json!({
        "ended": "returned", "events": 3, "text": text, "tool_calls": [], "stop_reason": "end_turn",
        "usage": null, "thinking": "", "refusal": "", "endings": ["completed"],
    }))
}

pub(crate) fn observed(observation: &Value) -> CallOutcome {
    CallOutcome::Observed(serde_json::from_value(observation.clone()).expect("an observation"))
}

/// Finds the nonce in what came.
fn nonce(got: &str) -> Option<&str> {
    let is_letter = |letter: u8| b"bcdfghjklmnpqrst".contains(&letter);
    let mut starts = got.match_indices('n').filter_map(|(at, _)| got.get(at..at + 11));
    starts.find(|word| word.bytes().skip(1).all(is_letter))
}

/// Makes an engine that has this liar for the reference client, and one trial of each surface with these cases.
pub(crate) async fn engine(
    cases: &[&str],
    say: impl Fn(&Call, &str, u32) -> CallOutcome + Send + Sync + 'static,
) -> (Engine, Vec<Trial>) {
    let root = root();
    let fleet = Fleet::discover(&root).expect("the fleet");
    let reference = fleet.get("reference").expect("the reference client").clone();
    let identity = reference.open(None, Processes::of(1)).await.expect("the reference client").identity().clone();
    let identity = Identity { error_bases: vec!["ApiError".to_owned()], ..identity };
    let liar = Liar { say: Arc::new(say), calls: AtomicU32::new(0), identity };
    let sdk = Arc::new(reference.driven_by(Arc::new(liar)));
    let names: Vec<String> = cases.iter().map(|&case| case.to_owned()).collect();
    let cases = load::suite(&root, &Selection::named(&names)).expect("the cases").cases;
    let cases: Vec<_> = cases.into_iter().map(Arc::new).collect();
    let trials = plan(&[sdk], &cases, &Filter::default()).expect("a plan").trials.to_vec();
    let engine = Engine::start("nonce".to_owned(), 64, Deadlines::SDK).await.expect("an engine");
    (engine, trials)
}

pub(crate) fn root() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// Says if a call is one of a control: the error came as a plain response.
pub(crate) fn is_control(got: &str) -> bool {
    got.starts_with("HTTP/1.1 529")
}

pub(crate) fn crash(alone: bool) -> CallOutcome {
    CallOutcome::Crash { detail: "signal: 9".to_owned(), alone }
}
