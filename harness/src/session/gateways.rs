//! The gateways of a session: set up, with their lists of known deviations.

use streamspec_adapters::gateway::Gateway;
use streamspec_adapters::setup::{Progress, SetupError};

use super::Request;
use crate::deviation::KnownDeviations;
use crate::id::{GatewayId, Route};
use crate::record::GatewayRecord;
use crate::run::Routes;

/// A gateway that is not as its manifest says.
#[derive(Clone, Debug)]
pub struct GatewayState {
    /// Its id.
    pub id: GatewayId,
    /// The reason why it is not used, and how to fix it; or what is different about it.
    pub reason: String,
    /// True if trials go through it nevertheless.
    pub is_used: bool,
    /// True if something is broken, or it was named, rather than chosen with `all`.
    pub is_fault: bool,
}

/// The gateways that were asked for, as far as they are there.
#[derive(Default)]
pub(super) struct Ready {
    /// Those that are not as their manifests say.
    pub(super) states: Vec<GatewayState>,
    /// The lists of those that can be used.
    pub(super) lists: Vec<KnownDeviations>,
    /// Their versions.
    pub(super) versions: Vec<GatewayRecord>,
}

/// Sets the gateways up and reads their lists. What cannot be used is left out of the routes.
pub(super) fn ready(routes: &mut Routes, request: &Request, progress: &(dyn Fn(Progress) + Sync)) -> Ready {
    let mut ready = Ready::default();
    for (id, gateway) in routes.clone().gateways() {
        let is_named = request.via.iter().any(|word| word == id.as_str());
        match read(id, gateway, progress) {
            Ok((list, record, different)) => {
                let state = |reason| GatewayState { id, reason, is_used: true, is_fault: false };
                ready.states.extend(different.map(state));
                ready.lists.push(list);
                ready.versions.push(record);
            }
            Err((reason, is_broken)) => {
                ready.states.push(GatewayState { id, reason, is_used: false, is_fault: is_broken || is_named });
                routes.leave_out(id);
            }
        }
    }
    ready
}

/// Sets one gateway up; returns its list, its version, and what is different about it. An error says why it cannot be used, and if something is
/// broken.
fn read(
    id: GatewayId,
    gateway: &Gateway,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(KnownDeviations, GatewayRecord, Option<String>), (String, bool)> {
    let installed = gateway.ensure(progress).map_err(|error| match error {
        SetupError::Unavailable { reason, fix, .. } => (format!("{reason}; {fix}"), false),
        error => (error.to_string(), true),
    })?;
    let list = KnownDeviations::read(&gateway.dir).map_err(|error| (error.to_string(), true))?;
    let (name, locked, here) = (&gateway.manifest.name, &gateway.manifest.version, &installed.version);
    let different = (locked != here).then(|| {
        format!("{name} {here} is here, and its list of known deviations is about {locked}: it may deviate otherwise")
    });
    let route = Route::Gateway(id);
    let record = GatewayRecord { route, name: name.clone(), version: here.clone() };
    Ok((list.on(route), record, different))
}
