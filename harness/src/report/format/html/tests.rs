//! The pages hold what records say, as data and never as markup.

mod pictures;

use serde_json::json;
use streamspec_adapters::contract::{Api, Caller, Ended, Field as AnswerField, Observation, ObservedError, Site};

use std::collections::BTreeMap;

use super::*;
use crate::case::{Axis, Basis, Confidence, Dispute, End, Level, Recording, Source};
use crate::id::{Transport, TrialId, Variant};
use crate::judge::{Check, Grade, Mode, RULES, Status, Verdict};
use crate::record::{
    AttemptRecord, Attempted, CaseRecord, FORMAT, HandlerRecord, Record, SdkRecord, SuiteRecord, TrialRecord,
    WireRecord,
};
use crate::report::view::{Alone, AloneMutant, Past, PastChange, PastFinding, PastGroup, PastRelease};
use crate::report::{compare, samples};
use crate::transport::{DescribedAnswer, DescribedStep, DescribedWrite};

const HOSTILE: &str = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \u{1b}[31m\u{202e}evil\u{0}";

fn write(step: fn(DescribedWrite) -> DescribedStep, text: &str) -> DescribedStep {
    step(DescribedWrite { text: text.to_owned(), bytes: text.len() as u64, writes: 1 })
}

/// Makes the records that the browser tests open: hostile texts everywhere, or as many trials as `synthetic` is asked
/// for.
fn records(cases: usize, surfaces: usize) -> Vec<Record> {
    let hostile = cases <= 10;
    let title = |case: usize| if hostile { HOSTILE.to_owned() } else { format!("Case number {case}") };
    let case = |case: usize| CaseRecord {
        id: format!("anthropic/group-{}/case#{case:04}", case % 10).into(),
        digest: String::new(),
        api: Api::AnthropicMessages,
        title: title(case),
        sources: vec![Source {
            basis: Basis::Recorded,
            url: "javascript:alert(3)".into(),
            quote: Some(HOSTILE.into()),
            recording: Some(Recording {
                date: "2026-11-28".into(),
                sha256: "e3b0c442".into(),
                redacted: if hostile { HOSTILE } else { "The ids were replaced" }.into(),
            }),
            confidence: Confidence::Medium,
            gone: Some("2026-11-29".into()),
        }],
        disputed: hostile.then(|| Dispute {
            url: "https://example.com/".into(),
            position: HOSTILE.into(),
            axes: vec![Axis::Outcome],
        }),
        max_retries: 0,
        timeout: None,
        asks_ms: None,
        transports: Vec::new(),
        caller: Caller::default(),
        about: None,
        answers: vec![DescribedAnswer {
            status: Some(200),
            steps: vec![
                write(DescribedStep::Head, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"),
                write(DescribedStep::Body, ": comment\r\nevent: message_start\rdata: one\ndata:two\n\n"),
                write(DescribedStep::Body, "data: three\n\nevent: nothing\n\nevent: error\ndata: four"),
            ],
            content: None,
            end: End::Reset,
        }],
    };
    let sdk = |id: &str| SdkRecord {
        id: id.into(),
        package: "sdk".into(),
        version: "1.0.0".into(),
        language: "python".into(),
        runtime: "CPython 3.11.7".into(),
        apis: vec![Api::AnthropicMessages],
        surfaces: (0..surfaces).map(|surface| format!("surface-{surface:02}").into()).collect(),
        calls: [("surface-00".into(), HOSTILE.to_owned())].into(),
        configuration: [("timeout".to_owned(), HOSTILE.to_owned())].into(),
        handlers: vec![HandlerRecord {
            file: "handler.py".into(),
            source: format!("# {HOSTILE}\n"),
            surfaces: vec!["surface-01".into()],
        }],
        known: Vec::new(),
        command: None,
        set_up_ms: None,
        start_ms: None,
        not_run: None,
    };
    let suite = SuiteRecord {
        format: FORMAT,
        version: "0.1.0".into(),
        rules: RULES,
        digest: String::new(),
        edition: None,
        nonce: "n".into(),
        whole: true,
        shard: None,
        plans: Vec::new(),
        gateways: Vec::new(),
    };
    let mut records = vec![Record::Suite(suite), Record::Sdk(sdk("sdk-one@0.49.0"))];
    records.extend((0..cases).map(|number| Record::Case(case(number))));
    let one = case;
    for surface in 0..surfaces {
        records.extend((0..cases).map(|case| Record::Trial(Box::new(trial(&one(case).id, surface, case + surface)))));
    }
    records
}

fn trial(case: &str, surface: usize, number: usize) -> TrialRecord {
    let (status, mode) = match number % 5 {
        0 => (Status::Fails, Some(Mode::ALL[number % 6])),
        1 => (Status::Deviates, None),
        _ => (Status::Pass, None),
    };
    let grade = if status == Status::Pass { Grade::Exact } else { Grade::Wrong };
    let message = if number == 0 { "x".repeat(5_000_000) } else { HOSTILE.to_owned() };
    let check = Check {
        disputed: false,
        axis: Axis::ErrorMessage,
        level: if status == Status::Fails { Level::Must } else { Level::Should },
        expected: json!({ "contains": "${nonce}" }),
        observed: if surface == 0 { json!(message) } else { json!(format!("other {}", number % 997)) },
        grade,
    };
    let error = ObservedError {
        site: Site::Iterate,
        class: HOSTILE.into(),
        classes: vec![HOSTILE.into()],
        message,
        status: AnswerField::Absent,
        kind: AnswerField::Empty,
        code: AnswerField::Absent,
        request_id: AnswerField::Absent,
        retry_after: AnswerField::Absent,
        retryable: AnswerField::Absent,
        causes: Vec::new(),
        unread: Vec::new(),
    };
    let ended = Ended::Raised;
    let observation = Observation {
        events: 1,
        text: Some(HOSTILE.into()),
        stop_reason: AnswerField::Empty,
        error: Some(error),
        ..Observation::of(ended)
    };
    let id = TrialId::new("sdk-one@0.49.0", format!("surface-{surface:02}"), case, Variant::AsWritten);
    TrialRecord {
        observation: (surface == 0).then_some(observation),
        wire: vec![WireRecord {
            negotiated: None,
            request: "POST /v1/messages".into(),
            answer: 0,
            written: 1,
            digest: String::new(),
            client_left: false,
        }],
        ..TrialRecord::new(id, Verdict { status, mode, reason: None, checks: vec![check] })
    }
}

/// Makes records in which one trial became flaky, and one passed after its control and itself had been attempted
/// before.
fn repeated() -> Vec<Record> {
    let mut records = records(4, 1);
    let attempt = |of, result: &str, reason: &str| AttemptRecord {
        of,
        result: result.to_owned(),
        reason: reason.to_owned(),
        took_ms: TOOK_MS,
    };
    let hung = attempt(Attempted::Control, "a hang", "a busy machine may have kept the answer from coming in time");
    let crashed = attempt(Attempted::Trial, &format!("a crash: {HOSTILE}"), "the process ended under several calls");
    for record in &mut records {
        let Record::Trial(trial) = record else { continue };
        match trial.case.as_str() {
            "anthropic/group-1/case#0001" => {
                let passed = Verdict { status: Status::Pass, mode: None, reason: None, checks: Vec::new() };
                let before = TrialRecord { took_ms: TOOK_MS, ..TrialRecord::new(trial.id(), passed) };
                trial.follow(&before, false);
            }
            "anthropic/group-2/case#0002" => trial.attempts = vec![hung.clone(), crashed.clone()],
            _ => {}
        }
    }
    records
}

/// The wall time of every earlier attempt, which no page shows.
const TOOK_MS: u64 = 48_151;

/// The files of the report for people.
#[derive(Debug, PartialEq)]
struct Pages {
    page: String,
    details: BTreeMap<String, String>,
}

fn pages(records: &[Record]) -> Pages {
    pages_of(&samples::view(records))
}

fn pages_of(view: &View<'_>) -> Pages {
    let mut details = samples::files(&Html, view);
    let page = details.remove("compatibility.html").expect("a page");
    assert!(details.keys().all(|name| name.starts_with("details/")), "files beside it");
    Pages { page, details }
}

#[test]
fn hostile_texts_stay_data() {
    let pages = pages(&records(10, 2));
    assert_eq!(pages.page.matches("<script").count(), 2, "the data and the page's own script, nothing else");
    assert_eq!(pages.page.matches("</script>").count(), 2);
    assert!(!pages.page.contains("<img") && !pages.page.contains("<!-- "));
    for (name, file) in &pages.details {
        assert!(file.starts_with("streamspec.detail(\"anthropic/group-") && file.ends_with("\");\n"), "{name}");
        assert!(file.len() < 20_000, "{name}: five million characters are cut");
    }
}

#[test]
fn earlier_attempts_are_told_without_their_times() {
    let view = samples::view(&repeated());
    let attempts = |group: &str| {
        let data = details_of(&view, group);
        assert!(!data.to_string().contains("48151"), "{data}");
        data["attempts"].clone()
    };
    assert_eq!(
        attempts("anthropic/group-1"),
        json!([[{ "of": "trial", "result": "pass", "reason": "it was not as listed" }]])
    );
    let result = format!("a crash: {HOSTILE}");
    assert_eq!(
        attempts("anthropic/group-2"),
        json!([[
            { "of": "control", "result": "a hang", "reason": "a busy machine may have kept the answer from coming in time" },
            { "of": "trial", "result": result, "reason": "the process ended under several calls" },
        ]])
    );
    assert_eq!(attempts("anthropic/group-3"), json!([[]]), "most trials have none");
}

#[test]
fn the_page_is_the_same_whatever_the_order_of_records() {
    let records = records(10, 3);
    assert_eq!(pages(&records), pages(&samples::reversed(&records)));
}

#[test]
fn the_policy_names_the_very_style_and_script_of_the_page() {
    let page = pages(&records(1, 1)).page;
    for (open, close, text) in [("<style>", "</style>", STYLE), ("<script>", "</script>", SCRIPT)] {
        let at = page.find(open).expect("the page has one") + open.len();
        let end = at + page[at..].find(close).expect("it ends");
        assert_eq!(&page[at..end], text);
        assert!(page.contains(&hash(text)));
    }
}

#[test]
fn addresses_are_escaped() {
    assert_eq!(words::escaped("anthropic/in-band/a#b c\"<"), "anthropic/in-band/a%23b%20c%22%3C");
}

/// Makes a view with the history of its first SDK.
fn with_past() -> View<'static> {
    let mut view = samples::view(&samples::records());
    let group = |numbers: [usize; 5]| {
        let [pass, deviates, fails, better, worse] = numbers;
        PastGroup { pass, deviates, fails, better, worse }
    };
    let release =
        |version: &str, after: Option<&str>, groups: &[[usize; 5]], not_run: Option<&str>, changes| PastRelease {
            version: version.to_owned(),
            not_run: not_run.map(str::to_owned),
            after: after.map(str::to_owned),
            groups: groups.iter().copied().map(group).collect(),
            changes,
        };
    let change = |kind: &str, trials, words: &str| PastChange {
        kind: kind.to_owned(),
        trials,
        words: words.to_owned(),
        surfaces: vec!["create".into()],
        case: "anthropic/cut/eof".to_owned(),
    };
    let fixed = vec![change("broken", 1, HOSTILE), change("fixed", 3, "fails (silent) → pass")];
    view.past = vec![Past {
        sdk: "alpha-python".into(),
        cases: 4,
        groups: vec!["anthropic/cut".to_owned(), "anthropic/in-band".to_owned()],
        releases: vec![
            release("1.0.0", None, &[[0, 0, 2, 0, 0], [1, 1, 4, 0, 0]], None, Vec::new()),
            release("1.1.0", None, &[], Some(HOSTILE), Vec::new()),
            release("1.2.3", Some("1.0.0"), &[[1, 0, 1, 1, 0], [2, 2, 2, 2, 1]], None, fixed),
        ],
        since: vec![PastFinding { kind: "silent".to_owned(), version: "1.0.0".to_owned(), or_earlier: true }],
    }];
    view
}

/// Makes the view of the pictures with mutants that a case alone catches.
fn with_alone() -> View<'static> {
    let mutant = |name: &str, about: &str| AloneMutant { name: name.to_owned(), about: about.to_owned() };
    let caught =
        vec![mutant("cut-is-complete", HOSTILE), mutant("eof-is-complete", "Takes the end of the file for the end.")];
    let cases = [("anthropic/cut/eof".to_owned(), caught)].into();
    let mut view = samples::view(&pictures::records());
    view.alone = Some(Alone { mutants: 480, cases });
    view
}

/// Writes what the browser tests open: `cargo test -p streamspec --lib -- --ignored synthetic_reports`.
#[test]
#[ignore = "writes files for the browser tests"]
fn synthetic_reports() {
    let target = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/streamspec/browser");
    let reports = [
        ("hostile", records(10, 2)),
        ("repeated", repeated()),
        ("ways", samples::two_ways()),
        ("transports", samples::by_transports()),
        ("gateway", samples::through_a_gateway()),
        ("pictures", pictures::records()),
        ("many", records(2000, 50)),
    ];
    let views = reports.iter().map(|(name, records)| (*name, samples::trials(records), samples::view(records)));
    let more =
        [("past", 12, with_past()), ("times", 14, samples::view(&samples::with_times())), ("alone", 20, with_alone())];
    for (name, trials, view) in views.chain(more) {
        let began = std::time::Instant::now();
        let pages = pages_of(&view);
        eprintln!("{name}: {trials} trials in {:?}, {} bytes", began.elapsed(), pages.page.len());
        let folder = target.join(name);
        fs_err::create_dir_all(folder.join("details")).expect("target can be written to");
        fs_err::write(folder.join("compatibility.html"), &pages.page).expect("target can be written to");
        for (name, text) in &pages.details {
            fs_err::write(folder.join(name), text).expect("target can be written to");
        }
    }
    let (old, new) = (samples::report(&samples::records()), samples::report(&samples::hostile()));
    let comparison = compare((&old, None), (&new, None)).expect("both are whole");
    let folder = target.join("comparison");
    fs_err::create_dir_all(&folder).expect("target can be written to");
    let page = comparison.html().expect("the template renders");
    fs_err::write(folder.join("compatibility.html"), page).expect("target can be written to");
}

/// What is run by two routes and transports has a row for each, with its own trials, commands and details.
#[test]
fn each_route_and_transport_has_rows_of_its_own() {
    let view = samples::view(&samples::two_ways());
    let page = json!(page::page(&view).expect("the records are still there"));
    let of = |list: &str, fields: &[&str]| -> Vec<String> {
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        let line =
            |one: &serde_json::Value| fields.iter().map(|field| text(&one[*field])).collect::<Vec<_>>().join(" ");
        page[list].as_array().expect("a list").iter().map(line).collect()
    };
    assert_eq!(of("ways", &["route", "transport"]), ["direct http1", "relay other"]);
    assert_eq!(page["defaults"], json!({ "variant": "as-written", "route": "direct", "transport": "http1" }));
    let other = "(route=relay,transport=other)";
    let rows = of("rows", &["sdk", "surface", "way", "name"]);
    assert_eq!(
        rows[..4],
        [
            "alpha-python create 0 alpha-python/create".to_owned(),
            format!("alpha-python create 1 alpha-python/create {other}"),
            "alpha-python stream 0 alpha-python/stream".to_owned(),
            format!("alpha-python stream 1 alpha-python/stream {other}"),
        ]
    );
    assert_eq!(page["rows"][1]["label"], format!("create {other}"));
    let command = |way: usize| page["ways"][way]["commands"]["crlf"].as_str().expect("a command").to_owned();
    assert!(command(0).ends_with("--case '{case}' --variants crlf --verbose{program}"), "{}", command(0));
    assert!(command(1).ends_with("--variants crlf --via relay --transport other --verbose{program}"), "{}", command(1));

    // Directly the case passes, by the others it hangs.
    let verdict = |row: usize| {
        let place = page["rows"][row]["verdicts"][0].as_u64().and_then(|place| usize::try_from(place).ok());
        page["verdicts"][place.expect("a place")]["status"].clone()
    };
    assert_eq!((verdict(0), verdict(1)), (json!("pass"), json!("fails")));
    let details = details_of(&view, "anthropic/cut");
    let names: Vec<&str> =
        details["trials"].as_array().expect("a list").iter().filter_map(|trial| trial["name"].as_str()).collect();
    assert!(names.contains(&"alpha-python/create::anthropic/cut/eof"), "{names:?}");
    assert!(names.contains(&"alpha-python/create::anthropic/cut/eof@route=relay,transport=other"), "{names:?}");
    assert_eq!(details["rows"][1]["route"], "relay");
}

/// Trials by a second transport name the cases that were run by an earlier one, and those that came out otherwise.
#[test]
fn rows_by_other_transports_say_what_differs() {
    let view = samples::view(&samples::by_transports());
    let page = json!(page::page(&view).expect("the records are still there"));
    let row = |name: &str| {
        let mut rows = page["rows"].as_array().expect("a list").iter();
        rows.find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name} is not there"))
    };
    let all = json!([{ "first": 0, "count": 4 }]);
    assert_eq!(row("alpha-python/create")["behind"], serde_json::Value::Null);
    let tls = row("alpha-python/create (transport=tls)");
    assert_eq!((&tls["behind"], &tls["otherwise"]), (&all, &serde_json::Value::Null));
    let h2 = row("alpha-python/create (transport=h2)");
    assert_eq!(h2["otherwise"], json!([{ "first": 0, "count": 1 }, { "first": 2, "count": 2 }]));
    assert_eq!((&h2["behind"], &h2["folded"]), (&all, &json!(["create", "alpha-python/create"])));
}

/// The page has a rank for each status; that it has a name is checked with its types.
#[test]
fn the_page_ranks_every_status() {
    let model = include_str!("../../../../page/scripts/model.js");
    let (_, ranks) = model.split_once("function rankOf").expect("the page ranks verdicts");
    for status in Status::ALL.map(Status::name) {
        assert!(ranks.contains(&format!("\"{status}\"")), "{status}");
    }
}

#[test]
fn the_page_is_handed_what_the_schema_says() {
    let validator = jsonschema::draft202012::new(&schema()).expect("a schema");
    for records in [
        records(10, 2),
        repeated(),
        samples::records(),
        samples::hostile(),
        samples::two_ways(),
        samples::by_transports(),
        samples::through_a_gateway(),
        pictures::records(),
        samples::with_times(),
    ] {
        let mut view = samples::view(&records);
        view.alone = with_alone().alone;
        // The second transport of tests is in no schema.
        view.times.longest.retain(|call| call.trial.transport != Transport::Other);
        for group in details::groups(&view) {
            let page = page::page(&view).expect("the records are still there");
            let data = json!({ "page": page, "details": details_of(&view, group) });
            let errors: Vec<String> = validator.iter_errors(&data).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }
}

/// Returns the data in the file of a group.
fn details_of(view: &View<'_>, group: &str) -> serde_json::Value {
    let file = details::details(view, group).expect("the records are still there");
    let (_, packed) = file.split_once(", \"").expect("a group and its details");
    unpacked(packed.trim_end_matches("\");\n"))
}

fn unpacked(text: &str) -> serde_json::Value {
    let bytes = STANDARD.decode(text).expect("base64");
    serde_json::from_reader(flate2::read::GzDecoder::new(bytes.as_slice())).expect("JSON")
}
