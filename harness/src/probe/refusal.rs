//! The fields that an adapter reads of a plain HTTP 401 and a 429, each with the body that the vendor documents.

use std::fmt::Display;

use serde_json::{Map, Value, json};
use streamspec_adapters::contract::{Api, Field, Observation, ObservedError, Reading};
use streamspec_adapters::dialect::ErrorName;
use streamspec_adapters::manifest::AnswerField;

use super::Target;
use crate::case::Step;

/// The status of the response, and the name of the error that the vendor documents for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    name: ErrorName,
}

/// The fields that were read of a refusal, and those that are missing although the surface shows them.
pub(super) struct RefusalFields {
    /// The status, the type and the code that were read, with the way to each, and what could not be read.
    pub(super) summary: String,
    /// A sentence about the fields that are missing; none where there are none.
    pub(super) wrong: Option<String>,
}

impl Refusal {
    /// Returns the documented error of a wrong key.
    pub(super) const fn unauthorized(api: Api) -> Self {
        Self { status: 401, name: api.dialect().errors.unauthorized }
    }

    /// Returns the documented error of too many requests.
    pub(super) const fn too_many(api: Api) -> Self {
        Self { status: 429, name: api.dialect().errors.too_many }
    }

    /// Puts this error into the steps of the fragment `http-error`.
    pub(super) fn put_into(self, steps: &mut [Step], api: Api) {
        for step in steps {
            match step {
                Step::Respond(head) => head.status = self.status,
                Step::Json(body) => {
                    if let Some(error) = body.get_mut("error").and_then(Value::as_object_mut) {
                        self.put_into_body(error, api);
                    }
                }
                _ => {}
            }
        }
    }

    fn put_into_body(self, error: &mut Map<String, Value>, api: Api) {
        if let Some(kind) = self.name.kind {
            error.insert(api.dialect().errors.type_member.to_owned(), json!(kind));
        }
        if let Some(code) = self.name.code {
            let number = code.parse::<u16>().ok().map(Value::from);
            error.insert("code".to_owned(), number.unwrap_or_else(|| json!(code)));
        }
    }

    /// Says what an adapter read. What its surface shows by the manifest must be read; another value than the one that
    /// was sent is the SDK's own, and is judged by the cases.
    pub(super) fn read(self, target: &Target, observation: &Observation) -> Option<RefusalFields> {
        let error = observation.error.as_ref()?;
        let shows = |field| target.lacks.as_ref().is_some_and(|lacks| !lacks.contains(&field));
        let fields = [
            (AnswerField::ErrorStatus, Some(self.status.to_string()), error.status.value().is_some()),
            (AnswerField::ErrorType, self.name.kind.map(str::to_owned), error.kind.value().is_some()),
            (AnswerField::ErrorCode, self.name.code.map(str::to_owned), error.code.value().is_some()),
        ];
        let missing = fields.into_iter().filter(|(field, _, is_read)| !is_read && shows(*field));
        let missing: Vec<String> =
            missing.filter_map(|(field, sent, _)| Some(format!("`{}` (sent: `{}`)", field.name(), sent?))).collect();
        let wrong = format!(
            "the adapter did not read {}; where the SDK has no such field, `lacks` of the surface names it",
            missing.join(" and ")
        );
        Some(RefusalFields { summary: summary(error), wrong: (!missing.is_empty()).then_some(wrong) })
    }
}

/// Lists what was read of an error, and what could not be read.
fn summary(error: &ObservedError) -> String {
    fn word<T: Display>(name: &str, read: &Field<Reading<T>>) -> String {
        match read {
            Field::Value(Reading { value, via }) => format!("{name} {value} ({})", via.name()),
            Field::Empty => format!("{name} empty"),
            Field::Absent => format!("no {name}"),
        }
    }
    let mut words = vec![word("status", &error.status), word("type", &error.kind), word("code", &error.code)];
    words.extend(error.unread.iter().map(|sentence| format!("not readable: {sentence}")));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use streamspec_adapters::contract::Api;

    use super::*;

    fn read(error: &Value, lacks: Option<Vec<AnswerField>>) -> RefusalFields {
        let mut whole = json!({ "site": "open", "class": "E", "classes": ["E"], "message": "" });
        whole.as_object_mut().expect("an object").extend(error.as_object().expect("an object").clone());
        let observation = json!({ "ended": "raised", "events": 0, "error": whole });
        let observation: Observation = serde_json::from_value(observation).expect("an observation");
        let surface = "create".to_owned();
        let target = Target { api: Api::OpenaiChat, surface, delivers: None, lacks, no_tool_answer: None };
        Refusal::unauthorized(Api::OpenaiChat).read(&target, &observation).expect("there is an error")
    }

    #[test]
    fn a_helper_that_reads_nothing_is_seen() {
        let via = |value: Value| json!({ "value": value, "via": "attribute" });
        let all = json!({ "status": via(json!(401)), "type": via(json!("invalid_request_error")),
            "code": via(json!("invalid_api_key")) });
        let sound = read(&all, Some(Vec::new()));
        assert_eq!(sound.wrong, None);
        assert_eq!(
            sound.summary,
            "status 401 (attribute), type invalid_request_error (attribute), code invalid_api_key (attribute)"
        );

        let blind = json!({ "status": via(json!(500)), "type": null, "unread": ["the body is a str"] });
        assert_eq!(
            read(&blind, Some(Vec::new())).wrong.expect("two fields were not read"),
            "the adapter did not read `error_type` (sent: `invalid_request_error`) and `error_code` (sent: \
             `invalid_api_key`); where the SDK has no such field, `lacks` of the surface names it"
        );
        // What the manifest says that the SDK has not, and what an adapter without a manifest reads, is only told.
        let lacks = vec![AnswerField::ErrorType, AnswerField::ErrorCode];
        let optional = read(&blind, Some(lacks));
        assert_eq!(optional.wrong, None);
        assert_eq!(optional.summary, "status 500 (attribute), type empty, no code, not readable: the body is a str");
        assert_eq!(read(&blind, None).wrong, None);
    }

    #[test]
    fn the_documented_error_is_what_is_sent() {
        for (api, path, code) in
            [(Api::OpenaiChat, "/error/type", "rate_limit_exceeded"), (Api::GeminiGenerate, "/error/status", "429")]
        {
            let refusal = Refusal::too_many(api);
            let mut steps = vec![
                Step::Respond(crate::case::Respond::default()),
                Step::Json(json!({ "error": { "message": "no" } })),
            ];
            refusal.put_into(&mut steps, api);
            let (Step::Respond(head), Step::Json(body)) = (&steps[0], &steps[1]) else {
                panic!("they stay what they are")
            };
            assert_eq!(head.status, 429);
            assert_eq!(body.pointer(path), Some(&json!(refusal.name.kind)));
            assert_eq!(body["error"]["code"].to_string().trim_matches('"'), code);
        }
    }
}
