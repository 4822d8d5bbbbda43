//! The comparison of the numbers of tokens.

use serde_json::{Map, Value, json};
use streamspec_adapters::contract::{Field, Usage};

use super::Grade;
use super::verdict::listed;
use crate::case::{OneOf, UsageMatch};

/// Compares the numbers that are named with those that were handed over.
pub(super) fn usage(wanted: &UsageMatch, seen: &Field<Usage>) -> (Value, Value, Grade) {
    let seen = match seen {
        Field::Absent => return (written(wanted), Value::Null, Grade::NotObservable),
        Field::Empty => Usage::default(),
        Field::Value(usage) => *usage,
    };
    let compared = [(&wanted.input, seen.input), (&wanted.output, seen.output)];
    let grades = compared.into_iter().filter_map(|(wanted, seen)| wanted.as_ref().map(|wanted| grade(wanted, seen)));
    let grade =
        grades.max_by_key(|grade| [Grade::Exact, Grade::Empty, Grade::Wrong].iter().position(|one| one == grade));
    (written(wanted), json!(seen), grade.unwrap_or(Grade::NotApplicable))
}

fn grade(wanted: &OneOf<Option<u64>>, seen: Option<u64>) -> Grade {
    match (wanted.0.contains(&seen), seen) {
        (true, _) => Grade::Exact,
        (false, None) => Grade::Empty,
        (false, Some(_)) => Grade::Wrong,
    }
}

/// Writes the expectation as a case does.
fn written(wanted: &UsageMatch) -> Value {
    let numbers = [("input", &wanted.input), ("output", &wanted.output)];
    let named = numbers.into_iter().filter_map(|(key, number)| Some((key.to_owned(), listed(&number.as_ref()?.0))));
    named.collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_that_is_named_is_compared() {
        let check = |wanted: Value, seen: Value, grade| {
            let wanted: UsageMatch = serde_json::from_value(wanted).expect("an expectation");
            let seen: Field<Usage> = serde_json::from_value(seen).expect("a field");
            assert_eq!(usage(&wanted, &seen).2, grade, "{wanted:?} {seen:?}");
        };
        let both = json!({ "input": 12, "output": [null, 1] });
        check(both.clone(), json!({ "input": 12, "output": 1 }), Grade::Exact);
        check(both.clone(), json!({ "input": 12 }), Grade::Exact);
        check(both.clone(), json!({ "input": 12, "output": 6 }), Grade::Wrong);
        check(both.clone(), json!({ "output": 6 }), Grade::Wrong);
        check(both, Value::Null, Grade::Empty);
        check(json!({ "output": null }), Value::Null, Grade::Exact);
        let wanted: UsageMatch = serde_json::from_value(json!({ "input": 1 })).expect("an expectation");
        assert_eq!(usage(&wanted, &Field::Absent).2, Grade::NotObservable);
    }
}
