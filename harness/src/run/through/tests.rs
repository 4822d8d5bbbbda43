//! Lying gateways: whatever one does is its own doing, and no trial is credited to another one or to the SDK.

use std::sync::Arc;

use camino::Utf8Path;
use futures_util::future::join_all;
use streamspec_adapters::fleet::Fleet;

use crate::id::Route;
use crate::judge::{Mode, Status, Verdict};
use crate::load::{self, Selection};
use crate::run::liar::root;
use crate::run::{Deadlines, Engine, Filter, READER, Routes, Trial, plan};

mod blamed;
mod translated;

/// An error inside a stream, after text.
const ERROR: &str = "anthropic/in-band/after-text#overloaded";
/// A connection that ends before the last chunk, after text.
const CUT: &str = "openai-chat/cut/no-last-chunk";
/// An error before the stream.
const REFUSED: &str = "anthropic/http/documented-errors#overloaded";

/// An error before the stream, of which nothing but the status tells.
const STATUS_ALONE: &str = "anthropic/http/empty-body#overloaded";

const TEMPLATE: &str = include_str!("../../../tests/fixtures/gateways/relay.py");

/// A suite with one gateway, `relay`, that does one thing; a folder that is removed when it is dropped.
struct Relay {
    held: tempfile::TempDir,
}

impl Relay {
    fn new(deed: &str) -> Self {
        Self::passing(deed, "path")
    }

    /// Makes a relay that passes a token on in this place alone.
    fn passing(deed: &str, token: &str) -> Self {
        let same = "anthropic-messages = \"anthropic-messages\", openai-chat = \"openai-chat\"";
        Self::made(TEMPLATE, deed, token, same)
    }

    /// Makes a relay that is asked in Chat Completions and asks in Anthropic Messages.
    fn translating(deed: &str) -> Self {
        let template = include_str!("../../../tests/fixtures/gateways/translator.py");
        Self::made(template, deed, "prompt", "openai-chat = \"anthropic-messages\"")
    }

    fn made(template: &str, deed: &str, token: &str, dialects: &str) -> Self {
        let held = tempfile::tempdir().expect("a temporary directory");
        let dir = held.path().join("adapters/gateways/relay");
        std::fs::create_dir_all(&dir).expect("a folder");
        let manifest = format!(
            "id = \"relay\"\nname = \"Relay\"\nversion = \"1.0.0\"\nlink = \"https://example.org\"\nabout = \"It lies.\"\n\
             template = \"relay.py\"\narguments = [\"${{folder}}/relay.py\", \"{deed}\", \"{token}\"]\ntoken = \"{token}\"\n\
             install = {{ program = \"python3\", from = {{ debian = \"python3\" }} }}\n\
             dialects = {{ {dialects} }}\n"
        );
        std::fs::write(dir.join("gateway.toml"), manifest).expect("a manifest");
        std::fs::write(dir.join("relay.py"), template).expect("a template");
        Self { held }
    }

    /// Makes an engine behind it, and the trials of the reference client with a case, directly and through it.
    async fn before(&self, cases: &[&str], names: &[&str]) -> (Engine, Vec<Trial>) {
        self.before_with(None, cases, names).await
    }

    /// Makes the same for a mutant of the reference client, where there is one.
    async fn before_with(&self, mutant: Option<&str>, cases: &[&str], names: &[&str]) -> (Engine, Vec<Trial>) {
        let own = Utf8Path::from_path(self.held.path()).expect("a UTF-8 path");
        let routes = Routes::choose(own, names).expect("the relay");
        let reader = Fleet::discover(&root()).expect("the fleet").get(READER).expect("the reference client").clone();
        let reader = mutant.map_or_else(|| reader.clone(), |mutant| reader.mutant(mutant));
        let names: Vec<String> = cases.iter().map(|&case| case.to_owned()).collect();
        let cases = load::suite(&root(), &Selection::named(&names)).expect("the cases").cases;
        let cases: Vec<_> = cases.into_iter().map(Arc::new).collect();
        let filter = Filter { surfaces: vec!["events".to_owned()], routes: routes.clone(), ..Filter::default() };
        let trials = plan(&[Arc::new(reader)], &cases, &filter).expect("a plan").trials;
        // What hangs is seen to hang once.
        let deadlines = Deadlines { again: false, ..Deadlines::SDK };
        let engine = Engine::start("nonce".to_owned(), 64, deadlines).await.expect("an engine");
        (engine.through(&routes), trials.to_vec())
    }
}

/// Runs the first trial of a case directly and through a gateway that does something. Directly it passes, so that whatever else
/// comes out through the gateway is the gateway's doing.
async fn told_through(deed: &str, case: &str) -> Verdict {
    told_by(&Relay::new(deed), case).await
}

async fn told_by(relay: &Relay, case: &str) -> Verdict {
    let (engine, trials) = relay.before(&[case], &["direct", "relay"]).await;
    let of = |route: Route| trials.iter().find(|trial| trial.route == route).expect("a trial");
    let direct = engine.run(of(Route::Direct)).await.remove(0).record;
    assert_eq!((direct.verdict.status, direct.route), (Status::Pass, Route::Direct), "{:?}", direct.verdict);
    let through = engine.run(of(Route::RELAY)).await.remove(0).record;
    assert!(through.name().ends_with("@route=relay"), "{}", through.name());
    engine.close().await;
    through.verdict
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_does_to_an_answer_is_seen_behind_it() {
    let expected = [
        ("nothing", ERROR, Status::Pass, None),
        ("nothing", CUT, Status::Pass, None),
        ("nothing", REFUSED, Status::Pass, None),
        ("swallow-the-error", ERROR, Status::Fails, Some(Mode::Wrong)),
        ("drop-the-type", ERROR, Status::Fails, Some(Mode::Wrong)),
        ("say-it-twice", ERROR, Status::Fails, Some(Mode::Wrong)),
        ("mend-the-end", CUT, Status::Pass, None),
        ("say-done", CUT, Status::Fails, Some(Mode::Fabricated)),
        ("ask-again", CUT, Status::Fails, Some(Mode::Wrong)),
        ("all-is-well", STATUS_ALONE, Status::Fails, Some(Mode::Wrong)),
        ("hold", ERROR, Status::Fails, Some(Mode::Hang)),
        ("buffer", ERROR, Status::Pass, None),
    ];
    // Most of it is waiting, so all of it is done at once.
    let seen = join_all(expected.map(async |(deed, case, ..)| {
        let verdict = told_through(deed, case).await;
        (deed, case, verdict.status, verdict.mode)
    }));
    assert_eq!(seen.await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_says_nothing_about_an_answer_costs_the_sdk_no_verdict() {
    let verdict = told_through("lose-the-token", ERROR).await;
    assert_eq!(verdict.status, Status::GatewayFault, "{verdict:?}");
    let reason = verdict.reason.unwrap_or_default();
    let begin = "the gateway relay passed no request on with the token of the trial, but `POST /lost/";
    assert!(reason.starts_with(begin) && reason.contains("came without one, which it must have dropped"), "{reason}");
    assert!(reason.contains("; the client was told: "), "{reason}");
    let verdict = told_through("die", ERROR).await;
    assert_eq!(verdict.status, Status::GatewayFault, "{verdict:?}");
    let reason = verdict.reason.unwrap_or_default();
    assert!(reason.starts_with("the gateway relay ended during the call: it ended with exit status: 3"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_trial_is_the_gateways_fault() {
    let relay = Relay::new("mix-up");
    let (engine, trials) = relay.before(&["anthropic/in-band/after-text"], &["relay"]).await;
    assert!(trials.len() > 1);
    let mut verdicts = Vec::new();
    for trial in &trials[..2] {
        verdicts.push(engine.run(trial).await.remove(0).record.verdict);
    }
    engine.close().await;
    assert_eq!(verdicts[1].status, Status::GatewayFault, "{verdicts:?}");
    let reason = verdicts[1].reason.clone().unwrap_or_default();
    assert!(reason.starts_with("the gateway relay answered for another trial: the observation holds"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_is_found_by_the_words_of_its_question_where_a_gateway_passes_on_nothing_else() {
    let mut seen = Vec::new();
    for (deed, case) in
        [("nothing", ERROR), ("nothing", CUT), ("nothing", REFUSED), ("ask-around", CUT), ("say-done", CUT)]
    {
        let verdict = told_by(&Relay::passing(deed, "prompt"), case).await;
        seen.push((deed, case, verdict.status, verdict.mode));
    }
    let expected = [
        ("nothing", ERROR, Status::Pass, None),
        ("nothing", CUT, Status::Pass, None),
        ("nothing", REFUSED, Status::Pass, None),
        ("ask-around", CUT, Status::Pass, None),
        ("say-done", CUT, Status::Fails, Some(Mode::Fabricated)),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_a_gateway_drops_are_its_own_fault() {
    let verdict = told_by(&Relay::passing("drop-the-words", "prompt"), ERROR).await;
    assert_eq!(verdict.status, Status::GatewayFault, "{verdict:?}");
    let reason = verdict.reason.unwrap_or_default();
    let begin = "the gateway relay passed no request on with the token of the trial, but `POST /provider/v1/messages` came \
        without one, which it must have dropped; the client was told: ";
    assert!(reason.starts_with(begin), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_trials_go_through_one_gateway_and_none_is_credited_to_another() {
    for token in ["path", "prompt"] {
        many_go_through_at_once(token).await;
    }
}

/// The gateway passes nothing on before 16 requests are there, so that as many are under way at once.
async fn many_go_through_at_once(token: &str) {
    let relay = Relay::passing("gather", token);
    let (engine, trials) = relay.before(&["anthropic/cut/*"], &["relay"]).await;
    let trials: Vec<&Trial> =
        trials.iter().filter(|trial| trial.case.exchanges.len() == 1 && trial.case.control.is_none()).collect();
    let trials = &trials[..trials.len() / 16 * 16];
    assert!(trials.len() >= 32);
    let ran = join_all(trials.iter().map(|trial| engine.run(trial))).await;
    engine.close().await;
    for record in ran.iter().map(|variants| &variants[0].record) {
        assert_eq!(record.verdict.status, Status::Pass, "{}: {:?}", record.name(), record.verdict);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dialect_that_a_gateway_does_not_speak_is_not_planned() {
    let relay = Relay::new("nothing");
    let (_, trials) = relay.before(&["gemini/cut/*", "openai-chat/cut/*"], &["relay"]).await;
    assert!(!trials.is_empty() && trials.iter().all(|trial| trial.case.id.starts_with("openai-chat/")));
}
