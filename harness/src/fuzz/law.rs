//! The laws: what holds of every stream, whatever it holds otherwise, by the rules of `cases/rules`.

use std::fmt;

use streamspec_adapters::contract::Api;

/// A law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// An error on the wire is never a completion.
    ErrorIsTold,
    /// A stream that ends before its answer is never a completion.
    CutIsTold,
    /// A tool call of an answer that ends early is complete only where a whole one is on the wire.
    NoHalfCall,
    /// The text that is handed over is a beginning of the text on the wire.
    TextWasSent,
    /// Every call comes to an end of its own, and the process lives.
    CallEnds,
    /// Bytes that are split or framed otherwise mean the same.
    SplitMeansTheSame,
    /// Comments, unknown events and unknown fields, which clients are told to ignore, change nothing.
    IgnoredIsIgnored,
    /// The synchronous and the asynchronous surface of a call agree on whether an answer is complete.
    SurfacesAgree,
}

impl Law {
    /// Every law.
    pub const ALL: [Self; 8] = [
        Self::ErrorIsTold,
        Self::CutIsTold,
        Self::NoHalfCall,
        Self::TextWasSent,
        Self::CallEnds,
        Self::SplitMeansTheSame,
        Self::IgnoredIsIgnored,
        Self::SurfacesAgree,
    ];

    /// Returns the name, which the names of files begin with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ErrorIsTold => "error-is-told",
            Self::CutIsTold => "cut-is-told",
            Self::NoHalfCall => "no-half-call",
            Self::TextWasSent => "text-was-sent",
            Self::CallEnds => "call-ends",
            Self::SplitMeansTheSame => "split-means-the-same",
            Self::IgnoredIsIgnored => "ignored-is-ignored",
            Self::SurfacesAgree => "surfaces-agree",
        }
    }

    /// Returns the law in a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::ErrorIsTold => {
                "An error on the wire before the stop reason is never a completion, whatever follows it."
            }
            Self::CutIsTold => "A stream without a stop reason and without its terminal event is never a completion.",
            Self::NoHalfCall => {
                "A tool call of an answer that breaks off is handed over as complete only where it was whole on the wire."
            }
            Self::TextWasSent => "The text that is handed over is a beginning of the text on the wire.",
            Self::CallEnds => "Every call comes to an end of its own in time, and the process of the SDK lives.",
            Self::SplitMeansTheSame => "A stream of which the bytes are split or framed otherwise means the same.",
            Self::IgnoredIsIgnored => "Comments, unknown events and unknown fields in a stream change nothing.",
            Self::SurfacesAgree => {
                "The synchronous and the asynchronous surface of a call agree on whether an answer is complete."
            }
        }
    }

    /// Returns the rules of `cases/rules` that say so of a dialect, its own before those of all.
    pub fn rules(self, api: Api) -> Vec<&'static str> {
        [self.rules_of(api), self.rules_of_all()].concat()
    }

    const fn rules_of_all(self) -> &'static [&'static str] {
        match self {
            Self::ErrorIsTold => &["C1", "C15"],
            Self::CutIsTold => &["C6", "C8"],
            Self::NoHalfCall => &["C26"],
            Self::TextWasSent => &["C11"],
            Self::CallEnds => &["C7"],
            Self::SplitMeansTheSame => &["S18", "C20"],
            Self::IgnoredIsIgnored => &["C12", "C20"],
            Self::SurfacesAgree => &["C1"],
        }
    }

    /// Returns a dialect's own rules; a dialect need not have any.
    const fn rules_of(self, api: Api) -> &'static [&'static str] {
        match (self, api) {
            (Self::ErrorIsTold, Api::AnthropicMessages) => &["A6"],
            (Self::ErrorIsTold, Api::OpenaiChat) => &["O3"],
            (Self::ErrorIsTold | Self::CutIsTold, Api::OpenaiResponses) => &["R2"],
            (Self::ErrorIsTold, Api::GeminiGenerate) => &["G8"],
            (Self::ErrorIsTold, Api::OllamaChat) => &["L3"],
            (Self::ErrorIsTold, Api::CohereChat) => &["K4"],
            (Self::CutIsTold, Api::AnthropicMessages) => &["A13"],
            (Self::CutIsTold, Api::OpenaiChat) => &["O1"],
            (Self::CutIsTold, Api::GeminiGenerate) => &["G5"],
            (Self::CutIsTold, Api::OllamaChat) => &["L2"],
            (Self::CutIsTold, Api::CohereChat) => &["K2"],
            (Self::NoHalfCall, Api::AnthropicMessages) => &["A18"],
            (Self::NoHalfCall, Api::CohereChat) => &["K7"],
            (Self::IgnoredIsIgnored, Api::AnthropicMessages) => &["A17", "A33"],
            (Self::IgnoredIsIgnored, Api::OpenaiChat) => &["O12"],
            (Self::IgnoredIsIgnored, Api::OpenaiResponses) => &["R13"],
            (Self::IgnoredIsIgnored, Api::GeminiGenerate) => &["G18"],
            _ => &[],
        }
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
