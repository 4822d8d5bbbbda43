//! `streamspec bisect`: the release that changed what a trial comes to.

use anyhow::{bail, ensure};
use streamspec_adapters::fleet::Fleet;
use streamspec_adapters::root::Root;
use streamspec_adapters::spec::Build;

use super::arguments::BisectOptions;
use super::builds::{Builds, Ran};
use super::history::{number, releases};
use super::{Exit, output};
use crate::id::{Route, SdkId, TrialId, Variant};
use crate::judge::Status;
use crate::report::{Change, Choice, Every, Number, Release, Step, lean};
use crate::session::Request;

/// The most calls that are under way at once; there is one trial.
const JOBS: u16 = 8;

pub(super) fn bisect(root: &Root, options: &BisectOptions) -> anyhow::Result<Exit> {
    let id = &options.trial;
    ensure!(!id.variant.is_sweep(), "`{}` is a sweep of many streams; name one stream", id.variant);
    ensure!(id.route == Route::Direct, "a release is looked for on the direct route, without a gateway");
    let fleet = Fleet::discover(root)?;
    let sdk = fleet.get(id.sdk.base())?;
    let Some(surface) = sdk.manifest.surfaces.get(id.surface.as_str()) else {
        bail!("{} has no surface `{}`", id.sdk.base(), id.surface);
    };
    let since = surface.since.as_ref().map(ToString::to_string);
    let from = options.good.clone().or(since).as_deref().map(number).transpose()?;
    let to = Some(number(options.bad.as_deref().unwrap_or(&sdk.manifest.version))?);
    let versions = releases(root, sdk, &Choice { from, to, every: Every::Release, most: None })?;
    for named in [&options.good, &options.bad].into_iter().flatten() {
        let is_it = |version: &String| Number::parse(version) == Number::parse(named);
        ensure!(versions.iter().any(is_it), "the registry has no release {named} of {}", sdk.manifest.package);
    }
    ensure!(versions.len() > 1, "there are not two releases of {} in this range", sdk.manifest.package);
    let builds = Builds::new(root, JOBS, options.keep)?;
    let mut search = Search { builds: &builds, id, versions, releases: Vec::new(), steps: 0 };
    search.releases.resize_with(search.versions.len(), || None);
    let exit = search.run();
    builds.end();
    exit
}

/// The search among the releases between two ends.
struct Search<'a> {
    builds: &'a Builds<'a>,
    id: &'a TrialId,
    /// The releases, the oldest first.
    versions: Vec<String>,
    /// The results of each that was run.
    releases: Vec<Option<Release>>,
    /// The number of runs.
    steps: usize,
}

impl Search<'_> {
    fn run(&mut self) -> anyhow::Result<Exit> {
        let (mut good, mut bad) = (0, self.versions.len() - 1);
        if let Some(exit) = self.try_all(&[good, bad])? {
            return Ok(exit);
        }
        for end in [good, bad] {
            if let Some(why) = self.says_nothing(end) {
                let version = &self.versions[end];
                output::warn(format_args!(
                    "error: {version} says nothing: {why}; name another one with --good and --bad"
                ));
                return Ok(Exit::Fault);
            }
        }
        if self.change(good, bad)?.is_none() {
            output::say(format_args!(
                "{}: {} and {} come to the same",
                self.id, self.versions[good], self.versions[bad]
            ));
            return Ok(Exit::NothingSelected);
        }
        while let Some(middle) = self.middle(good, bad) {
            if let Some(exit) = self.try_all(&[middle])? {
                return Ok(exit);
            }
            if self.says_nothing(middle).is_some() {
                continue;
            }
            if self.change(good, middle)?.is_some() { bad = middle } else { good = middle }
        }
        self.tell(good, bad)
    }

    /// Finds the release between two that is nearest to their middle, of those that were not run yet.
    fn middle(&self, good: usize, bad: usize) -> Option<usize> {
        let left = (good + 1..bad).filter(|place| self.releases[*place].is_none());
        left.min_by_key(|place| place.abs_diff(good.midpoint(bad)))
    }

    /// Runs the trial on releases.
    fn try_all(&mut self, places: &[usize]) -> anyhow::Result<Option<Exit>> {
        let base = self.id.sdk.base();
        let asked = places.iter().map(|place| Build::Version(self.versions[*place].clone()).id_of(base));
        let request = Request {
            sdks: asked.collect(),
            surfaces: vec![self.id.surface.to_string()],
            cases: vec![self.id.case.to_string()],
            variants: Some(self.id.variant).filter(|variant| *variant != Variant::AsWritten).into_iter().collect(),
            transports: vec![self.id.transport],
            ..Request::default()
        };
        let report = match self.builds.run(&request)? {
            Ran::Report(report) => report,
            Ran::Not(exit) => return Ok(Some(exit)),
        };
        ensure!(report.cases.len() <= 1, "`{}` names {} cases; name one", self.id.case, report.cases.len());
        for place in places {
            let version = &self.versions[*place];
            let locked = report.sdks.iter().find(|sdk| sdk.version == *version).map(|sdk| sdk.id.clone());
            let build = locked.unwrap_or_else(|| SdkId::from(Build::Version(version.clone()).id_of(base)));
            self.releases[*place] = Some(Release { version: version.clone(), report: lean(&report, &build) });
            self.steps += 1;
        }
        for place in places {
            let words =
                self.says_nothing(*place).map_or_else(|| self.in_words(*place), |why| format!("says nothing: {why}"));
            output::warn(format_args!("{}: {words}", self.versions[*place]));
        }
        Ok(None)
    }

    /// Says what the trial came to in a release.
    fn in_words(&self, place: usize) -> String {
        let release = self.releases[place].as_ref();
        let result = release.and_then(|release| release.report.results.iter().find(|result| self.is_it(&result.id)));
        result.map_or_else(|| "pass".to_owned(), |result| result.verdict.with_mode(result.mode))
    }

    fn is_it(&self, id: &TrialId) -> bool {
        id.variant == self.id.variant && id.transport == self.id.transport
    }

    /// Says why a release tells nothing of the trial.
    fn says_nothing(&self, place: usize) -> Option<String> {
        let release = self.releases[place].as_ref()?;
        if let Some(why) = release.not_run() {
            return Some(why.lines().next().unwrap_or_default().to_owned());
        }
        let result = release.report.results.iter().find(|result| self.is_it(&result.id));
        match result.filter(|result| result.verdict > Status::Fails) {
            Some(result) => Some(result.reason.clone().unwrap_or_else(|| result.verdict.name().to_owned())),
            None if release.report.counts.is_empty() => Some("it has no such surface".to_owned()),
            None => None,
        }
    }

    /// Finds the change of the trial between two releases that were run.
    fn change(&self, one: usize, other: usize) -> anyhow::Result<Option<Change>> {
        let (Some(before), Some(after)) = (&self.releases[one], &self.releases[other]) else { return Ok(None) };
        let changes = Step::of(before, after)?.comparison.changes;
        Ok(changes.into_iter().find(|change| self.is_it(&change.id)))
    }

    /// Tells which release it was, or between which two the ones lie that could not be run.
    fn tell(&self, good: usize, bad: usize) -> anyhow::Result<Exit> {
        let (Some(before), Some(after)) = (&self.releases[good], &self.releases[bad]) else {
            bail!("the ends were not run")
        };
        let passed_over: Vec<&str> = self.versions[good + 1..bad].iter().map(String::as_str).collect();
        let runs = self.steps;
        output::say(format_args!("{} was changed by {} ({runs} releases run)", self.id, self.versions[bad]));
        output::print(Step::of(before, after)?.text());
        if !passed_over.is_empty() {
            let those = passed_over.join(", ");
            output::say(format_args!("or by one of these, which say nothing: {those}"));
        }
        Ok(Exit::Conformant)
    }
}
