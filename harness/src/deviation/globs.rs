//! Finds few scopes with wide globs for what deviates.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;

use super::point::{Point, Way};
use super::ways::limits;
use crate::case::{Axis, matchers};
use crate::id::CaseId;
use crate::record::{Scope, every_surface};

/// Groups points into few scopes with globs that cover these points and no other graded ones.
pub(super) fn grouped(
    axis: Axis,
    observed: &[String],
    points: &BTreeSet<Point<'_>>,
    graded: &BTreeMap<Axis, BTreeSet<Point<'_>>>,
) -> Vec<Scope> {
    let empty = BTreeSet::new();
    let graded = graded.get(&axis).unwrap_or(&empty);
    let ways: BTreeSet<Way> = points.iter().map(|point| point.way).collect();
    // The same surfaces and cases often deviate on all ways.
    let mut on_ways: Vec<(CasesOnSurfaces, BTreeSet<Way>)> = Vec::new();
    for way in ways {
        for scope in grouped_on_way(&on_way(way, points), &on_way(way, graded)) {
            match on_ways.iter_mut().find(|(earlier, _)| *earlier == scope) {
                Some((_, ways)) => _ = ways.insert(way),
                None => on_ways.push((scope, BTreeSet::from([way]))),
            }
        }
    }
    let scopes = on_ways.into_iter().flat_map(|(CasesOnSurfaces { surfaces, cases }, ways)| {
        let (on_surface, of_case) = (made(&surfaces), made(&cases));
        let covered = graded.iter().filter(|point| of_case.is_match(point.case) && on_surface.is_match(point.surface));
        let others = covered.map(|point| point.way).filter(|way| !ways.contains(way)).collect();
        limits(&ways, &others).into_iter().map(move |(routes, transports)| Scope {
            axis,
            observed: observed.to_vec(),
            surfaces: surfaces.clone(),
            routes,
            transports,
            cases: cases.clone(),
            sometimes: false,
            versions: None,
        })
    });
    scopes.collect()
}

/// The surfaces and the cases of a scope.
#[derive(PartialEq, Eq)]
struct CasesOnSurfaces {
    surfaces: Vec<String>,
    cases: Vec<String>,
}

fn on_way<'a>(way: Way, points: &BTreeSet<Point<'a>>) -> BTreeSet<Point<'a>> {
    points.iter().filter(|point| point.way == way).copied().collect()
}

/// Groups the points on one route and transport.
fn grouped_on_way(points: &BTreeSet<Point<'_>>, graded: &BTreeSet<Point<'_>>) -> Vec<CasesOnSurfaces> {
    let mut by_case: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for point in points {
        by_case.entry(point.case).or_default().insert(point.surface);
    }
    let mut by_surfaces: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (case, surfaces) in by_case {
        by_surfaces.entry(surfaces).or_default().push(case);
    }
    let grouped = |(surfaces, cases): (BTreeSet<&str>, Vec<&str>)| {
        let cases = globs_for(&cases, &surfaces, graded, points);
        let glob = made(&cases);
        let mut covered = graded.iter().filter(|point| glob.is_match(point.case));
        let everywhere = covered.all(|point| surfaces.contains(point.surface));
        let surfaces = if everywhere { every_surface() } else { surfaces.into_iter().map(str::to_owned).collect() };
        CasesOnSurfaces { surfaces, cases }
    };
    by_surfaces.into_iter().map(grouped).collect()
}

/// Finds the widest globs, api then folder then file, that cover nothing but what is broken on these surfaces.
fn globs_for(
    cases: &[&str],
    surfaces: &BTreeSet<&str>,
    graded: &BTreeSet<Point<'_>>,
    broken: &BTreeSet<Point<'_>>,
) -> Vec<String> {
    let own: Vec<&Point<'_>> = graded.iter().filter(|point| surfaces.contains(point.surface)).collect();
    let holds = |glob: &str| {
        let glob = made(&[glob]);
        own.iter().filter(|point| glob.is_match(point.case)).all(|point| broken.contains(*point))
    };
    let (mut globs, mut matchers): (Vec<String>, Vec<GlobSet>) = (Vec::new(), Vec::new());
    for case in cases {
        if matchers.iter().any(|glob| glob.is_match(case)) {
            continue;
        }
        let case = CaseId::from(*case);
        let candidates = case.globs();
        // A glob that covers a single case says less than its name.
        let wide = |glob: &&String| {
            let glob = made(&[glob]);
            cases.iter().filter(|case| glob.is_match(case)).count() > 1
        };
        let chosen =
            candidates.iter().filter(wide).find(|glob| holds(glob)).map_or(case.as_str(), String::as_str).to_owned();
        matchers.push(made(&[&chosen]));
        globs.push(chosen);
    }
    globs
}

/// Makes a matcher of globs that were made of names, which hold nothing that a glob would not take literally.
fn made(globs: &[impl AsRef<str>]) -> GlobSet {
    matchers(globs).unwrap_or_default()
}
