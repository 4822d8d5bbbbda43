//! Parts of a plan for several machines.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// One of several parts of a plan.
///
/// A trial belongs to the part that the SHA-256 of its name says, `anthropic-python/create-sync::anthropic/cut/eof`: its
/// first eight bytes as a big-endian number, modulo the number of parts. So a trial stays where it is when others are
/// added, left out or reordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
}

/// A text that names no shard.
#[derive(Debug, Error)]
#[error("invalid shard `{0}`; write `1/3` for the first of three")]
pub struct ShardError(String);

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parts = text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if 1 <= index && index <= of => Ok(Self { index, of }),
            _ => Err(ShardError(text.to_owned())),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl Shard {
    /// Whether a trial of this name belongs here.
    pub fn holds(self, name: &str) -> bool {
        let digest = Sha256::digest(name.as_bytes());
        let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.of) == u64::from(self.index) - 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shard_is_read_and_written() {
        for text in ["1/1", "2/3", "64/64"] {
            assert_eq!(text.parse::<Shard>().map(|shard| shard.to_string()).ok().as_deref(), Some(text));
        }
        for text in ["", "1", "0/3", "4/3", "1/0", "-1/3", "a/b", "1/3/5", " 1/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    /// Records of several machines are joined long after they were made, so where a trial belongs must not change.
    #[test]
    fn where_a_trial_belongs_is_pinned() {
        let name = "anthropic-python/create-sync::anthropic/in-band/overloaded";
        let at = |of| (1..=of).find(|index| Shard { index: *index, of }.holds(name));
        assert_eq!([at(1), at(2), at(3), at(7)], [1, 2, 3, 5].map(Some));
    }

    proptest! {
        #[test]
        fn shards_part_the_plan(names in prop::collection::vec(".{0,40}", 0..40), of in 1_u32..20) {
            for name in &names {
                let holders = (1..=of).filter(|index| Shard { index: *index, of }.holds(name)).count();
                prop_assert_eq!(holders, 1);
            }
        }
    }
}
