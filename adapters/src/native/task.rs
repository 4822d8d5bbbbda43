//! An asynchronous function as an [`Adapter`]: a deadline, a task of its own for every call, and panics as crashes.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use async_trait::async_trait;

use super::runtime;
use crate::contract::{Adapter, Call, CallOutcome, CallResult, HEADERS, Identity, Observation, PROMPT, SdkVersion};
use crate::manifest::Manifest;

type Observing = Pin<Box<dyn Future<Output = Observation> + Send>>;

/// A native adapter.
pub(super) struct Task {
    identity: Identity,
    surfaces: Vec<(String, Vec<crate::contract::Api>)>,
    observe: Box<dyn Fn(Call) -> Observing + Send + Sync>,
    closed: AtomicBool,
}

impl Task {
    /// Wraps a function that makes one call and says what its caller saw.
    pub(super) fn new<F, O>(manifest: &Manifest, observe: F) -> Self
    where
        F: Fn(Call) -> O + Send + Sync + 'static,
        O: Future<Output = Observation> + Send + 'static,
    {
        let observe = Box::new(move |call| -> Observing { Box::pin(observe(call)) });
        let surfaces = manifest.surfaces.iter().map(|(name, surface)| (name.clone(), surface.apis.clone())).collect();
        Self { identity: identity(manifest), surfaces, observe, closed: AtomicBool::new(false) }
    }

    fn refusal(&self, call: &Call) -> Option<String> {
        if self.closed.load(Ordering::Relaxed) {
            return Some("the adapter is closed".to_owned());
        }
        match self.surfaces.iter().find(|(name, _)| *name == call.surface) {
            None => Some(format!("no surface `{}`", call.surface)),
            Some((_, apis)) if !apis.contains(&call.api) => {
                Some(format!("surface `{}` does not speak {}", call.surface, call.api))
            }
            Some(_) => None,
        }
    }
}

#[async_trait]
impl Adapter for Task {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn observe(&self, call: Call) -> CallResult {
        let started = Instant::now();
        let answer = if let Some(detail) = self.refusal(&call) {
            CallOutcome::Fault { detail }
        } else {
            let deadline = call.deadline;
            let mut task = runtime::spawn((self.observe)(call));
            match tokio::time::timeout(deadline, &mut task).await {
                Ok(Ok(observation)) => CallOutcome::Observed(Box::new(observation)),
                // A panic ends its own task only, so its cause is never another call.
                Ok(Err(error)) => CallOutcome::Crash { detail: panic_message(error), alone: true },
                Err(_) => {
                    task.abort();
                    CallOutcome::Hang
                }
            }
        };
        CallResult { outcome: answer, stderr: String::new(), took: started.elapsed() }
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

/// Identifies a native adapter by its manifest: both are of one commit.
fn identity(manifest: &Manifest) -> Identity {
    let mut apis: Vec<_> = manifest.surfaces.values().flat_map(|surface| surface.apis.iter().copied()).collect();
    apis.sort_unstable();
    apis.dedup();
    let mut capabilities = ["timeout", "max-retries", "tools", PROMPT, HEADERS].map(str::to_owned).to_vec();
    // A manifest that says how one is set is that of an SDK where one can be set.
    let is_the_adapters = |capability: &str| ["tools", PROMPT].contains(&capability);
    capabilities.retain(|capability| is_the_adapters(capability) || manifest.configuration.contains_key(capability));
    Identity {
        sdk: SdkVersion {
            name: manifest.package.clone(),
            version: manifest.version.clone(),
            language: manifest.language.clone(),
        },
        runtime: concat!("Rust ", env!("CARGO_PKG_RUST_VERSION")).to_owned(),
        apis,
        error_bases: manifest.error_bases.clone(),
        surfaces: manifest.surfaces.keys().cloned().collect(),
        capabilities,
        described: BTreeMap::new(),
    }
}

fn panic_message(error: tokio::task::JoinError) -> String {
    let Ok(payload) = error.try_into_panic() else { return "the call was cancelled".to_owned() };
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("without a message"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::Task;
    use crate::contract::{Adapter, Api, Ask, Call, CallOutcome, Caller, Ended, Observation};
    use crate::native::manifest;

    fn call(surface: &str, api: Api) -> Call {
        Call {
            api,
            surface: surface.to_owned(),
            base_url: String::new(),
            timeout: Duration::from_secs(1),
            deadline: Duration::from_millis(50),
            max_retries: 0,
            ask: Ask::Text,
            prompt: None,
            headers: BTreeMap::new(),
            certificate: None,
            caller: Caller::default(),
            alone: false,
        }
    }

    fn seen() -> Observation {
        Observation::of(Ended::Returned)
    }

    #[tokio::test]
    async fn deadlines_panics_and_refusals() {
        let manifest = manifest("async-openai").expect("linked in");
        let good = Task::new(&manifest, |_| async { seen() });
        let late = Task::new(&manifest, |_| async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            seen()
        });
        let broken = Task::new(&manifest, |_| async { panic!("no such thing as {}", 7) });
        let chat = || call("create-stream", Api::OpenaiChat);

        assert_eq!(good.observe(chat()).await.outcome, CallOutcome::Observed(Box::new(seen())));
        let hang = late.observe(chat()).await;
        assert_eq!(hang.outcome, CallOutcome::Hang);
        assert!(hang.took < Duration::from_secs(2), "{:?}", hang.took);
        let crash = CallOutcome::Crash { detail: "panicked: no such thing as 7".to_owned(), alone: true };
        // With `RUST_BACKTRACE` it takes a while to write where the panic was.
        let patient = Call { deadline: Duration::from_mins(1), ..chat() };
        assert_eq!(broken.observe(patient).await.outcome, crash);

        let fault = |detail: &str| CallOutcome::Fault { detail: detail.to_owned() };
        assert_eq!(good.observe(call("nope", Api::OpenaiChat)).await.outcome, fault("no surface `nope`"));
        let gemini = good.observe(call("create-stream", Api::GeminiGenerate)).await.outcome;
        assert_eq!(gemini, fault("surface `create-stream` does not speak gemini-generate"));
        good.close().await;
        assert_eq!(good.observe(chat()).await.outcome, fault("the adapter is closed"));
    }
}
