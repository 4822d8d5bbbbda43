//! The text of a case that is made of a recording.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use streamspec_adapters::contract::Api;

use super::expect::TIMEOUT;
use crate::case::{Encoding, End, Source, Step};
use crate::load::Document;
use crate::load::limits::MAX_SPLIT_BYTES;

/// The most characters of a line of the comment.
const WIDTH: usize = 128;

/// A case before it is text.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Sentences for whoever reviews it.
    pub(super) remarks: Vec<String>,
    pub(super) title: String,
    pub(super) api: Api,
    pub(super) sources: Vec<Source>,
    /// The client asks for a tool.
    pub(super) asks_for_tool: bool,
    /// The part of the stream that the vendor's schema does not have.
    pub(super) beyond_schema: Option<String>,
    pub(super) head: Head,
    /// The steps of the body.
    pub(super) steps: Vec<Step>,
    /// The number of bytes of the body.
    pub(super) size: usize,
    pub(super) end: End,
    pub(super) expect: Value,
}

/// The head of an answer, as far as a case says it.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) encoding: Option<Encoding>,
}

impl Draft {
    /// Writes the file.
    pub(super) fn text(&self) -> String {
        let mut document = Document::default();
        document.set("title", json!(self.title));
        document.set("api", json!(self.api));
        document.set("sources", json!(self.sources));
        document.set("beyond-schema", json!(self.beyond_schema));
        if self.asks_for_tool {
            document.set("ask", json!("tool"));
        }
        if self.end == End::Stall {
            document.set("timeout", json!(TIMEOUT));
        }
        if self.size > MAX_SPLIT_BYTES {
            document.set("variants", json!({ "except": ["one-byte"] }));
        }
        document.set("stream", Value::Array(self.stream()));
        document.set("expect", self.expect.clone());
        format!("{}{}", comment(&self.remarks), document.to_yaml())
    }

    fn stream(&self) -> Vec<Value> {
        let Head { status, headers, encoding } = &self.head;
        let mut respond = Map::new();
        if *status != 200 {
            respond.insert("status".to_owned(), json!(status));
        }
        if !headers.is_empty() {
            respond.insert("headers".to_owned(), json!(headers));
        }
        if let Some(encoding) = encoding {
            respond.insert("encoding".to_owned(), json!(encoding));
        }
        let respond = (!respond.is_empty()).then(|| json!({ "respond": respond }));
        let steps = self.steps.iter().map(|step| json!(step));
        respond.into_iter().chain(steps).chain([json!({ "end": self.end })]).collect()
    }
}

/// Writes sentences as a comment, each beginning a line.
fn comment(sentences: &[String]) -> String {
    let mut out = String::new();
    for sentence in sentences {
        let mut line = "#".to_owned();
        for word in sentence.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH {
                out.push_str(&line);
                out.push('\n');
                "#".clone_into(&mut line);
            }
            line.push(' ');
            line.push_str(word);
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}
