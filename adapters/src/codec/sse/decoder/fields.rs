//! Lines to events: the fields of an event are gathered until a blank line dispatches it.

use super::{TakeLine, split};
use crate::codec::Kind;
use crate::codec::decode::{Event, Item, text};

/// The fields of the event that is arriving, and those that outlast it.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    /// The value of the last `event` field.
    pub(crate) name: String,
    /// The values of the `data` fields, each with an LF after it.
    pub(crate) data: String,
    /// The last `id` that held no NUL. Nothing here resumes a stream; the rule is kept whole.
    pub(crate) last_event_id: String,
    /// The last `retry` that was a number, in milliseconds. Nothing here reconnects either.
    pub(crate) reconnection_time: Option<u64>,
}

impl TakeLine for Fields {
    fn line(&mut self, line: &[u8]) -> Vec<Item> {
        let line = text(line);
        if line.is_empty() {
            return self.dispatch().into_iter().collect();
        }
        match split(&line) {
            ("event", value) => value.clone_into(&mut self.name),
            ("data", value) => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            ("id", value) if !value.contains('\0') => value.clone_into(&mut self.last_event_id),
            ("retry", value) if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.reconnection_time = value.parse().ok();
            }
            // Comments, and values that the rules tell to ignore.
            ("" | "id" | "retry", _) => {}
            _ => return vec![Item::Stray(line.into_owned())],
        }
        Vec::new()
    }

    fn fields(&self) -> &Fields {
        self
    }
}

impl Fields {
    /// Ends the event. Without data there is none.
    pub(crate) fn dispatch(&mut self) -> Option<Item> {
        let (name, mut data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
        data.pop().map(|_| Item::Event(Event { kind: Kind::Event, name, data }))
    }
}
