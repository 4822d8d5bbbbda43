//! The routes that trials take, with the gateways that stand on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use streamspec_adapters::contract::Api;
use streamspec_adapters::gateway::{FindError, Gateway};
use streamspec_adapters::native;
use thiserror::Error;

use crate::id::{GatewayId, NoRoute, Route};

/// The client that reads what a gateway passes on: what it makes of that is the gateway's verdict.
pub const READER: &str = native::REFERENCE;

/// A choice of routes.
#[derive(Clone, Debug)]
pub struct Routes {
    is_direct: bool,
    gateways: BTreeMap<GatewayId, Arc<Gateway>>,
}

/// A choice of routes that cannot be used.
#[derive(Debug, Error)]
pub enum RoutesError {
    /// A gateway that does not exist, or a manifest that cannot be used.
    #[error(transparent)]
    Find(#[from] FindError),
    /// An id that can be in no record.
    #[error("{place}: {error}")]
    Id {
        /// The folder of the gateway.
        place: String,
        /// The mistake in its name.
        error: NoRoute,
    },
}

impl Default for Routes {
    fn default() -> Self {
        Self { is_direct: true, gateways: BTreeMap::new() }
    }
}

impl Routes {
    /// Finds the routes of these names: `direct`, ids of gateways, or `all` for every gateway; the direct one where there are none.
    pub fn choose<T: AsRef<str>>(root: &Utf8Path, names: &[T]) -> Result<Self, RoutesError> {
        let (direct, others): (Vec<&str>, Vec<&str>) =
            names.iter().map(AsRef::as_ref).partition(|name| *name == Route::Direct.name());
        let mut gateways = BTreeMap::new();
        for gateway in Gateway::choose(root, &others)? {
            let id = gateway.manifest.id.parse();
            let id = id.map_err(|error| RoutesError::Id { place: gateway.dir.to_string(), error })?;
            gateways.insert(id, Arc::new(gateway));
        }
        Ok(Self { is_direct: names.is_empty() || !direct.is_empty(), gateways })
    }

    /// Leaves out a gateway that cannot be used here.
    pub fn leave_out(&mut self, gateway: GatewayId) {
        self.gateways.remove(&gateway);
    }

    /// Says if trials go directly to the server, among other routes or not.
    pub const fn has_direct(&self) -> bool {
        self.is_direct
    }

    /// Lists the gateways.
    pub fn gateways(&self) -> impl Iterator<Item = (GatewayId, &Arc<Gateway>)> {
        self.gateways.iter().map(|(id, gateway)| (*id, gateway))
    }

    /// Lists the routes on which the server is asked in a dialect, each with the one that is spoken to whoever asks it so.
    pub(super) fn of(&self, api: Api) -> impl Iterator<Item = (Route, Api)> {
        let asks = move |(id, gateway): (&GatewayId, &Arc<Gateway>)| {
            Some((Route::Gateway(*id), gateway.manifest.spoken_for(api)?))
        };
        let direct = self.is_direct.then_some((Route::Direct, api));
        direct.into_iter().chain(self.gateways.iter().filter_map(asks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::liar::root;

    #[test]
    fn routes_are_found_by_their_names() {
        let of = |names: &[&str]| -> Vec<String> {
            let routes = Routes::choose(&root(), names).expect("routes");
            routes.of(Api::OpenaiChat).map(|(route, _)| route.to_string()).collect()
        };
        assert_eq!(of(&[]), ["direct"]);
        assert_eq!(of(&["nginx-default"]), ["nginx-default"]);
        assert_eq!(of(&["nginx-default", "direct", "caddy"]), ["direct", "caddy", "nginx-default"]);
        assert!(of(&["all"]).len() >= 5 && !of(&["all"]).contains(&"direct".to_owned()));
        let unknown = Routes::choose(&root(), &["direct", "ngnix-default"]).expect_err("it is none").to_string();
        assert_eq!(unknown, "there is no gateway `ngnix-default`; did you mean `nginx-default`?");
    }
}
