//! Fuzzing the reference client finds nothing, and fuzzing its mutants finds the law that each breaks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;
use streamspec_adapters::fleet::{Fleet, Sdk};

use super::mutant::Mutant;
use super::{Budget, Fuzzed, Fuzzer, Law};
use crate::load::{self, Selection};
use crate::run::{Deadlines, Engine, Filter, plan};
use crate::shrink::Bench;

fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
}

fn reference() -> Sdk {
    Fleet::discover(root()).expect("the fleet").get("reference").expect("the reference client").clone()
}

/// Fuzzes a client with the streams of these cases.
async fn fuzzed(sdk: Sdk, cases: &[&str], trials: u64) -> Fuzzed {
    let names: Vec<String> = cases.iter().map(|case| (*case).to_owned()).collect();
    let cases: Vec<_> =
        load::suite(root(), &Selection::named(&names)).expect("cases").cases.into_iter().map(Arc::new).collect();
    let sdk = Arc::new(sdk);
    let trials_of = plan(&[Arc::clone(&sdk)], &cases, &Filter::default()).expect("a plan").trials;
    let engine = Arc::new(Engine::start("fuzz".to_owned(), 16, Deadlines::MUTANT).await.expect("loopback"));
    let surfaces = sdk.manifest.surfaces.keys().cloned().collect();
    let bench = Bench::new(Arc::clone(&engine), Arc::new(reference()), sdk, surfaces);
    let fuzzer = Fuzzer::new(root(), bench, &trials_of, 1).expect("rules and schemas");
    let budget = Budget { trials: Some(trials), time: Duration::from_mins(5), candidates: 8 };
    let all = fuzzer.run(budget, &mut |_| {}).await;
    engine.close().await;
    all
}

#[tokio::test]
async fn the_reference_client_breaks_no_law() {
    let fuzzed = fuzzed(reference(), &[], 300).await;
    assert!(fuzzed.findings.is_empty() && fuzzed.faults.is_empty(), "{:#?} {:?}", fuzzed.findings, fuzzed.faults);
    assert!(fuzzed.trials >= 300 && fuzzed.unsupported == 0, "{} trials", fuzzed.trials);
}

#[tokio::test]
async fn mutants_are_caught_by_the_law_that_they_break() {
    let cases = ["anthropic/benign/text", "anthropic/benign/tool", "openai-chat/benign/text-and-tool-call"];
    for (mutant, law) in [
        ("fabricates-stop", Law::CutIsTold),
        ("ignores-error-event", Law::ErrorIsTold),
        ("lf-only", Law::SplitMeansTheSame),
        ("unknown-event-fails", Law::IgnoredIsIgnored),
    ] {
        let fuzzed = fuzzed(reference().mutant(mutant), &cases, 400).await;
        let laws: BTreeSet<Law> = fuzzed.findings.iter().map(|finding| finding.law).collect();
        assert!(laws.contains(&law), "{mutant} breaks {laws:?}");
    }
}

#[test]
fn the_same_number_makes_the_same_streams() {
    let cases = load::suite(root(), &Selection::named(&["gemini/benign/*".to_owned()])).expect("cases").cases;
    let cases: Vec<_> = cases.into_iter().map(Arc::new).collect();
    let streams = |run: u64| (0..200).map(|number| Mutant::new(run, number, &cases)).collect::<Vec<_>>();
    assert_eq!(streams(7), streams(7));
    assert_ne!(streams(7), streams(8));
}
