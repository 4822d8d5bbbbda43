//! The events of a message of Anthropic's as JSON, which some libraries hand over as text or bytes.

use serde_json::Value;

use super::observer::Observer;

/// Returns the text that a value is.
pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Returns the items of a list, or none of anything else.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Reads the numbers of tokens under these names, those of the request first.
pub(super) fn count(seen: &mut Observer, usage: &Value, [input, output]: [&str; 2]) {
    seen.count(usage[input].as_u64(), usage[output].as_u64());
}

/// Reads one event.
pub(super) fn message_event(seen: &mut Observer, data: &Value) {
    const TOKENS: [&str; 2] = ["input_tokens", "output_tokens"];
    let (index, delta) = (&data["index"], &data["delta"]);
    match data["type"].as_str().unwrap_or_default() {
        "message_start" => {
            let message = &data["message"];
            items(&message["content"]).enumerate().for_each(|(index, block)| start(seen, &index, block));
            seen.begun(text(&message["stop_reason"]));
            count(seen, &message["usage"], TOKENS);
        }
        "content_block_start" => start(seen, index, &data["content_block"]),
        "content_block_delta" => {
            seen.say(delta["text"].as_str().unwrap_or_default());
            seen.think(delta["thinking"].as_str().unwrap_or_default());
            seen.extend_tool(index, delta["partial_json"].as_str().unwrap_or_default());
        }
        "content_block_stop" => seen.close_tool(index),
        "message_delta" => {
            seen.stop(text(&delta["stop_reason"]));
            count(seen, &data["usage"], TOKENS);
        }
        _ => {}
    }
}

fn start(seen: &mut Observer, index: &impl ToString, block: &Value) {
    seen.other_part();
    match block["type"].as_str().unwrap_or_default() {
        "text" => seen.say(block["text"].as_str().unwrap_or_default()),
        "tool_use" => seen.tool(index, text(&block["name"])).set(block["input"].clone()),
        "thinking" => seen.think(block["thinking"].as_str().unwrap_or_default()),
        _ => {}
    }
}
