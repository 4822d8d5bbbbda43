//! The records that a session makes of what is known before the first trial.

use std::collections::BTreeMap;

use streamspec_adapters::contract::{Adapter, Identity};
use streamspec_adapters::fleet::Sdk;

use super::Session;
use crate::deviation::KnownDeviations;
use crate::id::{SurfaceId, Variant};
use crate::judge::{RULES, Verdict};
use crate::record::{
    self, CaseRecord, Entry, FORMAT, HandlerRecord, Record, SdkRecord, SuiteRecord, TrialRecord, milliseconds,
};
use crate::run::{Engine, Trial};

impl Session {
    /// Makes the records that come before the trials.
    pub fn header(&self, nonce: &str, whole: bool) -> Vec<Record> {
        let cases: Vec<CaseRecord> = self.cases.iter().map(|case| CaseRecord::from(case.as_ref())).collect();
        let suite = SuiteRecord {
            format: FORMAT,
            rules: RULES,
            digest: record::digest(RULES, cases.iter()),
            edition: self.edition.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            nonce: nonce.to_owned(),
            whole,
            shard: self.shard,
            plans: self.plans.clone(),
            gateways: self.versions.clone(),
        };
        let cases = cases.into_iter().map(Record::Case);
        let unavailable =
            self.unavailable.iter().map(|one| sdk_record(&one.sdk, None, Vec::new(), Some(one.reason.clone())));
        std::iter::once(Record::Suite(suite)).chain(cases).chain(unavailable).collect()
    }

    /// Makes the record of an SDK that can be run, with the times of its set-up and of the start of its process.
    pub async fn opened(&self, engine: &Engine, sdk: &Sdk, known: &KnownDeviations) -> Record {
        let mut record = opened(engine, sdk, known).await;
        if let Record::Sdk(record) = &mut record {
            record.set_up_ms = self.set_up.get(&sdk.manifest.id).copied().map(milliseconds);
            record.start_ms = engine.start_of(sdk).await.map(milliseconds);
        }
        record
    }

    /// Makes the records of trials that the SDK's documents exclude.
    pub fn skipped(&self) -> impl Iterator<Item = TrialRecord> {
        let record = |trial: &Trial, why: &str| {
            TrialRecord::new(trial.id(Variant::AsWritten), Verdict::unsupported(why.to_owned()))
        };
        self.plan.skipped.iter().map(move |skipped| record(&skipped.trial, &skipped.reason))
    }
}

/// Makes the record of an SDK: what it says about itself, or why it says nothing.
pub async fn opened(engine: &Engine, sdk: &Sdk, known: &KnownDeviations) -> Record {
    let adapter = engine.adapter(sdk).await.ok();
    sdk_record(sdk, adapter.as_deref().map(Adapter::identity), known.entries.clone(), None)
}

fn sdk_record(sdk: &Sdk, identity: Option<&Identity>, known: Vec<Entry>, not_run: Option<String>) -> Record {
    let manifest = &sdk.manifest;
    let mut apis: Vec<_> = manifest.surfaces.values().flat_map(|surface| surface.apis.iter().copied()).collect();
    apis.sort_unstable();
    apis.dedup();
    let described = manifest.surfaces.iter().filter(|(_, surface)| surface.is_described());
    Record::Sdk(SdkRecord {
        id: manifest.id.as_str().into(),
        package: manifest.package.clone(),
        version: identity.map_or(&manifest.version, |identity| &identity.sdk.version).clone(),
        language: manifest.language.clone(),
        runtime: identity.map(|identity| identity.runtime.clone()).unwrap_or_default(),
        apis,
        surfaces: manifest.surfaces.keys().map(|name| name.as_str().into()).collect(),
        calls: described.map(|(name, surface)| (name.as_str().into(), surface.call.clone())).collect(),
        configuration: manifest.configuration.clone(),
        handlers: handlers(sdk),
        known,
        command: sdk.command().map(<[String]>::to_vec),
        set_up_ms: None,
        start_ms: None,
        not_run,
    })
}

/// Reads the handlers that its surfaces run; the fleet has seen that each is a file.
fn handlers(sdk: &Sdk) -> Vec<HandlerRecord> {
    let mut handlers: BTreeMap<&str, Vec<SurfaceId>> = BTreeMap::new();
    for (name, surface) in &sdk.manifest.surfaces {
        if let Some(file) = &surface.handler {
            handlers.entry(file).or_default().push(name.as_str().into());
        }
    }
    let read = |(file, surfaces): (&str, Vec<SurfaceId>)| {
        let source = fs_err::read_to_string(sdk.dir.join(file)).ok()?;
        Some(HandlerRecord { file: file.to_owned(), source, surfaces })
    };
    handlers.into_iter().filter_map(read).collect()
}
