//! Every lying gateway is blamed for what it does, whoever calls through it, and no SDK is.

use futures_util::future::join;

use super::*;
use crate::blame::{Blame, Retried, Side, Word};
use crate::case::Axis;

/// A mutant whose fault shows in none of these cases: an SDK that is right, and is not the reader itself.
const RIGHT: &str = "line-cap";

/// A healthy answer.
const HEALTHY: &str = "anthropic/benign/escapes";
/// A healthy answer with pauses of 700 ms.
const SLOW: &str = "anthropic/stall/slow-but-alive";
/// Silence after text, until the client has waited for a second.
const SILENCE: &str = "anthropic/stall/after-text";

/// Runs a case through a gateway that does something, as a mutant of the reference client or as itself.
async fn blamed(deed: &str, case: &str, mutant: Option<&str>) -> Blame {
    let relay = Relay::new(deed);
    let (engine, trials) = relay.before_with(mutant, &[case], &["relay"]).await;
    let mut record = engine.run(&trials[0]).await.remove(0).record;
    if record.blame.is_none() {
        // A busy machine can lose a control. A run makes such a trial once more, too.
        record = engine.run(&trials[0]).await.remove(0).record;
    }
    engine.close().await;
    let verdict = record.verdict;
    record.blame.unwrap_or_else(|| panic!("{deed}: nobody is blamed for {verdict:?}"))
}

/// Checks that both callers come to one blame, but for what the clock decides, and returns it.
async fn same_for_both(deed: &str, case: &str) -> Blame {
    let by = |mutant| Box::pin(blamed(deed, case, mutant));
    let (mut reader, right) = join(by(None), by(Some(RIGHT))).await;
    assert_eq!(reader.delayed_ms.is_some(), right.delayed_ms.is_some(), "{deed}");
    assert_eq!(
        (reader.word, &reader.axes, reader.retried, reader.left_open),
        (right.word, &right.axes, right.retried, right.left_open),
        "{deed}"
    );
    reader.downstream.clear();
    reader
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_passes_everything_on_is_blamed_for_nothing() {
    for case in [ERROR, CUT, REFUSED, STATUS_ALONE, HEALTHY, SLOW, SILENCE] {
        let blame = same_for_both("nothing", case).await;
        let expected = Blame {
            word: Word::PassedOn,
            axes: Vec::new(),
            retried: None,
            delayed_ms: None,
            left_open: None,
            downstream: Vec::new(),
        };
        assert_eq!(blame, expected, "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_does_to_an_answer_is_its_own_doing() {
    for (deed, case, word, axes) in [
        (
            "swallow-the-error",
            ERROR,
            Word::LostAtTheGateway,
            &[Axis::ErrorType, Axis::ErrorStatus, Axis::ErrorMessage] as &[_],
        ),
        ("drop-the-type", ERROR, Word::ChangedAtTheGateway, &[Axis::ErrorType, Axis::ErrorStatus]),
        ("all-is-well", STATUS_ALONE, Word::ChangedAtTheGateway, &[Axis::ErrorStatus]),
        ("all-is-well", REFUSED, Word::ChangedAtTheGateway, &[Axis::ErrorStatus]),
        ("say-it-twice", ERROR, Word::Invented, &[Axis::Text]),
        ("say-done", CUT, Word::Invented, &[Axis::Outcome]),
        ("fail-by-itself", HEALTHY, Word::Invented, &[Axis::Outcome, Axis::Text, Axis::StopReason]),
    ] {
        let blame = same_for_both(deed, case).await;
        assert_eq!(
            (blame.word, blame.axes.as_slice(), blame.retried, blame.left_open),
            (word, axes, None, None),
            "{deed}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_asks_again_after_output_is_told_of() {
    let blame = same_for_both("ask-again", CUT).await;
    assert_eq!((blame.word, blame.axes.as_slice()), (Word::Invented, [Axis::Text].as_slice()));
    assert_eq!(blame.retried, Some(Retried { upstream: 2, downstream: 1, after_output: true }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_holds_everything_back_is_told_of() {
    let (slow, quick) = join(same_for_both("buffer", SLOW), same_for_both("buffer", ERROR)).await;
    assert_eq!((slow.word, slow.left_open), (Word::PassedOn, None));
    assert!(slow.delayed_ms.is_some_and(|delayed| delayed >= 700), "{slow:?}");
    assert_eq!(quick.delayed_ms, None, "without a pause nothing is to be seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_keeps_a_connection_is_told_of() {
    let (server, client) = join(same_for_both("keep-the-server", SILENCE), same_for_both("hold", ERROR)).await;
    assert_eq!((server.word, server.left_open), (Word::PassedOn, Some(Side::Upstream)));
    assert_eq!((client.word, client.left_open), (Word::LostAtTheGateway, Some(Side::Downstream)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sdk_is_blamed_for_what_was_passed_on_to_it_alone() {
    let blame = blamed("nothing", ERROR, Some("ignores-error-event")).await;
    assert_eq!(blame.word, Word::LostAtTheSdk, "{blame:?}");
    assert!(blame.axes.contains(&Axis::ErrorType));
    let blame = blamed("swallow-the-error", ERROR, Some("ignores-error-event")).await;
    assert_eq!(blame.word, Word::LostAtTheGateway);
    // It sees by the framing alone that an answer was cut, and the framing is what the gateway has mended.
    assert_eq!(blamed("nothing", CUT, Some("eof-is-success")).await.word, Word::PassedOn);
    assert_eq!(blamed("mend-the-end", CUT, Some("eof-is-success")).await.word, Word::LostAtTheGateway);
    assert_eq!(blamed("mend-the-end", CUT, None).await.word, Word::PassedOn, "the answer itself is not whole");
}
