//! A trial that leaves the checkout: a folder with the bytes of its answers, a player of them, and the call of the SDK.
//!
//! `script` is the answers as data, `folder/play.py` plays them. `folder` has all files of a folder and writes them, `told`
//! says what was expected and what was seen. `proof` runs a folder where nothing else of the repository is, and compares what
//! came of it with the record.

mod assertion;
mod folder;
mod framework;
mod own;
mod printed;
mod program;
mod proof;
mod script;
mod test_file;
#[cfg(test)]
mod tests;
mod tls;
mod told;

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;
use streamspec_adapters::contract::Surface;
use streamspec_adapters::setup::Standalone;
use thiserror::Error;

pub use folder::{FolderError, write};
pub use own::of_command;
pub use proof::{Proof, ProofError, prove};
pub use test_file::{Colour, NoTest, TestFile, write_test};
pub use tls::Tls;

use crate::case::Case;
use crate::id::{Transport, TrialId, Variant};
use crate::judge::Status;
use crate::record::{SdkRecord, SuiteRecord, TrialRecord};
use crate::wire::Script;

/// A trial with all that its folder is made of.
#[derive(Clone, Debug)]
pub struct Repro {
    /// The case.
    pub case: Case,
    /// The record of the trial.
    pub trial: TrialRecord,
    /// The SDK, as it was recorded.
    pub sdk: SdkRecord,
    /// The suite that was run.
    pub suite: SuiteRecord,
    /// The surface, as its manifest describes it; none where nobody does.
    pub surface: Option<Surface>,
    /// The adapter, apart from the repository.
    pub adapter: Standalone,
    /// The template of a short program that makes the call; none where the SDK has none.
    pub program: Option<Standalone>,
    /// The time after which the call is a hang.
    pub deadline: Duration,
    /// The time after which a program or a test that makes the call, and loads the SDK first, is ended.
    pub patience: Duration,
    /// The certificates of its player and how they are trusted; none where it plays in the clear.
    pub tls: Option<Tls>,
    /// The time for which it is watched whether the client lets go of the connection; none where no check asks.
    pub watch: Option<Duration>,
}

/// A reason why no folder can be made of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoRepro {
    /// The trial says nothing about the SDK.
    #[error("the trial came to `{0}`, which says nothing about the SDK that somebody else could see")]
    Nothing(String),
    /// The trial is a sweep.
    #[error(
        "the variant `{0}` stands for many streams; `run --verbose` names the places, and a case can be written for one of them"
    )]
    Sweep(Variant),
    /// The trial is of a transport that no folder plays.
    #[error(
        "the player of a folder speaks HTTP/1.1, in the clear or over TLS, as Python's standard library has no HTTP/2, and the trial \
         went over `{0}`; `run --trial` makes it again, `show --transport h2` shows the frames, and a folder can be made of the trial by \
         `tls` or `http1` where that comes to the same"
    )]
    Transport(Transport),
    /// The adapter is part of this program, and one in a process of its own cannot be told of a certificate.
    #[error(
        "the adapter of {0} gets the certificate of a trial in this program, and a process of its own cannot be told of one; make a \
         folder of the trial by `http1` where that comes to the same"
    )]
    Trust(String),
    /// The keys of the player cannot be made.
    #[error("the keys of the player cannot be made: {0}")]
    Keys(String),
    /// The trial goes through a gateway.
    #[error("the trial goes through {0}, of which the folder would have to hold more than the bytes of the answers")]
    Gateway(String),
    /// The SDK is not the locked version.
    #[error("{0} is not the locked version, and no lock file says what was installed with it")]
    Build(String),
    /// The case is not what it was.
    #[error("the case has changed since the run; run the trial again: {0}")]
    Changed(String),
}

/// Says why no folder can be made of a trial, whatever it came to, if that is so.
///
/// # Errors
///
/// Its bytes are not those of one script, or nothing says what was installed.
pub fn can_be_made(id: &TrialId) -> Result<(), NoRepro> {
    if id.variant.is_sweep() {
        return Err(NoRepro::Sweep(id.variant));
    }
    if let Some(gateway) = id.route.gateway() {
        return Err(NoRepro::Gateway(gateway.to_string()));
    }
    if !matches!(id.transport, Transport::Http1 | Transport::Tls) {
        return Err(NoRepro::Transport(id.transport));
    }
    if id.sdk.is_locked() { Ok(()) } else { Err(NoRepro::Build(id.sdk.to_string())) }
}

/// Says why there is nothing to show of a trial, if that is so.
///
/// # Errors
///
/// It says nothing about the SDK.
pub fn can_be_shown(trial: &TrialRecord) -> Result<(), NoRepro> {
    if trial.verdict.status <= Status::Fails { Ok(()) } else { Err(NoRepro::Nothing(trial.verdict.in_short())) }
}

impl Repro {
    /// Builds the script that the server played.
    fn script(&self) -> Script {
        Script::of(&self.case, self.trial.variant, &self.trial.nonce)
    }

    /// Builds the error of the case as a plain HTTP response, where the case compares with it.
    fn control(&self) -> Option<Script> {
        let steps = self.case.control.clone()?;
        Some(Script::build(self.case.api, &[steps], Variant::AsWritten, &self.trial.nonce))
    }

    /// Makes the files of the folder, by their places in it.
    pub fn files(&self) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
        folder::files(self)
    }

    /// Returns the name of the folder where nobody has named one.
    pub fn folder_name(&self) -> String {
        folder::name(&self.trial.id())
    }
}
