//! Faults at the end of the stream.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::reporting::without_text;
use super::{DOCUMENTED, Faulty};
use crate::answer::PartialAnswer;
use crate::contract::{Api, Call};
use crate::reference::client::{Client, Opened};
use crate::reference::coding;
use crate::reference::failure::{Class, Failure};
use crate::reference::follow::{self, read_to_end};
use crate::reference::reader;

/// A time that outlasts every call.
const FOR_EVER: Duration = Duration::from_hours(1);

/// Sets the normal stop reason unless the answer has one.
fn make_up_stop(api: Api, answer: &mut PartialAnswer) {
    answer.stop_reason.get_or_insert_with(|| api.dialect().stop_reasons.normal().to_owned());
}

pub(super) const EOF_IS_SUCCESS: Faulty = Faulty::of(Client {
    ended: |client, api, answer| if answer.failed { reader::ended(client, api, answer) } else { Ok(()) },
    ..DOCUMENTED
});

pub(super) const FABRICATES_STOP: Faulty = Faulty::of(Client {
    ended: |client, api, answer| {
        if !answer.failed {
            make_up_stop(api, answer);
        }
        reader::ended(client, api, answer)
    },
    ..DOCUMENTED
});

pub(super) const DONE_IS_ENOUGH: Faulty = Faulty::of(Client {
    take_sentinel: |client, api, answer| {
        make_up_stop(api, answer);
        reader::take_sentinel(client, api, answer)
    },
    ..DOCUMENTED
});

/// Takes a failure of the body that is accepted for the end of the answer, and any other one as documented.
fn accept_if(accepted: bool, api: Api, failure: Failure, answer: &mut PartialAnswer) -> Result<(), Failure> {
    if accepted {
        make_up_stop(api, answer);
        return Ok(());
    }
    follow::take_failure(api, failure, answer)
}

pub(super) const TRUSTS_CUT_BODY: Faulty = Faulty::of(Client {
    take_failure: |api, failure, answer| accept_if(failure.class == Class::Connection, api, failure, answer),
    ..DOCUMENTED
});

/// Says whether a failure is that of a stream of HTTP/2 that the server has reset. Only the library's words tell it from others.
pub(super) fn is_reset_stream(failure: &Failure) -> bool {
    failure.words.message.contains("stream error received")
}

pub(super) const TRUSTS_MISSING_CLOSE_NOTIFY: Faulty = Faulty::of(Client {
    take_failure: |api, failure, answer| {
        accept_if(failure.words.message.contains("close_notify"), api, failure, answer)
    },
    ..DOCUMENTED
});

pub(super) const IGNORES_RST_STREAM: Faulty = Faulty::of(Client {
    take_failure: |api, failure, answer| accept_if(is_reset_stream(&failure), api, failure, answer),
    ..DOCUMENTED
});

pub(super) const ACCEPTS_CUT_GZIP: Faulty = Faulty::of(Client {
    take_failure: |api, failure, answer| accept_if(failure.class == Class::Incomplete, api, failure, answer),
    ..DOCUMENTED
});

pub(super) const TIMEOUT_IS_SUCCESS: Faulty = Faulty::of(Client {
    take_failure: |api, failure, answer| {
        let has_output = answer.events > 0;
        accept_if(failure.class == Class::Timeout && has_output, api, failure, answer)
    },
    ..DOCUMENTED
});

pub(super) const IGNORES_GZIP: Faulty = Faulty::of(Client { coding: |_| Ok(coding::Decoder::Identity), ..DOCUMENTED });

pub(super) const WAITS_FOR_CLOSE: Faulty = Faulty::of(Client { follow: waits_for_close, ..DOCUMENTED });

fn waits_for_close<'a>(
    client: &'a Client,
    call: &'a Call,
    opened: &'a mut Opened,
    answer: &'a mut PartialAnswer,
) -> BoxFuture<'a, Result<(), Failure>> {
    Box::pin(async move {
        if read_to_end(client, call, &mut opened.body, answer).await?.is_some() {
            while opened.body.next().await?.is_some() {}
        }
        Ok(())
    })
}

pub(super) const WAITS_FOR_TERMINAL: Faulty = Faulty::of(Client {
    restart_clock: |body, progress, answer| {
        if answer.stop_reason.is_some() {
            body.limit = FOR_EVER;
            body.progressed();
        } else {
            follow::restart_clock(body, progress, answer);
        }
    },
    ..DOCUMENTED
});

pub(super) const LATE_ERROR_COUNTS: Faulty = Faulty {
    client: Client { follow: reads_on, ..DOCUMENTED },
    after: |_, observation| without_text(observation),
    ..Faulty::NONE
};

fn reads_on<'a>(
    client: &'a Client,
    call: &'a Call,
    opened: &'a mut Opened,
    answer: &'a mut PartialAnswer,
) -> BoxFuture<'a, Result<(), Failure>> {
    Box::pin(async move {
        if let Some(mut reader) = read_to_end(client, call, &mut opened.body, answer).await? {
            reader.take(&[], answer)?;
            let soon = Duration::from_millis(300);
            while let Ok(Ok(Some(bytes))) = tokio::time::timeout(soon, opened.body.next()).await {
                reader.take(&bytes, answer)?;
            }
        }
        Ok(())
    })
}

pub(super) const NO_TIMEOUT: Faulty = Faulty::set_to(|call| Call { timeout: FOR_EVER, ..call });
