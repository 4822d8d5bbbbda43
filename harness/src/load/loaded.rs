//! A case file after loading.

use super::problem::Source;
use super::tree::Node;
use crate::case::Case;

/// A case file that could be read as YAML.
pub(super) struct Loaded {
    pub(super) source: Source,
    pub(super) tree: Node,
    /// Its cases; none if anything is wrong with the file.
    pub(super) cases: Vec<Case>,
}
