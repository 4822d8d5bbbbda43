//! Finds the fewest routes and transports that a scope has to name.

use std::collections::BTreeSet;

use super::point::Way;
use crate::id::{Route, Transport};

/// The routes and the transports that a scope is limited to; all of a kind where it names none.
pub(super) type Limit = (Option<Vec<Route>>, Option<Vec<Transport>>);

/// Limits a scope that holds on `ways` and not on `others`: to nothing if that can be, else by routes, by transports, or by
/// both. Where no single limit says it, there is one for each way.
pub(super) fn limits(ways: &BTreeSet<Way>, others: &BTreeSet<Way>) -> Vec<Limit> {
    let routes: BTreeSet<Route> = ways.iter().map(|(route, _)| *route).collect();
    let transports: BTreeSet<Transport> = ways.iter().map(|(_, transport)| *transport).collect();
    let (routes, transports) = (Some(Vec::from_iter(routes)), Some(Vec::from_iter(transports)));
    let all = [(None, None), (routes.clone(), None), (None, transports.clone()), (routes, transports)];
    let leaves_out = |limit: &Limit| !others.iter().any(|way| allows(limit, *way));
    all.into_iter().find(leaves_out).map_or_else(
        || ways.iter().map(|(route, transport)| (Some(vec![*route]), Some(vec![*transport]))).collect(),
        |limit| vec![limit],
    )
}

/// Says if a limit lets a way through.
pub(super) fn allows((routes, transports): &Limit, (route, transport): Way) -> bool {
    routes.as_ref().is_none_or(|routes| routes.contains(&route))
        && transports.as_ref().is_none_or(|transports| transports.contains(&transport))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;
    use Route::Direct;
    use Transport::{Http1, Other};

    const RELAY: Route = Route::RELAY;

    #[test]
    fn no_more_is_named_than_is_needed() {
        let check = |ways: &[Way], others: &[Way], expected: &[Limit]| {
            assert_eq!(limits(&ways.iter().copied().collect(), &others.iter().copied().collect()), expected);
        };
        check(&[(Direct, Http1)], &[], &[(None, None)]);
        check(&[(Direct, Http1)], &[(RELAY, Http1)], &[(Some(vec![Direct]), None)]);
        check(&[(Direct, Http1)], &[(Direct, Other)], &[(None, Some(vec![Http1]))]);
        check(&[(Direct, Http1), (RELAY, Http1)], &[(Direct, Other)], &[(None, Some(vec![Http1]))]);
        let both = (Some(vec![Direct]), Some(vec![Http1]));
        check(&[(Direct, Http1)], &[(Direct, Other), (RELAY, Http1)], std::slice::from_ref(&both));
        let other = (Some(vec![RELAY]), Some(vec![Other]));
        check(&[(Direct, Http1), (RELAY, Other)], &[(Direct, Other)], &[both, other]);
    }

    fn every_way() -> Vec<Way> {
        Route::SAMPLES
            .iter()
            .flat_map(|route| Transport::SAMPLES.iter().map(|transport| (*route, *transport)))
            .collect()
    }

    proptest! {
        #[test]
        fn limits_let_through_what_they_should_and_nothing_else(
            ways in subsequence(every_way(), 1..=4), other in select(every_way()),
        ) {
            let ways: BTreeSet<Way> = ways.into_iter().collect();
            let others: BTreeSet<Way> = BTreeSet::from([other]).difference(&ways).copied().collect();
            let limits = limits(&ways, &others);
            let any = |way: &Way| limits.iter().any(|limit| allows(limit, *way));
            prop_assert!(ways.iter().all(any) && !others.iter().any(any), "{:?}", limits);
        }
    }
}
