//! The shared vectors of `adapters/golden.json`, read by the reference client as by every adapter.

use serde_json::{Value, json};

use crate::answer::PartialAnswer;
use crate::contract::{Api, Caller};
use crate::reference::DOCUMENTED;
use crate::reference::reader::Reader;

/// Returns the name and the data of an event, which SDKs for `ConverseStream` hand out as an object with the name as its one member.
fn named(api: Api, event: &Value) -> (Option<&str>, &Value) {
    match event.as_object().and_then(|members| members.iter().next()) {
        Some((name, data)) if api == Api::BedrockConverse => (Some(name), data),
        _ => (event.get("type").and_then(Value::as_str), event),
    }
}

/// Returns the answer as far as a stream of these events brings it.
fn seen(api: Api, events: &[Value]) -> Value {
    let mut answer = PartialAnswer::new(DOCUMENTED.tools);
    let mut reader = Reader::new(&DOCUMENTED, api, Caller::default());
    for event in events {
        let (name, data) = named(api, event);
        let sent = api.dialect().codec.event(name, data);
        // An answer that breaks off is an error of its own; what was seen of it until then is what counts here.
        let _ = reader.take(&sent, &mut answer);
    }
    let calls: Vec<Value> = answer.tools.handed_over().iter().map(|call| json!(call)).collect();
    json!({ "text": answer.text, "tool_calls": calls, "stop_reason": answer.stop_reason })
}

/// Parses arguments that are JSON text, which are compared as JSON.
fn parsed(mut sees: Value) -> Value {
    for call in sees["tool_calls"].as_array_mut().into_iter().flatten() {
        if let Some(arguments) = call["arguments"].as_str().and_then(|text| serde_json::from_str(text).ok()) {
            call["arguments"] = arguments;
        }
    }
    sees
}

#[test]
fn items() {
    let golden: Value = serde_json::from_str(include_str!("../../../golden.json")).expect("the vectors");
    let items = golden["items"].as_array().expect("items");
    let streams: Vec<&Value> = items.iter().filter(|item| item.get("events").is_some()).collect();
    assert!(!streams.is_empty());
    for item in streams {
        let api: Api = serde_json::from_value(item["api"].clone()).expect("an api");
        let events = item["events"].as_array().expect("events");
        assert_eq!(parsed(seen(api, events)), parsed(item["sees"].clone()), "{api}: {}", item["name"]);
    }
}
