//! The manifest of an indexed Job of Kubernetes, which is a worked example of `--shard auto`.

use assert_cmd::assert::OutputAssertExt as _;
use serde_json::Value;

use crate::repository::{Repository, check, own, said};

/// The variable that Kubernetes sets in each pod of an indexed Job.
const INDEX: &str = "JOB_COMPLETION_INDEX";

#[test]
fn each_pod_of_the_indexed_job_runs_its_part() {
    let text = std::fs::read_to_string(own().join("packages/kubernetes/indexed-job.yaml")).expect("it is there");
    let job: Value = serde_saphyr::from_str(&text).expect("it is YAML");
    let spec = &job["spec"];
    assert_eq!((&job["kind"], &spec["completionMode"]), (&Value::from("Job"), &Value::from("Indexed")));
    let completions = spec["completions"].as_u64().expect("a number");
    let container = &spec["template"]["spec"]["containers"][0];
    let variable = &container["env"][0];
    assert_eq!(variable["name"], "STREAMSPEC_SHARDS");
    assert_eq!(variable["value"], completions.to_string());
    let args: Vec<&str> = container["args"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(args.first(), Some(&"run"));
    let repository = Repository::new();
    let results = repository.root.join("results").display().to_string();
    for index in [0, completions - 1, completions] {
        let filled = args.iter().map(|word| word.replace(&format!("$({INDEX})"), &index.to_string()));
        // The core is another one here, and there is no volume.
        let filled: Vec<String> = filled
            .map(|word| if word == "core" { "reference".to_owned() } else { word.replace("/results", &results) })
            .collect();
        let mut command = repository.command(&filled.iter().map(String::as_str).collect::<Vec<_>>());
        command.args(["--case", "anthropic/cut/*"]).env(INDEX, index.to_string());
        let came = command.env("STREAMSPEC_SHARDS", completions.to_string()).assert();
        if index == completions {
            check(came, 2, "but Kubernetes counts its machines from 0");
            continue;
        }
        // A part of three trials may well be empty.
        let came = said(&came);
        assert!(came.contains("wrote ") || came.contains("no trial"), "{came}");
        let records = std::fs::read_to_string(format!("{results}/part-{index}.jsonl")).expect("it is written");
        assert!(records.contains(&format!(r#""shard":{{"index":{},"of":{completions}}}"#, index + 1)), "{records}");
    }
}
