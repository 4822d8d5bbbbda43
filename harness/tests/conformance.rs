//! The suite as `cargo test` runs it: one libtest trial for each SDK surface and case.
//!
//! `STREAMSPEC_SDKS` chooses the SDKs (`core` by default, `all`, or ids separated by commas), `STREAMSPEC_VARIANTS` the
//! variants (`quick` by default: one-byte and crlf on the first combination of each matrix).

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use libtest_mimic::{Arguments, Failed, Trial};
use streamspec::cli::{fresh_nonce, print_progress};
use streamspec::id::{TrialId, Variant};
use streamspec::judge::Word;
use streamspec::record::TrialRecord;
use streamspec::run::{Engine, Patience, side_by_side};
use streamspec::session::{Request, Session, is_green};
use tokio::runtime::Runtime;

/// Most trials wait on sockets, so far more of them run at once than there are cores.
const THREADS: usize = 256;

/// How many calls may be under way at once that do not wait for the clock.
const JOBS: usize = 64;

fn main() -> ExitCode {
    streamspec_adapters::environment::scrub();
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    match Suite::open(&arguments) {
        Ok(suite) => suite.run(&arguments),
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// What every trial shares.
struct Suite {
    session: Session,
    nonce: String,
    engine: Engine,
    runtime: Runtime,
    records: Mutex<Vec<TrialRecord>>,
}

impl Suite {
    fn open(arguments: &Arguments) -> anyhow::Result<Arc<Self>> {
        // Only a test binary is built and run in the same place, so only here may the folder be known beforehand.
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Utf8PathBuf::from).unwrap_or_default();
        let session = Session::open(&root, &request(arguments)?, &|event| print_progress(&event))?;
        let runtime = Runtime::new()?;
        let nonce = fresh_nonce();
        let engine = runtime.block_on(Engine::start(nonce.clone(), JOBS, Patience::SDK))?;
        Ok(Arc::new(Self { session, nonce, engine, runtime, records: Mutex::default() }))
    }

    fn run(self: Arc<Self>, arguments: &Arguments) -> ExitCode {
        let conclusion = libtest_mimic::run(arguments, self.trials(arguments.list));
        let whole = arguments.filter.is_none() && arguments.skip.is_empty() && !arguments.list && !arguments.ignored;
        let stale = whole && std::env::var_os("STREAMSPEC_SDKS").is_none() && self.reports_unused();
        self.runtime.block_on(self.engine.close());
        if stale { ExitCode::from(101) } else { conclusion.exit_code() }
    }

    /// One trial for each that is planned, as they are listed or as they are best run, and an ignored one for each that the
    /// SDK's documents exclude.
    fn trials(self: &Arc<Self>, list: bool) -> Vec<Trial> {
        let planned = self.session.plan.trials.clone();
        let planned = if list { planned } else { side_by_side(planned) };
        let planned = planned.into_iter().map(|trial| {
            let suite = Arc::clone(self);
            Trial::test(trial.name(), move || suite.check(&trial))
        });
        let ignored = |name: String| Trial::test(name, || Ok(())).with_ignored_flag(true);
        let skipped = self.session.plan.skipped.iter().map(|skipped| ignored(skipped.trial.name()));
        let unavailable = self.session.unavailable.iter().map(|one| {
            let (id, why) = (&one.sdk.manifest.id, one.why.clone());
            if one.fault || one.named {
                Trial::test(format!("{id}/set-up"), move || Err(why.into()))
            } else {
                ignored(format!("{id} ({why})"))
            }
        });
        let broken = self.session.broken.iter().map(|one| {
            let why = one.why.clone();
            Trial::test(format!("{}/manifest", one.id), move || Err(why.into()))
        });
        planned.chain(skipped).chain(unavailable).chain(broken).collect()
    }

    fn check(&self, trial: &streamspec::run::Trial) -> Result<(), Failed> {
        let mut failures = String::new();
        for (ran, comparison) in self.runtime.block_on(self.session.settle(&self.engine, trial)) {
            if !is_green(&ran.record, &comparison, false) {
                failures.push_str(&self.session.explain(&ran, &trial.case, &self.nonce, &comparison));
            }
            self.records.lock().unwrap_or_else(PoisonError::into_inner).push(ran.record);
        }
        if failures.is_empty() { Ok(()) } else { Err(anstream::adapter::strip_str(&failures).to_string().into()) }
    }

    /// Says which entries of the lists matched nothing, and whether there were any.
    fn reports_unused(&self) -> bool {
        let records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if records.iter().any(|record| record.verdict.word > Word::Fails) {
            return false;
        }
        let versions = BTreeMap::new();
        let unused = self.session.unused(&records, &versions);
        for (known, scope) in &unused {
            anstream::eprintln!("{}:{}: this known deviation matches nothing; remove it", known.file, scope.line);
        }
        !unused.is_empty()
    }
}

/// `--exact sdk/surface::case` loads one case and one SDK; anything else loads what the environment names.
fn request(arguments: &Arguments) -> anyhow::Result<Request> {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let split = |value: String| value.split(',').map(str::to_owned).collect::<Vec<_>>();
    let variants = named("STREAMSPEC_VARIANTS").map_or_else(|| vec!["quick".to_owned()], split);
    let first_combination_only = variants == ["quick"];
    let variants = Variant::parse_list(&variants)?;
    let mut request = Request { variants, first_combination_only, ..Request::default() };
    if let (true, Some(name)) = (arguments.exact, &arguments.filter) {
        if let Ok(TrialId { sdk, surface, case, .. }) = name.parse() {
            request.sdks = vec![sdk.to_string()];
            request.surfaces = vec![surface.to_string()];
            request.cases = vec![case.to_string()];
        }
    } else if let Some(sdks) = named("STREAMSPEC_SDKS") {
        request.sdks = split(sdks);
    }
    Ok(request)
}
