//! The operations of the HTTP interface: one table for those who answer them and for the document.

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Operation {
    ListCases,
    ReadCase,
    ReadAttempt,
    EndAttempt,
    JudgeAttempt,
    ReleaseAttempt,
    OpenSession,
    ReadSession,
    EndSession,
    JudgeSession,
    ReleaseSession,
    ReleaseAll,
    ListSdks,
    ReadDocument,
}

impl Operation {
    /// Every operation, in the order of the document.
    pub(in crate::serve) const ALL: [Self; 14] = [
        Self::ListCases,
        Self::ReadCase,
        Self::ReadAttempt,
        Self::EndAttempt,
        Self::JudgeAttempt,
        Self::ReleaseAttempt,
        Self::OpenSession,
        Self::ReadSession,
        Self::EndSession,
        Self::JudgeSession,
        Self::ReleaseSession,
        Self::ReleaseAll,
        Self::ListSdks,
        Self::ReadDocument,
    ];

    /// Returns the method and the path below that of the interface, in which a name in braces stands for a part.
    pub(in crate::serve) const fn request(self) -> (&'static str, &'static str) {
        match self {
            Self::ListCases => ("GET", "/cases"),
            Self::ReadCase => ("GET", "/cases/{case}"),
            Self::ReadAttempt => ("GET", "/cases/{case}/attempt"),
            Self::EndAttempt => ("DELETE", "/cases/{case}/attempt"),
            Self::JudgeAttempt => ("POST", "/cases/{case}/attempt/judgement"),
            Self::ReleaseAttempt => ("POST", "/cases/{case}/attempt/release"),
            Self::OpenSession => ("POST", "/sessions"),
            Self::ReadSession => ("GET", "/sessions/{session}"),
            Self::EndSession => ("DELETE", "/sessions/{session}"),
            Self::JudgeSession => ("POST", "/sessions/{session}/judgement"),
            Self::ReleaseSession => ("POST", "/sessions/{session}/release"),
            Self::ReleaseAll => ("POST", "/release"),
            Self::ListSdks => ("GET", "/sdks"),
            Self::ReadDocument => ("GET", "/openapi.json"),
        }
    }

    /// Returns the name in the document.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ListCases => "listCases",
            Self::ReadCase => "readCase",
            Self::ReadAttempt => "readAttempt",
            Self::EndAttempt => "endAttempt",
            Self::JudgeAttempt => "judgeAttempt",
            Self::ReleaseAttempt => "releaseAttempt",
            Self::OpenSession => "openSession",
            Self::ReadSession => "readSession",
            Self::EndSession => "endSession",
            Self::JudgeSession => "judgeSession",
            Self::ReleaseSession => "releaseSession",
            Self::ReleaseAll => "releaseAll",
            Self::ListSdks => "listSdks",
            Self::ReadDocument => "readDocument",
        }
    }

    /// Returns a sentence about it.
    pub(super) const fn summary(self) -> &'static str {
        match self {
            Self::ListCases => "Lists the cases that are served, with their expectations and sources.",
            Self::ReadCase => "Returns one case.",
            Self::ReadAttempt => "Returns the transcript of the last attempt at the case's own URL.",
            Self::EndAttempt => {
                "Ends the last attempt at the case's own URL: what is still sent to it is cut, and the next request begins a \
                 new one."
            }
            Self::JudgeAttempt => {
                "Judges what was seen in the last attempt at the case's own URL. The next request begins a new one. The \
                 number of requests is not judged, as nothing there tells a second try from a new attempt."
            }
            Self::ReleaseAttempt => "Lets go of the pauses and stalls of the last attempt at the case's own URL.",
            Self::OpenSession => "Opens a session: a URL of its own for one attempt at a case.",
            Self::ReadSession => "Returns the transcript of a session.",
            Self::EndSession => "Ends a session: what is still sent to it is cut, and nothing of it is kept.",
            Self::JudgeSession => "Judges what was seen in a session. It can be judged again.",
            Self::ReleaseSession => "Lets go of the pauses and stalls of a session.",
            Self::ReleaseAll => "Lets go of all pauses and stalls, as the Enter key does in the terminal.",
            Self::ListSdks => "Lists the SDKs of the fleet, each with the line of code that sets its base URL.",
            Self::ReadDocument => "Returns this document.",
        }
    }

    /// Returns the status of a response that is no problem.
    pub(in crate::serve) const fn status(self) -> u16 {
        match self {
            Self::OpenSession => 201,
            Self::EndAttempt | Self::EndSession => 204,
            _ => 200,
        }
    }

    /// Lists the statuses of its problems, beside those that any request can come to.
    pub(super) const fn problems(self) -> &'static [u16] {
        match self {
            Self::ListCases => &[400],
            Self::OpenSession => &[400, 404, 413, 422, 503],
            Self::JudgeAttempt | Self::JudgeSession => &[400, 404, 409, 413, 422],
            Self::ReadCase
            | Self::ReadAttempt
            | Self::EndAttempt
            | Self::ReleaseAttempt
            | Self::ReadSession
            | Self::EndSession
            | Self::ReleaseSession => &[404],
            Self::ReleaseAll | Self::ListSdks | Self::ReadDocument => &[],
        }
    }
}
