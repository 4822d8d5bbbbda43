use super::*;
use crate::id::SdkId;
use crate::judge::Mode;
use crate::record::Record;
use crate::report::samples::{self, report};
use crate::report::view::FindingKind;

/// Makes a release of `alpha-python` out of the sample records.
fn release(version: &str, records: &[Record]) -> Release {
    Release { version: version.to_owned(), report: lean(&report(records), &SdkId::from("alpha-python")) }
}

fn history() -> History {
    let lost = {
        let mut lost = release("1.3.0", &samples::records());
        lost.report.sdks[0].not_run = Some("`uv pip install` ended with 1".to_owned());
        lost
    };
    let releases = vec![release("1.10.0", &samples::later()), lost, release("1.2.0", &samples::records())];
    History::of("alpha-python".to_owned(), releases)
}

#[test]
fn releases_are_told_in_the_order_of_their_numbers() {
    let history = history();
    let versions: Vec<&str> = history.releases.iter().map(|release| release.version.as_str()).collect();
    assert_eq!(versions, ["1.2.0", "1.3.0", "1.10.0"]);
    let steps = history.steps().expect("they can be compared");
    let pairs: Vec<_> =
        steps.iter().map(|step| (step.before.version.as_str(), step.release.version.as_str())).collect();
    assert_eq!(pairs, [("1.2.0", "1.10.0")], "one that was not run is passed over");
    let text = anstream::adapter::strip_str(&history.text().expect("it is told")).to_string();
    insta::assert_snapshot!("text", text);
    let told = ToldHistory::of(&history).expect("it is told").json();
    let told: serde_json::Value = serde_json::from_str(&told).expect("it is JSON");
    assert_eq!(told["schema"], "streamspec-history/1");
    assert_eq!(told["releases"][1]["not_run"], "`uv pip install` ended with 1");
    assert_eq!(told["releases"][2]["after"], "1.2.0");
    assert!(told["releases"][2]["changes"].as_array().is_some_and(|changes| !changes.is_empty()));
}

#[test]
fn a_lean_report_has_one_build_and_can_be_read_again() {
    let whole = report(&samples::records());
    let own = lean(&whole, &SdkId::from("alpha-python"));
    assert!(whole.sdks.len() > 1 && own.sdks.len() == 1);
    assert!(own.results.iter().all(|result| result.id.sdk == "alpha-python" && result.known.is_empty()));
    assert!(own.cases.iter().all(|case| case.title.is_empty() && case.sources.is_empty()));
    assert_eq!(Report::read(&own.json()).expect("it is a report"), own);
    assert!(own.json().len() < whole.json().len());
}

#[test]
fn a_release_whose_adapter_does_not_start_was_not_run() {
    let mut whole = report(&samples::records());
    for count in &mut whole.counts {
        (count.pass, count.deviates, count.fails, count.disputed) = (0, 0, 0, 0);
    }
    whole.results.retain(|result| result.verdict == crate::judge::Status::AdapterFault);
    assert!(!whole.results.is_empty(), "a sample is one");
    let id = whole.results[0].id.sdk.clone();
    let own = lean(&whole, &id);
    assert!(own.sdks[0].not_run.is_some() && own.results.is_empty() && own.counts.is_empty());
}

#[test]
fn a_finding_is_there_since_the_first_release_of_those_that_still_have_it() {
    let silent = FindingKind::Failed(Mode::Silent);
    let mut with = release("1.0.0", &samples::records());
    assert!(with.report.results.iter().any(|result| result.mode == Some(Mode::Silent)), "a sample is silent");
    let mut without = with.clone();
    without.report.results.retain(|result| result.mode != Some(Mode::Silent));
    let named = |versions: &[(&str, bool)]| {
        let releases = versions.iter().map(|(version, has)| {
            let release = if *has { &with } else { &without };
            Release { version: (*version).to_owned(), ..release.clone() }
        });
        History::of("alpha-python".to_owned(), releases.collect()).since(silent)
    };
    let since = |version: &str, or_earlier| Some(Since { version: version.to_owned(), or_earlier });
    assert_eq!(named(&[("1.0.0", true), ("1.1.0", false), ("1.2.0", true), ("1.3.0", true)]), since("1.2.0", false));
    assert_eq!(named(&[("1.0.0", true), ("1.1.0", true)]), since("1.0.0", true));
    assert_eq!(named(&[("1.0.0", true), ("1.1.0", false)]), None);
    with.report.sdks[0].not_run = Some("no".to_owned());
}

#[test]
fn results_on_another_basis_are_refused() {
    let own = release("1.0.0", &samples::records()).basis();
    assert_eq!(own.fits(&own), Ok(()));
    let other = Basis { rules: Some(99), ..own.clone() };
    assert!(own.fits(&other).is_err_and(|unfit| unfit.to_string().contains("judged by the rules 99")));
    let mut other = own.clone();
    let case = other.cases.keys().next().expect("there is a case").clone();
    other.cases.insert(case.clone(), "0123456789ab".to_owned());
    assert!(own.fits(&other).is_err_and(|unfit| unfit.to_string().contains("0123456789ab there")));
    other.cases.remove(&case);
    assert!(own.fits(&other).is_err_and(|unfit| matches!(unfit, Unfit::Cases { .. })));
    assert_eq!(own.agrees(&other), Ok(()));
}

/// A busy machine makes calls late, and that is no doing of a release.
#[test]
fn what_only_a_clock_decides_is_no_change_of_a_release() {
    let before = release("1.0.0", &samples::records());
    let mut after = before.clone();
    let place =
        after.report.results.iter().position(|result| !result.checks.is_empty()).expect("a check does not hold");
    let late = after.report.results[place].checks[0].clone();
    after.report.results[place].checks.push(crate::report::ResultCheck { axis: crate::case::Axis::Elapsed, ..late });
    let raw = Step::of(&before, &after).expect("they can be compared");
    assert_eq!((raw.comparison.changes.len(), raw.by_the_clock), (1, 0));
    let told = raw.without_clock();
    assert!(!told.has_changes() && told.comparison.changes.is_empty() && told.by_the_clock == 1);
    after.report.results[place].checks.remove(0);
    let other = Step::of(&before, &after).expect("they can be compared").without_clock();
    assert_eq!((other.comparison.changes.len(), other.by_the_clock), (1, 0), "something else differs, too");
}
