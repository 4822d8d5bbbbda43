//! Mistakes in a case that its types allow.

mod across;
mod caller;
mod expect;
mod sources;
mod steps;

pub(super) use across::across;

use super::limits::{MAX_CASE_BYTES, MAX_EXCHANGES, MAX_PAUSE, MAX_SPLIT_BYTES, MAX_TIMEOUT};
use super::problem::{Collector, Problem};
use super::size;
use super::tree::{Node, Segment, Span};
use super::typed::Files;
use super::written::{CaseFile, Step};
use crate::case::Condition;
use crate::codec::{self, Codec};
use crate::id::Variant;

/// The positions of a case's steps in its file; a step of a fragment has the position of its `use`.
#[derive(Debug, Default)]
pub(super) struct Sites {
    /// The steps of each answer.
    pub(super) exchanges: Vec<Vec<Span>>,
    /// The steps of the control.
    pub(super) control: Vec<Span>,
}

/// A case while it is judged.
struct Lint<'c> {
    case: &'c CaseFile,
    tree: &'c Node,
    files: Files<'c>,
    problems: &'c mut Collector,
}

impl Lint<'_> {
    /// Returns the codec of the case's dialect.
    fn codec(&self) -> &'static dyn Codec {
        codec::of(self.case.api)
    }

    /// Returns an error at a part of the file.
    fn refuse(&mut self, path: &[&str], message: impl Into<String>, help: &str) {
        self.refuse_at(self.tree.place(path), message, help);
    }

    fn refuse_at(&mut self, span: Span, message: impl Into<String>, help: &str) {
        self.problems.push(self.files.error(span, message).help(help));
    }

    fn warn(&mut self, path: &[&str], message: impl Into<String>, help: &str) {
        let problem: Problem = self.files.error(self.tree.place(path), message).help(help);
        self.problems.push(problem.warning());
    }
}

/// Judges one case with everything filled in.
pub(super) fn case(case: &CaseFile, tree: &Node, sites: &Sites, files: Files<'_>, problems: &mut Collector) {
    let mut lint = Lint { case, tree, files, problems };
    lint.answers(sites);
    lint.ends();
    lint.sources();
    lint.disputed();
    lint.caller();
    lint.expectations();
    if case.title.trim().is_empty() {
        lint.refuse(&["title"], "the title is empty", "say in one sentence what happens on the wire");
    }
    if !(1..=MAX_TIMEOUT).contains(&case.timeout) {
        let message = format!("`timeout` must be 1 to {MAX_TIMEOUT} milliseconds");
        lint.refuse(&["timeout"], message, "a case about a stall sets about 1000");
    }
}

impl Lint<'_> {
    fn answers(&mut self, sites: &Sites) {
        let case = self.case;
        match (&case.stream, &case.exchanges) {
            (Some(_), Some(_)) => {
                let help = "`stream` is short for one of `exchanges`: keep one of them";
                self.refuse(&["exchanges"], "a case cannot have both `stream` and `exchanges`", help);
            }
            (None, None) => {
                let help = "say what the server sends: `stream:` for one answer, `exchanges:` for several";
                self.refuse(&["title"], "a case needs `stream` or `exchanges`", help);
            }
            (Some(stream), None) => self.steps(stream, sites.exchanges.first(), self.tree.place(&["stream"])),
            (None, Some(answers)) => {
                if answers.is_empty() {
                    self.refuse(&["exchanges"], "`exchanges` is empty", "a case needs at least one answer");
                }
                if answers.len() > MAX_EXCHANGES {
                    self.refuse(
                        &["exchanges"],
                        format!("more than {MAX_EXCHANGES} answers"),
                        "the last answer is repeated for further requests",
                    );
                }
                let list = self.tree.place(&["exchanges"]);
                for (at, answer) in answers.iter().enumerate() {
                    let path = [Segment::Key("exchanges".to_owned()), Segment::Index(at)];
                    let whole = self.tree.at(&path).map_or(list, |(_, answer)| answer.span);
                    self.steps(&answer.steps, sites.exchanges.get(at), whole);
                    if let Some(when) = &answer.when {
                        self.condition(when, whole);
                    }
                }
            }
        }
        if let Some(control) = &case.control {
            self.steps(control, Some(&sites.control), self.tree.place(&["control"]));
            let status = control.iter().find_map(|step| match step {
                Step::Respond(respond) => Some(respond.status),
                _ => None,
            });
            if status.is_none_or(|status| status < 400) {
                let help = "it is the same error as a plain HTTP response: begin with `respond: { status: … }`";
                self.refuse(&["control"], "the control is not an HTTP error", help);
            }
        }
        let pauses = case.answers().fold(0_u64, |sum, steps| sum.saturating_add(steps::pauses(steps)));
        if pauses > MAX_PAUSE {
            let field = if case.stream.is_some() { "stream" } else { "exchanges" };
            let message = format!("the pauses take {pauses} ms, more than {MAX_PAUSE} ms");
            self.refuse(&[field], message, "pauses are in milliseconds; `end: stall` needs no pause");
        }
        self.bytes();
    }

    /// Checks the condition of an answer.
    fn condition(&mut self, when: &Condition, place: Span) {
        if *when == Condition::default() {
            let help = "an answer without a condition is a list of steps; leave `when` out";
            self.refuse_at(place, "an empty `when` holds for every request", help);
        }
        for pointer in when.at.keys().filter(|pointer| !pointer.starts_with('/')) {
            let message = format!("`{pointer}` is not a JSON Pointer");
            self.refuse_at(
                place,
                message,
                "one begins with `/`: `/messages/1/role`; a member by its name belongs in `body`",
            );
        }
    }

    /// Checks the number of bytes that a trial sends.
    fn bytes(&mut self) {
        let case = self.case;
        let answers = case.answers().chain(&case.control);
        let codec = self.codec();
        let bytes = answers.fold(0_usize, |sum, steps| sum.saturating_add(size::of_all(codec, steps).bytes));
        let field = if case.stream.is_some() { "stream" } else { "exchanges" };
        if bytes > MAX_CASE_BYTES {
            let message = format!("the answers have {bytes} bytes together, more than {MAX_CASE_BYTES}");
            self.refuse(&[field], message, "a client that breaks on a large answer breaks on a smaller one");
            return;
        }
        if bytes > MAX_SPLIT_BYTES && !case.variants.except.contains(&Variant::OneByte) {
            let message = format!(
                "the answers have {bytes} bytes together, more than {MAX_SPLIT_BYTES}, which is the most that is sent byte by byte"
            );
            self.refuse(&[field], message, "opt out with `variants: { except: [one-byte] }`");
        }
    }
}
