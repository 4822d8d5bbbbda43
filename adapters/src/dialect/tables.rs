//! The dialects as data for the kits in other languages, which read them in place of tables of their own.

use serde_json::{Value, json};

use super::facts::Dialect;
use super::stop::{Meaning, StopReasons};

/// The files that hold the tables, below the repository's root: a module of Go embeds no file from outside of it, and
/// Java finds one on its class path beside the class that reads it.
pub const TABLES: [&str; 3] =
    ["adapters/dialects.json", "adapters/go/streamspec/dialects.json", "adapters/java/streamspec/dialects.json"];

/// Makes the part of the tables that is about one dialect.
pub(super) fn table(dialect: &Dialect) -> Value {
    let Dialect { model, path, events, stop_reasons: reasons, errors, .. } = dialect;
    json!({
        "model": model,
        "path": path,
        "events": {
            "prefixes": events.prefixes, "pings": events.pings, "ends": events.ends, "sentinel": events.sentinel,
        },
        "stop_reasons": {
            "end_calls": own(reasons, |word| reasons.ends_calls(word)),
            "limits": own(reasons, |word| reasons.meaning(word) == Some(Meaning::Limit)),
        },
        "error_type": errors.type_member,
    })
}

fn own(reasons: &StopReasons, is_meant: impl Fn(&str) -> bool) -> Vec<&'static str> {
    reasons.own.iter().map(|(word, _)| *word).filter(|word| is_meant(word)).collect()
}
