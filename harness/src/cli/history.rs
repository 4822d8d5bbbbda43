//! `streamspec history`: what the releases of an SDK made of the same cases.

use std::time::Instant;

use anyhow::{bail, ensure};
use camino::Utf8Path;
use streamspec_adapters::fleet::{Fleet, Sdk};
use streamspec_adapters::manifest::Manifest;
use streamspec_adapters::root::Root;
use streamspec_adapters::setup;
use streamspec_adapters::spec::{Build, SETS, Spec};

use super::arguments::{EveryOption, HistoryOptions};
use super::builds::{Builds, Ran};
use super::lock::OutputLock;
use super::run::refuse;
use super::store::Store;
use super::{Exit, output, places};
use crate::case::Case;
use crate::id::SdkId;
use crate::judge::RULES;
use crate::report::{Basis, Choice, Every, History, Number, Release, ToldHistory, chosen, is_worth_keeping, lean};
use crate::session::{Request, suite};

pub(super) fn history(root: &Root, options: &HistoryOptions) -> anyhow::Result<Exit> {
    let (sdk, named) = one_sdk(root, &options.sdk)?;
    let id = sdk.manifest.id.as_str();
    let folder = root.place(places::history(root, options.store.as_ref()));
    let store = Store::of(&folder, id);
    if options.stored {
        let range = Range::of(options)?;
        let versions = store.versions().into_iter().filter(|version| range.has(version)).collect();
        return told(options, id, &store, versions, None);
    }
    let versions = if named.is_empty() { listed(root, &sdk, &Range::of(options)?, options)? } else { named };
    if versions.is_empty() {
        output::warn(format_args!("error: {id}: no release is in this range"));
        return Ok(Exit::NothingSelected);
    }
    let request = Request { cases: options.cases.clone(), edition: options.edition, ..Request::default() };
    let cases = match suite(root, &request) {
        Ok((suite, _)) => suite.cases,
        Err(error) => return Ok(refuse(error)),
    };
    let basis = basis(&sdk, &cases);
    let _lock = OutputLock::folder(root, &folder.join(id))?;
    // What does not fit is refused before anything is run.
    let (mut left, mut there) = (Vec::new(), 0);
    for version in &versions {
        if options.again || !store.file(version).exists() {
            left.push(version.clone());
        } else {
            store.read_on(version, |other| basis.fits(other))?;
            there += 1;
        }
    }
    output::warn(format_args!("{id}: {} releases, of which {there} are in {folder}", versions.len()));
    let runner = Builds::new(root, options.jobs, options.keep)?;
    for (batch, part) in left.chunks(usize::from(options.at_once)).enumerate() {
        let begun = Instant::now();
        let asked = part.iter().map(|version| Build::Version(version.clone()).id_of(id));
        let request = Request { sdks: asked.collect(), ..request.clone() };
        match runner.run(&request)? {
            Ran::Report(report) => {
                for version in part {
                    keep(&store, &sdk, version, &report)?;
                }
            }
            Ran::Not(exit) => {
                if exit == Exit::Interrupted {
                    output::warn(format_args!(
                        "interrupted; what was run is in {folder}, and the same command goes on"
                    ));
                }
                return Ok(exit);
            }
        }
        let (done, seconds) = (there + batch * usize::from(options.at_once) + part.len(), begun.elapsed().as_secs());
        output::warn(format_args!("{id}: {done} of {} releases; {} in {seconds} s", versions.len(), part.join(", ")));
    }
    runner.end();
    told(options, id, &store, versions, Some(&basis))
}

/// Finds the one SDK of a history, and the versions that are named with it.
pub(super) fn one_sdk(root: &Utf8Path, words: &[String]) -> anyhow::Result<(Sdk, Vec<String>)> {
    let specs = Spec::parse_list(words)?;
    let Some(first) = specs.first() else { bail!("no SDK is named") };
    ensure!(!SETS.contains(&first.id.as_str()), "`{}` is a set of SDKs; a history is that of one", first.id);
    let mut versions = Vec::new();
    for spec in &specs {
        ensure!(spec.id == first.id, "a history is that of one SDK, and these are `{}` and `{}`", first.id, spec.id);
        match &spec.build {
            Build::Locked => {}
            Build::Version(version) => versions.push(version.clone()),
            Build::Latest | Build::Local(_) => {
                bail!("a history is of releases; name a version in place of `{}`", words.join(","))
            }
        }
    }
    Ok((Fleet::discover(root)?.get(&first.id)?.clone(), versions))
}

/// Lists the releases of an SDK that a registry has, the oldest first.
pub(super) fn releases(root: &Utf8Path, sdk: &Sdk, choice: &Choice) -> anyhow::Result<Vec<String>> {
    let Some(all) = setup::releases(root, &sdk.manifest)? else {
        let Manifest { id, language, version, .. } = &sdk.manifest;
        let named = Build::Version(version.clone()).id_of(id);
        bail!("no tool of {language} lists the releases of a package; name them, as in `--sdk {named}`");
    };
    Ok(chosen(&all, choice))
}

fn listed(root: &Utf8Path, sdk: &Sdk, range: &Range, options: &HistoryOptions) -> anyhow::Result<Vec<String>> {
    let every = match options.every {
        EveryOption::Minor => Every::Minor,
        EveryOption::Release => Every::Release,
    };
    let (from, to) = (range.from.clone(), range.to.clone());
    releases(root, sdk, &Choice { from, to, every, most: options.most.map(usize::from) })
}

/// The releases between two.
struct Range {
    from: Option<Number>,
    to: Option<Number>,
}

impl Range {
    fn of(options: &HistoryOptions) -> anyhow::Result<Self> {
        Ok(Self {
            from: options.from.as_deref().map(number).transpose()?,
            to: options.to.as_deref().map(number).transpose()?,
        })
    }

    fn has(&self, version: &str) -> bool {
        let number = Number::parse(version);
        self.from.as_ref().is_none_or(|from| number.as_ref() >= Some(from))
            && self.to.as_ref().is_none_or(|to| number.as_ref() <= Some(to))
    }
}

/// Reads the number of a release.
pub(super) fn number(version: &str) -> anyhow::Result<Number> {
    Number::parse(version).ok_or_else(|| anyhow::anyhow!("`{version}` is no release's number, such as 1.2.0"))
}

/// Collects what a release is judged by today.
fn basis(sdk: &Sdk, cases: &[Case]) -> Basis {
    let apis: Vec<_> = sdk.manifest.surfaces.values().flat_map(|surface| &surface.apis).collect();
    let own = cases.iter().filter(|case| apis.contains(&&case.api));
    Basis { rules: Some(RULES), cases: own.map(|case| (case.id.clone(), case.digest.clone())).collect() }
}

/// Keeps the results of a release, unless they would be others next time.
fn keep(store: &Store, sdk: &Sdk, version: &str, report: &crate::report::Report) -> anyhow::Result<()> {
    let at = sdk.at(Build::Version(version.to_owned()));
    let own = lean(report, &SdkId::from(at.manifest.id));
    if is_worth_keeping(&own) {
        store.write(version, &own)?;
    } else {
        output::warn(format_args!("warning: {version} is not kept: streamspec itself broke on a trial of it"));
    }
    Ok(())
}

/// Tells the history that a store holds.
fn told(
    options: &HistoryOptions,
    id: &str,
    store: &Store,
    versions: Vec<String>,
    basis: Option<&Basis>,
) -> anyhow::Result<Exit> {
    let mut releases: Vec<Release> = Vec::new();
    let mut wanted = basis.cloned();
    for version in versions.into_iter().filter(|version| store.file(version).exists()) {
        let release = match &wanted {
            Some(wanted) => store.read_on(&version, |other| wanted.fits(other))?,
            None => store.read(&version)?,
        };
        wanted.get_or_insert_with(|| release.basis());
        releases.push(release);
    }
    if releases.is_empty() {
        output::warn(format_args!("error: the store holds no release of {id}"));
        return Ok(Exit::NothingSelected);
    }
    let history = History::of(id.to_owned(), releases);
    output::print(if options.json { ToldHistory::of(&history)?.json() } else { history.text()? });
    Ok(Exit::Conformant)
}
