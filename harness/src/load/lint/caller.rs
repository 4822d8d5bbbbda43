//! Callers who do what does not go together, and what is expected of their further calls.

use streamspec_adapters::contract::{Caller, Read};

use super::Lint;
use crate::case::{Checks, Level};

impl Lint<'_> {
    /// Judges what the caller does.
    pub(super) fn caller(&mut self) {
        let Caller { read, again, at_once } = self.case.caller;
        let Some(at_once) = at_once else { return };
        let path = ["caller", "at-once"];
        let (least, most) = Caller::AT_ONCE.into_inner();
        if !Caller::AT_ONCE.contains(&at_once) {
            let help = "`caller: { at-once: 16 }` is what the cases have; one call at a time needs no `at-once`";
            self.refuse(&path, format!("`at-once` must be {least} to {most} calls"), help);
        }
        if again || read != Read::All {
            let help = "each of the calls is read to the end, and none is made again: write another case for that";
            self.refuse(&path, "`at-once` goes with neither `again` nor `read`", help);
        }
    }

    /// Judges what is expected of a second call.
    pub(super) fn again(&mut self, level: Level, again: &Checks) {
        let path = ["expect", level.name(), "again"];
        if !self.case.caller.again {
            self.refuse(&path, "there is no second call", "say `caller: { again: true }`, and send it an answer");
        }
        self.another_call(&path, "a second call", again);
    }

    /// Judges what is expected of the other calls that are made at once.
    pub(super) fn others(&mut self, level: Level, others: &Checks) {
        let path = ["expect", level.name(), "others"];
        if self.case.caller.at_once.is_none() {
            self.refuse(&path, "there are no other calls", "say `caller: { at-once: 16 }`, and send them an answer");
        }
        self.another_call(&path, "another call", others);
    }

    /// Judges what is expected of a call beside the one that the case is about.
    fn another_call(&mut self, path: &[&str], which: &str, expected: &Checks) {
        let Checks { outcome, text, tool_calls, stop_reason, usage, thinking, refusal, .. } = expected.clone();
        let comparable =
            Checks { outcome, text, tool_calls, stop_reason, usage, thinking, refusal, ..Checks::default() };
        if *expected != comparable {
            let help =
                "`outcome`, `text`, `tool_calls`, `stop_reason`, `usage`, `thinking` and `refusal` can be compared";
            self.refuse(path, format!("of {which} only what its caller gets can be compared"), help);
        }
        if expected.outcome.is_none() {
            self.refuse(path, format!("the end of {which} is not named"), "add `outcome:`");
        }
    }
}
