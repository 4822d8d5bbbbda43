//! `streamspec run --rerun`: only what an earlier run shows as flaky, as a fault, or not as listed.

use std::collections::BTreeSet;

use camino::Utf8Path;

use streamspec_adapters::root::Root;

use super::{Exit, output};
use crate::id::TrialId;
use crate::message::Asked;
use crate::record::{Records, SdkRecord};
use crate::report::View;
use crate::session::Request;
use crate::text;

/// Narrows a request to what records show as not green, by the routes that they have. Where that leaves nothing to run, it is
/// told, and the exit code is returned.
pub(super) fn narrow(
    root: &Root,
    before: &Utf8Path,
    command: &[String],
    request: &mut Request,
) -> anyhow::Result<Option<Exit>> {
    let records = Records::read([(before.as_str(), root.place(before))])?;
    let not_green = not_green(&records)?;
    if not_green.is_empty() {
        output::warn(format_args!("error: every trial in {before} is as listed, so there is nothing to run again"));
        return Ok(Some(Exit::NothingSelected));
    }
    // Whoever names SDKs wants these alone.
    if command.is_empty()
        && request.sdks.is_empty()
        && let Some(own) = program(&records, &not_green)
    {
        let Asked { program, .. } = Asked::of(&own.id, own.command.as_deref().unwrap_or_default());
        anyhow::bail!(
            "{} in {before} is a program that is not checked in; give its command again: run --rerun {before}{}",
            own.id,
            text::visible(&program)
        );
    }
    if request.via.is_empty() {
        let routes: BTreeSet<String> = not_green.iter().map(|trial| trial.route.to_string()).collect();
        request.via = routes.into_iter().collect();
    }
    request.only = Some(not_green);
    Ok(None)
}

/// Finds the trials, as written, that records show as flaky, as a fault, or not as listed.
fn not_green(records: &Records) -> anyhow::Result<BTreeSet<TrialId>> {
    let view = View::from_records(records)?;
    let mut found = BTreeSet::new();
    for row in view.rows() {
        let row = row?;
        if row.conclusion().is_red() {
            found.insert(row.trial.id().as_written());
        }
    }
    Ok(found)
}

/// Finds a program that is not checked in and has one of these trials.
fn program<'a>(records: &'a Records, trials: &BTreeSet<TrialId>) -> Option<&'a SdkRecord> {
    let mut sdks = records.runs.iter().flat_map(|run| run.sdks.values());
    sdks.find(|sdk| sdk.command.is_some() && trials.iter().any(|trial| trial.sdk == sdk.id))
}
