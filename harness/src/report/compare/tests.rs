//! Comparisons of sample reports, and the laws that hold for all of them.

use proptest::prelude::*;

use super::*;
use crate::id::{Route, Transport};
use crate::record::Record;
use crate::report::samples::{self, report};

fn compared(old: &[Record], new: &[Record]) -> Comparison {
    compare((&report(old), None), (&report(new), None)).expect("the samples are whole")
}

#[test]
fn every_kind_is_told() {
    let comparison = compared(&samples::records(), &samples::later());
    for kind in ChangeKind::ALL.into_iter().filter(|kind| ![ChangeKind::Worsened, ChangeKind::Improved].contains(kind))
    {
        assert!(comparison.count(kind) > 0, "no sample is {}", kind.name());
    }
    assert_eq!(comparison.lost().count(), 1);
    insta::assert_snapshot!("markdown", comparison.markdown());
    insta::assert_snapshot!("json", comparison.json());
    let page = comparison.html().expect("the template renders");
    for expected in [
        "2 broken, 0 worsened, 2 fixed, 0 improved, 1 changed, 2 new, 1 gone",
        "alpha-python/create::anthropic/cut/eof@crlf",
        "1.3.0",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
}

/// Returns the samples with another build of alpha-python, or with other checks of one of its trials.
fn with(id: &str, checks: &serde_json::Value) -> Vec<Record> {
    let mut records = samples::records();
    for record in &mut records {
        match record {
            Record::Sdk(sdk) if sdk.id == "alpha-python" => sdk.id = id.into(),
            Record::Trial(trial) if trial.sdk == "alpha-python" => {
                trial.sdk = id.into();
                let one = (trial.surface.as_str(), trial.case.as_str()) == ("create", "anthropic/in-band/overloaded");
                if one && trial.variant == Variant::AsWritten {
                    let verdict = serde_json::json!({ "status": "deviates", "checks": checks });
                    trial.verdict = serde_json::from_value(verdict).expect("it is one");
                }
            }
            _ => {}
        }
    }
    records
}

fn off(axis: &str, expected: &str, observed: &str) -> serde_json::Value {
    serde_json::json!({ "axis": axis, "level": "should", "expected": expected, "observed": observed, "grade": "wrong" })
}

#[test]
fn a_partly_mended_trial_is_improved() {
    let (status, kind) = (off("error.status", "529", "200"), off("error.type", "overloaded_error", "error"));
    let run = |checks: &[&serde_json::Value]| with("alpha-python", &serde_json::json!(checks));
    let both = run(&[&status, &kind]);
    let kinds = |old: &[Record], new: &[Record]| {
        compared(old, new).changes.iter().map(|change| change.kind).collect::<Vec<_>>()
    };
    let mended = compared(&both, &run(&[&kind]));
    assert_eq!(mended.changes.iter().map(|change| change.kind).collect::<Vec<_>>(), [ChangeKind::Improved]);
    let text = mended.markdown();
    let row =
        "| pass<br>error.status: `529` | deviates<br>error.status: `200` | deviates<br>error.status: `as expected` |";
    assert!(text.contains(row) && !text.contains("error.type"), "{text}");
    assert_eq!(kinds(&run(&[&status]), &both), [ChangeKind::Worsened]);
    assert_eq!(kinds(&run(&[&status]), &run(&[&kind])), [ChangeKind::Changed]);
    let otherwise = off("error.status", "529", "503");
    assert_eq!(kinds(&run(&[&status]), &run(&[&otherwise])), [ChangeKind::Changed]);
    // What the case expects is not what the SDK does.
    assert_eq!(kinds(&run(&[&status]), &run(&[&off("error.status", "530", "200")])), []);
}

#[test]
fn a_plain_id_is_that_of_the_only_build() {
    let (locked, local) = (samples::records(), with("alpha-python@local", &serde_json::json!([off("text", "a", "b")])));
    let (locked, local) = (report(&locked), report(&local));
    for (old, new) in
        [(Some("alpha-python"), None), (None, Some("alpha-python")), (Some("alpha-python"), Some("alpha-python"))]
    {
        let comparison = compare((&locked, old), (&local, new)).expect("the build is found");
        assert_eq!(comparison.new.sdks.keys().collect::<Vec<_>>(), ["alpha-python@local"]);
        assert_eq!(comparison.changes.len(), 1, "{comparison:?}");
    }
    let surface = (Some("alpha-python/create"), None);
    compare((&locked, surface.0), (&local, surface.1)).expect("its surface is found");
    let mut several = samples::records();
    several.extend(with("alpha-python@1.0.0", &serde_json::json!([])).into_iter().skip(1));
    several.retain(|record| !matches!(record, Record::Sdk(sdk) if sdk.id == "alpha-python"));
    several.retain(|record| !matches!(record, Record::Trial(trial) if ["alpha-python", "beta-typescript"].contains(&trial.sdk.as_str())));
    several.extend(with("alpha-python@2.0.0", &serde_json::json!([])).into_iter().filter(|record| match record {
        Record::Sdk(sdk) => sdk.id == "alpha-python@2.0.0",
        Record::Trial(trial) => trial.sdk == "alpha-python@2.0.0",
        _ => false,
    }));
    let error = compare((&locked, Some("alpha-python")), (&report(&several), None)).expect_err("there are two");
    assert!(error.to_string().contains("name one of alpha-python@1.0.0, alpha-python@2.0.0"), "{error}");
}

#[test]
fn one_sdk_is_compared_with_another() {
    let both = report(&samples::records());
    let comparison = compare((&both, Some("alpha-python")), (&both, Some("beta-typescript"))).expect("both are there");
    assert!(comparison.changes.iter().all(|change| change.id.sdk == "beta-typescript"));
    assert_eq!(comparison.old.sdks.keys().collect::<Vec<_>>(), ["alpha-python"]);
    let same = compare((&both, Some("alpha-python")), (&both, None)).expect("it is there");
    assert!(same.changes.is_empty() && same.unchanged > 0);
    let surfaces = (Some("alpha-python/stream"), Some("beta-typescript/create"));
    let surfaces = compare((&both, surfaces.0), (&both, surfaces.1)).expect("both are there");
    assert!(surfaces.changes.iter().all(|change| change.id.surface == "create"));
    // One of the four was a fault and one was unsupported.
    assert_eq!((surfaces.count(ChangeKind::New), surfaces.count(ChangeKind::Gone), surfaces.changes.len()), (2, 0, 4));
    for (one, other, expected) in [
        ("alpha-python/stream", "beta-typescript", "no surface in common: stream and create"),
        ("alpha-python/nope", "beta-typescript", "there is no `alpha-python/nope` in the old report"),
    ] {
        let refused = compare((&both, Some(one)), (&both, Some(other))).expect_err(expected);
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    let unknown = compare((&both, Some("delta")), (&both, None)).expect_err("it is not there");
    assert!(unknown.to_string().contains("there are: alpha-python, beta-typescript"), "{unknown}");
}

/// A pass is what is not listed, so a report that lacks trials must not be read as one in which they pass.
#[test]
fn a_report_of_a_part_is_refused() {
    let mut records = samples::records();
    let passes = |record: &Record| matches!(record, Record::Trial(trial) if trial.verdict.status == Status::Pass);
    let place = records.iter().position(passes).expect("a sample passes");
    records.remove(place);
    let error = compare((&report(&records), None), (&report(&samples::records()), None)).expect_err("one is missing");
    assert!(matches!(error, CompareError::Partial { side: "old", .. }), "{error}");
}

/// Some cases end as one transport alone can; no report of another one has trials of them.
#[test]
fn a_case_that_does_not_travel_by_a_transport_is_not_missing() {
    let mut records = samples::records();
    let place = records.iter().position(|record| matches!(record, Record::Case(_))).expect("a sample has a case");
    let Record::Case(case) = &records[place] else { panic!("no case") };
    let mut other = case.clone();
    other.id = format!("{}/no-close-notify", case.id.group()).as_str().into();
    records.insert(place, Record::Case(other.clone()));
    let refused = compare((&report(&records), None), (&report(&records), None)).expect_err("a case has no trials");
    assert!(matches!(refused, CompareError::Partial { .. }), "{refused}");
    other.transports = vec![Transport::Other];
    records[place] = Record::Case(other);
    assert_eq!(compared(&records, &records).changes, []);
}

/// `quick` runs one combination of each matrix only, so what is not in the results may not have been run at all.
#[test]
fn a_variant_that_was_not_run_is_not_fixed() {
    let mut records = samples::records();
    records.retain(|record| !matches!(record, Record::Trial(trial) if trial.variant == Variant::Crlf));
    let comparison = compared(&samples::records(), &records);
    let kinds: Vec<(ChangeKind, Variant)> =
        comparison.changes.iter().map(|change| (change.kind, change.id.variant)).collect();
    assert_eq!(kinds, [(ChangeKind::Gone, Variant::Crlf)]);
}

#[test]
fn a_trial_by_another_route_or_transport_is_another_trial() {
    let judged = compared(&samples::records(), &samples::records()).unchanged;
    let moved = compared(&samples::records(), &samples::another_way());
    assert_eq!((moved.count(ChangeKind::Gone), moved.count(ChangeKind::New), moved.unchanged), (judged, judged, 0));
    let added = compared(&samples::records(), &samples::two_ways());
    assert_eq!((added.unchanged, added.count(ChangeKind::New)), (judged, added.changes.len()));
    let by_relay = |change: &Change| (change.id.route, change.id.transport) == (Route::RELAY, Transport::Other);
    assert!(added.changes.iter().all(by_relay));
    let name = "alpha-python/create::anthropic/cut/eof@route=relay,transport=other";
    let json = r#""variant": "as-written",
      "route": "relay",
      "transport": "other","#;
    assert!(added.html().expect("the template renders").contains(name) && added.json().contains(json));
    assert_eq!(compared(&samples::two_ways(), &samples::two_ways()).changes, []);
}

/// A variant that was run by one route only says nothing about another one.
#[test]
fn a_variant_run_is_made_by_each_route_and_transport() {
    let is_trial = |record: &Record| matches!(record, Record::Trial(_));
    let both: Vec<Record> =
        samples::records().into_iter().chain(samples::another_way().into_iter().filter(is_trial)).collect();
    let mut fewer = both.clone();
    fewer.retain(|record| {
        !matches!(record, Record::Trial(trial) if trial.variant == Variant::Crlf && trial.route == Route::RELAY)
    });
    let changes = compared(&both, &fewer).changes;
    let changes: Vec<_> = changes.iter().map(|change| (change.kind, change.id.variant, change.id.route)).collect();
    assert_eq!(changes, [(ChangeKind::Gone, Variant::Crlf, Route::RELAY)]);
}

#[test]
fn hostile_text_stays_in_its_cell() {
    let (records, hostile) = (samples::records(), samples::hostile());
    let text = compared(&records, &hostile).markdown();
    assert!(!samples::outside_code(&text).contains(['[', '@']), "{text}");
    assert!(!samples::outside_code(&text).contains("<script"), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    for line in text.lines().filter(|line| line.starts_with('|')) {
        assert!([4, 7].contains(&line.replace("\\|", "").matches('|').count()), "{line}");
    }
    let page = compared(&records, &hostile).html().expect("the template renders");
    assert!(!page.contains("<script") && !page.contains("href=\"https://evil"), "{page}");
    assert!(page.contains("&#60;script>") || page.contains("&#60;script&#62;"), "the text is there, escaped: {page}");
    assert!(!page.chars().any(|c| c.is_control() && c != '\n'), "{page:?}");
}

/// Trials that moved for the same reason share a line, and a comment on GitHub holds it however many they are.
#[test]
fn what_says_the_same_is_said_once() {
    let fixed = {
        let mut records = samples::many();
        let pass = |record: &mut Record| {
            if let Record::Trial(trial) = record
                && trial.verdict.status == Status::Fails
            {
                trial.verdict =
                    serde_json::from_value(serde_json::json!({ "status": "pass", "checks": [] })).expect("it is one");
            }
        };
        records.iter_mut().for_each(pass);
        records
    };
    let comparison = compared(&samples::many(), &fixed);
    let text = comparison.markdown();
    assert_eq!(comparison.count(ChangeKind::Fixed), 180, "sixty SDKs with three kinds of failure each");
    assert!(text.contains("… and 160 in 160 more ways"), "{text}");
    assert!(text.len() < 65_536);
    let one = (Some("sdk-1"), Some("sdk-1"));
    let one = compare((&report(&samples::many()), one.0), (&report(&fixed), one.1)).expect("both are there");
    assert_eq!(one.markdown().matches("sdk-1/create::").count(), 3, "{}", one.markdown());
}

/// Two versions of an SDK stand beside each other under ids that say which.
#[test]
fn versions_of_one_sdk_are_compared() {
    let versions = |record: &Record| match record {
        Record::Sdk(sdk) if sdk.id == "alpha-python" => {
            vec![
                record.clone(),
                Record::Sdk(crate::record::SdkRecord {
                    id: "alpha-python@0.49.0".into(),
                    version: "0.49.0".into(),
                    ..sdk.clone()
                }),
            ]
        }
        Record::Trial(trial) if trial.sdk == "alpha-python" => {
            let mut old = trial.clone();
            old.sdk = "alpha-python@0.49.0".into();
            vec![record.clone(), Record::Trial(old)]
        }
        other => vec![other.clone()],
    };
    let both = report(&samples::records().iter().flat_map(versions).collect::<Vec<_>>());
    let comparison =
        compare((&both, Some("alpha-python@0.49.0")), (&both, Some("alpha-python"))).expect("both are there");
    assert!(comparison.changes.is_empty() && comparison.unchanged > 0);
    let text = comparison.markdown();
    assert!(text.contains("| SDK | `alpha-python@0.49.0 0.49.0` | `alpha-python 1.2.3` |"), "{text}");
}

proptest! {
    #[test]
    fn a_report_is_as_itself(seed in samples::any_report()) {
        let comparison = compared(&seed, &seed);
        prop_assert!(comparison.changes.is_empty());
        prop_assert_eq!(comparison.lost().count(), 0);
    }

    /// Everything that broke one way is fixed the other way, what is new is gone, what changed has changed.
    #[test]
    fn the_other_way_round_is_the_opposite((old, new) in (samples::any_report(), samples::any_report())) {
        let (there, back) = (compared(&old, &new), compared(&new, &old));
        for (kind, opposite) in [
            (ChangeKind::Broken, ChangeKind::Fixed),
            (ChangeKind::Fixed, ChangeKind::Broken),
            (ChangeKind::Worsened, ChangeKind::Improved),
            (ChangeKind::Improved, ChangeKind::Worsened),
            (ChangeKind::Changed, ChangeKind::Changed),
            (ChangeKind::New, ChangeKind::Gone),
            (ChangeKind::Gone, ChangeKind::New),
        ] {
            prop_assert_eq!(there.count(kind), back.count(opposite));
        }
        prop_assert_eq!(there.unchanged, back.unchanged);
    }
}
