//! Serves one native adapter over the adapter protocol, so that another version of a Rust SDK than the one linked into
//! `streamspec` can be run beside it: `streamspec-native ID`.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use streamspec_adapters::contract::{Adapter, Call, CallOutcome};
use streamspec_adapters::native;
use streamspec_adapters::protocol::{Hello, Reply, Request, Run, VERSION};
use tokio::runtime::Runtime;

/// The harness keeps the deadline; nothing of its own may come first.
const NEVER: Duration = Duration::from_hours(24);

fn main() -> ExitCode {
    let id = std::env::args().nth(1).unwrap_or_default();
    let (Some(adapter), Ok(runtime)) = (native::open(&id), Runtime::new()) else {
        eprintln!("there is no native adapter `{id}` in this program");
        return ExitCode::from(2);
    };
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        match serde_json::from_str(&line) {
            Ok(Request::Hello { .. }) => send(&Reply::Hello(hello(adapter.as_ref()))),
            Ok(Request::Run(run)) => drop(runtime.spawn(answer(Arc::clone(&adapter), run))),
            Ok(Request::Bye) => break,
            Err(error) => send(&Reply::Fault { id: None, message: error.to_string() }),
        }
    }
    // Whatever is still in flight ends here, also what hangs.
    runtime.shutdown_background();
    ExitCode::SUCCESS
}

fn hello(adapter: &dyn Adapter) -> Hello {
    let identity = adapter.identity().clone();
    Hello {
        protocol: VERSION,
        sdk: identity.sdk,
        runtime: identity.runtime,
        apis: identity.apis,
        error_bases: identity.error_bases,
        surfaces: identity.surfaces,
        capabilities: identity.capabilities,
        described: identity.described,
    }
}

async fn answer(adapter: Arc<dyn Adapter>, run: Run) {
    let id = run.id;
    let call = Call {
        api: run.api,
        surface: run.surface,
        base_url: run.base_url,
        timeout: Duration::from_millis(run.timeout_ms),
        deadline: NEVER,
        max_retries: run.max_retries,
        ask: run.ask,
        prompt: run.prompt,
        headers: run.headers,
        certificate: None,
        caller: run.caller,
        alone: false,
    };
    match adapter.observe(call).await.outcome {
        CallOutcome::Observed(observation) => send(&Reply::Observed { id, observation }),
        CallOutcome::Fault { detail } => send(&Reply::Fault { id: Some(id), message: detail }),
        CallOutcome::Hang | CallOutcome::Stuck => {}
        CallOutcome::Crash { detail, .. } => {
            // The SDK's panic is its own; the harness sees the process die, and runs what was in flight again alone.
            eprintln!("{detail}");
            std::process::exit(101);
        }
    }
}

/// Writes one line, whole; a harness that is gone needs no answers.
fn send(reply: &Reply) {
    let mut out = io::stdout().lock();
    let line = serde_json::to_string(reply).unwrap_or_default();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
