//! Tests of the file of a report: its text, and that nothing is lost in it.

use proptest::prelude::*;

use super::*;
use crate::id::{Route, Transport};
use crate::report::samples::{self, report};

#[test]
fn what_is_alike_is_said_once() {
    let text = report(&samples::many()).json();
    // Sixty SDKs that fail in three ways, two of them by the same check.
    assert_eq!(text.matches("\"expected\":").count(), 2);
    insta::assert_snapshot!(report(&samples::records()).json());
}

#[test]
fn a_file_is_what_its_schema_says() {
    let schema = jsonschema::draft202012::new(&schema()).expect("a schema");
    for records in [samples::records(), samples::later(), samples::hostile(), samples::many(), samples::by_transports()]
    {
        let file: serde_json::Value = serde_json::from_str(&report(&records).json()).expect("JSON");
        let errors: Vec<String> = schema.iter_errors(&file).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

/// Each result and each number is of one route and transport, and nothing is said of the default ones.
#[test]
fn results_of_another_route_or_transport_stand_by_themselves() {
    let (plain, both) = (report(&samples::records()), report(&samples::two_ways()));
    let of = |route: Route| both.results.iter().filter(move |result| result.id.route == route);
    assert!(of(Route::Direct).eq(&plain.results), "what was seen directly is not mixed with the rest");
    assert!(both.counts.iter().filter(|count| count.route == Route::Direct).eq(&plain.counts));
    assert!(of(Route::RELAY).all(|result| result.id.transport == Transport::Other));
    assert!(of(Route::RELAY).count() > 0 && both.counts.len() == 2 * plain.counts.len());
    let text = both.json();
    let runs = r#""variant_runs":["one-byte","crlf","crlf,route=relay,transport=other"]"#;
    assert!(text.contains(runs) && text.contains(r#""route":"relay","transport":"other""#), "{text}");
    assert_eq!(Report::read(&text).expect("it is one"), both);
    assert!(!plain.json().contains("\"route\"") && !plain.json().contains("\"transport\":\""));
}

/// Whoever clones the repository gets the report of the whole fleet with it.
#[test]
fn the_committed_report_can_be_read_and_is_small() {
    let folder = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../reports");
    let text = std::fs::read_to_string(folder.join("compatibility.json")).expect("it is committed");
    let committed = Report::read(&text).expect("it is of this version");
    assert_eq!(committed.json(), text, "it is written anew as it was");
    let told = std::fs::read_to_string(folder.join("compatibility.md")).expect("it is committed");
    for home in ["/root/", "/home/", "/Users/"] {
        assert!(!text.contains(home) && !told.contains(home), "a folder of the machine that it was made on: {home}");
    }
    let size = |path: camino::Utf8PathBuf| path.metadata().map_or(0, |metadata| metadata.len());
    let all: u64 = ["json", "md"].map(|extension| size(folder.join(format!("compatibility.{extension}")))).iter().sum();
    // It grows with the suite, and hardly faster: an SDK with few trials has as many surfaces, cases and known deviations of its own, and
    // what a framework does otherwise than the client below it is told in as many lines.
    let trials = u64::try_from(committed.suite.trials + committed.suite.variant_runs).expect("a number of trials");
    assert!(all < 17 * trials, "{all} bytes of {trials} trials: a change of it is to stay a diff that one can read");
}

#[test]
fn other_files_are_refused_in_words() {
    for (text, expected) in [
        ("{", "not JSON: "),
        ("{}", "not a report of streamspec; this version of streamspec reads streamspec-report/6"),
        (r#"{"schema":"streamspec-report/2"}"#, "a report of the schema streamspec-report/2: write it again"),
        (r#"{"schema":"streamspec-report/6"}"#, "not a report: missing field `suite`"),
    ] {
        let refused = Report::read(text).expect_err(expected).to_string();
        assert!(refused.starts_with(expected), "{refused}");
    }
    let text = report(&samples::records()).json().replacen("\"checks\":[\"", "\"checks\":[\"no-", 1);
    let refused = Report::read(&text).expect_err("a check is missing").to_string();
    assert!(refused.contains("which is not there"), "{refused}");
}

proptest! {
    #[test]
    fn a_report_is_read_as_it_was_written(records in samples::any_report()) {
        let written = report(&records);
        prop_assert_eq!(Report::read(&written.json()).expect("it is one"), written);
    }
}

#[test]
fn gateways_have_numbers_of_their_own_and_direct_trials_keep_theirs() {
    let (plain, both) = (report(&samples::records()), report(&samples::through_a_gateway()));
    assert!(
        plain.gateways.is_empty() && !plain.json().contains("gateways"),
        "a report of direct trials is what it was"
    );
    let own = both.json();
    let gateways = own.lines().skip_while(|line| *line != "\"gateways\": [").take(3).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(gateways);
    assert_eq!(Report::read(&own).expect("it is one"), both);
    assert!(both.counts.iter().filter(|count| count.route == Route::Direct).eq(&plain.counts));
    let schema = jsonschema::draft202012::new(&schema()).expect("a schema");
    assert!(schema.is_valid(&serde_json::from_str(&own).expect("JSON")));
}
