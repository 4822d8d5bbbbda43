//! What holds for every format.

use super::*;
use crate::id::Variant;
use crate::judge::{Status, Verdict};
use crate::record::Record;

/// The samples, in which one trial that passed came out otherwise when it was run again.
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

/// All that a format writes, as one text.
fn rendered(format: &dyn Format, view: &View<'_>) -> String {
    let texts = match format.render(view).expect("it renders") {
        Output::Print(text) => vec![text],
        Output::Files(all) => all.into_iter().flat_map(texts).collect(),
    };
    texts.join("\n")
}

fn texts(written: Written) -> Vec<String> {
    match written {
        Written::File { text, .. } => vec![text],
        Written::Folder { files, .. } => files.into_values().collect(),
    }
}

#[test]
fn a_flaky_trial_is_told_with_its_reason_in_every_format() {
    let records = flaky();
    let view = samples::view(&records);
    for format in FORMATS {
        let text = rendered(format, &view);
        match format.name() {
            // The page's data are packed; its browser tests read them.
            "html" => assert!(text.contains("and 3 say nothing about the SDK"), "{text}"),
            "markdown" => assert!(text.contains("[1 flaky]"), "{text}"),
            // A table has no column for reasons.
            "csv" => assert!(text.contains(",flaky,"), "{text}"),
            "badges" => assert!(text.contains("3 not judged"), "{text}"),
            name => assert!(text.contains("flaky") && text.contains("the machine was away"), "{name}: {text}"),
        }
    }
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
    let mut reversed = records.clone();
    reversed.reverse();
    let (one, other) = (samples::view(&records), samples::view(&reversed));
    for format in FORMATS {
        assert_eq!(rendered(format, &one), rendered(format, &other), "{}", format.name());
    }
}

#[test]
fn records_that_make_no_report_are_refused_in_words() {
    let check = |records: &[Record], said: &str| {
        let refused = View::from_records(records).expect_err(said).to_string();
        assert!(refused.contains(said), "{refused}");
    };
    let mut records = samples::records();
    check(&records[1..], "there is no run in these records");
    records.push(records.last().expect("a trial").clone());
    check(&records, "is recorded twice; leave out one of the files");
    records.pop();
    let Record::Suite(suite) = &records[0] else { panic!("the suite comes first") };
    let other = crate::record::SuiteRecord { rules: 99, ..suite.clone() };
    records.push(Record::Suite(other));
    check(&records, "different versions of the suite, 0.1.0 with the rules 0 and 0.1.0 with the rules 99");
}
