//! The comparison of a request that is sent again with the first one.

use serde_json::{Value, json};

use super::Grade;
use crate::case::Resent;
use crate::server::Exchange;

/// Compares every further request with the first: the method and the body. A client that sent none has changed nothing.
pub(super) fn resent(wanted: Resent, exchanges: &[Exchange]) -> (Value, Value, Grade) {
    let Resent::Whole = wanted;
    let expected = json!("whole");
    let Some((first, further)) = exchanges.split_first() else {
        return (expected, Value::Null, Grade::NotApplicable);
    };
    if further.is_empty() {
        return (expected, Value::Null, Grade::NotApplicable);
    }
    let other = further.iter().find(|one| (&one.method, &one.body) != (&first.method, &first.body));
    match other {
        None => (expected, json!("whole"), Grade::Exact),
        Some(other) => {
            let body = if other.body.is_empty() { "without a body" } else { "with another body" };
            let body = if other.body == first.body { "with the same body" } else { body };
            (expected, json!(format!("{} {body}", other.method)), Grade::Wrong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_sent_again_as_it_was() {
        let check = |further: &[(&str, &str)], observed: Value, grade| {
            let requests = [("POST", "{}")].into_iter().chain(further.iter().copied());
            let exchanges: Vec<Exchange> = requests
                .map(|(method, body)| Exchange { method: method.into(), body: body.into(), ..Exchange::sample() })
                .collect();
            assert_eq!(resent(Resent::Whole, &exchanges), (json!("whole"), observed, grade), "{further:?}");
        };
        check(&[], Value::Null, Grade::NotApplicable);
        check(&[("POST", "{}"), ("POST", "{}")], json!("whole"), Grade::Exact);
        check(&[("POST", "{}"), ("GET", "")], json!("GET without a body"), Grade::Wrong);
        check(&[("POST", "{\"a\":1}")], json!("POST with another body"), Grade::Wrong);
        check(&[("PUT", "{}")], json!("PUT with the same body"), Grade::Wrong);
        assert_eq!(resent(Resent::Whole, &[]).2, Grade::NotApplicable);
    }
}
