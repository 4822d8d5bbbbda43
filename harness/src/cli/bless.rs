//! `streamspec bless`: rewrite the lists of known deviations from the records of a whole run.

use camino::Utf8Path;
use fs_err as fs;
use streamspec_adapters::fleet::Fleet;

use super::Exit;
use super::arguments::BlessOptions;
use crate::deviation::{FILE, Known, UNEXPLAINED, bless as blessed};
use crate::record::{self, Record, SdkRecord, TrialRecord};

pub(super) fn bless(root: &Utf8Path, options: &BlessOptions) -> anyhow::Result<Exit> {
    let records = record::read(&root.join(&options.records))?;
    let whole = records.iter().any(|record| matches!(record, Record::Suite(suite) if suite.whole));
    if !whole {
        anstream::eprintln!(
            "error: {}: the records of a selection; a list is only rewritten from a whole run, `streamspec run`",
            options.records
        );
        return Ok(Exit::Usage);
    }
    let trials: Vec<&TrialRecord> = records
        .iter()
        .filter_map(|record| if let Record::Trial(trial) = record { Some(trial.as_ref()) } else { None })
        .collect();
    if let Some(trial) = trials.iter().find(|trial| trial.verdict.word.is_lost()) {
        anstream::eprintln!("error: {}: {}; nothing is blessed on that", trial.name(), trial.verdict.word.name());
        return Ok(Exit::Fault);
    }
    let fleet = Fleet::discover(root)?;
    for record in &records {
        let Record::Sdk(SdkRecord { id, version, not_run: None, .. }) = record else { continue };
        if id.contains('@') {
            anstream::eprintln!("{id}: left out; a list is about the locked version");
            continue;
        }
        let sdk = fleet.get(id)?;
        let known = Known::read(&sdk.dir)?;
        let own: Vec<&TrialRecord> = trials.iter().copied().filter(|trial| &trial.sdk == id).collect();
        let text = blessed(&known, &own, version);
        fs::write(sdk.dir.join(FILE), &text)?;
        let (entries, unexplained) = (text.matches("[[deviation]]").count(), text.matches(UNEXPLAINED).count());
        anstream::println!("{id}: {entries} known deviations, {unexplained} of them unexplained");
    }
    Ok(Exit::Conformant)
}
