//! All terminal text: how a failure explains itself, and how a run is summed up.
//!
//! Everything here makes strings; only the CLI and the test binary print them. Styles are ANSI escapes, which the
//! printer takes out where the terminal does not want them.

mod adequate;
mod blame;
mod explain;
mod fleet;
mod reproduce;
mod show;
mod side_by_side;
mod summary;
mod wire;

pub use adequate::{adequate, twins, unique};
pub(crate) use blame::sentence as blame_in_short;
pub(crate) use explain::sentence;
pub use explain::{Listed, explain};
pub use fleet::{SdkLine, State, doctor, sdk_table, sdks};
pub(crate) use reproduce::{Asked, reproduce, reproduce_as};
pub use show::{Bytes, SentBy, show};
pub use side_by_side::side_by_side;
pub use summary::{Tally, negotiated, probed, progress, summary, unexplained};

use anstyle::{AnsiColor, Style};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();

/// Writes a text in a style.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
