//! The lines of a short program: what its caller saw, and in what that differs from the record.

use std::fmt::Display;

use streamspec_adapters::contract::{Ended, Field, Reading, Via};

use super::Repro;

/// The word that a program of any language prints for a field that is not there.
const NOTHING: [&str; 4] = ["None", "undefined", "null", ""];

/// Reads what a program printed, in one line, and compares it with the record; a value that the record has from elsewhere than an
/// attribute is not compared, as the program reads attributes alone.
pub(super) fn compared(output: &str, repro: &Repro) -> (String, Vec<String>) {
    let Some(lines) = output.rfind("ended: ").map(|at| &output[at..]) else {
        return ("nothing".to_owned(), vec!["the program did not print how the call ended".to_owned()]);
    };
    let value = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    let ended = value("ended").unwrap_or_default();
    let class = value("class").unwrap_or_default();
    let shown = format!("{ended} {class}").trim_end().to_owned();
    let Some(observation) = &repro.trial.observation else {
        let hangs = ended.starts_with("not within");
        return (shown, if hangs { Vec::new() } else { vec![differs("the end of the call", "none", ended)] });
    };
    let recorded = match observation.ended {
        Ended::Raised => "raised",
        // An item is printed like every other.
        Ended::ErrorItem => return (shown, Vec::new()),
        Ended::Returned | Ended::Aborted | Ended::Stopped | Ended::Cancelled => "returned",
    };
    if ended != recorded {
        return (shown, vec![differs("the end of the call", recorded, ended)]);
    }
    let Some(error) = observation.error.as_ref().filter(|_| observation.ended == Ended::Raised) else {
        return (shown, Vec::new());
    };
    let pairs = [
        ("the class", Some(error.class.clone()), class),
        ("the status", attribute(&error.status), value("status").unwrap_or_default()),
        ("the type", attribute(&error.kind), value("type").unwrap_or_default()),
    ];
    let differences = pairs.into_iter().filter_map(|(what, recorded, shown)| {
        let recorded = recorded?;
        let is_same = recorded == shown || recorded.is_empty() && NOTHING.contains(&shown);
        (!is_same).then(|| differs(what, &recorded, shown))
    });
    (shown, differences.collect())
}

fn differs(what: &str, recorded: &str, shown: &str) -> String {
    format!("{what} is `{recorded}` in the record, and the program shows `{shown}`")
}

/// Returns the value of an attribute, or nothing where the SDK has left it empty; none where it was not read from an attribute.
fn attribute<T: Display>(field: &Field<Reading<T>>) -> Option<String> {
    match field {
        Field::Absent | Field::Empty => Some(String::new()),
        Field::Value(reading) => (reading.via == Via::Attribute).then(|| reading.value.to_string()),
    }
}
