//! Names for what is said once: made from what it says, so that nothing is named by its place.

use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Makes ids from what things say: what each is about, and six digits of its digest, or more where two would be the
/// same.
pub(super) fn ids<T: Serialize>(things: impl IntoIterator<Item = (impl AsRef<str>, T)>) -> Vec<String> {
    let digest = |thing: &T| hex::encode(Sha256::digest(json!(thing).to_string()));
    let own: Vec<String> =
        things.into_iter().map(|(about, thing)| format!("{}-{}", about.as_ref(), digest(&thing))).collect();
    let mut sorted: Vec<&str> = own.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    // What is alike in its beginning stands side by side.
    let id = |whole: &String| {
        let place = sorted.binary_search(&whole.as_str()).unwrap_or_default();
        let neighbours = [place.checked_sub(1), place.checked_add(1)].into_iter().flatten();
        let common = neighbours.filter_map(|place| sorted.get(place)).map(|other| common(whole, other)).max();
        let shortest = whole.rfind('-').map_or(whole.len(), |dash| dash + 1 + 6);
        whole[..shortest.max(common.unwrap_or_default() + 1).min(whole.len())].to_owned()
    };
    own.iter().map(id).collect()
}

/// Counts the bytes that two texts have in common at their beginnings; both are ASCII here.
fn common(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_apart() {
        let some = ids((0..20_000).map(|number| ("axis", number)));
        let distinct: std::collections::BTreeSet<&String> = some.iter().collect();
        assert_eq!(distinct.len(), some.len());
        assert!(some.iter().any(|id| id.len() > "axis-".len() + 6), "no two were alike, so nothing was tested");
    }
}
