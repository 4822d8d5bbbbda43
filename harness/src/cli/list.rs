//! `streamspec list`: the trials, or what they cover, without running or setting up anything.

use std::sync::Arc;

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;

use super::arguments::ListOptions;
use super::{Exit, run};
use crate::coverage::Coverage;
use crate::load::{self, Selection};
use crate::run::{Filter, plan};

pub(super) fn list(root: &Utf8Path, options: &ListOptions) -> anyhow::Result<Exit> {
    let request = options.selected.request()?;
    let suite = match load::suite(root, &Selection::named(&request.cases)) {
        Ok(suite) => suite,
        Err(problems) => {
            anstream::eprintln!("{problems}");
            return Ok(Exit::Usage);
        }
    };
    if options.coverage {
        anstream::print!("{}", Coverage::of(&suite).markdown());
        return Ok(Exit::Conformant);
    }
    let cases: Vec<_> = suite.cases.into_iter().map(Arc::new).collect();
    let sdks: Vec<_> = Fleet::discover(root)?.choose(&request.sdks)?.into_iter().map(Arc::new).collect();
    let filter = Filter { surfaces: request.surfaces, variants: request.variants, first_combination_only: false };
    let mut plan = match plan(&sdks, &cases, &filter) {
        Ok(plan) => plan,
        Err(error) => return Ok(run::usage(&error)),
    };
    if let Some(shard) = options.selected.shard {
        plan.keep(shard);
    }
    for trial in &plan.trials {
        anstream::println!("{}", trial.name());
    }
    for skipped in &plan.skipped {
        anstream::println!("{} (unsupported: {})", skipped.trial.name(), skipped.why);
    }
    Ok(Exit::Conformant)
}
