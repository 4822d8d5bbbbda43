//! Tests of what is linked in: the ids, and what the callers of the SDKs see.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::{REFERENCE, SDKS, manifest, missing_feature, mutants, open};
use crate::fleet::Fleet;
use crate::spec;

#[cfg(feature = "async-openai")]
mod async_openai;
mod golden;
mod surfaces;

#[test]
fn every_id_opens_and_no_other() {
    let ids: Vec<String> = mutants().into_iter().map(|(name, _)| spec::mutant(REFERENCE, name)).collect();
    assert!(ids.len() >= 40, "{}", ids.len());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let linked = SDKS.iter().map(|(id, _)| *id).filter(|id| missing_feature(id).is_none());
    for id in ids.iter().map(String::as_str).chain([REFERENCE]).chain(linked) {
        let adapter = open(id).expect(id);
        assert!(!adapter.identity().surfaces.is_empty(), "{id}");
        assert!(!adapter.identity().apis.is_empty(), "{id}");
    }
    for id in ["", "reference+", "reference+no-such-fault", "async-openai+lf-only", "anthropic-python"] {
        assert!(open(id).is_none() && missing_feature(id).is_none(), "{id}");
    }
}

#[test]
fn an_sdk_that_is_not_linked_in_says_how_it_would_be() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let fleet = Fleet::discover(&root).expect("the fleet of this repository");
    for (id, _) in SDKS {
        let ensured = fleet.get(id).expect(id).ensure(&|_| ()).map(|_| ()).map_err(|error| error.to_string());
        let expected = format!("{id}: built without the feature `{id}`; run cargo with `--features {id}`");
        assert_eq!(ensured, if open(id).is_some() { Ok(()) } else { Err(expected) });
    }
}

#[test]
fn the_locked_versions_are_those_of_the_manifests() {
    let workspace = include_str!("../../../Cargo.toml");
    for (id, _) in SDKS {
        let manifest = manifest(id).expect(id);
        let (package, version) = (&manifest.package, &manifest.version);
        let line = workspace.lines().find(|line| line.starts_with(&format!("{package} = "))).expect(package);
        assert!(line.contains(&format!("\"={version}\"")), "{line}");
    }
}
