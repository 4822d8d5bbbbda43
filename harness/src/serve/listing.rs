//! Lists cases by the parameters of a query.

use std::sync::Arc;

use streamspec_adapters::contract::Api;
use streamspec_adapters::suggest::help;
use url::form_urlencoded;

use super::interface::{CaseEntry, CaseList, InterfaceProblem, filters};
use super::known::Known;
use crate::case::{Case, groups};
use crate::load::CaseFilter;

/// Lists the cases that a query asks for. The root is that of their URLs.
pub(super) fn listed(known: &Known, query: &str, root: &str) -> Result<CaseList, InterfaceProblem> {
    let mut cases: Vec<&Arc<Case>> = known.all().collect();
    let wrong = |why: String| InterfaceProblem::new(400, why);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            filters::MATCH => {
                let filter = CaseFilter::named(&value).map_err(wrong)?;
                cases.retain(|case| filter.takes(case));
            }
            filters::API => {
                is_one("api", &value, Api::ALL.map(Api::name).to_vec())?;
                cases.retain(|case| case.api.name() == value);
            }
            filters::GROUP => {
                is_one("group", &value, Api::ALL.into_iter().flat_map(groups).collect())?;
                cases.retain(|case| case.group() == value);
            }
            filters::SEARCH => {
                let text = value.to_lowercase();
                let has = |place: &str| place.to_lowercase().contains(&text);
                cases.retain(|case| has(&case.id) || has(&case.title));
            }
            other => {
                let names = filters::ALL.map(|(name, _)| name);
                return Err(wrong(format!("there is no parameter `{other}`; {}", help(other, &names))));
            }
        }
    }
    Ok(CaseList { cases: cases.into_iter().map(|case| CaseEntry::of(case, root)).collect() })
}

/// Checks that a value is a known one.
fn is_one(what: &str, value: &str, mut names: Vec<&str>) -> Result<(), InterfaceProblem> {
    names.sort_unstable();
    names.dedup();
    if names.contains(&value) {
        return Ok(());
    }
    Err(InterfaceProblem::new(400, format!("{what}: there is no `{value}`; {}", help(value, &names))))
}
