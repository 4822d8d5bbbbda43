//! Tests of the data that the pictures of the page are drawn from.

use serde_json::{Value, json};

use crate::record::{FORMAT, Record};
use crate::report::format::html::page;
use crate::report::samples;

/// A case's id, with the fate of its first answer.
const CASES: [(&str, &str); 4] = [
    ("anthropic/benign/text", "healthy"),
    ("anthropic/cut/eof", "cut"),
    ("anthropic/in-band/overloaded", "in-band-error"),
    ("anthropic/stall/after-text", "stall"),
];

fn record(value: Value) -> Record {
    serde_json::from_value(value).expect("samples are records")
}

fn verdict(mode: Option<&str>, axis: &str) -> Value {
    let (observed, grade) = if mode.is_some() { ("completed", "wrong") } else { ("error", "exact") };
    let check = json!({ "axis": axis, "level": "must", "expected": "error", "observed": observed, "grade": grade });
    match mode {
        Some(mode) => json!({ "status": "fails", "mode": mode, "checks": [check] }),
        None => json!({ "status": "pass", "checks": [check] }),
    }
}

fn raised(class: &str) -> Value {
    json!({ "ended": "raised", "events": 2, "text": "Hello", "tool_calls": [], "stop_reason": null, "error": {
        "site": "iterate", "class": class, "classes": [class], "message": "broken",
        "status": { "value": 529, "via": "attribute" }, "type": null, "code": null, "request_id": null,
        "retry_after": null, "retryable": null, "causes": [],
    } })
}

fn returned() -> Value {
    json!({ "ended": "returned", "events": 2, "text": "Hello", "tool_calls": [], "stop_reason": null })
}

/// Makes the trials of a surface as written: of a careful one, and of one that hides a cut and does not end by itself.
fn trials(sdk: &str, surface: &str, is_careful: bool) -> Vec<Record> {
    let came = |case: &str| match case {
        "anthropic/benign/text" => (
            json!({ "status": "pass", "checks": [
            { "axis": "outcome", "level": "must", "expected": "completed", "observed": "completed", "grade": "exact" },
        ] }),
            returned(),
            12,
        ),
        "anthropic/cut/eof" if !is_careful => (verdict(Some("silent"), "outcome"), returned(), 12),
        "anthropic/stall/after-text" if !is_careful => (verdict(Some("hang"), "outcome"), Value::Null, 10_003),
        "anthropic/stall/after-text" => (verdict(None, "outcome"), raised("Timeout"), 1004),
        _ => (verdict(None, "outcome"), raised("Overloaded"), 12),
    };
    let trial = |(case, _): (&str, &str)| {
        let (verdict, observation, took) = came(case);
        record(json!({
            "record": "trial", "sdk": sdk, "surface": surface, "case": case, "variant": "as-written", "nonce": "n1",
            "verdict": verdict, "observation": observation, "took_ms": took,
            "wire": [{ "request": "POST /v1/messages", "written": 400, "digest": "d1" }],
        }))
    };
    CASES.into_iter().map(trial).collect()
}

/// Makes a sweep of the healthy case.
fn sweep(surface: &str, variant: &str, sweep: &Value) -> Record {
    let axis = if variant.starts_with("cut") { "cuts" } else { "errors" };
    let is_fine = sweep["blind"].is_null() && sweep["wrong"].is_null();
    let verdict = verdict((!is_fine).then_some("silent"), axis);
    record(json!({
        "record": "trial", "sdk": "alpha-python", "surface": surface, "case": "anthropic/benign/text",
        "variant": variant, "nonce": "n1", "verdict": verdict, "observation": returned(), "took_ms": 1, "wire": [],
        "sweep": sweep,
    }))
}

/// Makes records in which every picture has something to show.
pub(super) fn records() -> Vec<Record> {
    let write = |what: &str, text: &str, bytes: u64| json!({ "do": what, "text": text, "bytes": bytes });
    let sdk = |id: &str, surfaces: &[&str]| {
        record(json!({
            "record": "sdk", "id": id, "package": id, "version": "1.0.0", "language": "python", "runtime": "CPython 3.11.7",
            "apis": ["anthropic-messages"], "surfaces": surfaces,
            "configuration": { "timeout": "`Client(timeout=seconds)`: for each read." },
        }))
    };
    let case = |(id, about): (&str, &str)| {
        let end = if about == "stall" { "stall" } else { "finish" };
        record(json!({
            "record": "case", "id": id, "api": "anthropic-messages", "title": format!("The case {id}"), "sources": [],
            "about": about, "timeout": 1000, "answers": [{ "status": 200, "end": end, "steps": [
                write("head", "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n", 100),
                write("body", "data: one\n\n", 200), { "do": "pause", "ms": 250 }, write("body", "data: two\n\n", 100),
            ] }],
        }))
    };
    let mut records =
        vec![record(json!({ "record": "suite", "format": FORMAT, "version": "0.1.0", "nonce": "n1", "whole": false }))];
    records.extend(CASES.map(case));
    records.extend([sdk("alpha-python", &["create", "stream", "text"]), sdk("beta-python", &["create"])]);
    for (sdk, surface, is_careful) in [
        ("alpha-python", "create", true),
        ("alpha-python", "stream", true),
        ("alpha-python", "text", false),
        ("beta-python", "create", true),
    ] {
        records.extend(trials(sdk, surface, is_careful));
    }
    let whole = json!({ "places": 4, "events": [100, 220, 300] });
    let blind = json!({ "places": 4, "events": [100, 220, 300], "blind": [100, 220], "wrong": [300] });
    let inside = json!({ "places": 5, "events": [3, 7], "blind": [4, 5, 6] });
    records.extend([
        sweep("create", "cut-events", &whole),
        sweep("stream", "cut-events", &whole),
        sweep("text", "cut-events", &blind),
        sweep("text", "error-bytes", &inside),
    ]);
    records
}

fn data() -> Value {
    json!(page::page(&samples::view(&records())).expect("the records are still there"))
}

#[test]
fn sweeps_show_their_places_even_where_all_are_seen() {
    let page = data();
    let of = |row: usize| page["rows"][row]["sweeps"].clone();
    assert_eq!((of(0), of(1)), (json!([{ "swept": 0, "spoilt": 0 }]), json!([{ "swept": 0, "spoilt": 0 }])));
    assert_eq!(of(2), json!([{ "swept": 0, "spoilt": 1 }, { "swept": 1, "spoilt": 2 }]));
    assert_eq!(of(3), Value::Null);
    assert_eq!(page["swept"][0]["events"], json!([100, 220, 300]));
    assert_eq!(page["swept"][0]["places"].as_array().map(Vec::len), Some(4), "no place is beside another one");
    assert_eq!(page["spoilt"][0], json!({}));
    assert_eq!(
        page["spoilt"][1],
        json!({ "blind": [{ "first": 1, "count": 2 }], "wrong": [{ "first": 3, "count": 1 }] })
    );
    assert_eq!(page["swept"][1]["places"], json!([{ "first": 1, "count": 2 }, { "first": 4, "count": 3 }]));
    assert_eq!(page["spoilt"][2], json!({ "blind": [{ "first": 2, "count": 3 }] }));
}

#[test]
fn surfaces_that_show_the_same_share_a_row() {
    let seen = &data()["sdks"][0]["seen"];
    assert_eq!(seen[0]["surfaces"], json!(["create", "stream"]));
    assert_eq!(seen[1]["surfaces"], json!(["text"]));
    let cut = |row: usize| seen[row]["cells"][1].clone();
    assert_eq!(cut(0)["kind"], "cut");
    assert_eq!(cut(0)["ways"][0]["class"], "Overloaded");
    assert_eq!(cut(0)["ways"][0]["values"]["most"], json!([{ "label": "529 (attribute)", "times": 1 }]));
    assert_eq!(cut(1)["ways"][0]["ended"], "returned");
    assert_eq!(cut(1)["ways"][0]["values"]["most"], json!([{ "label": "empty", "times": 1 }]));
}

#[test]
fn waits_are_told_with_what_governs_them() {
    let page = data();
    let alpha = &page["sdks"][0];
    assert_eq!(alpha["timeout"], "`Client(timeout=seconds)`: for each read.");
    let wait = |surface: &str, ended: u64, time: u64, hung: u64, hung_for: u64| {
        json!({ "surface": surface, "timeout": 1000, "ended": ended, "least": time, "middle": time, "most": time,
            "hung": hung, "hung_for": hung_for })
    };
    assert_eq!(
        alpha["waits"],
        json!([wait("create", 1, 1010, 0, 0), wait("stream", 1, 1010, 0, 0), wait("text", 0, 0, 1, 10_010),])
    );
}
