//! `streamspec update`: moves the locks of SDKs to the newest versions, after a comparison of both.

mod candidate;

use std::process::Command;

use camino::Utf8Path;
use streamspec_adapters::environment;
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::root::Root;
use streamspec_adapters::setup;

use super::arguments::UpdateOptions;
use super::builds::{Builds, Ran};
use super::exit::CannotWrite;
use super::run::refuse;
use super::{Exit, output, places, print_progress, tell_broken};
use crate::deviation::FILE;
use crate::id::SdkId;
use crate::report::{ChangeKind, Number, Release, Report, Step, lean};
use crate::run::READER;
use crate::session::{Request, suite};
use crate::text;

use candidate::Candidate;

pub(super) fn update(root: &Root, options: &UpdateOptions) -> anyhow::Result<Exit> {
    places::is_checkout(root, "update")?;
    let chosen = Fleet::discover(root)?.choose(&options.sdks)?;
    // Cases that cannot be used are no matter of one SDK.
    if let Err(error) = suite(root, &Request { cases: options.cases.clone(), ..Request::default() }) {
        return Ok(refuse(error));
    }
    let mut exit = tell_broken(&chosen.broken);
    // What was made for the new lock is what the next run needs.
    let builds = Builds::new(root, options.jobs, true)?;
    let mut is_any_newer = false;
    for sdk in &chosen.sdks {
        let id = sdk.manifest.id.as_str();
        match one(root, options, sdk, &builds) {
            Ok(Updated::Own) => output::say(format_args!("{id} is part of this suite and has no other version")),
            Ok(Updated::Newest) => output::say(format_args!("{id}: {} is the newest version", sdk.manifest.version)),
            Ok(Updated::To(came)) => {
                is_any_newer = true;
                exit = exit.max(came);
            }
            Ok(Updated::Not(came, why)) => {
                is_any_newer = true;
                output::warn(format_args!("error: {id} is left as it is: {}", text::visible(&why)));
                exit = exit.max(came);
            }
            Err(error) => {
                builds.end();
                return Err(error);
            }
        }
        if exit == Exit::Interrupted {
            break;
        }
    }
    builds.end();
    Ok(if is_any_newer { exit } else { exit.max(Exit::NothingSelected) })
}

/// The end of an update of one SDK.
enum Updated {
    /// It is the suite's own.
    Own,
    /// There is no newer version.
    Newest,
    /// Its lock was moved, or would be.
    To(Exit),
    /// Its lock stays, for this reason.
    Not(Exit, String),
}

/// Moves the lock of one SDK.
fn one(root: &Root, options: &UpdateOptions, sdk: &Sdk, builds: &Builds<'_>) -> anyhow::Result<Updated> {
    let (id, locked) = (sdk.manifest.id.as_str(), sdk.manifest.version.as_str());
    if let Some(why) = uncommitted(sdk) {
        return Ok(Updated::Not(Exit::Usage, why));
    }
    if id == READER {
        return Ok(Updated::Own);
    }
    let newest = match setup::latest(root, &sdk.manifest, &|event| print_progress(&event)) {
        Ok(newest) => newest,
        Err(error) => return Ok(Updated::Not(Exit::Fault, error.to_string())),
    };
    if !is_newer(&newest, locked) {
        return Ok(Updated::Newest);
    }
    output::warn(format_args!("{id}: {locked} is locked, and {newest} is the newest version"));
    let candidate = match Candidate::make(root, sdk, &newest)? {
        Ok(candidate) => candidate,
        Err((exit, why)) => return Ok(Updated::Not(exit, why)),
    };
    let request = Request { sdks: vec![id.to_owned()], cases: options.cases.clone(), ..Request::default() };
    let not_run = |exit| Ok(Updated::Not(exit, "its cases were not run to the end".to_owned()));
    let was = match builds.run(&request)? {
        Ran::Report(report) => own(&report, sdk),
        Ran::Not(exit) => return not_run(exit),
    };
    let now = match builds.run_in(candidate.root(), &request)? {
        Ran::Report(report) => own(&report, sdk),
        Ran::Not(exit) => return not_run(exit),
    };
    for (version, report) in [(locked, &was), (newest.as_str(), &now)] {
        if let Some(why) = report.sdks.iter().find_map(|sdk| sdk.not_run.clone()) {
            return Ok(Updated::Not(Exit::Fault, format!("{version} cannot be run: {why}")));
        }
    }
    let [was, now] = [(locked, was), (newest.as_str(), now)]
        .map(|(version, report)| Release { version: version.to_owned(), report });
    let step = Step::of(&was, &now)?.without_clock();
    output::print(step.text());
    let is_worse = step.count(ChangeKind::Broken) + step.count(ChangeKind::Worsened) > 0;
    let files = candidate.files().join(", ");
    if options.dry_run {
        output::say(format_args!("{id}: {files} would be written"));
    } else {
        candidate.take(sdk)?;
        let (folder, list) = (&sdk.dir, FILE);
        output::say(format_args!(
            "{id}: {newest} is locked; wrote {files} in {folder}; {list} is about {locked} until `bless`"
        ));
    }
    Ok(Updated::To(if is_worse { Exit::NotConformant } else { Exit::Conformant }))
}

/// Takes the results of the SDK itself.
fn own(report: &Report, sdk: &Sdk) -> Report {
    lean(report, &SdkId::from(sdk.manifest.id.as_str()))
}

/// Says if a version is newer than another one. What is no number is newer where it is another one.
fn is_newer(newest: &str, locked: &str) -> bool {
    match (Number::parse(newest), Number::parse(locked)) {
        (Some(newest), Some(locked)) => newest > locked,
        _ => newest != locked,
    }
}

/// Says why the files of an SDK must not be written: something in its folder is not committed that would be mixed with the update.
fn uncommitted(sdk: &Sdk) -> Option<String> {
    let mut git = Command::new("git");
    git.args(["status", "--porcelain", "--", "."]).current_dir(&sdk.dir).envs(environment::of_the_user());
    let output = match git.output() {
        Ok(output) if output.status.success() => output,
        Ok(output) => {
            return Some(format!(
                "git cannot tell what is committed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
        Err(error) => return Some(format!("git cannot be asked what is committed: {error}")),
    };
    let changed = String::from_utf8_lossy(&output.stdout);
    let files: Vec<&str> = changed.lines().filter_map(|line| line.get(3..)).map(name).collect();
    (!files.is_empty())
        .then(|| format!("these files in {} have changes that are not committed: {}", sdk.dir, files.join(", ")))
}

/// Returns the name of a file in a path as git writes it.
fn name(path: &str) -> &str {
    Utf8Path::new(path.trim_matches('"')).file_name().unwrap_or(path)
}
