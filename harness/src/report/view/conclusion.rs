//! The meanings of trials for a build.

/// The meaning of a trial for a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conclusion {
    /// It passes, and nothing else was expected.
    Passes,
    /// It is a variant run and comes out just as the trial as written, whatever that is.
    AsWritten,
    /// It deviates or fails as the list of known deviations says.
    AsListed,
    /// It deviates or fails as nobody said, or does not although the list says so.
    NotAsListed,
    /// The adapter, the gateway or the harness broke, or two attempts differed: nobody can say what the trial comes to.
    Fault,
    /// The SDK's documents exclude it, or it was not run.
    NotJudged,
}

impl Conclusion {
    /// Says if somebody has to look at the trial.
    pub const fn is_red(self) -> bool {
        matches!(self, Self::NotAsListed | Self::Fault)
    }
}
