//! Faults in what an answer carries beside its text: numbers of tokens, thoughts, refusals, the notice of its end.

use super::{DOCUMENTED, Faulty};
use crate::contract::{Field, Notice, Observation, Usage};
use crate::reference;
use crate::reference::client::Client;

pub(super) const LOSES_USAGE: Faulty = Faulty::telling(|_, observation| Observation {
    usage: if observation.usage.is_absent() { Field::Absent } else { Field::Empty },
    ..observation
});

pub(super) const USAGE_OF_START_ONLY: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let before = answer.usage;
        let step = reference::read(client, api, kind, payload, answer);
        answer.usage = before.or(answer.usage);
        step
    },
    ..DOCUMENTED
});

pub(super) const INVENTS_USAGE: Faulty = Faulty::telling(|_, observation| {
    if observation.error.is_none() || observation.usage.is_absent() {
        return observation;
    }
    let told = observation.usage.value().copied().unwrap_or_default();
    // One token for each event, as a meter counts that does not wait for the provider's number.
    let usage = Usage { input: told.input.or(Some(0)), output: Some(observation.events) };
    Observation { usage: Field::Value(usage), ..observation }
});

pub(super) const LOSES_THINKING: Faulty = Faulty::telling(|_, observation| Observation {
    thinking: observation.thinking.map(|_| String::new()),
    ..observation
});

pub(super) const LOSES_REFUSAL: Faulty = Faulty::telling(|_, observation| Observation {
    refusal: observation.refusal.map(|_| String::new()),
    ..observation
});

pub(super) const THINKING_IS_TEXT: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let step = reference::read(client, api, kind, payload, answer);
        answer.text.push_str(&std::mem::take(&mut answer.thinking));
        step
    },
    ..DOCUMENTED
});

pub(super) const REFUSAL_IS_TEXT: Faulty = Faulty::of(Client {
    read: |client, api, kind, payload, answer| {
        let step = reference::read(client, api, kind, payload, answer);
        answer.text.push_str(&std::mem::take(&mut answer.refusal));
        step
    },
    ..DOCUMENTED
});

pub(super) const COMPLETES_AFTER_AN_ERROR: Faulty = Faulty::telling(|_, mut observation| {
    if let (Some(endings), Some(_)) = (&mut observation.endings, &observation.error) {
        endings.push(Notice::Completed);
    }
    observation
});

pub(super) const COMPLETES_INSTEAD_OF_AN_ERROR: Faulty = Faulty::telling(|_, mut observation| {
    if let (Some(endings), Some(_)) = (&mut observation.endings, &observation.error) {
        *endings = vec![Notice::Completed];
    }
    observation
});

pub(super) const TELLS_AN_END_TWICE: Faulty = Faulty::telling(|_, mut observation| {
    if let Some(endings) = &mut observation.endings {
        endings.extend_from_within(..);
    }
    observation
});

pub(super) const TELLS_NO_END: Faulty =
    Faulty::telling(|_, observation| Observation { endings: observation.endings.map(|_| Vec::new()), ..observation });
