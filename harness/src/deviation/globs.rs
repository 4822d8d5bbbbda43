//! Finds few scopes with wide globs for what deviates.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;

use crate::case::{Axis, matcher};
use crate::id::CaseId;
use crate::record::{Scope, every_surface};

/// A case on a surface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CaseOnSurface<'a> {
    pub(super) case: &'a str,
    pub(super) surface: &'a str,
}

/// Groups points into few scopes with globs that cover these points and no other graded ones.
pub(super) fn grouped(
    axis: Axis,
    observed: &[String],
    points: &BTreeSet<CaseOnSurface<'_>>,
    graded: &BTreeMap<Axis, BTreeSet<CaseOnSurface<'_>>>,
) -> Vec<Scope> {
    let empty = BTreeSet::new();
    let graded = graded.get(&axis).unwrap_or(&empty);
    let mut by_case: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for point in points {
        by_case.entry(point.case).or_default().insert(point.surface);
    }
    let mut by_surfaces: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (case, surfaces) in by_case {
        by_surfaces.entry(surfaces).or_default().push(case);
    }
    by_surfaces
        .into_iter()
        .map(|(surfaces, cases)| {
            let cases = globs_for(&cases, &surfaces, graded, points);
            let matchers: Vec<GlobSet> = cases.iter().map(|glob| made(glob)).collect();
            let mut covered = graded.iter().filter(|point| matchers.iter().any(|glob| glob.is_match(point.case)));
            let everywhere = covered.all(|point| surfaces.contains(point.surface));
            let surfaces = if everywhere { every_surface() } else { surfaces.into_iter().map(str::to_owned).collect() };
            Scope { axis, observed: observed.to_vec(), surfaces, cases, versions: None }
        })
        .collect()
}

/// The widest globs, api then folder then file, that cover nothing but what is broken on these surfaces.
fn globs_for(
    cases: &[&str],
    surfaces: &BTreeSet<&str>,
    graded: &BTreeSet<CaseOnSurface<'_>>,
    broken: &BTreeSet<CaseOnSurface<'_>>,
) -> Vec<String> {
    let own: Vec<&CaseOnSurface<'_>> = graded.iter().filter(|point| surfaces.contains(point.surface)).collect();
    let holds = |glob: &str| {
        let glob = made(glob);
        own.iter().filter(|point| glob.is_match(point.case)).all(|point| broken.contains(*point))
    };
    let (mut globs, mut matchers): (Vec<String>, Vec<GlobSet>) = (Vec::new(), Vec::new());
    for case in cases {
        if matchers.iter().any(|glob| glob.is_match(case)) {
            continue;
        }
        let case = CaseId::from(*case);
        let (api, folder, file) = (case.api_folder(), case.folder(), case.file());
        let candidates = [format!("{api}/**"), format!("{folder}/*"), format!("{file}#*")];
        // A glob that covers a single case says less than its name.
        let wide = |glob: &&String| {
            let glob = made(glob);
            cases.iter().filter(|case| glob.is_match(case)).count() > 1
        };
        let chosen =
            candidates.iter().filter(wide).find(|glob| holds(glob)).map_or(case.as_str(), String::as_str).to_owned();
        matchers.push(made(&chosen));
        globs.push(chosen);
    }
    globs
}

/// A glob made of case ids, which hold nothing that a glob would not take literally.
fn made(pattern: &str) -> GlobSet {
    matcher(pattern).unwrap_or_default()
}
