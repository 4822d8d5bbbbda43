//! From records to a report: one view, which every format renders.
//!
//! `view` is all that a report says, made of records; it counts trials once and reads them again, one by one, for formats.
//! `format` holds the formats, each in a file of its own.
//! `published` is the part of the view that `compatibility.json` holds, which can be read again: [`compare`](fn@compare) and
//! the README's matrix are made from it.

mod alike;
mod compare;
mod format;
mod history;
mod ids;
pub(crate) mod markup;
mod overview;
mod page;
mod published;
#[cfg(test)]
mod samples;
mod sink;
mod table;
#[cfg(test)]
mod tests;
mod times;
mod view;

pub use compare::{Change, ChangeKind, CompareError, ComparedReport, Comparison, Misfit, State, compare, fit};
pub use format::{DEFAULT, FORMATS, Format, PAGE, page_schema, table};
pub use history::{
    Basis, Choice, Every, History, Number, Release, Since, Step, ToldHistory, Unfit, chosen, is_worth_keeping, lean,
};
pub use overview::overview;
pub(crate) use page::{STYLE, hash as content_hash};
pub use published::{FileError, Report, ReportCase, ReportFile, ReportSdk, ResultCheck, SCHEMA, TrialResult, schema};
pub use sink::{Content, RenderError, Sink};
pub use view::{
    Alone, AloneMutant, Beside, BlameCount, Breakage, CameTo, CatchRow, Catches, Conclusion, Count, Finding,
    FindingKind, Folded, Gateway, GatewayFinding, GatewayFindingKind, Known, Past, Place, Places, Row, Sdk, SdkFinding,
    SdkTimes, Seen, SeenRow, SideBySide, Suite, Surface, TimeSpent, TransportDifference, Transports, Unlisted, View,
    ViewError, Wait, Waits, without_patch,
};
