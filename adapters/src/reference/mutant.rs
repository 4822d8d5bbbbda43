//! The reference client's possible faults: one each, checked at the one place where it matters.

/// The fault a client has, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults(pub(crate) Option<Mutant>);

impl Faults {
    /// Whether the client has this fault.
    pub(crate) fn has(self, mutant: Mutant) -> bool {
        self.0 == Some(mutant)
    }
}

/// Writes the enum, the list, the names and the sentences from one table.
macro_rules! mutants {
    ($($variant:ident $name:literal $about:literal;)+) => {
        /// A fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Mutant {
            $(#[doc = $about] $variant,)+
        }

        impl Mutant {
            /// Every mutant, in the order of this file.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name after the plus sign of its adapter's id.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it does wrong, in a sentence.
            pub(crate) const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }
        }
    };
}

mutants! {
    // Decoding.
    LfOnly "lf-only" "Only LF ends a line; a CR stays in it.";
    LfLfOnly "lf-lf-only" "Only two LFs in a row end an event.";
    LoneCrIsData "lone-cr-is-data" "A CR without an LF does not end a line.";
    CrLfAcrossReads "crlf-across-reads" "The LF of a CRLF that is split over two reads begins the next line.";
    Utf8ByChunk "utf8-by-chunk" "Every read is decoded as UTF-8 on its own.";
    InvalidUtf8Fails "invalid-utf8-fails" "Invalid UTF-8 ends the stream with an error.";
    UnicodeLineEnds "unicode-line-ends" "U+0085, U+2028 and U+2029 end lines.";
    KeepsBom "keeps-bom" "A byte order mark at the start stays in the first field's name.";
    StripsSpaces "strips-spaces" "All spaces are taken out of data.";
    RequiresSpace "requires-space" "A field without a space after its colon is ignored.";
    LastDataLineWins "last-data-line-wins" "Of several data lines only the last is kept.";
    LinesAreEvents "lines-are-events" "Every data line is an event of its own.";
    DropsEventName "drops-event-name" "The event field is ignored.";
    FieldsIgnoreCase "fields-ignore-case" "Field names are compared without regard to case.";
    CommentsAreData "comments-are-data" "The text of a comment is data.";
    EmptyEventFails "empty-event-fails" "A blank line without data before it is parsed as an empty payload.";
    KeepsDataBuffer "keeps-data-buffer" "The data buffer is not emptied after an event.";
    DispatchesAtEof "dispatches-at-eof" "An event that the stream's end cuts short is dispatched.";
    LineCap "line-cap" "A line of more than 64 KiB is an error.";
    IdAndRetryFail "id-and-retry-fail" "An id or a retry field is an error.";
    UnknownFieldFails "unknown-field-fails" "A field with an unknown name is an error.";
    LosesChunkTail "loses-chunk-tail" "What follows the last line end of a read is lost.";

    // Payloads.
    SwallowsBadPayload "swallows-bad-payload" "A payload that is not JSON is skipped.";
    BadPayloadEnds "bad-payload-ends" "A payload that is not JSON ends the answer as if it were finished.";
    BadPayloadPanics "bad-payload-panics" "A payload that is not JSON panics.";
    EmptyDataFails "empty-data-fails" "An event with empty data is an error.";
    NullDataFails "null-data-fails" "A payload that is null is an error.";
    DoneIsJson "done-is-json" "The [DONE] sentinel goes to the JSON parser.";
    UnknownEventFails "unknown-event-fails" "An event of unknown type is an error.";
    PingFails "ping-fails" "A ping is an error.";
    UnknownDeltaFails "unknown-delta-fails" "A delta or content block of unknown type is an error.";
    EmptyChoicesFails "empty-choices-fails" "A chunk with empty choices is an error.";
    TakesEveryChoice "takes-every-choice" "Choices beyond the one that was asked for are part of the answer.";
    UnknownStopReasonFails "unknown-stop-reason-fails" "A stop reason outside the documented list is an error.";
    StopReasonFlattened "stop-reason-flattened" "Every stop reason is reported as the normal one.";
    FilteredIsError "filtered-is-error" "A refusal, a content filter or a safety block is an error.";
    IncompleteIsError "incomplete-is-error" "An answer cut at its token limit is an error.";

    // Recognising an error.
    IgnoresErrorEvent "ignores-error-event" "An event named error, or of type error, is skipped.";
    IgnoresErrorField "ignores-error-field" "A payload with an error object is read as a chunk without content.";
    IgnoresFirstError "ignores-first-error" "An error before any other event is skipped.";
    IgnoresFailed "ignores-failed" "response.failed ends the answer as if it were completed.";
    IgnoresFlatError "ignores-flat-error" "An error event with its fields at the top is skipped.";
    IgnoresNestedError "ignores-nested-error" "An error event with its fields in an error object is skipped.";
    LosesLateReason "loses-late-reason" "An error event that follows response.failed is not waited for.";
    IgnoresErrorWithoutChoices "ignores-error-without-choices" "A chunk with empty choices is a usage chunk, whatever else it holds.";
    IgnoresErrorFinish "ignores-error-finish" "The finish reason error is taken for the normal one.";
    IgnoresStringError "ignores-string-error" "An error that is a string is skipped.";
    IgnoresBareJson "ignores-bare-json" "An error object without framing is skipped.";
    BenignErrorFails "benign-error-fails" "An error field that is null or empty is an error.";
    ErrorBecomesText "error-becomes-text" "The error's message is appended to the text and the answer ends normally.";

    // Reporting an error.
    KeepsTransportStatus "keeps-transport-status" "An error in the stream has status 200.";
    Guesses503 "guesses-503" "Every error in the stream has status 503.";
    Guesses500 "guesses-500" "An error of unknown type has status 500.";
    StatusFromMessage "status-from-message" "The status is the first one found in the message.";
    WrongTable "wrong-table" "Billing is 403, a timeout 408, overload 503.";
    LosesType "loses-type" "The error's type is lost.";
    LosesCode "loses-code" "The error's code is lost.";
    LosesNumericCode "loses-numeric-code" "A code that is a number is lost.";
    LosesMessage "loses-message" "The error's message is replaced by one of the client's own.";
    LosesRequestId "loses-request-id" "The request id is lost.";
    OneClass "one-class" "Every error in the stream has the same class.";
    ForeignError "foreign-error" "A transport failure escapes in the transport's own class.";
    HttpErrorUntyped "http-error-untyped" "The body of an HTTP error is not read.";
    TextLostOnError "text-lost-on-error" "Text that was delivered is withdrawn when an error follows.";
    HoldsConnection "holds-connection" "The connection stays open after an error.";

    // The end of the stream.
    EofIsSuccess "eof-is-success" "The end of the body is the end of the answer.";
    DoneIsEnough "done-is-enough" "[DONE] is a normal end, also where no finish reason came before it.";
    FabricatesStop "fabricates-stop" "The end of the body is the end of the answer, with a made-up stop reason.";
    TrustsCutBody "trusts-cut-body" "A body that is cut in HTTP's terms is a whole answer.";
    AcceptsCutGzip "accepts-cut-gzip" "An encoded stream without its end is a whole answer.";
    IgnoresGzip "ignores-gzip" "An encoded body is not decoded.";
    WaitsForClose "waits-for-close" "After the terminal marker it waits for the end of the body.";
    WaitsForTerminal "waits-for-terminal" "After the stop reason it waits for the terminal marker without a limit.";
    LateErrorCounts "late-error-counts" "An error after the terminal marker replaces the answer.";
    NoTimeout "no-timeout" "Silence is waited out for ever.";
    TimeoutIsSuccess "timeout-is-success" "A timeout after some output ends the answer as if it were finished.";

    // Before the stream.
    IgnoresStatus "ignores-status" "An HTTP error is read as a stream.";
    NoContentIsEmpty "no-content-is-empty" "A 204 or a redirect is an empty answer.";
    RedirectBecomesGet "redirect-becomes-get" "A request that is redirected is sent again as a GET without its body.";
    WrongContentIsEmpty "wrong-content-is-empty" "A body that is no event stream is an empty answer.";
    JsonBodyUntyped "json-body-untyped" "A JSON error at status 200 keeps neither type nor message.";
    NeverRetries "never-retries" "A request that failed is not sent again.";
    RetriesOnceTooOften "retries-once-too-often" "One more request is sent than was allowed.";
    RetriesEverything "retries-everything" "An error that can not go away is retried.";
    IgnoresRetryAfter "ignores-retry-after" "The delay that the server asks for is ignored.";
    CapsRetryAfter "caps-retry-after" "A delay of more than a second is cut to a second.";
    RetriesInBand "retries-in-band" "An error as the first event is retried though no retry was allowed.";
    RetriesAfterOutput "retries-after-output" "A failure after some output is retried and the text delivered twice.";

    // Tool calls.
    CutToolIsComplete "cut-tool-is-complete" "A tool call that was cut is handed out as complete.";
    CutToolIsEmptyObject "cut-tool-is-empty-object" "Arguments that do not parse become an empty object.";
    MergesTools "merges-tools" "The pieces of several tool calls go to the first.";
    FirstPieceOnly "first-piece-only" "Only the first piece of a tool call's arguments is kept.";
    DropsTools "drops-tools" "Tool calls are lost.";
    LimitCompletesTool "limit-completes-tool" "A tool call whose end was sent is complete, also where the answer was cut there.";
    CountsServerTools "counts-server-tools" "A tool that the server runs itself is handed out as the caller's.";
    NamelessToolIsOne "nameless-tool-is-one" "A tool call without a name is handed out.";
    LosesStartInput "loses-start-input" "The input that the start of a tool call brings whole is lost.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Mutant;

    #[test]
    fn names_are_unique_and_fit_for_an_id() {
        let names: BTreeSet<_> = Mutant::ALL.iter().map(|mutant| mutant.name()).collect();
        assert_eq!(names.len(), Mutant::ALL.len());
        for name in names {
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{name}"
            );
        }
        for mutant in Mutant::ALL {
            assert!(mutant.about().ends_with('.'), "{}", mutant.name());
        }
    }
}
