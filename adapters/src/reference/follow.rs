//! One request and its answer, from the head to the end.

use futures_util::future::BoxFuture;

use super::body::Body;
use super::client::{Client, Opened, Release};
use super::failure::{Class, Failure};
use super::http;
use super::reader::Reader;
use crate::answer::{PartialAnswer, Progress};
use crate::contract::{Api, Call, Site};

/// Sends one request, with the retries that its head allows, and follows its answer to the end.
pub(crate) fn attempt<'a>(
    client: &'a Client,
    http: &'a reqwest::Client,
    call: &'a Call,
    answer: &'a mut PartialAnswer,
) -> BoxFuture<'a, Result<(), (Site, Failure)>> {
    Box::pin(async move {
        let mut opened = http::open(client, http, call).await.map_err(|failure| (Site::Open, failure))?;
        let followed = (client.follow)(client, call, &mut opened, answer).await;
        let occasion = match &followed {
            Err(_) => Release::Failed,
            Ok(()) if answer.stopped => Release::Stopped,
            Ok(()) => Release::Ended,
        };
        (client.release)(opened.body, occasion);
        followed.map_err(|failure| (Site::Iterate, failure.of_request(&opened.head)))
    })
}

/// Follows the body until the answer has ended, one way or the other; nothing is read after that.
pub(crate) fn follow<'a>(
    client: &'a Client,
    call: &'a Call,
    opened: &'a mut Opened,
    answer: &'a mut PartialAnswer,
) -> BoxFuture<'a, Result<(), Failure>> {
    Box::pin(async move { read_to_end(client, call, &mut opened.body, answer).await.map(|_| ()) })
}

/// Reads the body to the end of the answer. Returns the reader where that was the terminal marker, so that it could go on behind
/// it; none where it was the body that ended.
pub(crate) async fn read_to_end(
    client: &Client,
    call: &Call,
    body: &mut Body,
    answer: &mut PartialAnswer,
) -> Result<Option<Reader>, Failure> {
    let mut reader = Reader::new(client, call.api, call.caller);
    loop {
        let bytes = match body.next().await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return reader.finish(answer).map(|()| None),
            Err(failure) => return (client.take_failure)(call.api, failure, answer).map(|()| None),
        };
        match reader.take(&bytes, answer)? {
            Progress::End => return Ok(Some(reader)),
            progress => (client.restart_clock)(body, progress, answer),
        }
    }
}

/// Takes the failure of a body. After the stop reason a pause is none: the answer is whole, only its marker is missing.
pub(crate) fn take_failure(_: Api, failure: Failure, answer: &mut PartialAnswer) -> Result<(), Failure> {
    if failure.class == Class::Timeout && answer.stop_reason.is_some() { Ok(()) } else { Err(failure) }
}

/// Restarts the clock of a body that has brought the answer forward.
pub(crate) fn restart_clock(body: &mut Body, progress: Progress, _: &PartialAnswer) {
    if progress == Progress::Further {
        body.progressed();
    }
}
