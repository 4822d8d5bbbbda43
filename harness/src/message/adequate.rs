//! The mutants, the case files that catch them, and the case files that prove what others prove.

use std::fmt::Write as _;

use super::{BAD, BOLD, GOOD, styled};
use crate::adequacy::{Accepted, Adequacy, Twins};

/// Writes the adequacy table: every mutant with a case file that catches it, then the case files that catch none. Where every
/// mutant was run on every case, it says how many case files catch each.
pub fn adequate(adequacy: &Adequacy, accepted: &Accepted, is_whole: bool) -> String {
    let mut out = String::new();
    let width = adequacy.mutants.iter().map(|caught| caught.mutant.len()).max().unwrap_or_default();
    let _ = writeln!(out, "{}", styled(BOLD, &format!("{:<width$} caught by", "mutant")));
    for caught in &adequacy.mutants {
        let by = match (caught.by.first(), caught.by.len() - usize::from(!caught.by.is_empty())) {
            (None, _) => styled(BAD, "none"),
            (Some(example), more) if is_whole && more > 0 => styled(GOOD, &format!("{example} and {more} more")),
            (Some(example), _) => styled(GOOD, example),
        };
        let _ = writeln!(out, "{:<width$} {by}", caught.mutant);
    }
    for case in adequacy.idle() {
        let why = accepted.reason(case).unwrap_or("not listed");
        let _ = writeln!(out, "{case} catches no mutant: {why}");
    }
    let escaped = adequacy.mutants.iter().filter(|caught| caught.by.is_empty()).count();
    let idle = adequacy.idle().count();
    let _ = writeln!(
        out,
        "{} mutants, {escaped} not caught; {} case files, {idle} of them catch none",
        adequacy.mutants.len(),
        adequacy.cases.len()
    );
    out
}

/// Writes the mutants that a case file alone catches, then the case files whose mutants one other case file catches, too.
pub fn unique(adequacy: &Adequacy) -> String {
    let mut out = String::new();
    for (case, mutants) in adequacy.alone() {
        let _ = writeln!(out, "{case} alone catches {}", mutants.join(", "));
    }
    let covered = adequacy.covered();
    for (case, by) in &covered {
        let count = adequacy.cases.get(*case).copied().unwrap_or_default();
        let what = if count == 1 { "the mutant".to_owned() } else { format!("all {count} mutants") };
        let _ = writeln!(out, "{by} catches {what} of {case}, too");
    }
    let _ = writeln!(
        out,
        "{} case files catch a mutant that no other one catches; of {} another one catches all mutants",
        adequacy.alone().len(),
        covered.len()
    );
    out
}

/// Writes the groups of twins with the reasons why they are kept, and how many have none.
pub fn twins(twins: &Twins, accepted: &Accepted) -> String {
    let mut out = String::new();
    for group in &twins.groups {
        let _ = writeln!(out, "{}", styled(BOLD, &format!("{} case files prove the same:", group.len())));
        for file in group {
            let reason = accepted.reason_to_keep(file);
            let why = reason.map_or_else(|| styled(BAD, "no reason to keep it"), str::to_owned);
            let _ = writeln!(out, "  {file}: {why}");
        }
    }
    let without = twins.without_reason(accepted).count();
    let _ = writeln!(
        out,
        "{} case files without a mutant or a verdict of their own, {} of them kept with a reason, {without} without",
        twins.count(),
        twins.count() - without
    );
    out
}
