//! Calls that go through a gateway: each gateway is started when the first of them is made, and ended with the run.

use std::collections::BTreeMap;
use std::time::Duration;

use streamspec_adapters::contract::CallOutcome;
use streamspec_adapters::gateway::{Doubt, GatewayError, Listening, RunningGateway, TokenPlace};

use super::evidence::CallEvidence;
use super::routes::Routes;
use crate::id::{GatewayId, Route};
use crate::server::{Registered, Server, Transcript};
use crate::tap::{Tap, Tapped};

/// The time in which what is under way between a gateway and its client comes to its end once the call is over.
const SETTLE: Duration = Duration::from_millis(100);

/// The gateways of a run, in front of its server.
#[derive(Default)]
pub(super) struct Gateways(BTreeMap<GatewayId, RunningGateway>);

/// The way of one call.
pub(super) struct Passage<'a> {
    /// The root of the URLs that the SDK calls.
    pub(super) base_url: String,
    /// The words of the question, where they name the trial.
    pub(super) prompt: Option<String>,
    /// The header fields that the gateway asks for.
    pub(super) headers: BTreeMap<String, String>,
    /// The gateway on the way; none on the direct route.
    through: Option<Through<'a>>,
}

/// A gateway on the way of a call.
struct Through<'a> {
    gateway: &'a RunningGateway,
    /// The place where it listened when the call began.
    listening: Listening,
    /// The tap between the client and it.
    tap: Tap,
}

impl Gateways {
    pub(super) fn new(routes: &Routes, server: &Server) -> Self {
        let address = server.address_for_gateways();
        let gateways = routes.gateways();
        Self(gateways.map(|(id, gateway)| (id, RunningGateway::new(gateway.as_ref().clone(), address))).collect())
    }

    /// Finds the way to a script; the gateway on it serves then. An error says why nothing goes through it.
    pub(super) async fn passage(&self, route: Route, script: &Registered) -> Result<Passage<'_>, String> {
        let Some(id) = route.gateway() else {
            let base_url = script.base_url();
            return Ok(Passage { base_url, prompt: None, headers: BTreeMap::new(), through: None });
        };
        let Some(gateway) = self.0.get(&id) else { return Err(format!("the gateway {id} is not part of this run")) };
        let listening = gateway.listening().await.map_err(|error| error.to_string())?;
        let tap = Tap::open(listening.address, script.since()).await;
        let tap = tap.map_err(|error| format!("what records before the gateway {id} cannot listen: {error}"))?;
        let (base_url, prompt) = match gateway.token() {
            TokenPlace::Path => (script.base_url_at(tap.address()), None),
            TokenPlace::Prompt => (format!("http://{}", tap.address()), Some(script.prompt())),
        };
        let through = Through { gateway, listening, tap };
        Ok(Passage { base_url, prompt, headers: gateway.headers(), through: Some(through) })
    }

    /// Lists the capabilities that an adapter needs so that its trials are found on a route.
    pub(super) fn needs(&self, route: Route) -> impl Iterator<Item = &'static str> {
        let gateway = route.gateway().and_then(|id| self.0.get(&id));
        gateway.into_iter().flat_map(RunningGateway::needs)
    }

    pub(super) async fn close(&self) {
        for gateway in self.0.values() {
            gateway.close().await;
        }
    }
}

/// Finds the fault of a gateway for which a call through it says nothing about an SDK: it was not there, it answered for another
/// trial, or it asked the server for nothing that could be answered.
pub(super) fn fault(gateway: Route, played: &CallEvidence, mixed_up: Option<String>) -> Option<String> {
    if let Some(lost) = &played.lost {
        return Some(lost.clone());
    }
    if let Some(mixed_up) = mixed_up {
        return Some(format!("the gateway {gateway} answered for another trial: {mixed_up}"));
    }
    let transcript = &played.transcript;
    if let Some(refused) = transcript.refused.iter().find(|refused| refused.own) {
        let (request, reason) = (&refused.request, &refused.reason);
        return Some(format!("the server refused the request `{request}` of the gateway {gateway}: {reason}"));
    }
    let told = match &played.answered.outcome {
        CallOutcome::Observed(observation) => observation.error.as_ref().map(|error| error.message.as_str()),
        CallOutcome::Hang => Some("nothing came"),
        CallOutcome::Stuck | CallOutcome::Crash { .. } | CallOutcome::Fault { .. } => return None,
    };
    let is_unasked = transcript.exchanges.is_empty() && transcript.lacking.is_none();
    let told = told.map(|told| format!("; the client was told: {}", told.escape_debug())).unwrap_or_default();
    let dropped = transcript.tokenless.as_ref().map(|request| {
        format!(" with the token of the trial, but `{request}` came without one, which it must have dropped")
    });
    let dropped = dropped.unwrap_or_default();
    is_unasked.then(|| format!("the gateway {gateway} passed no request on{dropped}{told}"))
}

impl Passage<'_> {
    /// Waits a moment for what is under way after a call. Says if its client has left an answer on which the gateway may still be.
    pub(super) async fn settle(&self) -> bool {
        let Some(through) = &self.through else { return false };
        through.tap.settle(SETTLE).await;
        through.tap.is_left()
    }

    /// Returns what the gateway sent; none on the direct route.
    pub(super) fn tapped(&self) -> Option<Tapped> {
        self.through.as_ref().map(|through| through.tap.tapped())
    }

    /// Says why the gateway is not what it was when the call began, if it is not.
    pub(super) async fn why_gone(&self, outcome: &CallOutcome, transcript: &Transcript) -> Option<GatewayError> {
        let Through { gateway, listening, .. } = self.through.as_ref()?;
        let is_good = matches!(outcome, CallOutcome::Observed(observation) if observation.error.is_none());
        let doubt = match transcript.exchanges.as_slice() {
            _ if is_good => Doubt::None,
            [] => Doubt::Unasked,
            [..] => Doubt::Failed,
        };
        gateway.why_gone(*listening, doubt).await
    }
}

#[cfg(test)]
mod tests;
