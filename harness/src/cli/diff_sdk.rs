//! `streamspec diff-sdk`: what every SDK of a run makes of a case.

use std::collections::{BTreeMap, BTreeSet};

use streamspec_adapters::root::Root;

use super::arguments::DiffOptions;
use super::{Exit, load, output, places};
use crate::id::{CaseId, Variant};
use crate::load::{Selection, Suite};
use crate::message::side_by_side;
use crate::record::{Records, TrialRecord};

pub(super) fn diff_sdk(root: &Root, options: &DiffOptions) -> anyhow::Result<Exit> {
    let Some(Suite { cases, .. }) = load(root, &Selection::named(&options.cases)) else { return Ok(Exit::Usage) };
    let name = places::records(root, options.records.as_ref());
    let records = Records::read([(name.as_str(), root.place(&name))])?;
    let chosen: BTreeSet<&CaseId> = cases.iter().map(|case| &case.id).collect();
    let mut trials: BTreeMap<CaseId, Vec<TrialRecord>> = BTreeMap::new();
    for place in records.surfaces.values().flatten() {
        if place.variant == Variant::AsWritten && chosen.contains(records.case(place)) {
            let trial = records.trial(place)?;
            trials.entry(trial.case.clone()).or_default().push(trial);
        }
    }
    if trials.is_empty() {
        let (file, named, begin) = (&name, options.cases.join("' --case '"), root.invocation());
        output::warn(format_args!(
            "error: no trial of these cases is in {file}; `{begin} run --sdk all --case '{named}'` runs them"
        ));
        return Ok(Exit::NothingSelected);
    }
    let versions: BTreeMap<_, _> =
        records.runs.iter().flat_map(|run| &run.sdks).map(|(id, sdk)| (id.clone(), sdk.version.clone())).collect();
    let of_case = cases.iter().filter_map(|case| Some((case, trials.get(&case.id)?)));
    for (place, (case, trials)) in of_case.enumerate() {
        if place > 0 {
            output::say("");
        }
        output::print(side_by_side(case, trials, |sdk| versions.get(sdk).cloned().unwrap_or_default()));
    }
    Ok(Exit::Conformant)
}
