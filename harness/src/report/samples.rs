//! Small synthetic records for the tests of the formats: every conclusion, two versions of them, hostile ones, many.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::format::Format;
use super::published::Report;
use super::sink::{Content, RenderError, Sink};
use super::view::View;
use crate::case::{About, Level};
use crate::id::{Route, Transport};
use crate::judge::Status;
use crate::load::Location;
use crate::record::{AttemptRecord, Attempted, FORMAT, Record, Records, TrialRecord};

const CASES: [(&str, &str); 4] = [
    ("anthropic/cut/eof", "The connection ends after the first words"),
    ("anthropic/in-band/after-text#rate-limit", "An error after the first words"),
    ("anthropic/in-band/overloaded", "An overloaded error before any text"),
    ("anthropic/in-band/unknown-type", "An error of a type that no document names"),
];

/// The result of a trial, in short.
#[derive(Clone, Copy)]
enum Outcome {
    /// Passes, with its status exact.
    Pass,
    /// A status that is the transport's.
    Transport,
    /// No status at all.
    NoStatus,
    /// An error that looks like a completion.
    Silent,
    /// The same with an invented stop reason.
    Fabricated,
    /// No answer.
    Hang,
    /// The adapter broke.
    AdapterFault,
    /// The harness broke.
    HarnessFault,
    /// The SDK does not do this.
    Unsupported,
}

const ALL: [Outcome; 9] = [
    Outcome::Pass,
    Outcome::Transport,
    Outcome::NoStatus,
    Outcome::Silent,
    Outcome::Fabricated,
    Outcome::Hang,
    Outcome::AdapterFault,
    Outcome::HarnessFault,
    Outcome::Unsupported,
];

fn verdict(of: Outcome) -> Value {
    let status = |observed: Value, grade: &str| json!({ "axis": "error.status", "level": "should", "expected": 529, "observed": observed, "grade": grade });
    let outcome = |observed: &str, grade: &str| json!({ "axis": "outcome", "level": "must", "expected": "error", "observed": observed, "grade": grade });
    let fine = outcome("error", "exact");
    match of {
        Outcome::Pass => json!({ "status": "pass", "checks": [fine, status(json!(529), "exact")] }),
        Outcome::Transport => json!({ "status": "deviates", "checks": [fine, status(json!(200), "transport")] }),
        Outcome::NoStatus => json!({ "status": "deviates", "checks": [fine, status(Value::Null, "absent")] }),
        Outcome::Silent => json!({ "status": "fails", "mode": "silent", "checks": [outcome("completed", "wrong")] }),
        Outcome::Fabricated => {
            json!({ "status": "fails", "mode": "fabricated", "checks": [outcome("completed", "wrong")] })
        }
        Outcome::Hang => json!({
            "status": "fails", "mode": "hang", "reason": "no answer before the deadline", "checks": [outcome("hang", "wrong")],
        }),
        Outcome::AdapterFault => {
            json!({ "status": "adapter-fault", "reason": "the adapter died: exit status 1", "checks": [] })
        }
        Outcome::HarnessFault => {
            json!({ "status": "harness-fault", "reason": "the bytes are not the script's", "checks": [] })
        }
        Outcome::Unsupported => {
            json!({ "status": "unsupported", "reason": "no such call (https://example.com/docs)", "checks": [] })
        }
    }
}

fn record(value: Value) -> Record {
    serde_json::from_value(value).expect("samples are records")
}

fn suite(whole: bool, plans: &[(&str, usize)]) -> Record {
    let plans: Vec<Value> = plans
        .iter()
        .map(|(sdk, trials)| json!({ "sdk": sdk, "trials": trials, "own": trials, "digest": "d1", "whole": whole }))
        .collect();
    record(
        json!({ "record": "suite", "format": FORMAT, "version": "0.1.0", "nonce": "n1", "whole": whole, "plans": plans }),
    )
}

fn case(id: &str, title: &str) -> Record {
    record(json!({ "record": "case", "id": id, "api": "anthropic-messages", "title": title, "sources": [] }))
}

fn sdk(id: &str, version: &str, surfaces: &[&str], known: &Value, not_run: Option<&str>) -> Record {
    record(json!({
        "record": "sdk", "id": id, "package": id, "version": version, "language": "python", "runtime": "CPython 3.11.7",
        "apis": ["anthropic-messages"], "surfaces": surfaces, "known": known, "not_run": not_run,
    }))
}

fn trial(sdk: &str, surface: &str, case: &str, variant: &str, verdict: &Value, known: &[usize]) -> Record {
    record(json!({
        "record": "trial", "sdk": sdk, "surface": surface, "case": case, "variant": variant, "nonce": "n1",
        "verdict": verdict, "known": known, "wire": [], "took_ms": 12,
    }))
}

fn known() -> Value {
    json!([
        { "reason": "the status is the transport's own", "link": "https://example.com/issues/1",
          "where": [{ "axis": "error.status", "observed": ["transport"], "cases": ["anthropic/in-band/*"] }] },
        { "reason": "there is no text",
          "where": [{ "axis": "text", "observed": ["absent"], "cases": ["anthropic/http/*"] }] },
    ])
}

fn whole_run(versions: [&str; 2], outcome: &[(&str, &str, [Outcome; 4])], variant_runs: Vec<Record>) -> Vec<Record> {
    let mut records = vec![suite(true, &[("alpha-python", 8), ("beta-typescript", 4)])];
    records.extend(CASES.map(|(id, title)| case(id, title)));
    records.push(sdk("alpha-python", versions[0], &["create", "stream"], &known(), None));
    records.push(sdk("beta-typescript", versions[1], &["create"], &json!([]), None));
    records.push(sdk("gamma", "1.0.0", &["create"], &json!([]), Some("there is no Node.js here; install Node.js 20")));
    for (sdk, surface, outcome) in outcome {
        for ((case, _), outcome) in CASES.into_iter().zip(outcome) {
            let listed = *sdk == "alpha-python" && matches!(outcome, Outcome::Transport);
            let listed: &[usize] = if listed { &[0] } else { &[] };
            records.push(trial(sdk, surface, case, "as-written", &verdict(*outcome), listed));
        }
    }
    records.extend(variant_runs);
    records
}

/// Makes a variant run that comes out as its trial does.
fn alike(variant: &str) -> Value {
    json!({ "status": "deviates", "checks": [
        { "axis": "error.status", "level": "should", "expected": 529, "observed": 200, "grade": "transport" },
        { "axis": "variants", "level": "must", "expected": "as written", "observed": format!("{variant}: as written"),
          "grade": "exact" },
    ] })
}

/// Makes a whole run with every conclusion in it.
pub(super) fn records() -> Vec<Record> {
    use Outcome::{AdapterFault, Fabricated, NoStatus, Pass, Silent, Transport, Unsupported};
    let different = json!({ "status": "fails", "mode": "wrong", "checks": [
        { "axis": "variants", "level": "must", "expected": "as written", "observed": "crlf: fails silent instead of pass",
          "grade": "wrong" },
    ] });
    let variant_runs = vec![
        trial("alpha-python", "create", "anthropic/cut/eof", "crlf", &different, &[]),
        trial("alpha-python", "create", "anthropic/in-band/overloaded", "one-byte", &alike("one-byte"), &[]),
    ];
    let outcome = [
        ("alpha-python", "create", [Pass, Silent, Transport, Pass]),
        ("alpha-python", "stream", [Pass, Unsupported, AdapterFault, NoStatus]),
        ("beta-typescript", "create", [Transport, Fabricated, Pass, Pass]),
    ];
    whole_run(["1.2.3", "4.0.0"], &outcome, variant_runs)
}

/// Makes the same suite on later versions: something of every kind has happened to it.
pub(super) fn later() -> Vec<Record> {
    use Outcome::{Fabricated, Hang, HarnessFault, NoStatus, Pass, Silent, Transport};
    let outcome = [
        ("alpha-python", "create", [Hang, Silent, NoStatus, Transport]),
        ("alpha-python", "stream", [Pass, Pass, Fabricated, HarnessFault]),
        ("beta-typescript", "create", [Transport, Pass, Pass, Pass]),
    ];
    whole_run(
        ["1.3.0", "4.0.0"],
        &outcome,
        vec![trial("alpha-python", "create", "anthropic/cut/eof", "crlf", &alike("crlf"), &[])],
    )
}

/// Text that means something to terminals, HTML, XML, Markdown, spreadsheets, SARIF and GitHub's runner.
const HOSTILE: &str = "\u{1b}[31m]]>&<script>alert(1)</script>\u{0}\u{8}\u{fffe}\u{ffff}\u{202e}[click](https://evil.example) {0} \
                       100% | `x`\r\n::error file=x::pwned\n##[error]pwned";

/// Makes records whose every text is hostile.
pub(super) fn hostile() -> Vec<Record> {
    let id = "../evil|<script>";
    let hostile_case = "anthropic/in-band/a,b:c%\n::error::x<script>|";
    let check = |level: &str| json!({ "axis": "outcome", "level": level, "expected": HOSTILE, "observed": HOSTILE, "grade": "wrong" });
    let fails =
        json!({ "status": "fails", "mode": "silent", "reason": HOSTILE, "checks": [check("must"), check("should")] });
    let fault = json!({ "status": "adapter-fault", "reason": HOSTILE, "checks": [] });
    let skipped = json!({ "status": "unsupported", "reason": HOSTILE, "checks": [] });
    let scope = json!([{ "axis": "outcome", "observed": [HOSTILE], "cases": ["anthropic/listed/*"] }]);
    let listed = json!([
        { "reason": HOSTILE, "link": HOSTILE, "where": scope },
        { "reason": "*x*", "link": "javascript:alert(1)", "where": scope },
    ]);
    let surface = "<script>=cmd";
    let mut own = sdk(id, "=HYPERLINK(\"https://evil.example\")", &[surface, HOSTILE], &listed, None);
    if let Record::Sdk(own) = &mut own {
        for text in [&mut own.package, &mut own.language, &mut own.runtime] {
            HOSTILE.clone_into(text);
        }
    }
    vec![
        suite(false, &[]),
        case(hostile_case, HOSTILE),
        case("anthropic/listed/x", HOSTILE),
        own,
        sdk("@not-run", HOSTILE, &[], &json!([]), Some(HOSTILE)),
        trial(id, surface, hostile_case, "as-written", &fails, &[]),
        trial(id, surface, "anthropic/listed/x", "as-written", &fails, &[0]),
        trial(id, "-2+3", hostile_case, "as-written", &fault, &[]),
        trial(id, "-2+3", "anthropic/listed/x", "as-written", &skipped, &[]),
    ]
}

/// Makes more SDKs, unlisted trials and kinds of failure than anyone wants to read.
pub(super) fn many() -> Vec<Record> {
    let mut records = vec![suite(false, &[])];
    records.extend(CASES.map(|(id, title)| case(id, title)));
    for number in 0..60 {
        let id = format!("sdk-{number}");
        records.push(sdk(&id, "1.0.0", &["create"], &json!([]), None));
        for ((case, _), outcome) in
            CASES.into_iter().zip([Outcome::Silent, Outcome::Fabricated, Outcome::Hang, Outcome::AdapterFault])
        {
            records.push(trial(&id, "create", case, "as-written", &verdict(outcome), &[]));
        }
    }
    records
}

/// Returns a record, by another route and transport if it is of a trial.
fn by((route, transport): (Route, Transport), record: Record) -> Record {
    match record {
        Record::Trial(trial) => Record::Trial(Box::new(TrialRecord { route, transport, ..*trial })),
        other => other,
    }
}

/// Makes a whole run in which everything was run by two routes and transports: directly it came out as in [`records`],
/// by the others as in [`later`].
pub(super) fn two_ways() -> Vec<Record> {
    let later = later().into_iter().filter(|record| matches!(record, Record::Trial(_)));
    records().into_iter().chain(later.map(|record| by((Route::RELAY, Transport::Other), record))).collect()
}

/// Makes the same run with times. The calls of the first SDK take 100 ms each, one behind the other; the first of them was attempted before,
/// and so was its control. Those of the second one take a second each, and another second passes between two of them.
pub(super) fn with_times() -> Vec<Record> {
    let mut records = records();
    let (mut alpha, mut beta) = (0, 0);
    for record in &mut records {
        match record {
            Record::Case(case) => case.asks_ms = Some(if case.id.as_str() == CASES[0].0 { 500 } else { 0 }),
            Record::Sdk(sdk) => (sdk.set_up_ms, sdk.start_ms) = (Some(12_000), Some(850)),
            Record::Trial(trial) if trial.sdk == "beta-typescript" => {
                (trial.took_ms, trial.ended_ms) = (1_000, Some(3_000 + 2_000 * beta));
                beta += 1;
            }
            Record::Trial(trial) if trial.verdict.status != Status::Unsupported => {
                (trial.took_ms, trial.ended_ms) = (100, Some(1_000 + 100 * alpha));
                if alpha == 0 {
                    let attempt =
                        |of, took_ms| AttemptRecord { of, result: "pass".into(), reason: "a test".into(), took_ms };
                    trial.attempts = vec![attempt(Attempted::Trial, 600), attempt(Attempted::Control, 100)];
                }
                alpha += 1;
            }
            Record::Trial(_) | Record::Suite(_) => {}
        }
    }
    records
}

/// Makes the same run with trials by other transports beside it. By TLS all came out as by HTTP/1.1 in the clear; by HTTP/2 one is worse,
/// one better, and one broke the adapter.
pub(super) fn by_transports() -> Vec<Record> {
    use Outcome::{AdapterFault, Fabricated, NoStatus, Pass, Silent, Transport as OwnStatus, Unsupported};
    let beside = [
        ("alpha-python", "create", Transport::Tls, [Pass, Silent, OwnStatus, Pass]),
        ("alpha-python", "create", Transport::H2, [Silent, Silent, Pass, AdapterFault]),
        ("alpha-python", "stream", Transport::Tls, [Pass, Unsupported, AdapterFault, NoStatus]),
        ("beta-typescript", "create", Transport::Tls, [OwnStatus, Fabricated, Pass, Pass]),
        ("beta-typescript", "create", Transport::H2, [Unsupported; 4]),
    ];
    let mut records = records();
    for (sdk, surface, transport, outcome) in beside {
        for ((case, _), outcome) in CASES.into_iter().zip(outcome) {
            let listed: &[usize] = if matches!(outcome, OwnStatus) && sdk == "alpha-python" { &[0] } else { &[] };
            let trial = trial(sdk, surface, case, "as-written", &verdict(outcome), listed);
            records.push(by((Route::Direct, transport), trial));
        }
    }
    records
}

/// Makes the same run with four trials through a gateway beside it: of each something else became.
pub(super) fn through_a_gateway() -> Vec<Record> {
    let blame = |word: &str, more: Value| {
        let downstream = json!([{ "status": 200, "bytes": 10, "digest": "d2", "end": "whole" }]);
        let mut blame = json!({ "word": word, "downstream": downstream });
        more.as_object().into_iter().flatten().for_each(|(key, value)| blame[key] = value.clone());
        blame
    };
    let blames = [
        blame("passed-on", json!({ "left_open": "upstream" })),
        blame(
            "lost-at-the-gateway",
            json!({ "axes": ["outcome"], "retried": { "upstream": 2, "downstream": 1, "after_output": true } }),
        ),
        blame("lost-at-the-sdk", json!({ "axes": ["error.status"], "delayed_ms": 300 })),
        Value::Null,
    ];
    let outcome = [Outcome::Pass, Outcome::Silent, Outcome::Transport, Outcome::AdapterFault];
    let mut records = records();
    for own in &mut records {
        match own {
            Record::Suite(suite) => {
                let gateway = json!([{ "route": "relay", "name": "Relay", "version": "1.0.0" }]);
                suite.gateways = serde_json::from_value(gateway).expect("a gateway");
            }
            Record::Case(case) => {
                case.about = Some(if case.id.group().ends_with("cut") { About::Cut } else { About::InBandError });
            }
            Record::Sdk(_) | Record::Trial(_) => {}
        }
    }
    for (((case, _), outcome), blame) in CASES.into_iter().zip(outcome).zip(blames) {
        let through = by(
            (Route::RELAY, Transport::Http1),
            trial("alpha-python", "create", case, "as-written", &verdict(outcome), &[]),
        );
        let Record::Trial(mut through) = through else { continue };
        through.blame = serde_json::from_value(blame).expect("a blame");
        records.push(Record::Trial(through));
    }
    records
}

/// Returns the samples as if every trial had been run by other routes and transports.
pub(super) fn another_way() -> Vec<Record> {
    records().into_iter().map(|record| by((Route::RELAY, Transport::Other), record)).collect()
}

/// Generates a run of any cases on any surfaces by any routes and transports in which anything may have happened,
/// variant runs among it.
pub(super) fn any_report() -> impl Strategy<Value = Vec<Record>> {
    const SURFACES: [(&str, &str); 3] = [("alpha", "create"), ("alpha", "stream"), ("beta", "create")];
    const WAYS: [(Route, Transport); 3] =
        [(Route::Direct, Transport::Http1), (Route::Direct, Transport::H2), (Route::RELAY, Transport::Other)];
    let surfaces: Vec<_> = SURFACES.into_iter().flat_map(|surface| WAYS.map(|way| (surface, way))).collect();
    let chosen =
        (prop::collection::vec(any::<bool>(), CASES.len()), prop::collection::vec(any::<bool>(), surfaces.len()));
    let outcome = prop::collection::vec((0..ALL.len(), any::<bool>()), CASES.len() * surfaces.len());
    (chosen, outcome).prop_map(move |((cases, are_run), outcome)| {
        let mut records = vec![suite(false, &[("alpha", 1), ("beta", 1)])];
        records.extend(["alpha", "beta"].map(|id| sdk(id, "1.0.0", &["create", "stream"], &json!([]), None)));
        let chosen_cases: Vec<_> = CASES.into_iter().zip(cases).filter(|(_, is)| *is).map(|(case, _)| case).collect();
        records.extend(chosen_cases.iter().map(|(id, title)| case(id, title)));
        let mut outcome = outcome.into_iter();
        for (((sdk, surface), way), _) in surfaces.iter().zip(are_run).filter(|(_, is_run)| *is_run) {
            for (case, _) in &chosen_cases {
                let (number, differs) = outcome.next().unwrap_or_default();
                records.push(by(*way, trial(sdk, surface, case, "as-written", &verdict(ALL[number]), &[])));
                if differs {
                    let check = json!({ "axis": "variants", "level": "must", "expected": "as written",
                        "observed": "crlf: otherwise", "grade": "wrong" });
                    let variant_run = json!({ "status": "fails", "mode": "wrong", "checks": [check] });
                    records.push(by(*way, trial(sdk, surface, case, "crlf", &variant_run, &[])));
                }
            }
        }
        records
    })
}

/// Returns Markdown without its code spans, in which nothing has a meaning.
pub(super) fn outside_code(markdown: &str) -> String {
    markdown.split('`').step_by(2).collect()
}

/// Counts the trials.
pub(super) fn trials(records: &[Record]) -> usize {
    records.iter().filter(|record| matches!(record, Record::Trial(_))).count()
}

/// Returns the same records in another order: what describes the run still comes first.
pub(super) fn reversed(records: &[Record]) -> Vec<Record> {
    let is_trial = |record: &&Record| matches!(record, Record::Trial(_));
    let described = records[1..].iter().rev().filter(|record| !is_trial(record));
    records[..1].iter().chain(described).chain(records.iter().rev().filter(is_trial)).cloned().collect()
}

/// Reads records as a report does. They are kept until the tests end.
pub(super) fn kept(records: &[Record]) -> &'static Records {
    Box::leak(Box::new(Records::of(&[("records", records)]).expect("the samples are well formed")))
}

/// Makes the view of records that make one.
pub(super) fn view(records: &[Record]) -> View<'static> {
    View::from_records(kept(records)).expect("the samples are well formed")
}

/// Makes the published report of records that make one.
pub(super) fn report(records: &[Record]) -> Report {
    Report::of(&view(records)).expect("the records are still there")
}

/// Makes the view with made-up places: a MUST on line 20, anything else on line 30.
pub(super) fn with_places(records: &[Record]) -> View<'static> {
    let mut view = view(records);
    let found = view.find_places(|file, level, _| {
        assert!(file.starts_with("cases/") && !file.contains('#'), "{file}");
        let line = if level == Level::Must { 20 } else { 30 };
        Some(Location { line, column: 5, length: 7, text: String::new() })
    });
    found.expect("the records are still there");
    view
}

/// Keeps what a format writes: texts for standard output under no name, files under theirs.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Kept(pub(super) BTreeMap<String, String>);

impl Sink for Kept {
    fn print(&mut self, text: &str) {
        self.0.insert(String::new(), text.to_owned());
    }

    fn file(&mut self, name: &str, write: &mut Content<'_>) -> Result<(), RenderError> {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        self.0.insert(name.to_owned(), String::from_utf8(bytes).expect("formats write text"));
        Ok(())
    }

    fn folder(&mut self, _: &str, _: Option<&str>) -> Result<(), RenderError> {
        Ok(())
    }
}

/// Renders everything that a format writes, by file.
pub(super) fn files(format: &dyn Format, view: &View<'_>) -> BTreeMap<String, String> {
    let mut kept = Kept::default();
    format.render(view, &mut kept).expect("it renders");
    kept.0
}

/// Renders everything that a format writes, as one text.
pub(super) fn rendered(format: &dyn Format, view: &View<'_>) -> String {
    files(format, view).into_values().collect::<Vec<_>>().join("\n")
}
