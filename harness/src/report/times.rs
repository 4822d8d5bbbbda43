//! Where the time of a run went, for a terminal.

use std::fmt::Write as _;
use std::time::Duration;

use super::view::{SdkTimes, TimeSpent};
use crate::message::{BOLD, styled};
use crate::text::shown;

/// The most SDKs, and the most calls, that are told one by one.
const SDKS: usize = 8;
const CALLS: usize = 3;

impl TimeSpent {
    /// Tells in short where the time went and what held the run back; nothing of a run that was shorter than this, or of records that
    /// do not say when calls ended.
    pub fn in_short(&self, shortest: Duration) -> Option<String> {
        let ended = self.ended.filter(|ended| u128::from(*ended) >= shortest.as_millis())?;
        let mut out = String::new();
        let width = self.sdks.iter().take(SDKS).map(|sdk| sdk.sdk.len()).max().unwrap_or_default().max("SDK".len());
        let _ = writeln!(out, "\nwhere the time went, {} from the first start to the last answer", seconds(ended));
        let head = format!(
            "{:<width$} {:>9} {:>9} {:>8} {:>10} {:>10} {:>9} {:>9}",
            "SDK", "set-up", "start", "calls", "under way", "waiting", "the rest", "ended at"
        );
        let _ = writeln!(out, "{}", styled(BOLD, &head));
        for sdk in self.sdks.iter().take(SDKS) {
            let SdkTimes { sdk: id, set_up, start, calls, under_way, waiting, span, .. } = sdk;
            let [set_up, start, waiting] =
                [*set_up, *start, *waiting].map(|time| time.map_or_else(|| "–".into(), seconds));
            let [rest, last] = [span.map(|span| span.rest), span.map(|span| span.last)]
                .map(|time| time.map_or_else(|| "–".into(), seconds));
            let under_way = seconds(*under_way);
            let _ = writeln!(
                out,
                "{:<width$} {set_up:>9} {start:>9} {calls:>8} {under_way:>10} {waiting:>10} {rest:>9} {last:>9}",
                shown(id, 60)
            );
        }
        if self.sdks.len() > SDKS {
            let _ = writeln!(out, "… and {} more, which ended before these", self.sdks.len() - SDKS);
        }
        if let Some((sdk, after)) = self.held_back() {
            let _ =
                writeln!(out, "held back by {}, which ended {} after every other SDK", shown(sdk, 60), seconds(after));
        }
        for call in self.longest.iter().take(CALLS) {
            let asks = call.asks.filter(|asks| *asks > 0);
            let asks = asks.map_or_else(String::new, |asks| {
                format!(", {} of which its case asks for", seconds(asks.min(call.took)))
            });
            let _ = writeln!(out, "longest: {} {}{asks}", shown(&call.trial.to_string(), 200), seconds(call.took));
        }
        Some(out.trim_end().to_owned())
    }
}

/// Writes milliseconds as seconds.
fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn it_is_told_of_runs_that_took_long() {
        let times = samples::view(&samples::with_times()).times;
        assert_eq!(times.in_short(Duration::from_secs(10)), None);
        let told = times.in_short(Duration::from_secs(9)).expect("it took that long");
        insta::assert_snapshot!(anstream::adapter::strip_str(&told).to_string());
        assert_eq!(samples::view(&samples::records()).times.in_short(Duration::ZERO), None);
    }
}
