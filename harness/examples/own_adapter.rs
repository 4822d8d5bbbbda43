#![doc = "Runs one case on a client of its own and prints the verdict: `cargo run --example own_adapter`."]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use streamspec::adapters::contract::{Adapter, Api, Call, CallOutcome, CallResult};
use streamspec::adapters::contract::{Ended, Field, Identity, Observation, SdkVersion};
use streamspec::run::{Deadlines, Engine};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let suite = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let case = streamspec::load::case(suite.into(), "anthropic/in-band/after-text#overloaded")?;
    let engine = Engine::start("example".to_owned(), 1, Deadlines::SDK).await?;
    let run = engine.run_with(Arc::new(NaiveClient::default()), "read", case).await;
    println!("{}: {}", run.record.name(), run.record.verdict.in_short());
    // The server sent an error after some text, and this client takes what came for a whole answer.
    assert_eq!(run.record.verdict.status_and_mode(), "fails (silent)");
    Ok(())
}

/// A client that reads a stream to its end and never looks for an error in it.
struct NaiveClient {
    identity: Identity,
}

impl Default for NaiveClient {
    fn default() -> Self {
        let word = str::to_owned;
        let sdk = SdkVersion { name: word("naive-client"), version: word("0.1.0"), language: word("rust") };
        let (apis, surfaces) = (vec![Api::AnthropicMessages], vec![word("read")]);
        let (error_bases, capabilities, described) = (vec![word("io::Error")], Vec::new(), BTreeMap::new());
        Self { identity: Identity { sdk, runtime: word("Rust"), apis, error_bases, surfaces, capabilities, described } }
    }
}

#[async_trait::async_trait]
impl Adapter for NaiveClient {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn observe(&self, call: Call) -> CallResult {
        let started = Instant::now();
        let reading = tokio::task::spawn_blocking(move || read(&call));
        let outcome = match reading.await.expect("the client does not panic") {
            Ok(observation) => CallOutcome::Observed(Box::new(observation)),
            Err(error) => CallOutcome::Fault { detail: error.to_string() },
        };
        CallResult { outcome, stderr: String::new(), took: started.elapsed() }
    }

    async fn close(&self) {}
}

/// Sends the request and tells what the caller of this client sees.
fn read(call: &Call) -> std::io::Result<Observation> {
    let (address, path) = call.base_url.trim_start_matches("http://").split_once('/').unwrap_or_default();
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(call.timeout))?;
    let head = format!("POST /{path}/v1/messages HTTP/1.1\r\nhost: {address}\r\ncontent-length: 2\r\n");
    write!(connection, "{head}content-type: application/json\r\nconnection: close\r\n\r\n{{}}")?;
    let mut stream = String::new();
    connection.read_to_string(&mut stream)?;
    let pieces = stream.split(r#""text_delta","text":""#).skip(1).filter_map(|piece| piece.split('"').next());
    let (text, events) = (pieces.collect(), stream.matches("data:").count() as u64);
    let (tool_calls, stop_reason, error) = (None, Field::Absent, None);
    let seen = Observation::of(Ended::Returned);
    Ok(Observation { events, text: Some(text), tool_calls, stop_reason, error, ..seen })
}
