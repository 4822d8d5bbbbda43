//! Faults in reporting an error.

use std::time::Duration;

use super::{DOCUMENTED, Faulty};
use crate::contract::{Api, Field, Observation, ObservedError};
use crate::reference::body::Body;
use crate::reference::client::{Client, Release};
use crate::reference::errors;
use crate::reference::failure::{Class, Failure};
use crate::reference::provider::{self, Provider};

const fn in_band(in_band: fn(&Client, Api, Provider) -> Failure) -> Faulty {
    Faulty::of(Client { in_band, ..DOCUMENTED })
}

pub(super) const KEEPS_TRANSPORT_STATUS: Faulty =
    in_band(|client, api, provider| Failure { status: Some(200), ..errors::in_band(client, api, provider) });

pub(super) const GUESSES_503: Faulty =
    in_band(|client, api, provider| Failure { status: Some(503), ..errors::in_band(client, api, provider) });

pub(super) const GUESSES_500: Faulty = in_band(|client, api, provider| {
    let failure = errors::in_band(client, api, provider);
    Failure { status: failure.status.or(Some(500)), ..failure }
});

pub(super) const STATUS_FROM_MESSAGE: Faulty = in_band(|client, api, provider| Failure {
    status: status_in(&provider.message),
    ..errors::in_band(client, api, provider)
});

/// Returns the first number in a text that could be the status of an error.
fn status_in(message: &str) -> Option<u16> {
    let numbers = message.split(|character: char| !character.is_ascii_digit());
    numbers.filter_map(|number| number.parse().ok()).find(|number| (400..600).contains(number))
}

pub(super) const ONE_CLASS: Faulty =
    in_band(|client, api, provider| Failure { class: Class::Api(None), ..errors::in_band(client, api, provider) });

pub(super) const WRONG_TABLE: Faulty = Faulty::of(Client {
    equivalent_status: |api, kind, code| {
        let status = errors::equivalent_status(api, kind, code);
        // Google's table has never been found wrong.
        if api == Api::GeminiGenerate { status } else { status.map(wrong) }
    },
    ..DOCUMENTED
});

/// Makes the mistakes of tables found in the wild.
fn wrong(status: u16) -> u16 {
    match status {
        402 => 403,
        504 => 408,
        529 => 503,
        503 => 502,
        other => other,
    }
}

pub(super) const LOSES_NUMERIC_CODE: Faulty = Faulty::of(Client {
    error_fields: |api, fields| {
        let mut without = fields.clone();
        without.retain(|key, value| key != "code" || !value.is_number());
        Provider { message: provider::fields(api, fields).message, ..provider::fields(api, &without) }
    },
    ..DOCUMENTED
});

/// Changes the error of an observation.
fn with_error(mut observation: Observation, change: fn(&mut ObservedError)) -> Observation {
    observation.error.iter_mut().for_each(change);
    observation
}

pub(super) const LOSES_TYPE: Faulty =
    Faulty::telling(|_, observation| with_error(observation, |error| error.kind = Field::Empty));

pub(super) const LOSES_CODE: Faulty =
    Faulty::telling(|_, observation| with_error(observation, |error| error.code = Field::Empty));

pub(super) const LOSES_REQUEST_ID: Faulty =
    Faulty::telling(|_, observation| with_error(observation, |error| error.request_id = Field::Empty));

pub(super) const LOSES_MESSAGE: Faulty = Faulty::telling(|_, observation| {
    with_error(observation, |error| "an error occurred".clone_into(&mut error.message))
});

pub(super) const TEXT_LOST_ON_ERROR: Faulty = Faulty::telling(|_, observation| without_text(observation));

/// Removes the text that came before the error of an observation.
pub(super) fn without_text(mut observation: Observation) -> Observation {
    if observation.error.is_some() {
        observation.text = observation.text.map(|_| String::new());
    }
    observation
}

pub(super) const FOREIGN_ERROR: Faulty = Faulty::of(Client {
    transport_failure: |error| Failure { class: Class::Foreign, ..Failure::transport(error) },
    ..DOCUMENTED
});

pub(super) const HTTP_ERROR_UNTYPED: Faulty = Faulty::of(Client { error_in_body: |_, _, _| None, ..DOCUMENTED });

pub(super) const HOLDS_CONNECTION: Faulty =
    Faulty::of(Client { release: |body, occasion| hold_if(occasion == Release::Failed, body), ..DOCUMENTED });

/// Keeps a body, and its connection with it, for longer than anybody looks; another one is let go of.
pub(super) fn hold_if(held: bool, body: Body) {
    if held {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(30)).await;
            drop(body);
        });
    }
}
