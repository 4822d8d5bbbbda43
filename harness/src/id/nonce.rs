//! The nonces of runs whose records were joined.

use std::collections::BTreeSet;

/// The sign between the nonces of several runs.
const AND: char = '+';

/// Joins the nonces of runs, of which each may be joined of several already: every nonce once, in their order.
pub fn joined_nonces<'a>(nonces: impl IntoIterator<Item = &'a str>) -> String {
    let each: BTreeSet<&str> = nonces.into_iter().flat_map(|nonce| nonce.split(AND)).collect();
    each.into_iter().collect::<Vec<_>>().join(&AND.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nonce_is_named_once() {
        assert_eq!(joined_nonces(["b", "a", "b"]), "a+b");
        assert_eq!(joined_nonces(["c", "a+b", "b+c"]), "a+b+c");
        assert_eq!(joined_nonces([]), "");
    }
}
