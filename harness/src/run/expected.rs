//! The expectation of a trial: that of its case, translated where a gateway on the way translates.

use std::borrow::Cow;

use streamspec_adapters::contract::Api;

use super::evidence::CallEvidence;
use super::plan::Trial;
use crate::case::Case;
use crate::judge::ClientSide;
use crate::translate::{Translation, translate};

/// The expectation of a trial.
pub(super) struct ExpectedOfTrial<'t> {
    /// The case, whose expectation is that of the client.
    pub(super) case: Cow<'t, Case>,
    /// The translation; none where the client speaks the dialect of the case.
    pub(super) translation: Option<Translation>,
}

impl Trial {
    /// Makes the expectation of what its client sees.
    pub(super) fn expected(&self) -> ExpectedOfTrial<'_> {
        if self.spoken == self.case.api {
            return ExpectedOfTrial { case: Cow::Borrowed(self.case.as_ref()), translation: None };
        }
        let (case, translation) = translate(&self.case, self.spoken);
        ExpectedOfTrial { case: Cow::Owned(case), translation: Some(translation) }
    }
}

impl ExpectedOfTrial<'_> {
    /// Returns the dialect that the client speaks, where it is not that of the case.
    pub(super) fn translated_to(&self) -> Option<Api> {
        self.translation.as_ref().map(|translation| translation.to)
    }

    /// Returns what the judge must know of the client's side of a gateway that translates.
    pub(super) fn client_side(&self, played: &CallEvidence) -> Option<ClientSide> {
        let last = played.tapped.as_deref().unwrap_or_default().last();
        let status = last.and_then(|answer| answer.status);
        self.translated_to().map(|api| ClientSide { api, status })
    }
}
