//! Tests of what holds for every format.

use serde_json::{Value, json};

use super::*;
use crate::id::{Route, Variant};
use crate::judge::{Mode, Status, Verdict};
use crate::record::{FORMAT, Record, Writer};

/// Returns the samples, in which one trial that passed came out otherwise when it was run again.
fn flaky() -> Vec<Record> {
    let mut records = samples::records();
    let trials = records.iter_mut().filter_map(|record| match record {
        Record::Trial(trial) => Some(trial),
        _ => None,
    });
    let mut passed = trials.filter(|trial| trial.verdict.status == Status::Pass && trial.variant == Variant::AsWritten);
    let trial = passed.next().expect("a trial that passes");
    trial.verdict.make_flaky(&Verdict::unsupported("the machine was away".to_owned()));
    records
}

#[test]
fn a_flaky_trial_is_told_with_its_reason_in_every_format() {
    let records = flaky();
    let view = samples::view(&records);
    for format in FORMATS {
        let text = samples::rendered(format, &view);
        match format.name() {
            // The page's data are packed; its browser tests read them.
            "html" => assert!(text.contains("and 3 say nothing about the SDK"), "{text}"),
            "markdown" => {
                assert!(text.contains("[1 flaky]"), "{text}");
                assert!(text.contains("- create::anthropic/cut/eof: flaky: one attempt ended with "), "{text}");
                assert!(text.contains("the machine was away"), "{text}");
                assert!(
                    text.contains("- stream::anthropic/in-band/overloaded: adapter-fault: the adapter died"),
                    "{text}"
                );
            }
            "badges" => assert!(text.contains("3 not judged"), "{text}"),
            name => assert!(text.contains("flaky") && text.contains("the machine was away"), "{name}: {text}"),
        }
    }
}

/// A trial without a result is no pass: an SDK of which only such trials are left does not pass every trial.
#[test]
fn an_sdk_with_a_trial_that_broke_does_not_pass_every_trial() {
    let mut records = samples::records();
    records.retain(|record| match record {
        Record::Trial(trial) => trial.verdict.status == Status::Pass || trial.verdict.status.is_lost(),
        _ => true,
    });
    let markdown = FORMATS.iter().find(|format| format.name() == "markdown").expect("a format");
    let text = samples::rendered(*markdown, &samples::view(&records));
    let about = |id: &str| text.split("\n## ").find(|part| part.starts_with(&format!("`{id}`\n"))).expect("a part");
    let (alpha, beta) = (about("alpha-python"), about("beta-typescript"));
    assert!(alpha.contains("1 trial has no result:") && !alpha.contains("Every trial passes"), "{alpha}");
    assert!(beta.contains("Every trial passes.") && !beta.contains("no result"), "{beta}");
}

#[test]
fn a_trial_that_became_flaky_has_lost_its_verdict() {
    let (before, after) = (samples::report(&samples::records()), samples::report(&flaky()));
    let lost = |old: &Report, new: &Report| compare((old, None), (new, None)).expect("both are whole").lost().count();
    assert_eq!((lost(&before, &before), lost(&before, &after)), (0, 1));
}

#[test]
fn formats_have_names_of_their_own_and_render_the_same_whatever_the_order_of_records() {
    let names: std::collections::BTreeSet<&str> = FORMATS.iter().map(|format| format.name()).collect();
    assert_eq!(names.len(), FORMATS.len());
    for name in DEFAULT.split(',').chain([PAGE]) {
        assert!(names.contains(name), "{name}");
    }
    let records = samples::records();
    let (one, other) = (samples::view(&records), samples::view(&samples::reversed(&records)));
    for format in FORMATS {
        assert_eq!(samples::rendered(format, &one), samples::rendered(format, &other), "{}", format.name());
    }
}

#[test]
fn routes_and_transports_are_told_apart() {
    let records = samples::two_ways();
    let view = samples::view(&records);
    for format in FORMATS {
        match format.name() {
            "html" => {
                let text = samples::rendered(format, &view).replace("&#38;", "&");
                let example = "#/trial?sdk=alpha-python&surface=create&case=anthropic/cut/eof";
                // What is found through a gateway is no finding of an SDK.
                assert!(text.contains("#/trial?sdk=beta-typescript&surface=create&case="), "{text}");
                assert!(!text.contains(&format!("{example}&route=relay")), "{text}");
            }
            "csv" => {
                let text = samples::rendered(format, &view);
                let rows = |way: &str| text.matches(way).count();
                assert_eq!((rows(",direct,http1,"), rows(",relay,other,")), (14, 13), "{text}");
            }
            "markdown" => {
                let text = samples::rendered(format, &view);
                assert!(text.contains("| `alpha-python`<br>create | "), "{text}");
                assert!(text.contains("| `alpha-python`<br>create (route=relay,transport=other) | "), "{text}");
            }
            "junit" | "sarif" | "github" | "short" => {
                let text = samples::rendered(format, &view).replace("%2C", ",");
                assert!(text.contains("@route=relay,transport=other"), "{}: {text}", format.name());
            }
            // Numbers of an SDK, those of direct trials alone.
            name => assert!(["json", "badges"].contains(&name), "{name}"),
        }
    }
}

/// What is left when trials by other routes are left out is the report of the others, but of no whole run.
#[test]
fn a_report_of_some_routes_has_their_trials_alone() {
    let by = |route: Route| {
        let mut records = crate::record::Records::of(&[("records", &samples::two_ways()[..])]).expect("well formed");
        let left = records.keep(|place| place.route == route);
        let view = View::from_records(&records).expect("there is a run");
        assert_eq!(left, view.suite.trials + view.suite.variant_runs);
        assert!(view.surfaces().flat_map(|surface| surface.trials).all(|place| place.route == route));
        assert!(view.sdks.iter().all(|sdk| sdk.unused.is_empty()) && records.runs.iter().all(|run| !run.suite.whole));
        left
    };
    assert_eq!((by(Route::Direct), by(Route::RELAY)), (14, 13));
    let mut whole = crate::record::Records::of(&[("records", &samples::records()[..])]).expect("well formed");
    assert_eq!(whole.keep(|_| true), 14);
    assert!(whole.runs.iter().all(|run| run.suite.whole), "nothing was left out");
}

#[test]
fn what_a_gateway_does_is_in_no_number_of_an_sdk_and_in_no_finding() {
    let (alone, both) = (samples::records(), samples::two_ways());
    let (alone, both) = (samples::view(&alone), samples::view(&both));
    let totals = |view: &View<'_>| view.sdks.iter().map(super::view::Sdk::total).collect::<Vec<_>>();
    assert_eq!(totals(&alone), totals(&both));
    assert_eq!(format!("{:?}", alone.findings), format!("{:?}", both.findings));
}

/// A case that came out alike by several transports counts once, and one that did not is a finding of its own.
#[test]
fn a_surface_is_one_row_however_many_transports_it_was_run_by() {
    let (alone, several) = (samples::view(&samples::records()), samples::view(&samples::by_transports()));
    let totals = |view: &View<'_>| view.sdks.iter().map(super::view::Sdk::total).collect::<Vec<_>>();
    assert_eq!(totals(&alone), totals(&several));
    let found = |view: &View<'_>, kind: FindingKind| {
        let found = view.findings.iter().find(|finding| finding.kind == kind);
        found.map(|finding| (finding.trials(), finding.of, finding.sdks.len()))
    };
    assert_eq!(found(&alone, FindingKind::TransportDependent), None);
    assert_eq!(found(&several, FindingKind::TransportDependent), Some((2, 13, 1)));
    let (silent, fabricated) = (FindingKind::Failed(Mode::Silent), FindingKind::Failed(Mode::Fabricated));
    assert_eq!(found(&several, silent).map(|found| found.0), Some(2), "by HTTP/2 one more");
    assert_eq!(found(&several, fabricated), Some((1, 12, 1)), "by TLS the same, which is no second one");

    let report = samples::report(&samples::by_transports());
    assert_eq!(Report::read(&report.json()).expect("it is one"), report);
    let lines: Vec<String> =
        report.json().lines().filter(|line| line.contains("instead_of")).map(str::to_owned).collect();
    assert_eq!(
        lines.join("\n"),
        [
            r#"{"sdk":"alpha-python","surfaces":["create"],"transport":"h2","verdict":"fails","mode":"silent","first":"http1","instead_of":"pass","cases":{"anthropic/cut/eof":[]}},"#,
            r#"{"sdk":"alpha-python","surfaces":["create"],"transport":"h2","verdict":"pass","first":"http1","instead_of":"deviates","cases":{"anthropic/in-band/overloaded":[]}}"#,
        ]
        .join("\n")
    );
    let matrix = overview(&report, |_| true);
    assert!(
        matrix.contains("Of the trials by tls and h2, which are beside these numbers, 2 came to another"),
        "{matrix}"
    );
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| `")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&matrix), rows(&overview(&samples::report(&samples::records()), |_| true)));
}

/// Trials by one transport alone are named after it.
#[test]
fn a_report_of_another_transport_alone_says_so() {
    let mut records = crate::record::Records::of(&[("records", &samples::by_transports()[..])]).expect("well formed");
    records.keep(|place| place.transport == crate::id::Transport::Tls);
    let view = View::from_records(&records).expect("there is a run");
    let markdown = FORMATS.iter().find(|format| format.name() == "markdown").expect("a format");
    let text = samples::rendered(*markdown, &view);
    assert!(text.contains("| `beta-typescript`<br>create (transport=tls) | "), "{text}");
    assert!(!text.contains("Transports that differ"), "{text}");
}

#[test]
fn records_that_make_no_report_are_refused_in_words() {
    let check = |records: &[Record], expected: &str| {
        let refused = View::from_records(samples::kept(records)).expect_err(expected).to_string();
        assert!(refused.contains(expected), "{refused}");
    };
    let mut records = samples::records();
    check(&[], "there is no run in these records");
    records.push(records.last().expect("a trial").clone());
    check(&records, "is recorded twice; leave out one of the files");
    records.pop();
    let Record::Suite(suite) = &records[0] else { panic!("the suite comes first") };
    let other = crate::record::SuiteRecord { rules: 99, ..suite.clone() };
    records.push(Record::Suite(other));
    check(&records, "different versions of the suite, 0.1.0 with the rules 0 and 0.1.0 with the rules 99");
}

/// Writes records for measurements of memory, `synthetic-80000.jsonl` and ten times as many trials:
/// `cargo test -p streamspec --lib -- --ignored synthetic_records`. A fifth of the trials do not pass, and each SDK has words of
/// its own for each case.
#[test]
#[ignore = "writes two large files for measurements"]
fn synthetic_records() {
    const CASES: usize = 2000;
    const SURFACES: usize = 10;
    let folder = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/streamspec");
    for sdks in [4, 40] {
        let path = folder.join(format!("synthetic-{}.jsonl", sdks * SURFACES * CASES));
        let writer = Writer::create(&path).expect("target can be written to");
        let write = |line: Value| {
            let record = serde_json::from_value(line).expect("a record");
            writer.write(&record).expect("there is room on the disk");
        };
        write(json!({ "record": "suite", "format": FORMAT, "version": "0.1.0", "nonce": "n", "whole": true }));
        let id = |case: usize| format!("anthropic/group-{}/case#{case:04}", case % 40);
        for case in 0..CASES {
            write(json!({
                "record": "case", "id": id(case), "api": "anthropic-messages", "title": format!("Case {case}"),
                "sources": [], "about": "in-band-error",
            }));
        }
        for sdk in 0..sdks {
            let surfaces: Vec<String> = (0..SURFACES).map(|surface| format!("surface-{surface}")).collect();
            write(json!({
                "record": "sdk", "id": format!("sdk-{sdk}"), "package": "sdk", "version": "1.0.0", "language": "python",
                "runtime": "CPython 3.11.7", "apis": ["anthropic-messages"], "surfaces": surfaces,
            }));
        }
        for trial in 0..sdks * SURFACES * CASES {
            // SDKs run side by side.
            let (case, surface, sdk) = (trial / sdks / SURFACES, trial / sdks % SURFACES, trial % sdks);
            write(synthetic(&id(case), sdk, surface, (case + sdk + surface) % 5 == 0));
        }
        eprintln!("{path}: {} bytes", path.metadata().expect("it is there").len());
    }
}

fn synthetic(case: &str, sdk: usize, surface: usize, fails: bool) -> Value {
    let message = format!("{case} as SDK {sdk} says it: {}", "some words ".repeat(20));
    let check = |axis: &str, level: &str, holds: bool| {
        json!({
            "axis": axis, "level": level, "expected": "error",
            "observed": if holds { "error".to_owned() } else { format!("completed {}", sdk % 7) },
            "grade": if holds { "exact" } else { "wrong" },
        })
    };
    json!({
        "record": "trial", "sdk": format!("sdk-{sdk}"), "surface": format!("surface-{surface}"), "case": case,
        "variant": "as-written", "nonce": "n",
        "verdict": {
            "status": if fails { "fails" } else { "pass" }, "mode": if fails { json!("silent") } else { Value::Null },
            "checks": [
                check("outcome", "must", !fails), check("error.type", "must", true), check("text", "must", true),
                check("requests", "must", true), check("error.message", "should", true),
            ],
        },
        "observation": {
            "ended": "raised", "events": 4, "text": "Hello", "tool_calls": [], "stop_reason": null,
            "error": {
                "site": "iterate", "class": "ApiError", "classes": ["ApiError", "Exception"], "message": message,
                "status": { "value": 529, "via": "attribute" }, "type": { "value": "overloaded_error", "via": "body" },
                "code": null, "request_id": null, "retry_after": null, "retryable": null, "causes": [],
            },
        },
        "wire": [{ "request": "POST /v1/messages", "answer": 0, "written": 902, "digest": "55520d46afff9badd1b5c8" }],
        "took_ms": 3,
    })
}
