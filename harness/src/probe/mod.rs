//! Tests an adapter itself, before a suite is run on it: does it keep the contract?
//!
//! It says nothing about the SDK. What an SDK makes of a broken stream is not judged here, only whether the adapter
//! answers every call, about that call, in time, and sees what it must be able to see. Where an answer ends early or stalls, the SDK
//! itself may leave its caller waiting.

mod brought;
mod refusal;
mod transports;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;
use streamspec_adapters::contract::{
    Adapter, Api, Ask, Call, CallOutcome, CallResult, Caller, Ended, Observation, STUCK,
};
use streamspec_adapters::manifest::{AnswerField, Delivers, Transports};
use thiserror::Error;

use self::refusal::Refusal;
use crate::case::{End, Step};
use crate::id::{Transport, Variant};
use crate::load::{self, Problems};
use crate::server::{Registered, Server, Transcript};
use crate::transport;
use crate::wire::Script;

/// The text of every api's fragment `whole-answer`.
const WHOLE: &str = "Hello, world.";

/// The text of every api's fragment `text-so-far`.
const CUT: &str = "Hello";

/// The time in which an adapter must answer: with its first call an SDK loads much of itself.
const PATIENCE: Duration = Duration::from_secs(40);

/// The number of calls that the probe keeps in flight at once.
const AT_ONCE: usize = 32;

/// One thing an adapter must be able to do, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeResult {
    /// The surface, the dialect and what was tested, `create-sync openai-chat: a whole answer`.
    pub what: String,
    /// The fields that the adapter read, in words, where the probe asks for some.
    pub read: Option<String>,
    /// A sentence about what is wrong; none when nothing is.
    pub wrong: Option<String>,
}

/// One surface of one dialect.
#[derive(Clone, Debug)]
pub struct Target {
    /// The dialect.
    pub api: Api,
    /// The surface's name.
    pub surface: String,
    /// The form in which its caller gets the answer; unknown where nobody describes the surface.
    pub delivers: Option<Delivers>,
    /// The fields that its SDK has not; unknown where nobody describes the surface.
    pub lacks: Option<Vec<AnswerField>>,
    /// The kinds of answer that its caller can ask for.
    pub asks: Vec<Ask>,
}

/// The needs of a call beside its surface: the server that plays its answer, and how that is asked.
#[derive(Clone, Copy)]
struct Way<'a> {
    /// The folder of the suite.
    root: &'a Utf8Path,
    /// The server that is asked.
    server: &'a Server,
    /// The server whose certificate the adapter was told to trust.
    trusted: &'a Server,
    /// The transport.
    transport: Transport,
}

impl Way<'_> {
    /// Has the server play a scenario.
    fn register(&self, scenario: Scenario, api: Api) -> Result<Registered, ProbeError> {
        let steps = scenario.steps(self.root, api).map_err(ProbeError::Cases)?;
        Ok(self.server.register(Script::build(api, &[steps], Variant::AsWritten, "probe"), self.transport))
    }

    /// Makes the call for a scenario that is played at this URL.
    fn call(&self, target: &Target, base_url: String, scenario: Scenario) -> Call {
        let timeout = Duration::from_millis(if scenario == Scenario::Stall { 500 } else { 10_000 });
        Call {
            api: target.api,
            surface: target.surface.clone(),
            base_url,
            timeout,
            deadline: if scenario == Scenario::Stall { timeout * 4 } else { PATIENCE },
            max_retries: 0,
            ask: target.ask(scenario),
            prompt: None,
            headers: BTreeMap::new(),
            certificate: transport::of(self.transport).is_encrypted().then(|| self.trusted.authority().pem()),
            caller: Caller::default(),
            alone: false,
        }
    }
}

/// The answer that the server sends in one probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scenario {
    Whole,
    WholeTool,
    Cut,
    HttpError,
    Unauthorized,
    TooMany,
    Stall,
}

impl Scenario {
    /// Names the answer in results.
    const fn about(self) -> &'static str {
        match self {
            Self::Whole => "a whole answer",
            Self::WholeTool => "a whole answer with a tool call",
            Self::Cut => "an answer that ends early",
            Self::HttpError => "an error before the stream",
            Self::Unauthorized => "the fields of an HTTP 401",
            Self::TooMany => "the fields of an HTTP 429",
            Self::Stall => "an answer that stalls",
        }
    }

    /// Returns the steps, from the fragments that every api has.
    fn steps(self, root: &Utf8Path, api: Api) -> Result<Vec<Step>, load::Problems> {
        let (fragment, end) = match self {
            Self::Whole => ("whole-answer", Some(End::Finish)),
            Self::WholeTool => ("whole-tool-answer", Some(End::Finish)),
            Self::Cut => ("text-so-far", Some(End::Finish)),
            Self::Stall => ("text-so-far", Some(End::Stall)),
            Self::HttpError | Self::Unauthorized | Self::TooMany => ("http-error", None),
        };
        let mut steps = load::fragment(root, api, fragment)?;
        if let Some(refusal) = self.refusal(api) {
            refusal.put_into(&mut steps, api);
        }
        steps.extend(end.filter(|_| !matches!(steps.last(), Some(Step::End(_)))).map(Step::End));
        Ok(steps)
    }

    /// Returns the documented error that is sent, of the scenarios that ask what the adapter reads of one.
    const fn refusal(self, api: Api) -> Option<Refusal> {
        match self {
            Self::Unauthorized => Some(Refusal::unauthorized(api)),
            Self::TooMany => Some(Refusal::too_many(api)),
            Self::Whole | Self::WholeTool | Self::Cut | Self::HttpError | Self::Stall => None,
        }
    }
}

/// A probe that cannot be made.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// The fragments cannot be used.
    #[error("{0}")]
    Cases(Problems),
    /// The loopback interface cannot be listened on.
    #[error("the server cannot listen on the loopback interface: {0}")]
    Server(std::io::Error),
}

/// Runs every probe on every surface, then many calls at once, then a call after one that stalled, and tries what a manifest says of
/// transports. The adapter was told to trust the certificate of this server.
pub async fn probe(
    root: &Utf8Path,
    server: &Server,
    adapter: Arc<dyn Adapter>,
    targets: &[Target],
    transports: Option<&Transports>,
) -> Result<Vec<ProbeResult>, ProbeError> {
    let way = Way { root, server, trusted: server, transport: Transport::default() };
    let mut results = Vec::new();
    for target in targets {
        let answers = [Scenario::Whole, Scenario::WholeTool, Scenario::Cut, Scenario::HttpError];
        for scenario in answers.into_iter().filter(|scenario| target.can_take(*scenario)) {
            let (answered, transcript) = run(&way, adapter.as_ref(), target, scenario).await?;
            results.push(target.result(scenario, wrong(scenario, target, &answered, &transcript)));
        }
        for scenario in [Scenario::Unauthorized, Scenario::TooMany] {
            let (answered, transcript) = run(&way, adapter.as_ref(), target, scenario).await?;
            let found = target.result(scenario, wrong(scenario, target, &answered, &transcript));
            results.push(found.reading(scenario, target, &answered));
        }
        results.extend(brought::probe(&way, adapter.as_ref(), target).await?);
    }
    if let Some(target) = targets.first() {
        results.push(at_once(&way, &adapter, target).await?);
        let (stalled, _) = run(&way, adapter.as_ref(), target, Scenario::Stall).await?;
        let (next, transcript) = run(&way, adapter.as_ref(), target, target.whole()).await?;
        let stalled_wrong = match stalled.outcome {
            CallOutcome::Observed(_) | CallOutcome::Hang => None,
            other => Some(format!("{other:?}")),
        };
        results.push(target.result(Scenario::Stall, stalled_wrong));
        let wrong = wrong(target.whole(), target, &next, &transcript);
        let what = format!("{}: a whole answer after one that stalled", target.name());
        results.push(ProbeResult { what, read: None, wrong });
    }
    if let Some(transports) = transports {
        results.extend(transports::probe(&way, adapter.as_ref(), targets, transports).await?);
    }
    Ok(results)
}

impl Target {
    fn name(&self) -> String {
        format!("{} {}", self.surface, self.api)
    }

    /// Returns the kind of answer that is asked for in a scenario.
    fn ask(&self, scenario: Scenario) -> Ask {
        if scenario == Scenario::WholeTool || !self.asks.contains(&Ask::Text) { Ask::Tool } else { Ask::Text }
    }

    /// Says whether the answer of a scenario is of a kind that its caller can ask for.
    fn can_take(&self, scenario: Scenario) -> bool {
        match scenario {
            Scenario::Whole => self.asks.contains(&Ask::Text),
            Scenario::WholeTool => self.asks.contains(&Ask::Tool),
            _ => true,
        }
    }

    /// Returns the scenario of a whole answer of the first kind that its caller can ask for.
    fn whole(&self) -> Scenario {
        if self.can_take(Scenario::Whole) { Scenario::Whole } else { Scenario::WholeTool }
    }

    /// Returns true where the surface shows a field of a whole answer, as far as anybody says.
    fn shows(&self, field: AnswerField) -> bool {
        let lacks = self.lacks.as_ref().is_some_and(|lacks| lacks.contains(&field));
        self.delivers != Some(Delivers::Text) && !lacks
    }

    fn result(&self, scenario: Scenario, wrong: Option<String>) -> ProbeResult {
        ProbeResult { what: format!("{}: {}", self.name(), scenario.about()), read: None, wrong }
    }
}

impl ProbeResult {
    /// Adds what was read of the error that the scenario sends.
    fn reading(self, scenario: Scenario, target: &Target, answered: &CallResult) -> Self {
        let (Some(refusal), CallOutcome::Observed(observation)) = (scenario.refusal(target.api), &answered.outcome)
        else {
            return self;
        };
        match refusal.read(target, observation) {
            Some(read) => Self { read: Some(read.summary), wrong: self.wrong.or(read.wrong), ..self },
            None => self,
        }
    }
}

/// Makes many calls at once, every other one with an answer that is cut: each must be answered about itself.
async fn at_once(way: &Way<'_>, adapter: &Arc<dyn Adapter>, target: &Target) -> Result<ProbeResult, ProbeError> {
    let mut registered = Vec::new();
    for number in 0..AT_ONCE {
        let scenario = if number % 2 == 0 { target.whole() } else { Scenario::Cut };
        registered.push((scenario, way.register(scenario, target.api)?));
    }
    let calls = registered.iter().map(|(_, registered)| {
        let (adapter, call) = (Arc::clone(adapter), way.call(target, registered.base_url(), target.whole()));
        tokio::spawn(async move { adapter.observe(call).await })
    });
    let calls: Vec<_> = calls.collect();
    let mut wrongs = Vec::new();
    for (call, (scenario, registered)) in calls.into_iter().zip(registered) {
        let answered = call.await.map_err(|error| ProbeError::Server(error.into()))?;
        wrongs.extend(wrong(scenario, target, &answered, &registered.finish().await));
    }
    let wrong = wrongs.first().map(|first| format!("{} of {AT_ONCE} calls: {first}", wrongs.len()));
    Ok(ProbeResult { what: format!("{}: {AT_ONCE} calls at once", target.name()), read: None, wrong })
}

/// Makes one call while the server plays a scenario, and waits for both.
async fn run(
    way: &Way<'_>,
    adapter: &dyn Adapter,
    target: &Target,
    scenario: Scenario,
) -> Result<(CallResult, Transcript), ProbeError> {
    run_changed(way, adapter, target, scenario, |call| call).await
}

/// Does the same with a call that is changed before it is made.
async fn run_changed(
    way: &Way<'_>,
    adapter: &dyn Adapter,
    target: &Target,
    scenario: Scenario,
    change: impl FnOnce(Call) -> Call,
) -> Result<(CallResult, Transcript), ProbeError> {
    let registered = way.register(scenario, target.api)?;
    let answered = adapter.observe(change(way.call(target, registered.base_url(), scenario))).await;
    Ok((answered, registered.finish().await))
}

/// Says what is wrong with an answer to a scenario, whatever the SDK made of it.
fn wrong(scenario: Scenario, target: &Target, answered: &CallResult, transcript: &Transcript) -> Option<String> {
    let observation = match &answered.outcome {
        CallOutcome::Observed(observation) => observation,
        // An SDK may leave its caller waiting where an answer ends early; that it asked shows that the adapter made the call.
        CallOutcome::Hang if scenario == Scenario::Cut && !transcript.exchanges.is_empty() => return None,
        CallOutcome::Hang => return Some("no answer before the deadline".to_owned()),
        CallOutcome::Stuck => return Some(STUCK.to_owned()),
        CallOutcome::Crash { detail, .. } => return Some(format!("the process died: {detail}")),
        CallOutcome::Fault { detail } => return Some(detail.clone()),
    };
    if transcript.exchanges.is_empty() {
        return Some("no request reached the server: does the adapter use base_url?".to_owned());
    }
    match scenario {
        Scenario::Whole => whole(target, observation),
        Scenario::WholeTool => whole_tool(target, observation),
        Scenario::Cut => observation
            .text
            .as_deref()
            // A finished answer that the SDK never handed over is empty.
            .filter(|text| *text != CUT && !(text.is_empty() && target.delivers == Some(Delivers::Final)))
            .map(|text| format!("the text is {text:?}, but the stream's text was {CUT:?}")),
        // An SDK may hand a failure over as an item, and pieces of text have no room for one.
        Scenario::HttpError | Scenario::Unauthorized | Scenario::TooMany => (observation.error.is_none()
            && target.delivers != Some(Delivers::Text))
        .then(|| format!("the call must fail on an HTTP error status, but ended as {:?}", observation.ended)),
        Scenario::Stall => None,
    }
}

fn whole(target: &Target, observation: &Observation) -> Option<String> {
    if observation.ended != Ended::Returned {
        return Some(format!("a healthy stream ended as {:?}: {:?}", observation.ended, observation.error));
    }
    if observation.text.as_deref() != Some(WHOLE) {
        return Some(format!("the text is {:?}, but the stream's text was {WHOLE:?}", observation.text));
    }
    let blind = observation.stop_reason.value().is_none() && target.shows(AnswerField::StopReason);
    blind.then(|| "no stop reason is reported for a healthy stream".to_owned())
}

fn whole_tool(target: &Target, observation: &Observation) -> Option<String> {
    if observation.ended != Ended::Returned {
        return Some(format!("a healthy stream ended as {:?}: {:?}", observation.ended, observation.error));
    }
    let Some(calls) = &observation.tool_calls else {
        let blind = target.shows(AnswerField::ToolCalls);
        return blind.then(|| "no tool calls are reported for a healthy stream".to_owned());
    };
    match calls.as_slice() {
        [call] if call.complete && call.name == "get_weather" => None,
        other => Some(format!("one complete call of get_weather was on the wire, but {other:?} is reported")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Exchange;

    #[test]
    fn a_surface_may_lack_the_stop_reason() {
        let observation = Observation { text: Some(WHOLE.to_owned()), ..Observation::of(Ended::Returned) };
        let target = |lacks: Vec<AnswerField>| Target {
            api: Api::OpenaiChat,
            surface: "events".to_owned(),
            delivers: Some(Delivers::Events),
            lacks: Some(lacks),
            asks: vec![Ask::Text],
        };
        assert!(whole(&target(vec![]), &observation).is_some());
        assert_eq!(whole(&target(vec![AnswerField::StopReason]), &observation), None);
    }

    #[test]
    fn a_caller_may_wait_for_ever_where_an_answer_ends_early() {
        let (api, surface, asks) = (Api::OpenaiChat, "final".to_owned(), Ask::ALL.to_vec());
        let target = Target { api, surface, delivers: None, lacks: None, asks };
        let hang = CallResult { outcome: CallOutcome::Hang, stderr: String::new(), took: PATIENCE };
        let asked = Transcript { exchanges: vec![Exchange::sample()], ..Transcript::default() };
        assert_eq!(wrong(Scenario::Cut, &target, &hang, &asked), None);
        assert!(wrong(Scenario::Cut, &target, &hang, &Transcript::default()).is_some());
        assert!(wrong(Scenario::Whole, &target, &hang, &asked).is_some());
    }
}
