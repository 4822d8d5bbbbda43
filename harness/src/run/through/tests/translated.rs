//! Gateways that translate: what both dialects can say is expected in the words of the client's, and nothing else is.

use streamspec_adapters::contract::Api;

use super::*;
use crate::blame::{Blame, Word};
use crate::case::Axis;
use crate::record::TrialRecord;

/// An error inside a stream, before any text.
const FIRST: &str = "anthropic/in-band/first-event#overloaded";
/// A healthy answer.
const HEALTHY: &str = "anthropic/benign/escapes";
/// A stop reason that has a word in the other dialect, and tokens, whose numbers are not judged.
const LIMIT: &str = "anthropic/in-band/stop-reasons#max-tokens";
/// A stream that ends before its stop reason.
const UNFINISHED: &str = "anthropic/cut/no-terminal#chunked";

/// Runs the reference client on cases, in Chat Completions, through one gateway that asks in Anthropic Messages.
async fn ran(deed: &str, cases: &[&str]) -> Vec<TrialRecord> {
    let relay = Relay::translating(deed);
    let (engine, trials) = relay.before(cases, &["relay"]).await;
    assert!(!trials.is_empty() && trials.iter().all(|trial| trial.spoken == Api::OpenaiChat), "{deed}");
    let mut records = Vec::new();
    for trial in &trials {
        records.push(engine.run(trial).await.remove(0).record);
    }
    engine.close().await;
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_translated_well_passes() {
    for deed in ["translate", "keep"] {
        for record in ran(deed, &[ERROR, REFUSED, LIMIT, UNFINISHED, HEALTHY, FIRST]).await {
            let name = record.name();
            assert_eq!(record.verdict.status, Status::Pass, "{deed}, {name}: {:?}", record.verdict);
            let blame = record.blame.expect("somebody can tell");
            assert_eq!((blame.word, blame.axes), (Word::PassedOn, Vec::new()), "{deed}, {name}");
            assert_eq!(record.translation.map(|translation| translation.to), Some(Api::OpenaiChat));
            assert!(record.wire[0].request.starts_with("POST /v1/messages"), "{:?}", record.wire);
        }
    }
    let refused = ran("refuse", &[FIRST]).await.remove(0);
    assert_eq!(refused.verdict.status, Status::Pass, "it may become an HTTP error: {:?}", refused.verdict);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_translated_wrongly_is_the_gateways_doing() {
    for (deed, case, status, mode, word, axes) in [
        ("flatten", ERROR, Status::Deviates, None, Word::ChangedAtTheGateway, vec![Axis::ErrorType, Axis::ErrorStatus]),
        (
            "swallow",
            UNFINISHED,
            Status::Fails,
            Some(Mode::Fabricated),
            Word::Invented,
            vec![Axis::Outcome, Axis::StopReason],
        ),
        // The reader raises the error as well; other clients may not.
        ("leak", ERROR, Status::Pass, None, Word::ChangedAtTheGateway, vec![Axis::Outcome]),
        ("end-well", ERROR, Status::Pass, None, Word::Invented, vec![Axis::Outcome]),
    ] {
        let record = ran(deed, &[case]).await.remove(0);
        let Blame { word: seen, axes: shown, .. } = record.blame.expect("somebody can tell");
        assert_eq!((record.verdict.status, record.verdict.mode), (status, mode), "{deed}: {:?}", record.verdict);
        assert_eq!((seen, shown), (word, axes), "{deed}");
    }
}
