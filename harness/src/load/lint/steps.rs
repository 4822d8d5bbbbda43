//! Answers that no server could send, or whose end nobody would reach.

use http::HeaderName;

use streamspec_adapters::codec::Mistake;

use super::Lint;
use crate::case::{End, Event, Respond};
use crate::id::Transport;
use crate::load::limits::MAX_STEPS;
use crate::load::size;
use crate::load::tree::Span;
use crate::load::written::Step;

/// The statuses with which a server names another place (RFC 9110 section 15.4).
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// Sums up the pauses, in milliseconds.
pub(super) fn pauses(steps: &[Step]) -> u64 {
    steps.iter().fold(0, |sum, step| {
        sum.saturating_add(match step {
            Step::Pause(milliseconds) => *milliseconds,
            Step::Repeat(repeat) => pauses(&repeat.steps).saturating_mul(repeat.times.into()),
            _ => 0,
        })
    })
}

impl Lint<'_> {
    /// Refuses ends that no transport has together.
    pub(super) fn ends(&mut self) {
        let all = self.case.answers().chain(&self.case.control).flatten();
        let ends: Vec<End> = all.filter_map(|step| if let Step::End(end) = step { Some(*end) } else { None }).collect();
        let has_all = |transport: &Transport| ends.iter().all(|end| end.transports().contains(transport));
        if !Transport::ALL.iter().any(has_all) {
            let names: Vec<_> = ends.iter().map(|end| end.name()).collect();
            let help = "a case travels by one transport: write a case for each of them";
            let path = if self.case.stream.is_some() { "stream" } else { "exchanges" };
            self.refuse(&[path], format!("no transport has all of these ends: {}", names.join(", ")), help);
        }
    }

    /// Judges one answer. `places` says where each step stands, `whole` where the answer does.
    pub(super) fn steps(&mut self, steps: &[Step], places: Option<&Vec<Span>>, whole: Span) {
        let place = |at: usize| places.and_then(|places| places.get(at)).copied().unwrap_or(whole);
        let end = steps.iter().position(ends);
        match end {
            None => {
                let span = steps.len().checked_sub(1).map_or(whole, place);
                let help = "say how the answer ends: `- end: finish`, `eof`, `reset` or `stall`";
                self.refuse_at(span, "the answer has no `end`", help);
            }
            Some(at) if at + 1 < steps.len() => {
                self.refuse_at(place(at + 1), "a step after `end` is never reached", "`end` is the last step");
            }
            Some(at) if !matches!(steps[at], Step::End(_)) => {
                self.refuse_at(place(at), "a `repeat` cannot hold the `end`", "`end` is the last step of the answer");
            }
            Some(_) => {}
        }
        for (at, step) in steps.iter().enumerate() {
            if at > 0 && holds_respond(step) {
                let help = "the status line and the headers come before the body";
                self.refuse_at(place(at), "`respond` is not the first step", help);
            }
            self.step(step, place(at));
        }
        if let Some(Step::Repeat(_)) = steps.first().filter(|step| holds_respond(step)) {
            self.refuse_at(place(0), "a `repeat` cannot hold `respond`", "`respond` is the first step of the answer");
        }
        let standard = Respond::default();
        let respond = match steps.first() {
            Some(Step::Respond(respond)) => respond,
            _ => &standard,
        };
        if let Some((at, Step::End(end))) = end.map(|at| (at, &steps[at])) {
            self.end(*end, respond, place(at));
        }
        self.respond(respond, place(0), steps);
        self.count(steps, whole);
    }

    fn step(&mut self, step: &Step, place: Span) {
        match step {
            Step::Hex(digits) => {
                let digits: String = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
                if let Err(error) = hex::decode(digits) {
                    let message = format!("not bytes in hexadecimal: {}", error.to_string().to_lowercase());
                    self.refuse_at(place, message, "two digits for each byte, as in `hex: \"ef bb bf\"`");
                }
            }
            Step::Event(Event { kind, name, data, frame }) => {
                self.unwritable(self.codec().mistake_in_frame(*kind, name, data, frame), place);
            }
            Step::Data(data) => self.unwritable(self.codec().mistake_in_event(None, data), place),
            Step::Comment(text) => self.unwritable(self.codec().mistake_in_comment(text), place),
            Step::Repeat(repeat) => {
                if repeat.times == 0 || repeat.steps.is_empty() {
                    self.refuse_at(place, "the `repeat` sends nothing", "remove it");
                }
                for step in &repeat.steps {
                    self.step(step, place);
                }
            }
            _ => {}
        }
    }

    /// Refuses what the codec cannot write.
    fn unwritable(&mut self, mistake: Option<Mistake>, place: Span) {
        if let Some(Mistake { message, help }) = mistake {
            self.refuse_at(place, message, help);
        }
    }

    fn end(&mut self, end: End, respond: &Respond, place: Span) {
        if respond.withheld {
            if end == End::Finish {
                let help = "end it with `eof`, `reset` or `stall`";
                self.refuse_at(place, "an answer that is withheld cannot be finished", help);
            }
            return;
        }
        // Without a close_notify a message is still complete by its length (RFC 9112 section 9.8).
        if respond.is_whole_at_length() && !matches!(end, End::Finish | End::NoCloseNotify) {
            let help = "the computed Content-Length makes the message complete: set `content-length-lie`, \
                        or end it with `finish`";
            self.refuse_at(place, "an answer that is already complete cannot break off", help);
        }
        if respond.framing.is_ended_by_connection() && end == End::Eof {
            let help = "the end of the connection is the end of the body here: `end: finish`";
            self.refuse_at(place, "under `framing: close`, `eof` means the same as `finish`", help);
        }
    }

    fn respond(&mut self, respond: &Respond, place: Span, steps: &[Step]) {
        if !respond.trailers.is_empty() && !respond.framing.has_trailers() {
            self.refuse_at(place, "only a chunked body has trailers", "set `framing: chunked`");
        }
        if respond.content_length_lie != 0 && !respond.framing.has_length() {
            self.refuse_at(place, "`content-length-lie` needs a Content-Length", "set `framing: content-length`");
        }
        if !respond.framing.is_in(respond.version) {
            self.refuse_at(
                place,
                "HTTP/1.0 has no chunked framing",
                "set `framing: close` or `framing: content-length`",
            );
        }
        if respond.redirect && !REDIRECTS.contains(&respond.status) {
            let message = format!("{} is not a redirect", respond.status);
            self.refuse_at(place, message, "`redirect` needs the status 301, 302, 303, 307 or 308");
        }
        if !(200..=599).contains(&respond.status) {
            let message = format!("{} is not the status of a final response", respond.status);
            self.refuse_at(place, message, "a final response has a status from 200 to 599");
        }
        if respond.withheld
            && steps.iter().any(|step| size::of(self.codec(), step) > 0 || matches!(step, Step::Repeat(_)))
        {
            self.refuse_at(place, "an answer that is withheld sends nothing", "remove `withheld` or the steps");
        }
        let fields = respond.headers.iter().map(|(name, value)| (name, value.as_deref().unwrap_or_default()));
        let trailers = respond.trailers.iter().map(|(name, value)| (name, value.as_str()));
        for (name, value) in fields.chain(trailers) {
            // RFC 9110 sections 5.1 and 5.5. A value may hold what the crate `http` refuses.
            if HeaderName::try_from(name).is_err() || value.contains(['\r', '\n', '\0']) {
                self.refuse_at(
                    place,
                    format!("`{}` cannot be sent as a header", name.escape_debug()),
                    "RFC 9110 section 5 has the allowed characters",
                );
            }
            let set = match name.to_ascii_lowercase().as_str() {
                "content-length" | "transfer-encoding" => true,
                "content-encoding" => respond.encoding.is_some(),
                "location" => respond.redirect,
                _ => false,
            };
            if set {
                let help = "the server sets it from `framing`, `content-length-lie`, `encoding` and `redirect`";
                self.refuse_at(place, format!("`{name}` cannot be set by hand"), help);
            }
        }
    }

    fn count(&mut self, steps: &[Step], whole: Span) {
        let count = size::of_all(self.codec(), steps).steps;
        if count > MAX_STEPS {
            let message =
                format!("the answer has {count} steps with every `repeat` multiplied out, more than {MAX_STEPS}");
            self.refuse_at(whole, message, "repeat larger pieces fewer times");
        }
    }
}

fn ends(step: &Step) -> bool {
    match step {
        Step::End(_) => true,
        Step::Repeat(repeat) => repeat.steps.iter().any(ends),
        _ => false,
    }
}

fn holds_respond(step: &Step) -> bool {
    match step {
        Step::Respond(_) => true,
        Step::Repeat(repeat) => repeat.steps.iter().any(holds_respond),
        _ => false,
    }
}
