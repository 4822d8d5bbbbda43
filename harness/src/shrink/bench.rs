//! Runs candidates: on the reference client, and on what is tested.

use std::sync::Arc;

use futures_util::future::join_all;
use streamspec_adapters::fleet::Sdk;

use crate::case::Case;
use crate::id::{Route, Transport, Variant};
use crate::run::{Engine, Trial, TrialRun};

/// The clients that candidates are run on.
#[derive(Clone)]
pub struct Bench {
    engine: Arc<Engine>,
    reference: Arc<Sdk>,
    subject: Arc<Sdk>,
    surfaces: Vec<String>,
    variant: Variant,
    transport: Transport,
}

impl Bench {
    /// Makes a bench for surfaces of an SDK.
    pub fn new(engine: Arc<Engine>, reference: Arc<Sdk>, subject: Arc<Sdk>, surfaces: Vec<String>) -> Self {
        Self { engine, reference, subject, surfaces, variant: Variant::AsWritten, transport: Transport::default() }
    }

    /// Returns the same for trials in a variant and by a transport.
    #[must_use]
    pub fn by(self, variant: Variant, transport: Transport) -> Self {
        Self { variant, transport, ..self }
    }

    /// Returns the same for other surfaces.
    #[must_use]
    pub fn of_surfaces(&self, surfaces: Vec<String>) -> Self {
        Self { surfaces, ..self.clone() }
    }

    /// Returns the SDK that is tested.
    pub fn subject(&self) -> &Sdk {
        &self.subject
    }

    /// Returns the surfaces that are tested.
    pub fn surfaces(&self) -> &[String] {
        &self.surfaces
    }

    /// Runs a case on every surface of the reference client.
    pub async fn run_reference(&self, case: &Arc<Case>) -> Vec<TrialRun> {
        let surfaces: Vec<&String> = self.reference.manifest.surfaces.keys().collect();
        self.run_all(&self.reference, &surfaces, case).await
    }

    /// Runs a case on the surfaces that are tested and speak its dialect.
    pub async fn run_subject(&self, case: &Arc<Case>) -> Vec<TrialRun> {
        let speaks = |surface: &&String| {
            self.subject.manifest.surfaces.get(*surface).is_some_and(|about| about.apis.contains(&case.api))
        };
        let surfaces: Vec<&String> = self.surfaces.iter().filter(speaks).collect();
        self.run_all(&self.subject, &surfaces, case).await
    }

    async fn run_all(&self, sdk: &Arc<Sdk>, surfaces: &[&String], case: &Arc<Case>) -> Vec<TrialRun> {
        let trials: Vec<Trial> = surfaces
            .iter()
            .map(|surface| Trial {
                spoken: case.api,
                hangs: false,
                sdk: Arc::clone(sdk),
                surface: Arc::new(surface.as_str().into()),
                case: Arc::clone(case),
                variants: [self.variant].into(),
                route: Route::default(),
                transport: self.transport,
            })
            .collect();
        let ran = join_all(trials.iter().map(|trial| self.engine.run(trial))).await;
        ran.into_iter().flatten().collect()
    }
}
