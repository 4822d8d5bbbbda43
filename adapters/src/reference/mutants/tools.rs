//! Faults in tool calls.

use serde_json::{Value, json};

use super::{DOCUMENTED, Faulty};
use crate::answer::{Assembly, Tool, parse};
use crate::contract::{Api, Observation, ToolCall};
use crate::reference::client::Client;
use crate::reference::read;

const fn assembling(tools: Assembly) -> Faulty {
    Faulty::of(Client { tools, ..DOCUMENTED })
}

pub(super) const MERGES_TOOLS: Faulty = assembling(Assembly {
    is_call: |before, name| before == 0 && !name.is_empty(),
    find: |calls, _| calls.first_mut(),
    ..Assembly::DOCUMENTED
});

pub(super) const FIRST_PIECE_ONLY: Faulty = assembling(Assembly {
    extend: |tool, piece| {
        if tool.pieces.is_empty() {
            Tool::extend(tool, piece);
        }
    },
    ..Assembly::DOCUMENTED
});

pub(super) const DROPS_TOOLS: Faulty = assembling(Assembly { is_call: |_, _| false, ..Assembly::DOCUMENTED });

pub(super) const NAMELESS_TOOL_IS_ONE: Faulty = assembling(Assembly { is_call: |_, _| true, ..Assembly::DOCUMENTED });

pub(super) const LOSES_START_INPUT: Faulty = assembling(Assembly { start_with: |_, _| {}, ..Assembly::DOCUMENTED });

pub(super) const LIMIT_COMPLETES_TOOL: Faulty = assembling(Assembly { reopen: |_| {}, ..Assembly::DOCUMENTED });

/// Changes each tool call of an observation that is not complete.
fn with_cut_calls(mut observation: Observation, change: fn(&mut ToolCall)) -> Observation {
    let calls = observation.tool_calls.iter_mut().flatten();
    calls.filter(|call| !call.complete).for_each(change);
    observation
}

pub(super) const CUT_TOOL_IS_COMPLETE: Faulty =
    Faulty::telling(|_, observation| with_cut_calls(observation, |call| call.complete = true));

pub(super) const CUT_TOOL_IS_EMPTY_OBJECT: Faulty = Faulty {
    after: |_, observation| {
        with_cut_calls(observation, |call| {
            call.arguments = json!({});
            call.complete = true;
        })
    },
    ..assembling(Assembly { parse: |pieces| parse(pieces).or_else(|| Some(json!({}))), ..Assembly::DOCUMENTED })
};

pub(super) const COUNTS_SERVER_TOOLS: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        if api != Api::AnthropicMessages {
            return read(client, api, kind, payload, answer);
        }
        let mut payload = payload.clone();
        let in_start = payload.pointer_mut("/message/content").and_then(Value::as_array_mut).into_iter().flatten();
        in_start.for_each(make_caller_s);
        payload.get_mut("content_block").into_iter().for_each(make_caller_s);
        read(client, api, kind, &payload, answer)
    },
    ..DOCUMENTED
});

/// Makes a tool that the server runs one of the caller's.
fn make_caller_s(block: &mut Value) {
    if matches!(block.get("type").and_then(Value::as_str), Some("server_tool_use" | "mcp_tool_use")) {
        block["type"] = json!("tool_use");
    }
}
