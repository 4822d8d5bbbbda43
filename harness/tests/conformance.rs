//! The suite as `cargo test` runs it: one libtest trial for each SDK surface and case.
//!
//! `STREAMSPEC_SDKS` chooses the SDKs (`core` by default, `all`, or ids separated by commas), `STREAMSPEC_VARIANTS` the
//! variants (`quick` by default: one-byte and crlf on the first combination of each matrix).

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};

use camino::{Utf8Path, Utf8PathBuf};
use libtest_mimic::{Arguments, Failed, Trial};
use streamspec::cli::{fresh_nonce, print_progress};
use streamspec::deviation::KnownScope;
use streamspec::id::{TrialId, Variant};
use streamspec::judge::Status;
use streamspec::run::{Deadlines, Engine};
use streamspec::runner::{self, Event, Results, Subscriber, is_green};
use streamspec::session::{Request, Session};
use tokio::runtime::Runtime;

/// The number of tests that wait for their trials at once.
const THREADS: usize = 8;

/// The number of calls that may be under way at once and do not wait for the clock.
const JOBS: usize = 64;

fn main() -> ExitCode {
    streamspec_adapters::environment::scrub();
    let mut arguments = Arguments::from_args();
    // A test only waits for the result of its trial.
    arguments.test_threads.get_or_insert(THREADS);
    match suite(&mut arguments) {
        Ok(exit) => exit,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn suite(arguments: &mut Arguments) -> anyhow::Result<ExitCode> {
    // Only a test binary is built and run in the same place, so only here may the folder be known beforehand.
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Utf8PathBuf::from).unwrap_or_default();
    let mut session = Session::open(&root, &request(arguments)?, &|event| print_progress(&event))?;
    let mut tests = not_run(&session);
    let (mut waiting, mut planned) = (Waiting::new(), Vec::new());
    for trial in session.plan.trials.iter() {
        let (sender, receiver) = mpsc::channel();
        waiting.insert(trial.name(), sender);
        let wait = move || receiver.recv().unwrap_or_else(|_| Err("the run ended before this trial did".to_owned()));
        planned.push(Trial::test(trial.name(), move || wait().map_err(Failed::from)));
    }
    tests.splice(0..0, planned);
    session.plan.retain(|trial| is_selected(arguments, &trial.name()));
    let selected = arguments.filter.is_some() || !arguments.skip.is_empty() || arguments.list || arguments.ignored;
    let whole = !selected && std::env::var_os("STREAMSPEC_SDKS").is_none();
    let session = Arc::new(session);
    let running = std::thread::spawn(move || run(&session, waiting, whole));
    let conclusion = libtest_mimic::run(arguments, tests);
    let unused = running.join().map_err(|_| anyhow::anyhow!("the run panicked"))??;
    for place in &unused {
        anstream::eprintln!("{place}: this known deviation matches nothing; remove it");
    }
    Ok(if unused.is_empty() { conclusion.exit_code() } else { ExitCode::from(101) })
}

/// Returns true where libtest will run a test of this name.
fn is_selected(arguments: &Arguments, name: &str) -> bool {
    let matches = |filter: &String| if arguments.exact { name == filter } else { name.contains(filter.as_str()) };
    let left_out = arguments.list || arguments.ignored || arguments.skip.iter().any(matches);
    !left_out && arguments.filter.as_ref().is_none_or(matches)
}

/// The tests that wait for their trial, by its name.
type Waiting = HashMap<String, mpsc::Sender<Result<(), String>>>;

/// Runs the trials and sends each test the result of its trial. Returns the places of known deviations that match
/// nothing.
fn run(session: &Arc<Session>, waiting: Waiting, whole: bool) -> anyhow::Result<Vec<String>> {
    let (runtime, nonce, versions) = (Runtime::new()?, fresh_nonce(), BTreeMap::new());
    runtime.block_on(async {
        let engine = Engine::start(nonce.clone(), JOBS, Deadlines::SDK).await?;
        let engine = Arc::new(engine.shared_by(session.sdks.len()));
        let mut results = Results::new(session, &versions, false);
        let mut tests = Tests { session, nonce: &nonce, waiting };
        let ran = runner::run(session, &engine, &mut [&mut results, &mut tests]).await;
        engine.close().await;
        ran?;
        let doubtful = results.not_green().keys().any(|word| *word > Status::Fails);
        let place = |scope: &KnownScope| format!("{}:{}", scope.file, scope.line);
        Ok(if whole && !doubtful { results.unused().map(place).collect() } else { Vec::new() })
    })
}

/// A subscriber that sends each test the result of its trial.
struct Tests<'a> {
    session: &'a Session,
    nonce: &'a str,
    waiting: Waiting,
}

impl Subscriber for Tests<'_> {
    fn take(&mut self, event: &Event<'_>) -> io::Result<()> {
        let Event::Ended(trial, variants) = event else { return Ok(()) };
        let red = variants.iter().filter(|(ran, comparison)| !is_green(&ran.record, comparison, false));
        let text: String =
            red.map(|(ran, comparison)| self.session.explain(ran, &trial.case, self.nonce, comparison)).collect();
        let result = if text.is_empty() { Ok(()) } else { Err(anstream::adapter::strip_str(&text).to_string()) };
        if let Some(test) = self.waiting.remove(&trial.name()) {
            // A test that libtest does not run hears nothing.
            let _ = test.send(result);
        }
        Ok(())
    }
}

/// Makes an ignored test for each trial that the SDK's documents exclude and each SDK that cannot run here, and a
/// failing one for each SDK that should run and cannot.
fn not_run(session: &Session) -> Vec<Trial> {
    let ignored = |name: String| Trial::test(name, || Ok(())).with_ignored_flag(true);
    let failing = |name: String, reason: String| Trial::test(name, move || Err(reason.into()));
    let skipped = session.plan.skipped.iter().map(|skipped| ignored(skipped.trial.name()));
    let unavailable = session.unavailable.iter().map(|one| {
        let (id, why) = (&one.sdk.manifest.id, one.reason.clone());
        if one.fault || one.named { failing(format!("{id}/set-up"), why) } else { ignored(format!("{id} ({why})")) }
    });
    let broken = session.broken.iter().map(|one| failing(format!("{}/manifest", one.id), one.reason.clone()));
    skipped.chain(unavailable).chain(broken).collect()
}

/// Makes the request: `--exact sdk/surface::case@variant` loads one case and one SDK, and anything else what the environment
/// names. A trial's name in the long form, or with a variant, becomes the one that its test has.
fn request(arguments: &mut Arguments) -> anyhow::Result<Request> {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let split = |value: String| value.split(',').map(str::to_owned).collect::<Vec<_>>();
    let variants = named("STREAMSPEC_VARIANTS").map_or_else(|| vec!["quick".to_owned()], split);
    let first_combination_only = variants == ["quick"];
    let variants = Variant::parse_list(&variants)?;
    let mut request = Request { variants, first_combination_only, ..Request::default() };
    if let (true, Some(name)) = (arguments.exact, &mut arguments.filter) {
        if let Ok(id) = name.parse::<TrialId>() {
            *name = id.as_written().to_string();
            if id.variant != Variant::AsWritten {
                (request.variants, request.first_combination_only) = (vec![id.variant], false);
            }
            request.sdks = vec![id.sdk.to_string()];
            request.surfaces = vec![id.surface.to_string()];
            request.cases = vec![id.case.to_string()];
            (request.via, request.transports) = (vec![id.route.to_string()], vec![id.transport]);
        }
    } else if let Some(sdks) = named("STREAMSPEC_SDKS") {
        request.sdks = split(sdks);
    }
    Ok(request)
}
