//! What a reader should know first, in plain sentences: the most harmful failures at the top.

use std::collections::{BTreeMap, BTreeSet};

use super::{Told, address, escaped};
use crate::id::Variant;
use crate::judge::{Grade, Mode, Word};
use crate::record::TrialRecord;
use crate::report::{Count, Report};

/// One kind of finding.
pub(super) struct Finding {
    /// What happens, in a sentence with counts.
    pub(super) title: String,
    /// Why that matters to a caller.
    pub(super) why: &'static str,
    /// One for each SDK, most trials first.
    pub(super) lines: Vec<Line>,
}

/// What one SDK does.
pub(super) struct Line {
    /// The SDK's id.
    pub(super) sdk: String,
    /// The address of its page.
    pub(super) page: String,
    /// How many of its trials, in how many cases.
    pub(super) count: String,
    /// Where they are listed.
    pub(super) link: String,
    /// An example's name.
    pub(super) example: String,
    /// Where it is shown.
    pub(super) example_link: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Failed(std::cmp::Reverse<Mode>),
    Contradicts,
    CutDependent,
}

impl Kind {
    /// In the order of the page.
    const ALL: [Self; 8] = [
        Self::Failed(std::cmp::Reverse(Mode::Fabricated)),
        Self::Failed(std::cmp::Reverse(Mode::Silent)),
        Self::Contradicts,
        Self::Failed(std::cmp::Reverse(Mode::Hang)),
        Self::Failed(std::cmp::Reverse(Mode::Crash)),
        Self::CutDependent,
        Self::Failed(std::cmp::Reverse(Mode::Spurious)),
        Self::Failed(std::cmp::Reverse(Mode::Wrong)),
    ];

    /// What happens, why it matters, and the filter that lists it.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Failed(std::cmp::Reverse(mode)) => match mode {
                Mode::Fabricated => (
                    "A broken answer looks complete, with a stop reason that was never sent",
                    "The caller has no way to tell that the answer was cut short: the SDK made the ending up.",
                    "mode=fabricated",
                ),
                Mode::Silent => (
                    "A broken answer comes out as a normal end",
                    "An error or a cut connection reaches the caller as a completed answer.",
                    "mode=silent",
                ),
                Mode::Hang => (
                    "The caller waits for ever",
                    "No answer and no exception came before the deadline, although the SDK was given a timeout.",
                    "mode=hang",
                ),
                Mode::Crash => (
                    "Something other than the SDK's own errors escapes",
                    "A handler for the SDK's exceptions does not see it, or the whole process dies.",
                    "mode=crash",
                ),
                Mode::Spurious => (
                    "A healthy answer is reported as failed",
                    "The server sent a complete answer, and the caller gets an error.",
                    "mode=spurious",
                ),
                Mode::Wrong => (
                    "Another MUST does not hold",
                    "For example the error's own type is lost, or a request with side effects is sent again.",
                    "mode=wrong",
                ),
            },
            Self::Contradicts => (
                "The status contradicts the error",
                "The number is neither the one the error stands for nor the response's own, so code that acts on it acts wrongly.",
                "mode=contradictory",
            ),
            Self::CutDependent => (
                "The same bytes mean something else when they arrive in other pieces",
                "What the caller sees depends on the network's mood: a test on one machine proves nothing for another.",
                "verdict=cut-dependent",
            ),
        }
    }

    fn covers(self, trial: &TrialRecord) -> bool {
        match self {
            Self::Failed(std::cmp::Reverse(mode)) => {
                trial.variant == Variant::AsWritten && trial.verdict.mode == Some(mode)
            }
            Self::Contradicts => {
                let mut broken = trial.verdict.broken_checks();
                trial.variant == Variant::AsWritten && broken.any(|check| check.grade == Grade::Contradictory)
            }
            Self::CutDependent => trial.verdict.broken_checks().any(|check| check.axis.is_of_replays()),
        }
    }
}

/// What was found of each kind in each SDK.
type Found<'a> = BTreeMap<(Kind, &'a str), Vec<&'a TrialRecord>>;

/// Everything that was found in what SDKs do by themselves, without the handlers around them.
pub(super) fn findings(told: &Told<'_>) -> Vec<Finding> {
    let (mut found, mut run) = (Found::new(), Run::default());
    let is_handler = |trial: &TrialRecord| told.sdks.get(&*trial.sdk).is_some_and(|sdk| sdk.is_handler(&trial.surface));
    for &trial in told.trials.iter().filter(|trial| trial.verdict.word <= Word::Fails && !is_handler(trial)) {
        *run.numbers(trial.variant != Variant::AsWritten).entry(&trial.sdk).or_default() += 1;
        for kind in Kind::ALL.into_iter().filter(|kind| kind.covers(trial)) {
            found.entry((kind, &trial.sdk)).or_default().push(trial);
        }
    }
    Kind::ALL.into_iter().filter_map(|kind| finding(told, kind, &found, &mut run)).collect()
}

/// How many trials of each SDK say something about it: what a number of findings is a part of.
#[derive(Default)]
struct Run<'a> {
    written: BTreeMap<&'a str, usize>,
    replayed: BTreeMap<&'a str, usize>,
}

impl<'a> Run<'a> {
    fn numbers(&mut self, replayed: bool) -> &mut BTreeMap<&'a str, usize> {
        if replayed { &mut self.replayed } else { &mut self.written }
    }
}

fn finding(told: &Told<'_>, kind: Kind, found: &Found<'_>, run: &mut Run<'_>) -> Option<Finding> {
    let noun = if kind == Kind::CutDependent { "replay" } else { "trial" };
    let run = &*run.numbers(kind == Kind::CutDependent);
    let mut of_kind: Vec<(&str, &Vec<&TrialRecord>)> =
        found.iter().filter(|((one, _), _)| *one == kind).map(|((_, sdk), trials)| (*sdk, trials)).collect();
    of_kind.sort_by_key(|(sdk, trials)| (std::cmp::Reverse(trials.len()), *sdk));
    let (title, why, filter) = kind.words();
    let all: usize = of_kind.iter().map(|(_, trials)| trials.len()).sum();
    let of = |sdk: &str| counted(run.get(sdk).copied().unwrap_or_default(), noun);
    let lines = of_kind.iter().map(|(sdk, trials)| line(told, sdk, trials, &of(sdk), filter)).collect();
    let title = format!(
        "{title}: {} of {}, in {}",
        grouped(all),
        counted(run.values().sum(), noun),
        counted(of_kind.len(), "SDK")
    );
    (all > 0).then_some(Finding { title, why, lines })
}

fn line(told: &Told<'_>, sdk: &str, trials: &[&TrialRecord], of: &str, filter: &str) -> Line {
    let cases: BTreeSet<&str> = trials.iter().map(|trial| trial.case.as_str()).collect();
    let title = |case: &str| told.cases.get(case).map_or(case, |case| case.title.as_str()).to_owned();
    Line {
        sdk: sdk.to_owned(),
        page: format!("#/sdk/{}", escaped(sdk)),
        count: format!("{} of {of}, in {}", grouped(trials.len()), counted(cases.len(), "case")),
        link: format!("#/?sdk={}&{filter}", escaped(sdk)),
        example: trials.first().map(|trial| title(&trial.case)).unwrap_or_default(),
        example_link: trials.first().map(|trial| address(trial)).unwrap_or_default(),
    }
}

/// The whole run in a sentence.
pub(super) fn summary(report: &Report) -> String {
    let run = report.sdks.iter().filter(|sdk| sdk.not_run.is_none()).count();
    let is_own = |count: &&Count| report.sdks.iter().any(|sdk| sdk.owns(count));
    let (own, around): (Vec<&Count>, Vec<&Count>) = report.counts.iter().partition(is_own);
    let sum = |counts: &[&Count], number: fn(&Count) -> usize| counts.iter().map(|count| number(count)).sum::<usize>();
    let apart: usize = own.iter().flat_map(|count| count.apart.values()).sum();
    let said = format!(
        "{} on {}: of {} as written, {} pass, {} differ only where maintainers have ruled otherwise, {} deviate, {} fail",
        counted(report.suite.cases, "case"),
        counted(run, "SDK"),
        counted(sum(&own, Count::judged) + apart, "trial"),
        grouped(sum(&own, |count| count.pass)),
        grouped(sum(&own, |count| count.disputed)),
        grouped(sum(&own, |count| count.deviates)),
        grouped(sum(&own, |count| count.fails)),
    );
    let apart = if apart > 0 { format!(", and {} say nothing about the SDK", grouped(apart)) } else { String::new() };
    let replays = match report.suite.replays {
        0 => String::new(),
        replays => format!(
            " Of {} with the bytes split or framed otherwise, {} came out differently.",
            counted(replays, "replay"),
            grouped(sum(&own, |count| count.cut_dependent) + sum(&around, |count| count.cut_dependent))
        ),
    };
    let handlers = match sum(&around, Count::judged) {
        0 => String::new(),
        all => format!(
            " Of {} of code around an SDK, which shows what an application can do, {} pass.",
            counted(all, "trial"),
            grouped(sum(&around, |count| count.pass))
        ),
    };
    format!("{said}{apart}.{replays}{handlers}")
}

fn counted(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// `12,345`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
