//! Situations on real sockets for the tests of native adapters, and what an adapter says about each, in one line.

pub(crate) mod server;
pub(crate) mod wire;

use std::collections::BTreeMap;
use std::time::Duration;

use self::server::{Server, Wire};
use crate::contract::{Api, Ask, Call, CallOutcome, Caller, Ended, Field, Notice, Observation, ObservedError, Reading};
use crate::native;
use crate::reference::Mutant;

/// One situation on the wire.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) api: Api,
    /// The answers to the first, second, … request.
    pub(crate) wire: Vec<Wire>,
    pub(crate) max_retries: u32,
    /// Short, since some situations are about pauses.
    pub(crate) timeout: Duration,
    pub(crate) surface: &'static str,
    pub(crate) caller: Caller,
    /// The observation of the client, as [`said`] puts it.
    pub(crate) expected: &'static str,
    /// The mutants that make something else of it.
    pub(crate) killed: &'static [Mutant],
}

impl Scenario {
    pub(crate) fn new(
        name: &'static str,
        api: Api,
        wire: Wire,
        expected: &'static str,
        killed: &'static [Mutant],
    ) -> Self {
        let timeout = Duration::from_millis(700);
        let (wire, surface, caller) = (vec![wire], "events", Caller::default());
        Self { name, api, wire, max_retries: 0, timeout, surface, caller, expected, killed }
    }

    /// Allows this many retries.
    pub(crate) fn retries(self, max_retries: u32) -> Self {
        Self { max_retries, ..self }
    }

    /// Sets a timeout that is never reached, however busy the machine is.
    pub(crate) fn untimed(self) -> Self {
        Self { timeout: Duration::from_mins(1), ..self }
    }

    /// Calls through this surface.
    pub(crate) fn surface(self, surface: &'static str) -> Self {
        Self { surface, ..self }
    }

    /// Lets the caller do this.
    pub(crate) fn caller(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }

    pub(crate) async fn run(&self, id: &str) -> String {
        let server = Server::start(self.wire.clone()).await;
        let answer = self.call(id, &server).await;
        let held = server.still_connected().await;
        let said = match answer {
            CallOutcome::Observed(observation) => said(&observation),
            CallOutcome::Hang | CallOutcome::Stuck => "hang".to_owned(),
            CallOutcome::Crash { detail, .. } => format!("crash: {detail}"),
            CallOutcome::Fault { detail } => format!("fault: {detail}"),
        };
        format!("{said} | {} sent{}", server.requests(), if held { ", held" } else { "" })
    }

    /// Makes the call, and returns what came of it.
    pub(crate) async fn answer(&self, id: &str) -> CallOutcome {
        self.call(id, &Server::start(self.wire.clone()).await).await
    }

    async fn call(&self, id: &str, server: &Server) -> CallOutcome {
        let call = Call {
            api: self.api,
            surface: self.surface.to_owned(),
            base_url: server.base_url(),
            timeout: self.timeout,
            deadline: self.timeout + Duration::from_millis(1_800),
            max_retries: self.max_retries,
            ask: Ask::Tool,
            prompt: None,
            headers: BTreeMap::new(),
            certificate: None,
            caller: self.caller,
            alone: false,
        };
        native::open(id).expect(id).observe(call).await.outcome
    }
}

/// Returns an observation in one line. Of calls that were made at once, chance decides which one gets which answer.
fn said(observation: &Observation) -> String {
    let mut calls: Vec<String> = std::iter::once(observation).chain(&observation.others).map(one_said).collect();
    calls.sort_unstable();
    calls.join(" other: ")
}

/// Returns the observation of one call in one line, with that of a second one.
fn one_said(observation: &Observation) -> String {
    let mut words = vec![format!("{:?}", observation.ended).to_lowercase()];
    words.extend(observation.text.as_ref().map(|text| format!("{text:?}")));
    words.extend(observation.stop_reason.value().cloned());
    for call in observation.tool_calls.iter().flatten() {
        words.push(format!("{}({}){}", call.name, call.arguments, if call.complete { "" } else { "…" }));
    }
    let labelled = [("thinking", &observation.thinking), ("refusal", &observation.refusal)];
    let told = labelled.into_iter().filter_map(|(label, text)| Some((label, text.as_ref()?)));
    words.extend(told.filter(|(_, text)| !text.is_empty()).map(|(label, text)| format!("{label}={text:?}")));
    words.extend(observation.usage.value().map(|usage| {
        let [input, output] =
            [usage.input, usage.output].map(|tokens| tokens.map_or("-".into(), |tokens| tokens.to_string()));
        format!("usage={input}/{output}")
    }));
    words.extend(observation.error.as_ref().map(failure));
    words.extend(observation.endings.as_deref().and_then(|told| notices(observation, told)));
    words.extend(observation.again.as_deref().map(|second| format!("again: {}", said(second))));
    words.join(" ")
}

/// Returns the notices of the end, unless there is the one that the end of the call asks for.
fn notices(observation: &Observation, told: &[Notice]) -> Option<String> {
    let due = match observation.ended {
        Ended::Returned => Some(Notice::Completed),
        Ended::Raised | Ended::ErrorItem => Some(Notice::Failed),
        Ended::Aborted | Ended::Cancelled => Some(Notice::Aborted),
        Ended::Stopped => None,
    };
    let names: Vec<&str> = told.iter().copied().map(Notice::name).collect();
    (told != due.as_slice()).then(|| format!("told={}", names.join("+")))
}

/// Describes a failure in a few words; what is empty is left out.
fn failure(error: &ObservedError) -> String {
    fn value<T: ToString>(label: &str, told: &Field<Reading<T>>) -> Option<String> {
        told.value().map(|reading| format!("{label}{}", reading.value.to_string()))
    }
    let words = [
        Some(format!("{:?}:", error.site).to_lowercase()),
        Some(error.class.clone()),
        value("", &error.status),
        value("", &error.kind),
        value("code=", &error.code),
        value("id=", &error.request_id),
        value("after=", &error.retry_after),
        Some(format!("({})", error.message.chars().take(60).collect::<String>())),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
