//! `streamspec check`: what is wrong with cases.

use camino::Utf8Path;

use super::arguments::CheckOptions;
use super::{Exit, output};
use crate::load;

pub(super) fn check(root: &Utf8Path, options: &CheckOptions) -> Exit {
    let checked = load::check(root, &options.paths);
    output::print(checked.render());
    if checked.has_errors() { Exit::Usage } else { Exit::Conformant }
}
