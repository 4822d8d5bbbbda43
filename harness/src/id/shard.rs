//! Parts of a plan for several machines.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::TrialId;

/// One of several parts of a plan.
///
/// A trial belongs to the part that the SHA-256 of its name as written says, `anthropic-python/create-sync::anthropic/cut/eof`
/// with its route and transport where they are not the default: its first eight bytes as a big-endian number, modulo the
/// number of parts. So a trial stays where it is when others are added, left out or reordered, and all its variants are
/// where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// The number of the part, from 1.
    pub index: u32,
    /// The number of parts.
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
    /// Says if a trial belongs here, whatever its variant.
    pub fn holds(self, trial: &TrialId) -> bool {
        let digest = Sha256::digest(trial.as_written().to_string());
        let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.of) == u64::from(self.index) - 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::id::{Route, Transport, Variant};

    #[test]
    fn a_shard_is_read_and_written() {
        for text in ["1/1", "2/3", "64/64"] {
            assert_eq!(text.parse::<Shard>().map(|shard| shard.to_string()).ok().as_deref(), Some(text));
        }
        for text in ["", "1", "0/3", "4/3", "1/0", "-1/3", "a/b", "1/3/5", " 1/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    fn id(case: &str) -> TrialId {
        TrialId::new("anthropic-python", "create-sync", case, Variant::AsWritten)
    }

    fn at(id: &TrialId, of: u32) -> Vec<u32> {
        (1..=of).filter(|index| Shard { index: *index, of }.holds(id)).collect()
    }

    /// Records of several machines are joined long after they were made, so a trial must stay where it is.
    #[test]
    fn the_shard_of_a_trial_is_pinned() {
        let shards = |id: &TrialId| [1, 2, 3, 7].map(|of| at(id, of)).concat();
        let id = id("anthropic/in-band/overloaded");
        assert_eq!(shards(&id), [1, 2, 3, 5]);
        assert_eq!(shards(&TrialId { variant: Variant::Crlf, ..id.clone() }), [1, 2, 3, 5]);
        // These have a name of their own.
        assert_eq!(shards(&TrialId { route: Route::RELAY, ..id.clone() }), [1, 1, 3, 2]);
        assert_eq!(shards(&TrialId { transport: Transport::Other, ..id }), [1, 1, 1, 2]);
    }

    proptest! {
        #[test]
        fn shards_part_the_plan(
            case in "\\PC{1,40}", route in select(Route::SAMPLES), transport in select(Transport::ALL), of in 1_u32..20,
        ) {
            prop_assert_eq!(at(&TrialId { route, transport, ..id(&case) }, of).len(), 1);
        }
    }
}
