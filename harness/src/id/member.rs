//! Names of which there is a fixed list.

use thiserror::Error;

/// A text that is the name of no member of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown {kind} `{name}`; the {kind}s are {known}")]
pub struct UnknownMember {
    kind: &'static str,
    name: String,
    known: String,
}

/// Finds the member of this name; the error lists all names.
pub(super) fn member<T: Copy>(
    kind: &'static str,
    name: &str,
    all: &[T],
    name_of: fn(T) -> &'static str,
) -> Result<T, UnknownMember> {
    let unknown = || {
        let known = all.iter().map(|member| name_of(*member)).collect::<Vec<_>>().join(", ");
        UnknownMember { kind, name: name.to_owned(), known }
    };
    all.iter().copied().find(|member| name_of(*member) == name).ok_or_else(unknown)
}
