//! Records that are joined, and records that are refused.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::id::{TrialId, Variant};
use crate::record::{CaseRecord, HandlerRecord};

const CASES: usize = 6;

fn record(value: Value) -> Record {
    serde_json::from_value(value).expect("samples are records")
}

/// The records of one file.
#[derive(Clone)]
struct File {
    name: String,
    records: Vec<Record>,
}

/// Returns everything that is written when these files are joined.
fn merge(files: &[File]) -> Result<Vec<Record>, MergeError> {
    let files: Vec<(&str, &[Record])> =
        files.iter().map(|file| (file.name.as_str(), file.records.as_slice())).collect();
    let records = Records::of(&files).expect("the samples are well formed");
    let trials = records.ran().map(|trial| Record::Trial(Box::new(trial.expect("they are still there"))));
    super::merge(&records).map(|described| described.into_iter().chain(trials).collect())
}

fn file(name: &str, records: Vec<Record>) -> File {
    File { name: name.to_owned(), records }
}

/// Returns the trials of `sdk` in one shard as its run would write them, with as many variant runs.
fn run(sdk: &str, shard: Option<Shard>) -> Vec<Record> {
    let trial = |number: usize, variant: &str| {
        record(json!({
            "record": "trial", "sdk": sdk, "surface": "create", "case": format!("anthropic/cut/{number}"),
            "variant": variant, "nonce": "n", "verdict": { "status": "pass", "checks": [] }, "wire": [], "took_ms": 1,
        }))
    };
    let id = |number: usize| TrialId::new(sdk, "create", format!("anthropic/cut/{number}"), Variant::AsWritten);
    let own: Vec<usize> = (0..CASES).filter(|number| shard.is_none_or(|shard| shard.holds(&id(*number)))).collect();
    let plan = json!({
        "sdk": sdk, "trials": CASES, "own": own.len(), "digest": format!("digest of {sdk}"), "whole": true,
    });
    let shard = shard.map(|shard| json!(shard));
    let mut records = vec![record(json!({
        "record": "suite", "format": FORMAT, "version": "0.1.0", "nonce": "n1", "whole": shard.is_none(), "shard": shard, "plans": [plan],
    }))];
    records.extend((0..CASES).map(|number| {
        let id = format!("anthropic/cut/{number}");
        record(json!({ "record": "case", "id": id, "api": "anthropic-messages", "title": "t", "sources": [] }))
    }));
    records.push(about(sdk, "1.0.0", "CPython 3.11.7", None));
    records.extend(own.iter().flat_map(|number| [trial(*number, "as-written"), trial(*number, "crlf")]));
    records
}

fn about(sdk: &str, version: &str, runtime: &str, not_run: Option<&str>) -> Record {
    record(json!({
        "record": "sdk", "id": sdk, "package": sdk, "version": version, "language": "python", "runtime": runtime,
        "apis": ["anthropic-messages"], "surfaces": ["create"], "not_run": not_run,
    }))
}

fn shards(sdk: &str, of: u32) -> Vec<File> {
    (1..=of).map(|index| file(&format!("{index}.jsonl"), run(sdk, Some(Shard { index, of })))).collect()
}

fn refused(files: &[File], said: &str) {
    let error = merge(files).expect_err(said).to_string();
    assert!(error.contains(said), "{error}");
}

/// Replaces the records that `change` makes something else of.
fn changed(mut file: File, change: impl Fn(&Record) -> Option<Record>) -> File {
    for record in &mut file.records {
        if let Some(other) = change(record) {
            *record = other;
        }
    }
    file
}

#[test]
fn several_sdks_are_joined() {
    let merged = merge(&[file("a", run("alpha", None)), file("b", run("beta", None))]).expect("nothing is missing");
    let Some(Record::Suite(suite)) = merged.first() else { panic!("the first record is the suite") };
    assert!(suite.whole && suite.plans.len() == 2 && suite.shard.is_none());
    assert_eq!(merged.len(), 1 + CASES + 2 + 4 * CASES);
    let again = merge(&[file("merged", merged.clone())]).expect("what was merged is whole");
    assert_eq!(again, merged);
}

#[test]
fn a_machine_that_could_not_run_an_sdk_does_not_hide_one_that_could() {
    let mut first = run("alpha", None);
    first.push(about("beta", "1.0.0", "", Some("no Node.js")));
    for files in
        [[file("a", first.clone()), file("b", run("beta", None))], [file("b", run("beta", None)), file("a", first)]]
    {
        let merged = merge(&files).expect("nothing is missing");
        let not_run = |record: &&Record| matches!(record, Record::Sdk(sdk) if sdk.not_run.is_some());
        assert_eq!(merged.iter().filter(not_run).count(), 0);
    }
}

#[test]
fn a_missing_shard_is_a_gap() {
    let mut files = shards("alpha", 3);
    let gone = files.remove(1);
    let gone = gone.records.iter().filter(|record| matches!(record, Record::Trial(_))).count() / 2;
    assert!(gone > 0, "the missing shard has trials");
    refused(&files, &format!("alpha: {gone} of {CASES} trials are missing; given: 1/3 (1.jsonl), 3/3 (3.jsonl)"));
}

#[test]
fn a_run_that_was_cut_short_is_a_gap() {
    let mut records = run("alpha", None);
    records.truncate(records.len() - 4);
    refused(&[file("a", records)], "a: alpha has 4 of 6 trials; the run was cut short");
    let unplanned = file("a", run("alpha", None));
    let unplanned = changed(unplanned, |record| match record {
        Record::Suite(suite) => Some(Record::Suite(SuiteRecord { plans: Vec::new(), ..suite.clone() })),
        _ => None,
    });
    refused(&[unplanned], "a: alpha has 6 of 0 trials");
}

#[test]
fn doubles_are_refused() {
    let mut files = shards("alpha", 2);
    files.push(file("again.jsonl", files[0].records.clone()));
    refused(&files, "is recorded twice, in 1.jsonl and in again.jsonl");
    refused(
        &[file("a", run("alpha", None)), file("b", run("alpha", Some(Shard { index: 1, of: 2 })))],
        "recorded twice",
    );
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let [one, other] = ["alpha", "beta"].map(|sdk| file(sdk, run(sdk, None)));
    let version = changed(other.clone(), |record| match record {
        Record::Suite(suite) => Some(Record::Suite(SuiteRecord { version: "0.2.0".into(), ..suite.clone() })),
        _ => None,
    });
    refused(&[one.clone(), version], "alpha was run with streamspec 0.1.0 and beta with 0.2.0");
    let rules = changed(other.clone(), |record| match record {
        Record::Suite(suite) => Some(Record::Suite(SuiteRecord { rules: 7, ..suite.clone() })),
        _ => None,
    });
    refused(&[one.clone(), rules], "alpha was judged by the rules 0 and beta by the rules 7");
    let digest = |of: &File, digest: &str| {
        changed(of.clone(), |record| match record {
            Record::Case(case) => Some(Record::Case(CaseRecord { digest: digest.repeat(16), ..case.clone() })),
            _ => None,
        })
    };
    refused(
        &[digest(&one, "ab12"), digest(&other, "cd34")],
        "alpha and beta come from different cases: anthropic/cut/0 is ab12ab12ab12 in the first and cd34cd34cd34 in the \
         second; run them from one checkout",
    );
    let case = changed(other.clone(), |record| match record {
        Record::Case(case) if case.id == "anthropic/cut/3" => {
            Some(Record::Case(CaseRecord { title: "another".into(), ..case.clone() }))
        }
        _ => None,
    });
    refused(&[one.clone(), case], "anthropic/cut/3 differs");
    let mut fewer = other.clone();
    fewer.records.retain(|record| match record {
        Record::Case(case) => case.id != "anthropic/cut/3",
        Record::Trial(trial) => trial.case != "anthropic/cut/3",
        _ => true,
    });
    refused(&[one, fewer], "only one of them has anthropic/cut/3");
    refused(&[File { name: "empty".into(), records: Vec::new() }], "empty: this file holds no run");
}

#[test]
fn an_sdk_is_one_version_and_one_runtime() {
    let of = |version: &str, runtime: &str| {
        let mut files = shards("alpha", 2);
        let second = files.pop().expect("there are two");
        let other = about("alpha", version, runtime, None);
        files.push(changed(second, |record| matches!(record, Record::Sdk(_)).then(|| other.clone())));
        files
    };
    refused(&of("2.0.0", "CPython 3.11.7"), "alpha is not the same in 1.jsonl and 2.jsonl: version 1.0.0 and 2.0.0");
    refused(&of("1.0.0", "CPython 3.12.0"), "runtime CPython 3.11 and CPython 3.12");
    merge(&of("1.0.0", "CPython 3.11.9")).expect("a patch version is a machine's trace");
    let mut files = of("1.0.0", "CPython 3.11.7");
    files[1] = changed(files[1].clone(), |record| match record {
        Record::Sdk(sdk) => {
            let code =
                |source: &str| HandlerRecord { file: "handler.py".into(), source: source.into(), surfaces: Vec::new() };
            Some(Record::Sdk(SdkRecord { handlers: vec![code("another")], ..sdk.clone() }))
        }
        _ => None,
    });
    refused(&files, "the handlers around it differ");
}

proptest! {
    /// However a plan is cut into shards and in whatever order they come back: together they are the whole run.
    #[test]
    fn shards_make_the_whole(of in 1_u32..8, seed in any::<prop::sample::Index>()) {
        let mut files = shards("alpha", of);
        let turns = seed.index(files.len());
        files.rotate_left(turns);
        prop_assert_eq!(merge(&files), merge(&[file("whole", run("alpha", None))]));
    }
}
