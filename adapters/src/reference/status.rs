//! The HTTP status that a provider's error is equivalent to, from the vendors' own tables; never a guess.

use super::mutant::{Faults, Mutant};
use crate::contract::Api;

/// The equivalent status of an error, or none where no document knows one.
pub(crate) fn equivalent(api: Api, kind: Option<&str>, code: Option<&str>, faults: Faults) -> Option<u16> {
    let status = api.dialect().errors.status(kind, code);
    // Google's table has never been found wrong.
    let is_wrong = faults.has(Mutant::WrongTable) && api != Api::GeminiGenerate;
    if is_wrong { status.map(wrong) } else { status }
}

/// The mistakes of tables found in the wild.
fn wrong(status: u16) -> u16 {
    match status {
        402 => 403,
        504 => 408,
        529 => 503,
        503 => 502,
        other => other,
    }
}
