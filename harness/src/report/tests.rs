//! What holds for every format.

use super::*;
use crate::id::Variant;
use crate::judge::Verdict;

/// The samples, in which one trial that passed came out otherwise when it was run again.
fn flaky() -> Vec<Record> {
    let mut records = samples::records();
    let trials = records.iter_mut().filter_map(|record| match record {
        Record::Trial(trial) => Some(trial),
        _ => None,
    });
    let mut passed = trials.filter(|trial| trial.verdict.word == Word::Pass && trial.variant == Variant::AsWritten);
    let trial = passed.next().expect("a trial that passes");
    trial.verdict.make_flaky(&Verdict::unsupported("the machine was away".to_owned()));
    records
}

#[test]
fn a_flaky_trial_is_told_with_its_reason_in_every_format() {
    let records = flaky();
    let report = Report::from_records(&records).expect("the samples are well formed");
    let rows = Rows::from_records(&records).expect("the samples are well formed");
    let places = Places::default();
    for (format, text) in [
        ("json", json(&report)),
        ("junit", junit(&rows)),
        ("sarif", sarif(&rows, &places)),
        ("github", github(&rows, &places)),
        ("short", short(&rows)),
    ] {
        assert!(text.contains("flaky") && text.contains("the machine was away"), "{format}: {text}");
    }
    let matrix = markdown(&report);
    assert!(matrix.contains("[1 flaky]"), "{matrix}");
    // A table has no column for reasons.
    let table = csv(&rows);
    assert!(table.contains(",flaky,"), "{table}");
}

#[test]
fn a_trial_that_became_flaky_has_lost_its_verdict() {
    let before = Report::from_records(&samples::records()).expect("the samples are well formed");
    let after = Report::from_records(&flaky()).expect("the samples are well formed");
    let lost = |old: &Report, new: &Report| compare((old, None), (new, None)).expect("both are whole").lost().count();
    assert_eq!((lost(&before, &before), lost(&before, &after)), (0, 1));
}
