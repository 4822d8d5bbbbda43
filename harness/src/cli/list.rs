//! `streamspec list`: the trials, or what they cover, without running or setting up anything.

use std::sync::Arc;

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;
use tokio::runtime::Runtime;

use super::arguments::ListOptions;
use super::{Exit, output, own, tell_broken};
use crate::coverage::Coverage;
use crate::run::{Filter, PlanError, Routes, has_surfaces, plan};
use crate::session::{self, Request, SessionError};
use crate::text;

pub(super) fn list(root: &Utf8Path, options: &ListOptions) -> anyhow::Result<Exit> {
    let mut request = options.selected.request()?;
    if options.command.is_empty() {
        return listed(root, options, &request);
    }
    own::beside(root, &options.command, &mut request, &Runtime::new()?, |request| listed(root, options, request))
}

fn listed(root: &Utf8Path, options: &ListOptions, request: &Request) -> anyhow::Result<Exit> {
    let suite = match session::suite(root, request) {
        Ok((suite, _)) => suite,
        Err(SessionError::Cases(problems)) => {
            output::warn(text::visible(&problems.to_string()));
            return Ok(Exit::Usage);
        }
        Err(error) => return Err(error.into()),
    };
    if options.coverage {
        output::print(Coverage::of(&suite).markdown());
        return Ok(Exit::Conformant);
    }
    let cases: Vec<_> = suite.cases.into_iter().map(Arc::new).collect();
    let chosen = request.chosen(&Fleet::discover(root)?)?;
    let exit = tell_broken(&chosen.broken);
    has_surfaces(&chosen.sdks, &request.surfaces)?;
    let sdks: Vec<_> = chosen.sdks.into_iter().map(Arc::new).collect();
    let routes = Routes::choose(root, &request.via)?;
    let Request { surfaces, transports, variants, .. } = request.clone();
    let filter = Filter { surfaces, routes, transports, variants, first_combination_only: false };
    let mut plan = match plan(&sdks, &cases, &filter) {
        Err(PlanError::Empty) if exit == Exit::Fault => return Ok(exit),
        plan => plan?,
    };
    if let Some(shard) = options.selected.shard {
        plan.keep(shard);
    }
    for trial in plan.trials.iter() {
        output::say(trial.name());
    }
    for skipped in &plan.skipped {
        output::say(format_args!("{} (unsupported: {})", skipped.trial.name(), skipped.reason));
    }
    Ok(exit)
}
