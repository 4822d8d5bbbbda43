//! SDKs and surfaces that were asked for by name and did not run: nobody who names something wants to hear that everything else is fine.

use streamspec_adapters::spec::{SETS, Spec};

use crate::case::matcher;
use crate::id::{SdkId, SurfaceId};
use crate::runner::Results;
use crate::session::{Request, Session};

/// Finds the SDKs and surfaces that were named, rather than chosen with `core` or `all`, and of which no trial was run; each in
/// words. What belongs to other shards is not missed.
pub(super) fn not_run(request: &Request, session: &Session, results: &Results<'_>) -> Vec<String> {
    let ran: Vec<(&SdkId, &SurfaceId)> = run(results).collect();
    let mut missing = Vec::new();
    // That they are well formed was seen when they were chosen.
    let specs = Spec::parse_list(&request.sdks).unwrap_or_default();
    let is_missing = |is_of: &dyn Fn(&SdkId) -> bool| {
        let mut plans = session.plans.iter().filter(|plan| is_of(&plan.sdk));
        let elsewhere = request.shard.is_some() && plans.any(|plan| plan.own == 0 && plan.trials > 0);
        !elsewhere && !ran.iter().any(|(sdk, _)| is_of(sdk))
    };
    for spec in specs.iter().filter(|spec| !SETS.contains(&spec.id.as_str())) {
        // A version that is the locked one runs under the plain id, and `latest` under its number.
        if is_missing(&|sdk| spec.is_of(sdk)) {
            missing.push(format!("{} was named and no trial of it was run", spec.build.id_of(&spec.id)));
        }
    }
    if let Some(own) = request.own.as_ref().map(|own| own.manifest.id.as_str())
        && is_missing(&|sdk| *sdk == *own)
    {
        missing.push(format!("{own} was given as a command and no trial of it was run"));
    }
    for glob in request.surfaces.iter().filter(|_| request.shard.is_none()) {
        let Ok(surfaces) = matcher(glob) else { continue };
        if !ran.iter().any(|(_, surface)| surfaces.is_match(surface.as_str())) {
            missing.push(format!("the surface `{glob}` was named and no trial of it was run"));
        }
    }
    missing
}

/// Says if anything was run at all.
pub(super) fn is_anything_run(results: &Results<'_>) -> bool {
    run(results).next().is_some()
}

/// Finds the surfaces of which a trial was run.
fn run<'a>(results: &'a Results<'_>) -> impl Iterator<Item = (&'a SdkId, &'a SurfaceId)> {
    results.tallies().filter(|(_, _, _, tally)| tally.run() > 0).map(|(sdk, surface, _, _)| (sdk, surface))
}
