//! The errors that the client raises: one hierarchy under `StreamError`, the same class for the same error wherever it arrives.

use super::head::Head;
use super::provider::Provider;
use crate::contract::{Field, ObservedError, Reading, Site, Via};
use crate::dialect::{is_quota, is_retried};

/// A `StreamError`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    pub(crate) class: Class,
    /// The status the error is equivalent to, or the response's own where that is an error.
    pub(crate) status: Option<u16>,
    /// The provider's words, or the client's own message.
    pub(crate) words: Box<Provider>,
    /// The server's own statement about a retry.
    pub(crate) should_retry: Option<bool>,
    /// It came inside a 200, where no retry can be automatic.
    pub(crate) in_band: bool,
    /// The class of the error that was translated.
    pub(crate) cause: Option<&'static str>,
}

/// The families of the hierarchy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The provider said so; its subclass is named after the status, where one is known.
    Api(Option<u16>),
    /// The connection could not be made or was lost.
    Connection,
    /// Nothing came for too long.
    Timeout,
    /// The stream ended before its answer did.
    Incomplete,
    /// The server sent what the dialect does not allow.
    Protocol,
    /// An error of the HTTP library as it is, outside the hierarchy. This client translates each of them.
    Foreign,
}

impl Failure {
    /// Makes a failure that no provider worded.
    pub(crate) fn new(class: Class, message: impl Into<String>) -> Self {
        Self::worded(class, Provider { message: message.into(), ..Provider::default() })
    }

    /// Makes a failure in a provider's words.
    pub(crate) fn worded(class: Class, words: Provider) -> Self {
        Self { class, status: None, words: Box::new(words), should_retry: None, in_band: false, cause: None }
    }

    /// Makes the transport's failure, with the transport's own class as its cause.
    pub(crate) fn transport(error: &reqwest::Error) -> Self {
        let class = if error.is_timeout() { Class::Timeout } else { Class::Connection };
        let mut message = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        Self { cause: Some("reqwest::Error"), ..Self::new(class, message) }
    }

    /// Adds the request id of the response's head, unless the body named one.
    pub(crate) fn of_request(mut self, head: &Head) -> Self {
        self.words.request_id = self.words.request_id.or_else(|| head.request_id.clone());
        self
    }

    /// Says whether a retry may help: the server's statement, then the documents' rules, then unknown.
    pub(crate) fn retryable(&self) -> Option<bool> {
        if self.words.code.as_deref().or(self.words.kind.as_deref()).is_some_and(is_quota) {
            return Some(false);
        }
        match (self.should_retry, self.class, self.status) {
            (Some(told), ..) => Some(told),
            (None, Class::Connection | Class::Timeout | Class::Incomplete, _) => Some(true),
            (None, Class::Api(_), _) if self.words.kind.as_deref().is_some_and(is_retried) => Some(true),
            (None, Class::Api(_), Some(status)) => Some(matches!(status, 408 | 409 | 429 | 500..)),
            (None, ..) => None,
        }
    }

    /// Returns the error as its catcher can read it.
    pub(crate) fn observed(self, site: Site) -> ObservedError {
        fn reading<T>(value: Option<T>) -> Field<Reading<T>> {
            value.map(|value| Reading { value, via: Via::Attribute }).into()
        }
        let retryable = self.retryable();
        let classes = self.class.names();
        let words = *self.words;
        ObservedError {
            site,
            class: classes[0].to_owned(),
            classes: classes.into_iter().map(str::to_owned).collect(),
            status: reading(self.status.map(i64::from)),
            kind: reading(words.kind),
            code: reading(words.code),
            request_id: reading(words.request_id),
            retry_after: reading(words.retry_after),
            retryable: reading(retryable),
            message: words.message,
            causes: self.cause.into_iter().map(str::to_owned).collect(),
            unread: Vec::new(),
        }
    }
}

impl Class {
    /// Lists the class and its bases, most derived first.
    fn names(self) -> Vec<&'static str> {
        match self {
            Self::Api(status) => match status.and_then(subclass) {
                Some(name) => vec![name, "ApiError", "StreamError"],
                None => vec!["ApiError", "StreamError"],
            },
            Self::Connection => vec!["ConnectionError", "StreamError"],
            Self::Timeout => vec!["Timeout", "StreamError"],
            Self::Incomplete => vec!["IncompleteStream", "StreamError"],
            Self::Protocol => vec!["ProtocolError", "StreamError"],
            Self::Foreign => vec!["reqwest::Error"],
        }
    }
}

/// Names the subclass of `ApiError` for a status.
fn subclass(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "BadRequest",
        401 => "Authentication",
        402 => "Billing",
        403 => "PermissionDenied",
        404 => "NotFound",
        408 => "RequestTimeout",
        409 => "Conflict",
        413 => "RequestTooLarge",
        422 => "UnprocessableEntity",
        424 => "FailedDependency",
        429 => "RateLimited",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        529 => "Overloaded",
        500..600 => "ServerError",
        _ => return None,
    })
}

/// Returns the beginning of a body, for a message, which is text for people: a page of markup is only named.
pub(crate) fn excerpt(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        "an empty body".to_owned()
    } else if text.starts_with('<') {
        "a page of markup".to_owned()
    } else {
        text.chars().take(2_000).collect()
    }
}
