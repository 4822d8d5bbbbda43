//! Faults before the stream.

use futures_util::future::BoxFuture;
use reqwest::header::CONTENT_TYPE;

use super::ending::is_reset_stream;
use super::{DOCUMENTED, Faulty};
use crate::answer::PartialAnswer;
use crate::contract::{Api, Call, Site};
use crate::dialect::Meaning;
use crate::reference::client::{Client, Opened, ReadHead};
use crate::reference::failure::{Class, Failure};
use crate::reference::{coding, follow, http, retry};

/// The outcome of an attempt.
type Attempted<'a> = BoxFuture<'a, Result<(), (Site, Failure)>>;

/// Takes whatever comes for a stream.
const TAKE_ALL: ReadHead =
    |client, call, head, response| Box::pin(async move { http::body(client, call, head, response) });

pub(super) const IGNORES_STATUS: Faulty = Faulty::of(Client { redirect: |_| None, read_head: TAKE_ALL, ..DOCUMENTED });

pub(super) const REDIRECT_BECOMES_GET: Faulty = Faulty::of(Client {
    request_again: |http, place, call| {
        let dialect = call.api.dialect();
        let accepted = [("accept", dialect.codec.media_type()), ("accept-encoding", coding::ACCEPTED)];
        let mut builder = http.get(place);
        for (name, value) in accepted.iter().chain(dialect.headers) {
            builder = builder.header(*name, *value);
        }
        builder
    },
    ..DOCUMENTED
});

pub(super) const NO_CONTENT_IS_EMPTY: Faulty = Faulty::of(Client {
    redirect: |_| None,
    read_head: |client, call, head, response| match head.status {
        200 | 400.. => http::read_head(client, call, head, response),
        _ => TAKE_ALL(client, call, head, response),
    },
    follow: |client, call, opened, answer| follow_unless(opened.head.status != 200, client, call, opened, answer),
    ..DOCUMENTED
});

pub(super) const WRONG_CONTENT_IS_EMPTY: Faulty = Faulty::of(Client {
    read_head: |client, call, head, response| match head.status {
        200 => TAKE_ALL(client, call, head, response),
        _ => http::read_head(client, call, head, response),
    },
    follow: |client, call, opened, answer| {
        let is_empty = opened.head.content_type != call.api.dialect().codec.media_type();
        follow_unless(is_empty, client, call, opened, answer)
    },
    ..DOCUMENTED
});

/// Follows a stream as the documents have it, unless it is taken for an empty answer.
fn follow_unless<'a>(
    is_empty: bool,
    client: &'a Client,
    call: &'a Call,
    opened: &'a mut Opened,
    answer: &'a mut PartialAnswer,
) -> BoxFuture<'a, Result<(), Failure>> {
    if is_empty {
        answer.stop_reason = Some(normal(call.api));
        return Box::pin(async { Ok(()) });
    }
    follow::follow(client, call, opened, answer)
}

fn normal(api: Api) -> String {
    api.dialect().stop_reasons.normal().to_owned()
}

pub(super) const JSON_BODY_UNTYPED: Faulty = Faulty::of(Client {
    not_a_stream: |_, _, head, _| {
        let got = if head.content_type.is_empty() { "no content type" } else { &head.content_type };
        Failure::new(Class::Protocol, got)
    },
    ..DOCUMENTED
});

pub(super) const NOT_STREAMED: Faulty = Faulty::of(Client {
    request: |http, url, call| {
        let mut body = call.body();
        body.as_object_mut().and_then(|body| body.remove("stream"));
        http::request(http, url, call).body(body.to_string())
    },
    ..DOCUMENTED
});

pub(super) const LOSES_HEADERS: Faulty = Faulty::of(Client {
    request: |http, url, call| {
        let builder = http.post(url).header(CONTENT_TYPE, "application/json").header("accept", "text/event-stream");
        builder.header("accept-encoding", coding::ACCEPTED).body(call.body().to_string())
    },
    ..DOCUMENTED
});

pub(super) const NEVER_RETRIES: Faulty = Faulty::set_to(|call| Call { max_retries: 0, ..call });

pub(super) const RETRIES_ONCE_TOO_OFTEN: Faulty =
    Faulty::set_to(|call| Call { max_retries: call.max_retries + 1, ..call });

pub(super) const RETRIES_EVERYTHING: Faulty = Faulty::of(Client {
    is_worth_a_retry: |failure| {
        matches!(failure.class, Class::Api(_)) && !failure.in_band || retry::is_worth_a_retry(failure)
    },
    ..DOCUMENTED
});

pub(super) const IGNORES_RETRY_AFTER: Faulty =
    Faulty::of(Client { delay: |_, attempt| Some(retry::backoff(attempt)), ..DOCUMENTED });

pub(super) const CAPS_RETRY_AFTER: Faulty = Faulty::of(Client {
    delay: |failure, attempt| {
        let asked = retry::asked(failure).map(|delay| delay.min(retry::LONGEST_BACKOFF));
        Some(asked.unwrap_or_else(|| retry::backoff(attempt)))
    },
    ..DOCUMENTED
});

pub(super) const RETRIES_IN_BAND: Faulty = Faulty::of(Client {
    attempt: |client, http, call, answer| {
        attempt_again(1, |failure, answer| failure.in_band && answer.events == 0, client, http, call, answer)
    },
    ..DOCUMENTED
});

pub(super) const RETRIES_AFTER_OUTPUT: Faulty = Faulty::of(Client {
    attempt: |client, http, call, answer| {
        attempt_again(call.max_retries, |_, answer| answer.events > 0, client, http, call, answer)
    },
    ..DOCUMENTED
});

pub(super) const RETRIES_RESET_STREAM: Faulty = Faulty::of(Client {
    attempt: |client, http, call, answer| {
        attempt_again(call.max_retries, |failure, _| is_reset_stream(failure), client, http, call, answer)
    },
    ..DOCUMENTED
});

pub(super) const ASKS_ANEW_WHEN_PAUSED: Faulty = Faulty::of(Client {
    attempt: |client, http, call, answer| {
        Box::pin(async move {
            follow::attempt(client, http, call, answer).await?;
            let reasons = &call.api.dialect().stop_reasons;
            if answer.stop_reason.as_deref().and_then(|reason| reasons.meaning(reason)) != Some(Meaning::Paused) {
                return Ok(());
            }
            (answer.id, answer.stop_reason) = (None, None);
            follow::attempt(client, http, call, answer).await
        })
    },
    ..DOCUMENTED
});

/// Makes an attempt, and more of them, up to a number, after failures of the stream that are taken for worth it.
fn attempt_again<'a>(
    more: u32,
    is_worth_it: fn(&Failure, &PartialAnswer) -> bool,
    client: &'a Client,
    http: &'a reqwest::Client,
    call: &'a Call,
    answer: &'a mut PartialAnswer,
) -> Attempted<'a> {
    Box::pin(async move {
        for _ in 0..more {
            match follow::attempt(client, http, call, answer).await {
                Err((Site::Iterate, failure)) if is_worth_it(&failure, answer) => answer.id = None,
                outcome => return outcome,
            }
        }
        follow::attempt(client, http, call, answer).await
    })
}
