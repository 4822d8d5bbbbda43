//! The beginning of the page, in plain sentences.

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::id::{Route, SdkId, Transport, TrialId, Variant};
use crate::judge::Mode;
use crate::report::view::{Count, Finding, FindingKind, PastFinding, Sdk, SdkFinding, Surface, Transports, View};
use crate::text::RESERVED;

/// One kind of finding, in words.
pub(super) struct FindingText {
    /// A sentence about what happens, with counts.
    pub(super) title: String,
    /// The reason why that matters to a caller.
    pub(super) why: &'static str,
    /// One for each SDK, most trials first.
    pub(super) lines: Vec<Line>,
}

/// The line of one SDK.
pub(super) struct Line {
    /// The SDK's id.
    pub(super) sdk: String,
    /// The address of its page.
    pub(super) page: String,
    /// The number of its trials and of their cases.
    pub(super) count: String,
    /// The address of the list of these trials.
    pub(super) link: String,
    /// An example's name.
    pub(super) example: String,
    /// The address of its page.
    pub(super) example_link: String,
    /// The release since which it is so, with a comma before it, where the history is known.
    pub(super) since: String,
}

/// Says what happens, why it matters, and which filter lists it.
const fn words(kind: FindingKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        FindingKind::Failed(mode) => match mode {
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
        FindingKind::Contradicts => (
            "The status contradicts the error",
            "The number is neither the one the error stands for nor the response's own, so code that acts on it acts wrongly.",
            "mode=contradictory",
        ),
        FindingKind::CutDependent => (
            "The same bytes mean something else when they arrive in other pieces",
            "What the caller sees depends on the network's mood: a test on one machine proves nothing for another.",
            "verdict=cut-dependent",
        ),
        FindingKind::TransportDependent => (
            "The same answer comes out otherwise by another transport",
            "The server sends the same body. What the caller sees depends on what its connection speaks, which many clients negotiate.",
            "mode=transport-dependent",
        ),
    }
}

/// Puts a finding into words.
pub(super) fn finding(view: &View<'_>, finding: &Finding<'_>) -> FindingText {
    let noun = if finding.kind == FindingKind::CutDependent { "variant run" } else { "trial" };
    let (title, why, filter) = words(finding.kind);
    let title = format!(
        "{title}: {} of {}, in {} of {}",
        grouped(finding.trials()),
        counted(finding.of, noun),
        finding.sdks.len(),
        counted(run(view), "SDK")
    );
    FindingText {
        title,
        why,
        lines: finding.sdks.iter().map(|found| line(view, found, noun, (filter, finding.kind))).collect(),
    }
}

fn line(view: &View<'_>, found: &SdkFinding<'_>, noun: &str, (filter, kind): (&str, FindingKind)) -> Line {
    let sdk = &found.sdk.id;
    let (of, cases) = (counted(found.of, noun), counted(found.cases, "case"));
    let case = found.example.case.as_str();
    Line {
        sdk: sdk.to_string(),
        page: format!("#/sdk/{}", escaped(sdk)),
        count: format!("{} of {of}, in {cases}", grouped(found.trials)),
        link: format!("#/?sdk={}&{filter}", escaped(sdk)),
        example: view.cases.get(case).map_or(case, |case| &case.title).to_owned(),
        example_link: address(&found.example),
        since: since(view, &found.sdk.id, kind),
    }
}

/// Says since which release an SDK has a kind of finding, where its history is known.
fn since(view: &View<'_>, sdk: &SdkId, kind: FindingKind) -> String {
    let past = view.past.iter().find(|past| past.sdk == *sdk);
    let found = past.and_then(|past| past.since.iter().find(|found| found.kind == kind.filter()));
    found.map_or_else(String::new, |PastFinding { version, or_earlier, .. }| {
        format!(", since {version}{}", if *or_earlier { " or earlier" } else { "" })
    })
}

/// Makes the address of a trial inside the page, which names its parts but for those that are the default.
fn address(trial: &TrialId) -> String {
    let TrialId { sdk, surface, case, variant, route, transport } = trial;
    let parts = [
        ("sdk", Some(sdk.to_string())),
        ("surface", Some(surface.to_string())),
        ("case", Some(case.to_string())),
        ("variant", (*variant != Variant::default()).then(|| variant.to_string())),
        ("route", (*route != Route::default()).then(|| route.to_string())),
        ("transport", (*transport != Transport::default()).then(|| transport.to_string())),
    ];
    let named = parts.into_iter().filter_map(|(key, part)| Some(format!("{key}={}", escaped(&part?))));
    format!("#/trial?{}", named.collect::<Vec<_>>().join("&"))
}

/// The characters that are escaped in a part of an address: all but those that separate the parts of a name.
const ADDRESS: &AsciiSet = &RESERVED.remove(b'/').remove(b':').remove(b'@');

/// Escapes a part of an address.
pub(super) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ADDRESS).to_string()
}

/// Describes the whole run in a sentence.
pub(super) fn summary(view: &View<'_>) -> String {
    let sum = |surfaces: Vec<&Surface<'_>>| Count::sum(surfaces.into_iter().flat_map(|surface| &surface.counts));
    let own = sum(view.sdks.iter().flat_map(Sdk::own).collect());
    let around = sum(view.surfaces().filter(|surface| surface.is_handler).collect());
    let not_judged = own.not_judged();
    let as_written = format!(
        "{} on {}: of {} as written, {} pass, {} differ only where maintainers have ruled otherwise, {} deviate, {} fail",
        counted(view.suite.cases, "case"),
        counted(run(view), "SDK"),
        counted(own.judged() + not_judged, "trial"),
        grouped(own.pass),
        grouped(own.disputed),
        grouped(own.deviates),
        grouped(own.fails),
    );
    let not_judged =
        if not_judged > 0 { format!(", and {} say nothing about the SDK", grouped(not_judged)) } else { String::new() };
    let transports = Transports::sum(view.surfaces().flat_map(|surface| &surface.folded).map(|one| &one.transports));
    let transports = match transports.compared {
        0 => String::new(),
        compared => format!(
            " Of {} by a second or third transport, {} came out otherwise than by the first.",
            counted(compared, "trial"),
            grouped(transports.differ())
        ),
    };
    let variant_runs = match view.suite.variant_runs {
        0 => String::new(),
        variant_runs => format!(
            " Of {} with the bytes split or framed otherwise, {} came out differently.",
            counted(variant_runs, "variant run"),
            grouped(own.cut_dependent + around.cut_dependent)
        ),
    };
    let handlers = match around.judged() {
        0 => String::new(),
        all => format!(
            " Of {} of code around an SDK, which shows what an application can do, {} pass.",
            counted(all, "trial"),
            grouped(around.pass)
        ),
    };
    format!("{as_written}{not_judged}.{transports}{variant_runs}{handlers}{}", view.suite.of_edition())
}

/// Counts the SDKs that were run.
fn run(view: &View<'_>) -> usize {
    view.sdks.iter().filter(|sdk| sdk.record.not_run.is_none()).count()
}

fn counted(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Writes a number with commas: `12,345`.
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
