//! Tool calls as far as they have come.

use serde_json::Value;

use super::ToolCall;

/// The steps of the assembly of tool calls.
#[derive(Clone, Copy)]
pub(crate) struct Assembly {
    /// Decides whether a call that starts is handed out, by the number of those before it and its name.
    pub(crate) is_call: fn(usize, &str) -> bool,
    /// Finds the call that a piece belongs to, by its key.
    pub(crate) find: fn(&mut [Tool], u64) -> Option<&mut Tool>,
    /// Takes the arguments that the start of a call brings whole.
    pub(crate) start_with: fn(&mut Tool, &str),
    /// Adds a piece of a call's arguments.
    pub(crate) extend: fn(&mut Tool, &str),
    /// Reads the arguments of a call that has ended; none if they are not whole.
    pub(crate) parse: fn(&str) -> Option<Value>,
    /// Takes back that a call has ended: it turned out to be cut.
    pub(crate) reopen: fn(&mut Tool),
}

impl Assembly {
    /// The assembly that the documents ask for.
    pub(crate) const DOCUMENTED: Self = Self {
        // A call without a name asks for nothing that could be done.
        is_call: |_, name| !name.is_empty(),
        find: |calls, key| calls.iter_mut().find(|tool| tool.key == key),
        start_with: Tool::start_with,
        extend: Tool::extend,
        parse,
        reopen: Tool::reopen,
    };
}

/// All tool calls of an answer.
pub(crate) struct Tools {
    assembly: Assembly,
    calls: Vec<Tool>,
}

/// A tool call as far as it has come.
#[derive(Debug)]
pub(crate) struct Tool {
    /// The key that ties its pieces to it.
    key: u64,
    name: String,
    pub(crate) pieces: String,
    /// True where the start of the call brought what is in `pieces`, which pieces that follow replace.
    from_start: bool,
    arguments: Option<Value>,
    complete: bool,
}

impl Tool {
    fn start_with(&mut self, arguments: &str) {
        arguments.clone_into(&mut self.pieces);
        self.from_start = true;
    }

    pub(crate) fn extend(&mut self, piece: &str) {
        if self.from_start && !piece.is_empty() {
            self.pieces.clear();
            self.from_start = false;
        }
        self.pieces.push_str(piece);
    }

    fn reopen(&mut self) {
        self.arguments = None;
        self.complete = false;
    }
}

/// Parses arguments, which are JSON. No arguments at all are an empty object.
pub(crate) fn parse(pieces: &str) -> Option<Value> {
    serde_json::from_str(if pieces.is_empty() { "{}" } else { pieces }).ok()
}

impl Tools {
    pub(crate) const fn new(assembly: Assembly) -> Self {
        Self { assembly, calls: Vec::new() }
    }

    /// Starts a tool call; `key` ties its pieces to it.
    pub(crate) fn open(&mut self, key: u64, name: &str) {
        if (self.assembly.is_call)(self.calls.len(), name) {
            let (name, pieces) = (name.to_owned(), String::new());
            self.calls.push(Tool { key, name, pieces, from_start: false, arguments: None, complete: false });
        }
    }

    /// Takes the arguments that the start of a tool call brings whole; pieces that follow replace them.
    pub(crate) fn start_with(&mut self, key: u64, arguments: &str) {
        let start_with = self.assembly.start_with;
        if let Some(tool) = self.find(key) {
            start_with(tool, arguments);
        }
    }

    /// Adds a piece of a tool call's arguments.
    pub(crate) fn extend(&mut self, key: u64, piece: &str) {
        let extend = self.assembly.extend;
        if let Some(tool) = self.find(key) {
            extend(tool, piece);
        }
    }

    /// Replaces the pieces by the whole arguments, where the dialect repeats them.
    pub(crate) fn settle(&mut self, key: u64, arguments: &str) {
        if let Some(tool) = self.find(key) {
            arguments.clone_into(&mut tool.pieces);
        }
    }

    /// Ends a tool call: it is complete if its arguments are whole.
    pub(crate) fn close(&mut self, key: u64) {
        let parse = self.assembly.parse;
        if let Some(tool) = self.find(key) {
            tool.arguments = parse(&tool.pieces);
            tool.complete = tool.arguments.is_some();
        }
    }

    /// Ends every tool call.
    pub(crate) fn close_all(&mut self) {
        let keys: Vec<u64> = self.calls.iter().map(|tool| tool.key).collect();
        for key in keys {
            self.close(key);
        }
    }

    /// Takes back that a tool call has ended: it turned out to be cut.
    pub(crate) fn reopen(&mut self, key: u64) {
        let reopen = self.assembly.reopen;
        if let Some(tool) = self.find(key) {
            reopen(tool);
        }
    }

    /// Says whether a tool call with this key was started.
    pub(crate) fn has(&self, key: u64) -> bool {
        self.calls.iter().any(|tool| tool.key == key)
    }

    /// Returns the number of tool calls that were started.
    pub(crate) const fn count(&self) -> u64 {
        self.calls.len() as u64
    }

    /// Returns the name of a tool call that was started and has no complete arguments.
    pub(crate) fn unfinished(&self) -> Option<&str> {
        self.calls.iter().find(|tool| !tool.complete).map(|tool| tool.name.as_str())
    }

    /// Returns the tool calls as they are handed over: the arguments of those that are not complete are text.
    pub(crate) fn handed_over(&self) -> Vec<ToolCall> {
        let calls = self.calls.iter().map(|tool| ToolCall {
            name: tool.name.clone(),
            arguments: tool.arguments.clone().unwrap_or_else(|| Value::String(tool.pieces.clone())),
            complete: tool.complete,
        });
        calls.collect()
    }

    fn find(&mut self, key: u64) -> Option<&mut Tool> {
        (self.assembly.find)(&mut self.calls, key)
    }
}
