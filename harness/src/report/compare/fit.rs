//! The conditions under which two reports can be compared: the same rules, and cases that send and expect the same.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::report::published::Report;

/// Reports whose verdicts say nothing about each other.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum Misfit {
    /// They were judged by different rules.
    #[error("{old} was judged by {rules} and {new} by {other_rules}; {AGAIN}")]
    Rules {
        /// The old report's file.
        old: String,
        /// Its rules.
        rules: String,
        /// The new report's file.
        new: String,
        /// Its rules.
        other_rules: String,
    },
    /// A case is not the same in both.
    #[error("{case} is not the same in both: {digest} in {old}, {other_digest} in {new}; {AGAIN}")]
    Case {
        /// The case.
        case: String,
        /// The old report's file.
        old: String,
        /// The digest of the case in it.
        digest: String,
        /// The new report's file.
        new: String,
        /// The digest of the case in it.
        other_digest: String,
    },
}

const AGAIN: &str = "run both with one checkout of streamspec";

/// Checks that two reports, each with its file's name, can be compared. Cases that only one of them has are no hindrance.
pub fn fit((old, was): (&str, &Report), (new, now): (&str, &Report)) -> Result<(), Misfit> {
    let (old, new) = (old.to_owned(), new.to_owned());
    if was.suite.rules != now.suite.rules {
        let name = |rules: Option<u32>| {
            rules.map_or_else(|| "rules without a number".to_owned(), |n| format!("the rules {n}"))
        };
        let (rules, other_rules) = (name(was.suite.rules), name(now.suite.rules));
        return Err(Misfit::Rules { old, rules, new, other_rules });
    }
    let before: BTreeMap<&str, &Option<String>> = was.cases.iter().map(|case| (&*case.id, &case.digest)).collect();
    for case in &now.cases {
        let Some(digest) = before.get(case.id.as_str()).filter(|digest| **digest != &case.digest) else { continue };
        let name = |digest: &Option<String>| digest.clone().unwrap_or_else(|| "no digest".to_owned());
        let (digest, other_digest) = (name(digest), name(&case.digest));
        return Err(Misfit::Case { case: case.id.to_string(), old, digest, new, other_digest });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn what_was_judged_otherwise_is_refused_with_both_files_and_values() {
        let mut was = samples::report(&samples::records());
        let mut now = was.clone();
        let refused =
            |was: &Report, now: &Report| fit(("old.json", was), ("new.json", now)).map_err(|misfit| misfit.to_string());
        assert_eq!(refused(&was, &now), Ok(()));
        now.suite.rules = Some(2);
        let expected = "old.json was judged by rules without a number and new.json by the rules 2; run both with one";
        assert!(refused(&was, &now).is_err_and(|error| error.starts_with(expected)));
        was.suite.rules = Some(2);
        (was.cases[1].digest, now.cases[1].digest) = (Some("aaa".into()), Some("bbb".into()));
        let expected =
            format!("{} is not the same in both: aaa in old.json, bbb in new.json; run both", now.cases[1].id);
        assert!(refused(&was, &now).is_err_and(|error| error.starts_with(&expected)));
        now.cases.remove(1);
        assert_eq!(refused(&was, &now), Ok(()));
    }
}
