//! Controls: the error of a case as a plain HTTP response, run once for all cases of a surface that have the same one.

use streamspec_adapters::contract::{Adapter, Caller};

use super::engine::Engine;
use super::plan::Trial;
use crate::case::{Case, Step};
use crate::id::{TrialId, Variant};
use crate::judge::Control;
use crate::record::{AttemptRecord, Attempted};
use crate::wire::Script;

/// A control that says nothing is tried again by so many of the trials that need it, and then it is believed.
const TRIES: u32 = 3;

impl Engine {
    /// Runs the same surface on the trial's control. One that does not show what the surface raises is not kept: it may have
    /// been lost to the machine, and the next trial that needs it runs it again.
    pub(super) async fn control(
        &self,
        trial: &Trial,
        id: &TrialId,
        adapter: &dyn Adapter,
    ) -> (Option<Control>, Vec<AttemptRecord>) {
        let Some(steps) = &trial.case.control else { return (None, Vec::new()) };
        let Trial { sdk, surface, case, route, transport, .. } = trial;
        let key =
            serde_json::to_string(&(&sdk.manifest.id, surface.as_str(), route, transport, case.api, case.ask, steps));
        // Steps are plain data with string keys, which JSON can always hold.
        let key = key.unwrap_or_default();
        let shared = self.controlled(&key);
        let mut controlled = shared.lock().await;
        let is_settled = controlled.tries >= TRIES || controlled.last.as_ref().is_some_and(Control::shows_an_error);
        if is_settled {
            return (controlled.last.clone(), Vec::new());
        }
        let exchanges: [Vec<Step>; 1] = [steps.clone()];
        let script = Script::build(trial.case.api, &exchanges, Variant::AsWritten, &self.nonces.of_trial(&key));
        // Its caller reads to the end, whatever that of the case does.
        let plain = Case { caller: Caller::default(), ..case.as_ref().clone() };
        let trial = &Trial { case: plain.into(), hangs: false, ..trial.clone() };
        let (played, attempts) = self.attempt(trial, id, adapter, &script, Attempted::Control).await;
        controlled.tries += 1;
        controlled.last = Some(Control::new(played.answered, &played.transcript));
        (controlled.last.clone(), attempts)
    }
}
