//! `streamspec repro`: a trial as a folder that stands alone.

use std::sync::Arc;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::root::Root;
use tokio::runtime::Runtime;

use super::arguments::ReproOptions;
use super::exit::CannotWrite;
use super::run::fresh_nonce;
use super::{Exit, load, output, own, places, print_progress};
use crate::id::TrialId;
use crate::load::{Selection, Suite};
use crate::record::{Record, Records, SdkRecord, SuiteRecord, TrialRecord};
use crate::repro::{
    Colour, FolderError, NoRepro, Proof, Repro, Tls, can_be_made, can_be_shown, of_command, prove, write, write_test,
};
use crate::run::{Deadlines, Engine, LOADING, RELEASE, watches_connection};
use crate::session::{Request, Session, opened, set_up};
use crate::text;
use crate::wire::Script;

/// A trial as it was recorded, with what was recorded around it.
struct Recorded {
    suite: SuiteRecord,
    sdk: SdkRecord,
    trial: TrialRecord,
    /// The digest of the case at that time.
    digest: String,
}

pub(super) fn repro(root: &Root, options: &ReproOptions) -> anyhow::Result<Exit> {
    let id = &options.trial;
    can_be_made(id)?;
    let Some(Suite { cases, .. }) = load(root, &Selection::named(&[id.case.to_string()])) else {
        return Ok(Exit::Usage);
    };
    let Some(case) = cases.into_iter().find(|case| case.id == id.case) else {
        anyhow::bail!("`{}` is no case but several; name one of their combinations", id.case);
    };
    let Some(recorded) = recorded(root, options)? else { return Ok(Exit::Fault) };
    can_be_shown(&recorded.trial)?;
    if recorded.digest != case.digest {
        return Err(NoRepro::Changed(format!(
            "{} run --sdk {} --case '{}'",
            root.invocation(),
            id.sdk.asked(),
            id.case
        ))
        .into());
    }
    let script = Script::of(&case, id.variant, &recorded.trial.nonce);
    let sdk = if recorded.sdk.command.is_none() { Some(locked(root, &recorded)?) } else { None };
    let surface = sdk.as_ref().and_then(|sdk| sdk.manifest.surfaces.get(id.surface.as_str()).cloned());
    let tls = Tls::of(id, sdk.as_ref())?;
    let adapter = match (&sdk, &recorded.sdk.command) {
        (Some(sdk), _) => sdk.standalone()?.with_manifest(&sdk.manifest),
        (None, command) => of_command(command.as_deref().unwrap_or_default(), &here()?)?,
    };
    let program = sdk.as_ref().map(Sdk::program).transpose()?.flatten();
    let deadline = Deadlines::SDK.of(&case, &script);
    let repro = Repro {
        program,
        tls,
        // Where the clock decides what is seen, a longer time would change it.
        deadline: if case.is_timed() { deadline } else { deadline + LOADING },
        patience: deadline + LOADING,
        watch: watches_connection(&case).then_some(RELEASE),
        case,
        trial: recorded.trial,
        sdk: recorded.sdk,
        suite: recorded.suite,
        surface,
        adapter,
    };
    if options.as_test {
        return test(root, options, &repro, sdk.as_ref());
    }
    let folder = options.out.clone().unwrap_or_else(|| repro.folder_name().into());
    let files = repro.files();
    write(&folder, &files, options.force).map_err(|error| cannot_write(&folder, error))?;
    output::warn(format_args!("wrote {folder}; a copy of it is run once"));
    match prove(&repro, &files, options.install) {
        Ok(Proof { shown, differences }) if differences.is_empty() => {
            output::say(format_args!("{folder} shows what the record says: {}", text::visible(&shown)));
            Ok(Exit::Conformant)
        }
        Ok(Proof { differences, .. }) => {
            output::warn(format_args!("error: {folder} does not show what the record says"));
            for one in differences {
                output::warn(format_args!("  {}", text::visible(&one)));
            }
            Ok(Exit::NotConformant)
        }
        Err(error) => {
            output::warn(format_args!("error: {folder}: {}", text::visible(&error.to_string())));
            Ok(Exit::Fault)
        }
    }
}

/// Writes a trial as a test, and runs it once.
fn test(root: &Root, options: &ReproOptions, repro: &Repro, sdk: Option<&Sdk>) -> anyhow::Result<Exit> {
    let test = repro.test(options.out.as_deref())?;
    let file = options.out.clone().unwrap_or_else(|| test.name.clone().into());
    write_test(&file, &test.text, options.force).map_err(|error| cannot_write(&file, error))?;
    output::warn(format_args!("wrote {file}; it is run once"));
    for result in set_up(sdk.map(std::slice::from_ref).unwrap_or_default(), &|event| print_progress(&event)) {
        if let Err(error) = result {
            output::warn(format_args!("error: {error}"));
            return Ok(Exit::Fault);
        }
    }
    match test.run(root, repro) {
        Ok(Colour::Red(why)) if repro.is_red() => {
            output::say(format_args!("{file} is red: {}", text::visible(&why)));
            Ok(Exit::Conformant)
        }
        Ok(Colour::Green) if !repro.is_red() => {
            output::say(format_args!("{file} is green"));
            Ok(Exit::Conformant)
        }
        Ok(colour) => {
            let (is, should) = match colour {
                Colour::Red(why) => (format!("red: {}", text::visible(&why)), "green"),
                Colour::Green => ("green".to_owned(), "red"),
            };
            output::warn(format_args!("error: {file} is {is}; by the record it should be {should}"));
            Ok(Exit::NotConformant)
        }
        Err(error) => {
            output::warn(format_args!("error: {file}: {}", text::visible(&error.to_string())));
            Ok(Exit::Fault)
        }
    }
}

/// Makes the error of a place that cannot be written, or must not be.
fn cannot_write(place: &Utf8Path, error: FolderError) -> anyhow::Error {
    match error {
        FolderError::Io(error) => CannotWrite::new(place, error).into(),
        error => error.into(),
    }
}

/// Returns the folder that the command was called in.
fn here() -> anyhow::Result<Utf8PathBuf> {
    Ok(Utf8PathBuf::try_from(std::env::current_dir()?)?)
}

/// Finds the SDK of a record, which must be the version that the lock file has today.
fn locked(root: &Utf8Path, recorded: &Recorded) -> anyhow::Result<Sdk> {
    let sdk = Fleet::discover(root)?.get(recorded.sdk.id.base())?.clone();
    let (then, now) = (&recorded.sdk.version, &sdk.manifest.version);
    anyhow::ensure!(
        then == now,
        "{} was run at version {then}, and the lock file has {now}; run the trial again",
        recorded.sdk.id
    );
    Ok(sdk)
}

/// Finds a trial in the records, or runs it where they do not have it; none where it does not run, which is told.
fn recorded(root: &Root, options: &ReproOptions) -> anyhow::Result<Option<Recorded>> {
    let name = places::records(root, options.records.as_ref());
    let path = root.place(&name);
    if path.is_file() || options.command.is_empty() && options.records.is_some() {
        let records = Records::read([(name.as_str(), path)])?;
        if let Some(found) = found(&records, &options.trial)? {
            return Ok(Some(found));
        }
    }
    output::warn(format_args!("{} is not in {name}, so it is run first", options.trial));
    ran(root, options)
}

fn found(records: &Records, id: &TrialId) -> anyhow::Result<Option<Recorded>> {
    let places = records.surfaces.get(&(id.sdk.clone(), id.surface.clone()));
    let wanted =
        |place: &&crate::record::TrialPlace| *records.case(place) == id.case && place.variant_run() == id.variant_run();
    let Some(place) = places.into_iter().flatten().rfind(wanted) else { return Ok(None) };
    let (trial, file) = (records.trial(place)?, records.file(place));
    let has = |run: &&crate::record::Run| {
        run.file == file && run.sdks.contains_key(&id.sdk) && run.cases.contains_key(&id.case)
    };
    let run = records.runs.iter().rfind(has).context("the records do not say which suite the trial is of")?;
    Ok(Some(Recorded {
        suite: run.suite.clone(),
        sdk: run.sdks[&id.sdk].clone(),
        digest: run.cases[&id.case].digest.clone(),
        trial,
    }))
}

/// Runs one trial.
fn ran(root: &Root, options: &ReproOptions) -> anyhow::Result<Option<Recorded>> {
    let id = &options.trial;
    let runtime = Runtime::new()?;
    let own = runtime.block_on(own::start_as_sdk(root, &options.command));
    if own.is_none() && !options.command.is_empty() {
        return Ok(None);
    }
    let request = Request {
        sdks: if own.is_some() { Vec::new() } else { vec![id.sdk.to_string()] },
        own,
        surfaces: vec![id.surface.to_string()],
        cases: vec![id.case.to_string()],
        variants: vec![id.variant],
        via: vec![id.route.to_string()],
        transports: vec![id.transport],
        ..Request::default()
    };
    let session = Session::open(root, &request, &|event| print_progress(&event))?;
    if let Some(one) = session.unavailable.first() {
        output::warn(format_args!("error: {} is not run: {}", id.sdk, text::visible(&one.reason)));
        return Ok(None);
    }
    let nonce = fresh_nonce();
    let recorded = runtime.block_on(async {
        let engine = Engine::start(nonce.clone(), 1, Deadlines::SDK).await?;
        let engine = Arc::new(engine.through(&session.routes));
        let recorded = on(&session, &engine, id, &nonce).await;
        engine.close().await;
        recorded
    });
    if let Some(adapter) = request.own.as_ref().and_then(Sdk::own_adapter) {
        runtime.block_on(adapter.close());
    }
    runtime.shutdown_background();
    recorded
}

/// Runs a trial of a session.
async fn on(session: &Session, engine: &Engine, id: &TrialId, nonce: &str) -> anyhow::Result<Option<Recorded>> {
    let trial = session.plan.trials.iter().find(|trial| trial.id(id.variant) == *id);
    let trial = trial.with_context(|| {
        let begin = Root::at(&session.root).invocation();
        format!("{id}: there is no such trial; `{begin} list` has all of them")
    })?;
    let ran = engine.run(trial).await.into_iter().find(|ran| ran.record.id() == *id);
    let ran = ran.with_context(|| format!("{id}: the trial was not run in this variant"))?;
    let known = session.known(&id.sdk).cloned().unwrap_or_default();
    let Record::Sdk(sdk) = opened(engine, &trial.sdk, &known).await else { return Ok(None) };
    let suite = session.header(nonce, false).into_iter().find_map(|record| match record {
        Record::Suite(suite) => Some(suite),
        _ => None,
    });
    let digest = trial.case.digest.clone();
    Ok(suite.map(|suite| Recorded { suite, sdk, digest, trial: ran.record }))
}
