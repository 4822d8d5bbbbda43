//! The progress that an answer makes, by event and by read.

/// The meaning of an event to the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It brought the answer forward.
    Progress,
    /// It is a part of an answer that the client has no use for.
    Part,
    /// It only says that the server lives.
    Ping,
    /// Its type is not in the documents.
    Unknown,
    /// A part of it has a type that is not in the documents.
    UnknownPart,
    /// The answer ends with it.
    Terminal,
}

/// The progress that the answer has made with some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing that brings the answer forward.
    Nothing,
    /// A further piece of the answer.
    Further,
    /// The terminal marker.
    End,
}
