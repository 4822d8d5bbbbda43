//! Reads the bodies of requests to the interface, and says what is wrong with one.

use serde::de::DeserializeOwned;
use serde_json::Value;
use streamspec_adapters::suggest::{near, question};

use super::interface::InterfaceProblem;
use crate::transport::Request;

/// The most bytes of the body of a request to the interface.
const MOST_BODY: usize = 1024 * 1024;

/// Reads the body of a request.
pub(super) fn read<T: DeserializeOwned>(request: &Request) -> Result<T, InterfaceProblem> {
    if request.body.len() > MOST_BODY {
        return Err(InterfaceProblem::new(413, format!("the body has more than {MOST_BODY} bytes")));
    }
    let no_json = |why: serde_json::Error| InterfaceProblem::new(400, format!("the body is no JSON: {why}"));
    let value: Value = serde_json::from_slice(&request.body).map_err(no_json)?;
    serde_path_to_error::deserialize(value).map_err(|why| {
        let (place, why) = (why.path().to_string(), why.into_inner().to_string());
        let place = if place == "." { String::new() } else { format!("{place}: ") };
        let suggestion = suggestion(&why).map(|suggestion| format!("; {suggestion}")).unwrap_or_default();
        InterfaceProblem::new(422, format!("{place}{why}{suggestion}"))
    })
}

/// Makes a suggestion where a name is not known: what is known stands after it, each in backticks.
fn suggestion(why: &str) -> Option<String> {
    let mut names = why.strip_prefix("unknown ")?.split('`').skip(1).step_by(2);
    let likely = near(names.next()?, names);
    (!likely.is_empty()).then(|| question(&likely))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::interface::Seen;

    /// Reads what a caller saw, and returns what is wrong with it.
    fn wrong(body: &str) -> Option<(u16, String)> {
        let request = Request {
            method: "POST".into(),
            target: "/".into(),
            headers: Vec::new(),
            body: body.into(),
            version: crate::transport::Version::Http11,
        };
        read::<Seen>(&request).err().map(|problem| (problem.status, problem.error))
    }

    #[test]
    fn what_is_wrong_with_a_body_is_told_with_its_place() {
        let check = |body: &str, status: u16, said: &str| {
            let (found, error) = wrong(body).expect("it is wrong");
            assert!(found == status && error.contains(said), "{body}: {found} {error}");
        };
        assert_eq!(wrong(r#"{ "outcome": "completed", "stop_reason": null, "ignore": ["error.status"] }"#), None);
        check("", 400, "the body is no JSON: EOF");
        check("[", 400, "the body is no JSON: EOF");
        check("{}", 422, "missing field `outcome`");
        check(r#"{ "outcome": "complete" }"#, 422, "outcome: unknown variant `complete`");
        check(r#"{ "outcome": "complete" }"#, 422, "did you mean `completed` or `incomplete`?");
        check(r#"{ "outcome": "error", "error": { "statu": 1 } }"#, 422, "did you mean `status`?");
        check(r#"{ "outcome": "error", "error": { "status": "529" } }"#, 422, "error.status: invalid type: string");
        check(r#"{ "outcome": "error", "ignore": ["error.stats"] }"#, 422, "ignore[0]: unknown variant `error.stats`");
        check(&"x".repeat(MOST_BODY + 1), 413, "more than 1048576 bytes");
    }
}
