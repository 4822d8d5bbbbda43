//! The shapes of healthy streams, from the vendors' schemas, as data beside the cases: a case that breaks its dialect
//! itself would blame an SDK for it.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use fs_err as fs;
use serde::Deserialize;
use serde_json::Value;
use streamspec_adapters::contract::Api;

use super::problem::{Collector, Problem};
use crate::case::{About, Case, End, Outcome, Step};

/// The folder of the shapes, below the root.
const FOLDER: &str = "cases/shapes";

/// The fields of the events of a dialect's healthy streams.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shapes {
    #[expect(dead_code, reason = "for people")]
    about: String,
    /// The document.
    source: String,
    /// The field that names an event's kind; without it every event is of one kind.
    #[serde(default)]
    kind: Option<String>,
    /// Places that hold the same value in every event that has them.
    #[serde(default)]
    same: Vec<String>,
    /// The place of a number that rises from event to event.
    #[serde(default)]
    rising: Option<String>,
    /// By kinds of events, or `*` for all: places, and the types of values that may stand there. `[]` means every item
    /// of a list, and `?` that a field may be left out.
    events: BTreeMap<String, BTreeMap<String, String>>,
}

impl Shapes {
    /// Reads the shapes of a dialect; none where there is no file.
    pub(super) fn load(root: &Utf8Path, api: Api, problems: &mut Collector) -> Option<Self> {
        let name = Utf8Path::new(FOLDER).join(api.folder()).with_extension("json");
        let text = fs::read_to_string(root.join(&name)).ok()?;
        match serde_json::from_str(&text) {
            Ok(shapes) => Some(shapes),
            Err(error) => {
                problems.push(Problem::whole_file(&name, format!("the shapes cannot be read: {error}")));
                None
            }
        }
    }

    /// Returns the members at the top of its events that hold more than a word or a number, by which other things are named, too.
    pub(super) fn members(&self) -> BTreeSet<&str> {
        let is_large = |place: &str, types: &str| {
            place.contains(['.', '[']) || types.split('|').any(|one| ["list", "object"].contains(&one.trim()))
        };
        let places = self.events.values().flatten().filter(|(place, types)| is_large(place, types));
        places.map(|(place, _)| place.split(['.', '[', '?']).next().unwrap_or_default()).collect()
    }

    /// Finds what a healthy stream breaks, and the document that says so.
    pub(super) fn broken_by(&self, case: &Case) -> Option<(String, &str)> {
        let events = healthy(case)?;
        let broken = events.iter().find_map(|event| self.broken_event(event)).or_else(|| self.broken_row(&events))?;
        Some((broken, &self.source))
    }

    /// Finds what an event breaks.
    pub(super) fn broken_event(&self, event: &Value) -> Option<String> {
        let kind = self.kind.as_deref().and_then(|kind| event.get(kind)).and_then(Value::as_str).unwrap_or_default();
        let applies = |kinds: &str| kinds == "*" || kinds.split(' ').any(|one| one == kind);
        let places = self.events.iter().filter(|(kinds, _)| applies(kinds)).flat_map(|(_, places)| places);
        for (place, types) in places {
            let steps: Vec<&str> = place.split('.').collect();
            for found in at(event, &steps) {
                let name = if kind.is_empty() { "an event".to_owned() } else { format!("`{kind}`") };
                match found {
                    None => return Some(format!("{name} has no `{}`", place.replace('?', ""))),
                    Some(value) if !types.split('|').any(|one| is_a(value, one.trim())) => {
                        return Some(format!("`{}` of {name} is {value}, but must be {types}", place.replace('?', "")));
                    }
                    Some(_) => {}
                }
            }
        }
        None
    }

    /// Finds what is wrong with the events in a row.
    fn broken_row(&self, events: &[&Value]) -> Option<String> {
        let values = |place: &str| -> Vec<Value> {
            let steps: Vec<&str> = place.split('.').collect();
            events.iter().flat_map(|event| at(event, &steps)).flatten().cloned().collect()
        };
        for place in &self.same {
            let found = values(place);
            let other = found.iter().find(|value| **value != found[0]);
            if let Some(other) = other {
                return Some(format!("`{place}` changes from {} to {other} within one stream", found[0]));
            }
        }
        let place = self.rising.as_deref()?;
        let numbers: Vec<u64> = values(place).iter().filter_map(Value::as_u64).collect();
        let fallen = numbers.windows(2).find(|pair| pair[0] >= pair[1])?;
        Some(format!("`{place}` must rise, but {} follows {}", fallen[1], fallen[0]))
    }
}

/// Says whether the schema of the dialect speaks of what the events of a case hold: those of another
/// vendor's form have their own.
fn is_of_schema(case: &Case) -> bool {
    let is_vendor_form = case.api.dialect().vendors.contains(&case.group());
    case.beyond_schema.is_none() && !is_vendor_form
}

/// Returns the events of a case that is about a healthy stream of its dialect's schema; none for any other.
fn healthy(case: &Case) -> Option<Vec<&Value>> {
    let completes = case.expect.must.outcomes().is_some_and(|accepted| accepted == [Outcome::Completed]);
    let is_healthy = completes && case.about == About::Healthy;
    let answer = case.exchanges.last()?;
    if !is_healthy || !is_of_schema(case) || answer.last() != Some(&Step::End(End::Finish)) {
        return None;
    }
    let events = answer.iter().filter_map(|step| match step {
        Step::Event(event) => Some(&event.data),
        Step::Data(data) => Some(data),
        _ => None,
    });
    Some(events.filter(|event| event.is_object()).collect())
}

/// Finds what stands at a place: nothing where it may be left out and is, one value, or one for each item of a list.
fn at<'v>(value: &'v Value, steps: &[&str]) -> Vec<Option<&'v Value>> {
    let Some((step, rest)) = steps.split_first() else { return vec![Some(value)] };
    let optional = step.ends_with('?');
    let step = step.trim_end_matches('?');
    let (name, each) = step.strip_suffix("[]").map_or((step, false), |name| (name, true));
    let found = match value.get(name) {
        None | Some(Value::Null) if optional && !rest.is_empty() => return Vec::new(),
        None if optional => return Vec::new(),
        None => return vec![None],
        Some(found) => found,
    };
    match found {
        Value::Array(items) if each => items.iter().flat_map(|item| at(item, rest)).collect(),
        _ if each => vec![None],
        found => at(found, rest),
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "list" => value.is_array(),
        "null" => value.is_null(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use streamspec_adapters::contract::Api;

    use super::{About, Case, End, Shapes, Step, healthy};

    #[test]
    fn a_healthy_stream_is_held_to_the_schema_wherever_its_file_lies() {
        let check = |id: &str, about: About, end: End, is_held: bool| {
            let steps = vec![Step::Data(json!({ "id": "1" })), Step::End(end)];
            let expect = json!({ "must": { "outcome": "completed" } });
            let sample = Case::sample(id, Api::OpenaiChat, vec![steps], expect);
            assert_eq!(healthy(&Case { about, ..sample }).is_some(), is_held, "{id} {about:?} {end:?}");
        };
        for group in ["benign", "framing", "retry", "caller", "cut", "http", "in-band", "payload"] {
            check(&format!("openai-chat/{group}/x"), About::Healthy, End::Finish, true);
            check(&format!("openai-chat/{group}/x"), About::Stall, End::Finish, false);
            check(&format!("openai-chat/{group}/x"), About::Healthy, End::Eof, false);
        }
        check("openai-chat/azure/x", About::Healthy, End::Finish, false);
    }

    fn check(events: &[Value], expected: Option<&str>) {
        let shapes: Shapes = serde_json::from_value(json!({
            "about": "", "source": "https://example.com/", "kind": "type", "same": ["id"], "rising": "n",
            "events": {
                "*": { "id": "string" },
                "a b": { "list[].x": "integer | null", "list[].y?": "string", "inner?.z": "boolean" },
            }
        }))
        .expect("shapes");
        let events: Vec<&Value> = events.iter().collect();
        let broken = events.iter().find_map(|event| shapes.broken_event(event)).or_else(|| shapes.broken_row(&events));
        assert_eq!(broken.as_deref(), expected, "{events:?}");
    }

    #[test]
    fn what_breaks_a_shape_is_named() {
        let a = |list: Value| json!({ "type": "a", "id": "1", "list": list });
        check(&[a(json!([])), a(json!([{ "x": 1 }, { "x": null, "y": "y" }]))], None);
        check(&[json!({ "type": "c", "id": "1" })], None);
        check(&[json!({ "type": "c" })], Some("`c` has no `id`"));
        check(&[json!({ "type": "a", "id": "1" })], Some("`a` has no `list[].x`"));
        check(&[a(json!([{ "x": "1" }]))], Some("`list[].x` of `a` is \"1\", but must be integer | null"));
        check(&[a(json!([{}]))], Some("`a` has no `list[].x`"));
        check(&[a(json!([{ "x": 1, "y": 2 }]))], Some("`list[].y` of `a` is 2, but must be string"));
        check(&[json!({ "type": "b", "id": "1", "list": [], "inner": {} })], Some("`b` has no `inner.z`"));
        check(&[json!({ "type": "b", "id": "1", "list": [], "inner": null })], None);
        let two = [json!({ "type": "c", "id": "1" }), json!({ "type": "c", "id": "2" })];
        check(&two, Some("`id` changes from \"1\" to \"2\" within one stream"));
        let fallen = [json!({ "type": "c", "id": "1", "n": 2 }), json!({ "type": "c", "id": "1", "n": 2 })];
        check(&fallen, Some("`n` must rise, but 2 follows 2"));
    }
}
