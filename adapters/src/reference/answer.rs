//! The answer as far as it has come: text, tool calls and the stop reason.

use serde_json::Value;

use super::mutant::{Faults, Mutant};
use crate::contract::ToolCall;

/// The answer as far as it has come.
#[derive(Debug, Default)]
pub(crate) struct PartialAnswer {
    faults: Faults,
    pub(crate) text: String,
    pub(crate) stop_reason: Option<String>,
    /// The provider itself says that the answer was broken off.
    pub(crate) interrupted: bool,
    /// How many events were handed over.
    pub(crate) events: u64,
    /// The provider's id of the answer, once it is known.
    pub(crate) id: Option<String>,
    /// The last part of the answer that was begun, where parts have numbers.
    pub(crate) last_part: Option<u64>,
    /// The provider has said that the answer failed, and not yet why.
    pub(crate) failed: bool,
    tools: Vec<Tool>,
}

/// A tool call as far as it has come.
#[derive(Debug)]
struct Tool {
    key: u64,
    name: String,
    pieces: String,
    /// Whether the start of the call brought what is in `pieces`, which pieces that follow replace.
    from_start: bool,
    arguments: Option<Value>,
    complete: bool,
}

impl PartialAnswer {
    pub(crate) fn new(faults: Faults) -> Self {
        Self { faults, ..Self::default() }
    }

    /// Starts a tool call; `key` ties its pieces to it. One without a name asks for nothing that could be done.
    pub(crate) fn open_tool(&mut self, key: u64, name: &str) {
        let merged = self.faults.has(Mutant::MergesTools) && !self.tools.is_empty();
        let is_call = !name.is_empty() || self.faults.has(Mutant::NamelessToolIsOne);
        if is_call && !merged && !self.faults.has(Mutant::DropsTools) {
            let (name, pieces) = (name.to_owned(), String::new());
            self.tools.push(Tool { key, name, pieces, from_start: false, arguments: None, complete: false });
        }
    }

    /// Adds a piece of a tool call's arguments.
    pub(crate) fn extend_tool(&mut self, key: u64, piece: &str) {
        let only_first = self.faults.has(Mutant::FirstPieceOnly);
        if let Some(tool) = self.tool(key).filter(|tool| !only_first || tool.pieces.is_empty()) {
            if tool.from_start && !piece.is_empty() {
                tool.pieces.clear();
                tool.from_start = false;
            }
            tool.pieces.push_str(piece);
        }
    }

    /// Takes the arguments that the start of a tool call brings whole; pieces that follow replace them.
    pub(crate) fn start_tool_with(&mut self, key: u64, arguments: &str) {
        if self.faults.has(Mutant::LosesStartInput) {
            return;
        }
        if let Some(tool) = self.tool(key) {
            arguments.clone_into(&mut tool.pieces);
            tool.from_start = true;
        }
    }

    /// Replaces the pieces by the whole arguments, where the dialect repeats them.
    pub(crate) fn settle_tool(&mut self, key: u64, arguments: &str) {
        if let Some(tool) = self.tool(key) {
            arguments.clone_into(&mut tool.pieces);
        }
    }

    /// Ends a tool call: it is complete if its arguments are JSON. No arguments at all are an empty object.
    pub(crate) fn close_tool(&mut self, key: u64) {
        let forced = self.faults.has(Mutant::CutToolIsEmptyObject).then(|| Value::Object(serde_json::Map::new()));
        if let Some(tool) = self.tool(key) {
            let pieces = if tool.pieces.is_empty() { "{}" } else { &tool.pieces };
            tool.arguments = serde_json::from_str(pieces).ok().or_else(|| forced.clone());
            tool.complete = tool.arguments.is_some();
        }
    }

    /// Takes back that a tool call has ended: it turned out to be cut.
    pub(crate) fn reopen_tool(&mut self, key: u64) {
        if self.faults.has(Mutant::LimitCompletesTool) {
            return;
        }
        if let Some(tool) = self.tool(key) {
            tool.arguments = None;
            tool.complete = false;
        }
    }

    /// Ends every tool call.
    pub(crate) fn close_tools(&mut self) {
        let keys: Vec<u64> = self.tools.iter().map(|tool| tool.key).collect();
        for key in keys {
            self.close_tool(key);
        }
    }

    /// Whether a tool call with this key was started.
    pub(crate) fn has_tool(&self, key: u64) -> bool {
        self.tools.iter().any(|tool| tool.key == key)
    }

    /// How many tool calls were started.
    pub(crate) fn tool_count(&self) -> u64 {
        self.tools.len() as u64
    }

    /// The name of a tool call that was started and has no complete arguments.
    pub(crate) fn unfinished_tool(&self) -> Option<&str> {
        self.tools.iter().find(|tool| !tool.complete).map(|tool| tool.name.as_str())
    }

    /// The tool calls as they are handed over.
    pub(crate) fn tool_calls(&self) -> Vec<ToolCall> {
        self.tools
            .iter()
            .map(|tool| {
                let raw = || match self.faults.0 {
                    Some(Mutant::CutToolIsEmptyObject) => Value::Object(serde_json::Map::new()),
                    _ => Value::String(tool.pieces.clone()),
                };
                let forced = matches!(self.faults.0, Some(Mutant::CutToolIsComplete | Mutant::CutToolIsEmptyObject));
                ToolCall {
                    name: tool.name.clone(),
                    arguments: tool.arguments.clone().unwrap_or_else(raw),
                    complete: tool.complete || forced,
                }
            })
            .collect()
    }

    /// Whether the client takes a tool that the server runs for a call of its own.
    pub(crate) fn counts_server_tools(&self) -> bool {
        self.faults.has(Mutant::CountsServerTools)
    }

    fn tool(&mut self, key: u64) -> Option<&mut Tool> {
        let merged = self.faults.has(Mutant::MergesTools);
        self.tools.iter_mut().find(|tool| merged || tool.key == key)
    }
}
