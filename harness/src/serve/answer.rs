//! Answers that are no case's: data and pages.

use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;

use super::interface::InterfaceProblem;
use crate::case::{End, Framing, Version};
use crate::transport::Reply;
use crate::wire::{Answer, Head, Part};

/// A reply that nobody keeps a transcript of.
pub(super) struct Plain(Answer);

impl Plain {
    /// Makes a response with a body of this type.
    fn new(status: u16, content_type: &str, body: Vec<u8>, further: &[(&str, &str)]) -> Self {
        let fields = [("content-type", content_type), ("cache-control", "no-store")];
        let fields = fields.into_iter().chain(further.iter().copied());
        let head = Head {
            status,
            version: Version::Http11,
            headers: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            framing: Framing::ContentLength,
            declared_length: body.len(),
            trailers: Vec::new(),
        };
        let body = if body.is_empty() { Vec::new() } else { vec![Part::from(body)] };
        Self(Answer { head: Some(head), body, end: End::Finish, is_event_stream: false, is_verbatim: false })
    }

    /// Makes a response with JSON.
    pub(super) fn json(status: u16, value: &impl Serialize) -> Self {
        // What is answered is plain data with string keys.
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        Self::new(status, "application/json", format!("{value:#}\n").into_bytes(), &[])
    }

    /// Makes a response without content.
    pub(super) fn empty() -> Self {
        Self::new(204, "application/json", Vec::new(), &[])
    }

    /// Makes a response with a page, and its policy of what it may load.
    pub(super) fn page(html: String, policy: &str) -> Self {
        Self::new(200, "text/html; charset=utf-8", html.into_bytes(), &[("content-security-policy", policy)])
    }

    /// Makes the response to a request that cannot be met.
    pub(super) fn problem(problem: &InterfaceProblem) -> Self {
        Self::json(problem.status, problem)
    }

    /// Makes the response to a request with a method that is not among these (RFC 9110 section 15.5.6).
    pub(super) fn not_allowed(problem: &InterfaceProblem, methods: &str) -> Self {
        let mut plain = Self::problem(problem);
        if let Some(head) = &mut plain.0.head {
            head.headers.push(("allow".to_owned(), methods.to_owned()));
        }
        plain
    }
}

#[async_trait]
impl Reply for Plain {
    fn answer(&self) -> Option<&Answer> {
        Some(&self.0)
    }
}
