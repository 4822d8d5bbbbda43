//! The expectation that requests are compared with.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::TextMatch;

/// The parts of a request that every request of the trial must have.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RequestMatch {
    /// The target below the base URL, with its query.
    pub path: Option<TextMatch>,
    /// Members of the body's JSON with their values; the body may have others beside them, at every depth.
    pub body: Map<String, Value>,
    /// Header fields by name; null for one that must not be there.
    pub headers: BTreeMap<String, Option<TextMatch>>,
    /// Names of header fields which, where the first request has them, have the same value in every further one.
    pub steady: Vec<String>,
}

/// The parts that a request must have to get an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// The method.
    pub method: Option<String>,
    /// The target below the base URL, with its query.
    pub path: Option<TextMatch>,
    /// Members of the body's JSON with their values; the body may have others beside them, at every depth. Null for one
    /// that is null or not there.
    pub body: Map<String, Value>,
    /// Values anywhere in the body's JSON, by their JSON Pointers (RFC 6901): `/messages/1/role`. Compared like members.
    pub at: BTreeMap<String, Value>,
}

impl Condition {
    /// Says whether a request has all of these parts.
    pub fn is_met(&self, method: &str, path: &str, body: &[u8]) -> bool {
        let sent: Value = serde_json::from_slice(body).unwrap_or_default();
        let has = |wanted: &Value, sent: Option<&Value>| is_part(wanted, sent.unwrap_or(&Value::Null));
        self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(|wanted| wanted.holds(path, ""))
            && self.body.iter().all(|(key, wanted)| has(wanted, sent.get(key)))
            && self.at.iter().all(|(place, wanted)| has(wanted, sent.pointer(place)))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.iter().map(|method| format!("the method {method}"));
        let path = self.path.iter().map(|path| format!("the path {path}"));
        let body = self.body.iter().map(|(key, value)| format!("`{key}` {value} in the body"));
        let at = self.at.iter().map(|(place, value)| format!("{value} at {place}"));
        f.write_str(&method.chain(path).chain(body).chain(at).collect::<Vec<_>>().join(", "))
    }
}

/// Says whether a value has all that another one has: the members of mappings may be more, everything else is equal.
pub(crate) fn is_part(wanted: &Value, sent: &Value) -> bool {
    match (wanted, sent) {
        (Value::Object(wanted), Value::Object(sent)) => {
            wanted.iter().all(|(key, value)| is_part(value, sent.get(key).unwrap_or(&Value::Null)))
        }
        (wanted, sent) => wanted == sent,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_condition_holds_where_the_request_has_every_part_of_it() {
        let body = json!({ "stream": true, "o": { "a": 1, "b": 2 }, "messages": [{ "role": "user" }] }).to_string();
        let check = |condition: Value, is_met: bool| {
            let condition: Condition = serde_json::from_value(condition).expect("a condition");
            assert_eq!(condition.is_met("POST", "/v1/x?y=1", body.as_bytes()), is_met, "{condition:?}");
        };
        check(json!({}), true);
        check(json!({ "method": "POST" }), true);
        check(json!({ "method": "GET" }), false);
        check(json!({ "path": { "contains": "y=1" } }), true);
        check(json!({ "path": "/v1/x" }), false);
        check(json!({ "body": { "stream": true, "o": { "a": 1 } } }), true);
        check(json!({ "body": { "o": { "a": 2 } } }), false);
        check(json!({ "body": { "other": null } }), true);
        check(json!({ "body": { "stream": null } }), false);
        check(json!({ "at": { "/messages/0": { "role": "user" } } }), true);
        check(json!({ "at": { "/messages/1/role": "assistant" } }), false);
        check(json!({ "at": { "/messages/1": null } }), true);
        check(json!({ "method": "POST", "body": { "stream": false } }), false);
    }
}
