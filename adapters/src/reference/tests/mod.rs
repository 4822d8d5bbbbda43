//! The reference client and its mutants on real sockets: what the client says, and which mutants say something else.

mod decoder;
mod ends;
mod errors;
mod framing;
mod http;
mod payloads;
mod server;
mod tools;
mod wire;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;

use self::server::{Server, Wire};
use super::Mutant;
use crate::contract::{Answer, Api, Ask, Call, Observation, ObservedError, Reading, Told};
use crate::native;

/// One situation on the wire.
struct Scenario {
    name: &'static str,
    api: Api,
    /// The answers to the first, second, … request.
    wire: Vec<Wire>,
    max_retries: u32,
    surface: &'static str,
    /// What the reference client makes of it, as [`said`] puts it.
    expected: &'static str,
    /// The mutants that make something else of it.
    killed: &'static [Mutant],
}

impl Scenario {
    fn new(name: &'static str, api: Api, wire: Wire, expected: &'static str, killed: &'static [Mutant]) -> Self {
        Self { name, api, wire: vec![wire], max_retries: 0, surface: "events", expected, killed }
    }

    /// The same with this many retries.
    fn retries(self, max_retries: u32) -> Self {
        Self { max_retries, ..self }
    }

    /// The same through this surface.
    fn surface(self, surface: &'static str) -> Self {
        Self { surface, ..self }
    }

    async fn run(&self, id: &str) -> String {
        let server = Server::start(self.wire.clone()).await;
        let call = Call {
            api: self.api,
            surface: self.surface.to_owned(),
            base_url: server.base_url(),
            timeout: Duration::from_millis(700),
            deadline: Duration::from_millis(2_500),
            max_retries: self.max_retries,
            ask: Ask::Tool,
            alone: false,
        };
        let answered = native::open(id).expect(id).observe(call).await;
        let held = server.still_connected().await;
        let said = match answered.answer {
            Answer::Observed(observation) => said(&observation),
            Answer::Hang => "hang".to_owned(),
            Answer::Crash { detail, .. } => format!("crash: {detail}"),
            Answer::Fault { detail } => format!("fault: {detail}"),
        };
        format!("{said} | {} sent{}", server.requests(), if held { ", held" } else { "" })
    }
}

/// An observation in one line.
fn said(observation: &Observation) -> String {
    let mut words = vec![format!("{:?}", observation.ended).to_lowercase()];
    words.extend(observation.text.as_ref().map(|text| format!("{text:?}")));
    words.extend(observation.stop_reason.value().cloned());
    for call in observation.tool_calls.iter().flatten() {
        words.push(format!("{}({}){}", call.name, call.arguments, if call.complete { "" } else { "…" }));
    }
    words.extend(observation.error.as_ref().map(failure));
    words.join(" ")
}

/// A failure in a few words; what is empty is left out.
fn failure(error: &ObservedError) -> String {
    fn value<T: ToString>(label: &str, told: &Told<Reading<T>>) -> Option<String> {
        told.value().map(|reading| format!("{label}{}", reading.value.to_string()))
    }
    let words = [
        Some(format!("{:?}:", error.site).to_lowercase()),
        Some(error.class.clone()),
        value("", &error.status),
        value("", &error.kind),
        value("code=", &error.code),
        value("id=", &error.request_id),
        value("after=", &error.retry_after),
        Some(format!("({})", error.message.chars().take(60).collect::<String>())),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn scenarios() -> Vec<Scenario> {
    [
        framing::scenarios(),
        payloads::scenarios(),
        errors::scenarios(),
        ends::scenarios(),
        http::scenarios(),
        tools::scenarios(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_client_follows_the_documents() {
    let scenarios = scenarios();
    let outcomes = join_all(scenarios.iter().map(|scenario| scenario.run("reference"))).await;
    let wrong = scenarios.iter().zip(outcomes).filter(|(scenario, said)| scenario.expected != said);
    let wrong: Vec<_> = wrong
        .map(|(scenario, said)| format!("{}\n  expected {}\n  said     {said}", scenario.name, scenario.expected))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutant_differs_from_it() {
    let scenarios = scenarios();
    let pairs: Vec<_> =
        scenarios.iter().flat_map(|scenario| scenario.killed.iter().map(move |mutant| (scenario, *mutant))).collect();
    let mut survivors = Vec::new();
    for batch in pairs.chunks(24) {
        let ids: Vec<String> = batch.iter().map(|(_, mutant)| format!("reference+{}", mutant.name())).collect();
        let said = join_all(batch.iter().zip(&ids).map(|((scenario, _), id)| scenario.run(id))).await;
        let same = batch.iter().zip(said).filter(|((scenario, _), said)| scenario.expected == said);
        survivors.extend(same.map(|((scenario, mutant), _)| format!("{} survives {}", mutant.name(), scenario.name)));
    }
    let named: BTreeSet<_> = pairs.iter().map(|(_, mutant)| mutant.name()).collect();
    survivors.extend(
        Mutant::ALL
            .iter()
            .filter(|mutant| !named.contains(mutant.name()))
            .map(|mutant| format!("{} is named by no scenario", mutant.name())),
    );
    assert!(survivors.is_empty(), "\n{}", survivors.join("\n"));
}
