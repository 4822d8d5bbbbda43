//! From the report of some builds to the results of one of them, as a store keeps them.

use std::collections::BTreeSet;

use crate::id::SdkId;
use crate::judge::Status;
use crate::report::published::Report;

/// Takes the results of one build from a report, without what other files say of the cases and of the SDK: titles, sources, known
/// deviations, and code around the SDK, which is written against its locked version.
pub fn lean(report: &Report, id: &SdkId) -> Report {
    let mut own = report.clone();
    own.sdks.retain(|sdk| sdk.id == *id);
    let handlers: BTreeSet<_> = own.sdks.iter_mut().flat_map(|sdk| std::mem::take(&mut sdk.handlers)).collect();
    let apis: Vec<_> = own.sdks.iter().flat_map(|sdk| sdk.apis.iter().copied()).collect();
    own.counts.retain(|count| count.sdk == *id && !handlers.contains(&count.surface));
    own.results.retain(|result| result.id.sdk == *id && !handlers.contains(&result.id.surface));
    own.cases.retain(|case| apis.contains(&case.api));
    for sdk in &mut own.sdks {
        sdk.surfaces.retain(|surface| !handlers.contains(surface));
        sdk.known.clear();
    }
    own.results.iter_mut().for_each(|result| result.known.clear());
    for case in &mut own.cases {
        case.title.clear();
        case.sources.clear();
        case.disputed = None;
    }
    // A release whose adapter does not start was not run, for whatever reason it does not.
    let judged: usize = own.counts.iter().map(crate::report::view::Count::judged).sum();
    let fault = own.results.iter().find(|result| result.verdict == Status::AdapterFault);
    if let (0, Some(fault), [sdk]) = (judged, fault, own.sdks.as_mut_slice()) {
        sdk.not_run
            .get_or_insert(fault.reason.clone().unwrap_or_else(|| "its adapter broke on every trial".to_owned()));
    }
    if own.sdks.iter().all(|sdk| sdk.not_run.is_some()) {
        own.counts.clear();
        own.results.clear();
    }
    own.suite.cases = own.cases.len();
    own.suite.trials = own.counts.iter().map(|count| count.judged() + count.not_judged()).sum();
    own.suite.variant_runs = 0;
    own.gateways.clear();
    own.by_transport.clear();
    own
}

/// Says if the results of a build will be the same another time: none was lost to a fault of streamspec itself, and none was not run.
pub fn is_worth_keeping(report: &Report) -> bool {
    !report.results.iter().any(|result| matches!(result.verdict, Status::HarnessFault | Status::NotRun))
}
