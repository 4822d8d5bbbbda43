//! `--shard`: the part of the plan as it is written, or as the machine says which one of several it is.

use streamspec_adapters::environment;

use crate::id::{Shard, ShardError};

/// The word for the part that the machine names.
const AUTO: &str = "auto";

/// The variable with the part itself, `2/3`, for systems that set none of the others: a workflow of GitHub can write it from its matrix.
const OWN: &str = "STREAMSPEC_SHARD";

/// The variable with the number of parts, for systems that set an index alone.
const OWN_TOTAL: &str = "STREAMSPEC_SHARDS";

/// A system that runs one command on several machines, and the variables by which each of them knows its number.
struct System {
    name: &'static str,
    /// A variable that must be set where others use the same names.
    mark: Option<&'static str>,
    index: &'static str,
    total: &'static str,
    /// The number of the first machine.
    first: u32,
}

/// The systems, each as its documentation says on 2026-11-29:
///
/// - GitLab: `CI_NODE_INDEX` counts from 1 and is set where `parallel` is, `CI_NODE_TOTAL` is their number
///   (<https://docs.gitlab.com/ci/variables/predefined_variables/>). Heroku CI uses the same two names and counts from 0.
/// - Buildkite: `BUILDKITE_PARALLEL_JOB` counts from 0, `BUILDKITE_PARALLEL_JOB_COUNT` is their number
///   (<https://buildkite.com/docs/pipelines/configure/environment-variables>).
/// - CircleCI: `CIRCLE_NODE_INDEX` is between 0 and `CIRCLE_NODE_TOTAL` - 1 (<https://circleci.com/docs/variables/>).
/// - AWS Batch: `AWS_BATCH_JOB_ARRAY_INDEX` begins at 0, `AWS_BATCH_JOB_ARRAY_SIZE` is the size of the array
///   (<https://docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html>).
/// - Kubernetes: `JOB_COMPLETION_INDEX` of an indexed Job is between 0 and its `completions` - 1, which the pod is not told
///   (<https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode>).
const SYSTEMS: [System; 5] = [
    System { name: "GitLab", mark: Some("GITLAB_CI"), index: "CI_NODE_INDEX", total: "CI_NODE_TOTAL", first: 1 },
    System {
        name: "Buildkite",
        mark: None,
        index: "BUILDKITE_PARALLEL_JOB",
        total: "BUILDKITE_PARALLEL_JOB_COUNT",
        first: 0,
    },
    System { name: "CircleCI", mark: None, index: "CIRCLE_NODE_INDEX", total: "CIRCLE_NODE_TOTAL", first: 0 },
    System {
        name: "AWS Batch",
        mark: None,
        index: "AWS_BATCH_JOB_ARRAY_INDEX",
        total: "AWS_BATCH_JOB_ARRAY_SIZE",
        first: 0,
    },
    System { name: "Kubernetes", mark: None, index: "JOB_COMPLETION_INDEX", total: OWN_TOTAL, first: 0 },
];

/// Reads the value of `--shard`; an error is a sentence.
pub(super) fn parse(text: &str) -> Result<Shard, String> {
    if text == AUTO {
        return of_machine(&environment::users_variable);
    }
    text.parse().map_err(|error: ShardError| format!("{error}, or `{AUTO}`"))
}

/// Finds the part that the variables of the machine name.
fn of_machine(variable: &dyn Fn(&str) -> Option<String>) -> Result<Shard, String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(own) = set(OWN) {
        return own.parse().map_err(|error: ShardError| format!("{OWN}: {error}"));
    }
    let is_here = |system: &&System| system.mark.is_none_or(|mark| set(mark).is_some()) && set(system.index).is_some();
    let Some(System { name, index, total, first, .. }) = SYSTEMS.iter().find(is_here) else {
        return Err(nothing());
    };
    let number = |variable: &str| -> Result<u32, String> {
        let value = set(variable).ok_or_else(|| {
            format!("{index} says that this is one machine of several of {name}, but {variable} does not say how many there are")
        })?;
        value.parse().map_err(|_| format!("{variable} is `{}`, which is no number", value.escape_debug()))
    };
    // Whoever gives the number of parts means that one.
    let total = if set(OWN_TOTAL).is_some() { OWN_TOTAL } else { total };
    let (at, of) = (number(index)?, number(total)?);
    let place = at.checked_sub(*first).filter(|place| *place < of);
    place
        .map(|place| Shard { index: place + 1, of })
        .ok_or_else(|| format!("{index} is {at} and {total} is {of}, but {name} counts its machines from {first}"))
}

fn nothing() -> String {
    let named: Vec<String> = SYSTEMS.iter().map(|system| format!("{} ({})", system.index, system.name)).collect();
    format!(
        "no variable says which of several machines this is; set {OWN} to `1/3` and so on, or one of {}",
        named.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn found(variables: &[(&str, &str)]) -> Result<String, String> {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        of_machine(&|name| variables.get(name).map(|value| (*value).to_owned())).map(|shard| shard.to_string())
    }

    #[test]
    fn each_system_counts_in_its_own_way() {
        for (variables, expected) in [
            (&[("GITLAB_CI", "true"), ("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "3")][..], "1/3"),
            (&[("GITLAB_CI", "true"), ("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "3")], "3/3"),
            (&[("BUILDKITE_PARALLEL_JOB", "0"), ("BUILDKITE_PARALLEL_JOB_COUNT", "3")], "1/3"),
            (&[("BUILDKITE_PARALLEL_JOB", "2"), ("BUILDKITE_PARALLEL_JOB_COUNT", "3")], "3/3"),
            (&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "1")], "1/1"),
            (&[("CIRCLE_NODE_INDEX", "1"), ("CIRCLE_NODE_TOTAL", "2")], "2/2"),
            (&[("AWS_BATCH_JOB_ARRAY_INDEX", "9"), ("AWS_BATCH_JOB_ARRAY_SIZE", "10")], "10/10"),
            (&[("AWS_BATCH_JOB_ARRAY_INDEX", "1"), ("STREAMSPEC_SHARDS", "10")], "2/10"),
            (&[("JOB_COMPLETION_INDEX", "0"), ("STREAMSPEC_SHARDS", "8")], "1/8"),
            (&[("JOB_COMPLETION_INDEX", "7"), ("STREAMSPEC_SHARDS", "8")], "8/8"),
            (&[("STREAMSPEC_SHARD", "2/5"), ("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "1")], "2/5"),
            // A pod that an agent of Buildkite runs in is one of its machines.
            (
                &[
                    ("BUILDKITE_PARALLEL_JOB", "1"),
                    ("BUILDKITE_PARALLEL_JOB_COUNT", "3"),
                    ("JOB_COMPLETION_INDEX", "0"),
                ],
                "2/3",
            ),
        ] {
            assert_eq!(found(variables).as_deref(), Ok(expected), "{variables:?}");
        }
    }

    #[test]
    fn what_names_no_part_is_explained() {
        for (variables, expected) in [
            (&[][..], "no variable says which of several machines this is"),
            // Without `parallel`, GitLab sets the total alone.
            (&[("GITLAB_CI", "true"), ("CI_NODE_TOTAL", "1")], "no variable says"),
            (&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "2")], "no variable says"),
            (&[("JOB_COMPLETION_INDEX", "0")], "STREAMSPEC_SHARDS does not say how many there are"),
            (
                &[("JOB_COMPLETION_INDEX", "8"), ("STREAMSPEC_SHARDS", "8")],
                "JOB_COMPLETION_INDEX is 8 and STREAMSPEC_SHARDS is 8",
            ),
            (&[("GITLAB_CI", "true"), ("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "2")], "counts its machines from 1"),
            (&[("GITLAB_CI", "true"), ("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "2")], "CI_NODE_INDEX is 3"),
            (&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "0")], "CIRCLE_NODE_TOTAL is 0"),
            (
                &[("CIRCLE_NODE_INDEX", "-1"), ("CIRCLE_NODE_TOTAL", "2")],
                "CIRCLE_NODE_INDEX is `-1`, which is no number",
            ),
            (&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "4294967296")], "which is no number"),
            (&[("STREAMSPEC_SHARD", "0/3")], "STREAMSPEC_SHARD: invalid shard `0/3`"),
        ] {
            let error = found(variables).expect_err("it names no part");
            assert!(error.contains(expected), "{variables:?}: {error}");
        }
        // The largest numbers are no mistake of the arithmetic.
        assert!(found(&[("CIRCLE_NODE_INDEX", "4294967294"), ("CIRCLE_NODE_TOTAL", "4294967295")]).is_ok());
        let last = [("GITLAB_CI", "true"), ("CI_NODE_INDEX", "4294967295"), ("CI_NODE_TOTAL", "4294967295")];
        assert!(found(&last).is_ok());
    }
}
