//! `streamspec check`: finds what is wrong with cases, manifests and lists of known deviations.

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;
use streamspec_adapters::gateway;

use super::arguments::CheckOptions;
use super::{Exit, output, tell_broken, watch};
use crate::adequacy::Accepted;
use crate::case::Case;
use crate::deviation::{KnownDeviations, KnownScope};
use crate::edition::{Edition, names};
use crate::id::{GatewayId, Route};
use crate::judge::RULES;
use crate::load::{self, Selection};
use crate::run::Routes;
use crate::session::SessionError;

pub(super) fn check(root: &Utf8Path, options: &CheckOptions) -> anyhow::Result<Exit> {
    if options.watch {
        return watch::watch(root, &options.paths);
    }
    let checked = load::check(root, &options.paths);
    output::print(checked.render());
    let exit = if checked.has_errors() { Exit::Usage } else { Exit::Conformant };
    if !options.paths.is_empty() {
        return Ok(exit);
    }
    let exit = exit.max(adapters(root)?);
    if checked.has_errors() {
        return Ok(exit);
    }
    let cases = load::suite(root, &Selection::All).map_err(SessionError::Cases)?.cases;
    editions(root, &cases)?;
    Ok(exit.max(accepted(root, &cases)?))
}

/// Reads the list of case files that prove less than others, and says which of its globs match none.
fn accepted(root: &Utf8Path, cases: &[Case]) -> anyhow::Result<Exit> {
    let accepted = Accepted::read(root)?;
    let files: Vec<&str> = cases.iter().map(|case| case.id.file()).collect();
    let unmatched = accepted.unmatched(&files);
    for mistake in &unmatched {
        output::warn(format_args!("error: {mistake}"));
    }
    Ok(if unmatched.is_empty() { Exit::Conformant } else { Exit::Usage })
}

/// Reads every edition, says what is wrong with it, and which cases of a frozen one are not what they were.
fn editions(root: &Utf8Path, cases: &[Case]) -> anyhow::Result<()> {
    for id in Edition::ids(root)? {
        let edition = Edition::read(root, id)?;
        if edition.draft || edition.rules != RULES {
            continue;
        }
        let differs = edition.compared(cases);
        if !differs.is_kept() {
            let (file, names) = (Edition::file(id), names(&differs));
            output::warn(format_args!(
                "warning: {file}: these case files differ from this edition: {names}; a run here says so, and `--edition {id}` is refused"
            ));
        }
    }
    Ok(())
}

/// Reads every manifest and every list, and says what is wrong with them.
fn adapters(root: &Utf8Path) -> anyhow::Result<Exit> {
    let fleet = Fleet::discover(root)?;
    let mut mistakes = Vec::new();
    for sdk in fleet.sdks() {
        match KnownDeviations::read(&sdk.dir) {
            Err(error) => mistakes.push(error.to_string()),
            Ok(known) => mistakes.extend(known.repeated().into_iter().map(|(line, earlier)| {
                format!(
                    "{}:{line}: this entry has the reason and the link of the one at line {earlier}; join the two",
                    known.file
                )
            })),
        }
    }
    mistakes.extend(gateways(root, &fleet));
    for mistake in &mistakes {
        output::warn(format_args!("error: {mistake}"));
    }
    let broken = tell_broken(fleet.broken()) != Exit::Conformant;
    Ok(if broken || !mistakes.is_empty() { Exit::Usage } else { Exit::Conformant })
}

/// Reads every gateway's manifest and list, and finds what is wrong with them, and lists that speak of routes which they cannot.
fn gateways(root: &Utf8Path, fleet: &Fleet) -> Vec<String> {
    let routes = match Routes::choose(root, &[gateway::ALL]) {
        Ok(routes) => routes,
        Err(error) => return vec![error.to_string()],
    };
    let is_known = |id: GatewayId| routes.gateways().any(|(known, _)| known == id);
    // What is wrong with the list of an SDK otherwise has been told.
    let of_sdks =
        fleet.sdks().iter().filter_map(|sdk| KnownDeviations::read(&sdk.dir).ok()).flat_map(|known| known.scopes);
    let unknown = of_sdks.filter_map(|KnownScope { file, line, scope, .. }| {
        let id = scope.routes?.into_iter().filter_map(Route::gateway).find(|id| !is_known(*id))?;
        Some(format!("{file}:{line}: there is no gateway `{id}`"))
    });
    let of_gateways = routes.gateways().flat_map(|(id, gateway)| match KnownDeviations::read(&gateway.dir) {
        Ok(known) => limited(id, &known),
        Err(error) => vec![error.to_string()],
    });
    unknown.chain(of_gateways).collect()
}

/// Finds the scopes of a gateway's list that name routes.
fn limited(id: GatewayId, known: &KnownDeviations) -> Vec<String> {
    let named = known.scopes.iter().filter(|known| known.scope.routes.is_some());
    named
        .map(|known| format!("{}:{}: this list is about `{id}` alone; leave out `routes`", known.file, known.line))
        .collect()
}
