//! The comparison of the requests that reached the server with the parts that each of them must have.

use serde_json::{Map, Value, json};

use super::Grade;
use super::text::expected_text;
use crate::case::{RequestMatch, TextMatch, is_part};
use crate::server::Exchange;

/// Compares every request. What is observed is the first part that another request, or none, has.
pub(super) fn request(wanted: &RequestMatch, exchanges: &[Exchange], nonce: &str) -> (Value, Value, Grade) {
    let expected = written(wanted, nonce);
    let Some(first) = exchanges.first() else { return (expected, Value::Null, Grade::NotApplicable) };
    let different = exchanges
        .iter()
        .find_map(|exchange| difference(wanted, exchange, nonce).or_else(|| changed(&wanted.steady, first, exchange)));
    match different {
        None => (expected.clone(), expected, Grade::Exact),
        Some(different) => (expected, different, Grade::Wrong),
    }
}

/// Writes the expectation as a case does.
fn written(wanted: &RequestMatch, nonce: &str) -> Value {
    let RequestMatch { path, body, headers, steady } = wanted;
    let text = |text: &TextMatch| expected_text(text, nonce);
    let mut all = Map::new();
    all.extend(path.as_ref().map(|path| ("path".to_owned(), text(path))));
    if !body.is_empty() {
        all.insert("body".to_owned(), json!(body));
    }
    if !headers.is_empty() {
        let headers: Map<_, _> =
            headers.iter().map(|(name, value)| (name.clone(), value.as_ref().map_or(Value::Null, text))).collect();
        all.insert("headers".to_owned(), headers.into());
    }
    if !steady.is_empty() {
        all.insert("steady".to_owned(), json!(steady));
    }
    all.into()
}

/// Finds the first part that a request has otherwise.
fn difference(wanted: &RequestMatch, exchange: &Exchange, nonce: &str) -> Option<Value> {
    if wanted.path.as_ref().is_some_and(|path| !path.holds(&exchange.path, nonce)) {
        return Some(json!({ "path": exchange.path }));
    }
    for (name, value) in &wanted.headers {
        let sent = header(exchange, name);
        let is_right = match (value, sent) {
            (None, sent) => sent.is_none(),
            (Some(value), Some(sent)) => value.holds(sent, nonce),
            (Some(_), None) => false,
        };
        if !is_right {
            return Some(json!({ "headers": { name: sent } }));
        }
    }
    let body: Value = serde_json::from_str(&exchange.body).unwrap_or_default();
    wanted.body.iter().find_map(|(key, value)| {
        let sent = body.get(key).unwrap_or(&Value::Null);
        (!is_part(value, sent)).then(|| json!({ "body": { key: sent } }))
    })
}

/// Finds the first header field that has another value than in the first request.
fn changed(steady: &[String], first: &Exchange, exchange: &Exchange) -> Option<Value> {
    let other = steady.iter().find(|name| {
        let before = header(first, name);
        before.is_some() && before != header(exchange, name)
    })?;
    Some(json!({ "steady": { other: "another value in a further request" } }))
}

fn header<'e>(exchange: &'e Exchange, name: &str) -> Option<&'e str> {
    let (_, value) = exchange.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name))?;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(headers: &[(&str, &str)], body: &Value) -> Exchange {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Exchange { headers, body: body.to_string(), ..Exchange::sample() }
    }

    #[test]
    fn every_request_has_the_parts_that_are_named() {
        let sent =
            exchange(&[("Idempotency-Key", "a"), ("X", "1")], &json!({ "stream": true, "o": { "a": 1, "b": 2 } }));
        let other = exchange(&[("Idempotency-Key", "b"), ("X", "1")], &json!({ "stream": true }));
        let check = |wanted: Value, exchanges: &[&Exchange], observed: Value, grade| {
            let wanted: RequestMatch = serde_json::from_value(wanted.clone()).expect("an expectation");
            let exchanges: Vec<Exchange> = exchanges.iter().copied().cloned().collect();
            let (_, seen, seen_grade) = request(&wanted, &exchanges, "n");
            assert_eq!((seen, seen_grade), (observed, grade), "{wanted:?}");
        };
        let whole = json!({ "body": { "stream": true, "o": { "a": 1 } } });
        check(whole.clone(), &[&sent], whole.clone(), Grade::Exact);
        check(whole, &[&sent, &other], json!({ "body": { "o": null } }), Grade::Wrong);
        check(json!({ "path": "/v1/other" }), &[&sent], json!({ "path": "/v1/messages" }), Grade::Wrong);
        check(json!({ "headers": { "x": "1" } }), &[&sent], json!({ "headers": { "x": "1" } }), Grade::Exact);
        check(json!({ "headers": { "x": "2" } }), &[&sent], json!({ "headers": { "x": "1" } }), Grade::Wrong);
        check(json!({ "headers": { "x": null } }), &[&sent], json!({ "headers": { "x": "1" } }), Grade::Wrong);
        check(
            json!({ "headers": { "y": { "contains": "1" } } }),
            &[&sent],
            json!({ "headers": { "y": null } }),
            Grade::Wrong,
        );
        let steady = json!({ "steady": ["idempotency-key"] });
        check(steady.clone(), &[&sent, &sent], steady.clone(), Grade::Exact);
        let changed = json!({ "steady": { "idempotency-key": "another value in a further request" } });
        check(steady.clone(), &[&sent, &other], changed, Grade::Wrong);
        check(steady, &[], Value::Null, Grade::NotApplicable);
    }
}
