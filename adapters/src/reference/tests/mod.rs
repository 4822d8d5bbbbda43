//! The reference client and its mutants on real sockets: what the client says, and which mutants say something else.

mod answers;
mod calls;
mod cohere;
mod decoder;
mod ends;
mod errors;
mod frames;
mod framing;
mod golden;
mod http;
mod json_lines;
mod payloads;
mod tools;

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::Mutant;
use crate::native::rig::Scenario;

/// The mutants that are what the documents say in the clear, as these scenarios are; cases over TLS and HTTP/2 catch them.
const ON_OTHER_TRANSPORTS: [Mutant; 3] =
    [Mutant::TrustsMissingCloseNotify, Mutant::IgnoresRstStream, Mutant::RetriesResetStream];

fn scenarios() -> Vec<Scenario> {
    [
        framing::scenarios(),
        payloads::scenarios(),
        errors::scenarios(),
        ends::scenarios(),
        http::scenarios(),
        tools::scenarios(),
        calls::scenarios(),
        answers::scenarios(),
        json_lines::scenarios(),
        frames::scenarios(),
        cohere::scenarios(),
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
            .filter(|mutant| !named.contains(mutant.name()) && !ON_OTHER_TRANSPORTS.contains(mutant))
            .map(|mutant| format!("{} is named by no scenario", mutant.name())),
    );
    assert!(survivors.is_empty(), "\n{}", survivors.join("\n"));
}
