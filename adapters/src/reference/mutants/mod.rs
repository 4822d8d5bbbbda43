//! The mutants: the reference client with one stage replaced, or with one thing done to a call before it or to the observation
//! after it. Each has one fault.

mod answers;
mod calls;
mod cohere;
mod ending;
mod fields;
mod frames;
mod json_lines;
mod lines;
mod opening;
mod payloads;
mod recognition;
mod replaced;
mod reporting;
mod tools;

use super::client::Client;
use super::{DOCUMENTED, observe_with};
use crate::codec::decode::Decode;
use crate::contract::{Call, Observation};

/// A client with a fault: the stages that it has, and what is done before and after them.
#[derive(Clone, Copy)]
struct Faulty {
    /// Changes the settings of the call.
    before: fn(Call) -> Call,
    client: Client,
    /// Changes what the caller sees.
    after: fn(&Call, Observation) -> Observation,
}

impl Faulty {
    /// The documented client, which has no fault.
    const NONE: Self = Self { before: |call| call, client: DOCUMENTED, after: |_, observation| observation };

    /// Makes a client whose fault is in its stages.
    #[expect(clippy::large_types_passed_by_value, reason = "a table that is written where it is handed over")]
    const fn of(client: Client) -> Self {
        Self { client, ..Self::NONE }
    }

    /// Makes a client whose fault is in its decoder of a codec's streams.
    const fn with_decoder(codec: &'static str, decoder: fn() -> Box<dyn Decode>) -> Self {
        Self::of(Client { own_decoder: Some((codec, decoder)), ..DOCUMENTED })
    }

    /// Makes a client whose fault is in the settings of its calls.
    const fn set_to(before: fn(Call) -> Call) -> Self {
        Self { before, ..Self::NONE }
    }

    /// Makes a client whose fault is in what it hands over.
    const fn telling(after: fn(&Call, Observation) -> Observation) -> Self {
        Self { after, ..Self::NONE }
    }
}

/// Writes the enum, the list, the names, the sentences and the clients from one table.
macro_rules! mutants {
    ($($variant:ident $name:literal $about:literal $faulty:path;)+) => {
        /// A fault.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Mutant {
            $(#[doc = $about] $variant,)+
        }

        impl Mutant {
            /// Every mutant, in the order of this file.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the name after the plus sign of its adapter's id.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Describes the fault, in a sentence.
            pub(crate) const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)+ }
            }

            /// Returns the client that has the fault.
            const fn faulty(self) -> Faulty {
                match self { $(Self::$variant => $faulty,)+ }
            }
        }
    };
}

impl Mutant {
    /// Makes one call with the faulty client and tells what its caller saw.
    pub(crate) async fn observe(self, call: Call) -> Observation {
        let Faulty { before, client, after } = self.faulty();
        let call = before(call);
        let observation = observe_with(&client, &call).await;
        after(&call, observation)
    }
}

mutants! {
    // Decoding.
    LfOnly "lf-only" "Only LF ends a line; a CR stays in it." lines::LF_ONLY;
    LfLfOnly "lf-lf-only" "Only two LFs in a row end an event." lines::LF_LF_ONLY;
    LoneCrIsData "lone-cr-is-data" "A CR without an LF does not end a line." lines::LONE_CR_IS_DATA;
    CrLfAcrossReads "crlf-across-reads" "The LF of a CRLF that is split over two reads begins the next line." lines::CR_LF_ACROSS_READS;
    Utf8ByChunk "utf8-by-chunk" "Every read is decoded as UTF-8 on its own." lines::UTF8_BY_CHUNK;
    InvalidUtf8Fails "invalid-utf8-fails" "Invalid UTF-8 ends the stream with an error." fields::INVALID_UTF8_FAILS;
    UnicodeLineEnds "unicode-line-ends" "U+0085, U+2028 and U+2029 end lines." lines::UNICODE_LINE_ENDS;
    KeepsBom "keeps-bom" "A byte order mark at the start stays in the first field's name." lines::KEEPS_BOM;
    StripsSpaces "strips-spaces" "All spaces are taken out of data." fields::STRIPS_SPACES;
    RequiresSpace "requires-space" "A field without a space after its colon is ignored." fields::REQUIRES_SPACE;
    LastDataLineWins "last-data-line-wins" "Of several data lines only the last is kept." fields::LAST_DATA_LINE_WINS;
    LinesAreEvents "lines-are-events" "Every data line is an event of its own." fields::LINES_ARE_EVENTS;
    DropsEventName "drops-event-name" "The event field is ignored." fields::DROPS_EVENT_NAME;
    FieldsIgnoreCase "fields-ignore-case" "Field names are compared without regard to case." fields::FIELDS_IGNORE_CASE;
    CommentsAreData "comments-are-data" "The text of a comment is data." fields::COMMENTS_ARE_DATA;
    EmptyEventFails "empty-event-fails" "A blank line without data before it is parsed as an empty payload." fields::EMPTY_EVENT_FAILS;
    KeepsDataBuffer "keeps-data-buffer" "The data buffer is not emptied after an event." fields::KEEPS_DATA_BUFFER;
    DispatchesAtEof "dispatches-at-eof" "An event that the stream's end cuts short is dispatched." fields::DISPATCHES_AT_EOF;
    LineCap "line-cap" "A line of more than 64 KiB is an error." fields::LINE_CAP;
    IdAndRetryFail "id-and-retry-fail" "An id or a retry field is an error." fields::ID_AND_RETRY_FAIL;
    UnknownFieldFails "unknown-field-fails" "A field with an unknown name is an error." fields::UNKNOWN_FIELD_FAILS;
    LosesChunkTail "loses-chunk-tail" "What follows the last line end of a read is lost." lines::LOSES_CHUNK_TAIL;

    // Decoding lines of JSON.
    ReadsAreLines "reads-are-lines" "What a read brings is taken for whole lines of JSON." json_lines::READS_ARE_LINES;
    LosesLastLine "loses-last-line" "A last line of JSON without a line end is lost." json_lines::LOSES_LAST_LINE;
    UnicodeEndsJsonLines "unicode-ends-json-lines" "U+0085, U+2028 and their like end lines of JSON." json_lines::UNICODE_ENDS_JSON_LINES;
    JsonUtf8ByChunk "json-utf8-by-chunk" "Of lines of JSON every read is decoded as UTF-8 on its own." json_lines::JSON_UTF8_BY_CHUNK;
    JsonCrlfFails "json-crlf-fails" "A CR before the LF that ends a line of JSON is an error." json_lines::JSON_CRLF_FAILS;
    JsonLineCap "json-line-cap" "A line of JSON of more than 64 KiB is an error." json_lines::JSON_LINE_CAP;

    // Ollama's objects.
    DoneNeedsReason "done-needs-reason" "An answer that is done without a reason is incomplete." json_lines::DONE_NEEDS_REASON;
    DoneHasNoText "done-has-no-text" "The text of the object that ends an answer is lost." json_lines::DONE_HAS_NO_TEXT;

    // Decoding the frames of AWS.
    IgnoresPreludeCrc "ignores-prelude-crc" "The checksum of a frame's prelude is not compared." frames::IGNORES_PRELUDE_CRC;
    IgnoresMessageCrc "ignores-message-crc" "The checksum of a frame is not compared." frames::IGNORES_MESSAGE_CRC;
    TextHeadersOnly "text-headers-only" "A header of a frame that is no text is an error." frames::TEXT_HEADERS_ONLY;
    PassesUnknownHeaders "passes-unknown-headers" "What follows a header of a frame that cannot be read is passed over." frames::PASSES_UNKNOWN_HEADERS;
    HeadersInOrder "headers-in-order" "The headers of a frame are expected in one order." frames::HEADERS_IN_ORDER;
    NeedsContentType "needs-content-type" "A frame without a content type is an error." frames::NEEDS_CONTENT_TYPE;
    ReadsAreFrames "reads-are-frames" "What a read brings is taken for whole frames." frames::READS_ARE_FRAMES;
    FrameCap "frame-cap" "A frame of more than 64 KiB is an error." frames::FRAME_CAP;
    DispatchesCutFrame "dispatches-cut-frame" "A frame of which only the checksum is missing is dispatched at the end." frames::DISPATCHES_CUT_FRAME;

    // Bedrock's messages.
    DropsExceptions "drops-exceptions" "An exception is passed over." frames::DROPS_EXCEPTIONS;
    DropsUnknownExceptions "drops-unknown-exceptions" "An exception that the documents do not name is passed over." frames::DROPS_UNKNOWN_EXCEPTIONS;
    DropsUnmodelledErrors "drops-unmodelled-errors" "An error that the service's model does not have is passed over." frames::DROPS_UNMODELLED_ERRORS;
    ExceptionEndsAnswer "exception-ends-answer" "An exception is the end of the answer." frames::EXCEPTION_ENDS_ANSWER;
    StopsAtMessageStop "stops-at-message-stop" "What follows messageStop is not read." frames::STOPS_AT_MESSAGE_STOP;
    NeedsBlockStart "needs-block-start" "Text without a contentBlockStart before it is lost." frames::NEEDS_BLOCK_START;

    // Cohere's events.
    ReasonDecides "reason-decides" "An error in the event that ends an answer is one only where the finish reason says so." cohere::REASON_DECIDES;
    TimeoutIsAnEnd "timeout-is-an-end" "The finish reason TIMEOUT is taken for the normal one." cohere::TIMEOUT_IS_AN_END;
    LosesStartText "loses-start-text" "The text in the start of a content block is lost." cohere::LOSES_START_TEXT;
    LosesStartArguments "loses-start-arguments" "The arguments in the start of a call are lost, where pieces follow." cohere::LOSES_START_ARGUMENTS;
    IgnoresTypes "ignores-types" "An event is what its name says, and its type is ignored." cohere::IGNORES_TYPES;

    // Payloads.
    SwallowsBadPayload "swallows-bad-payload" "A payload that is not JSON is skipped." payloads::SWALLOWS_BAD_PAYLOAD;
    BadPayloadEnds "bad-payload-ends" "A payload that is not JSON ends the answer as if it were finished." payloads::BAD_PAYLOAD_ENDS;
    BadPayloadPanics "bad-payload-panics" "A payload that is not JSON panics." payloads::BAD_PAYLOAD_PANICS;
    EmptyDataFails "empty-data-fails" "An event with empty data is an error." payloads::EMPTY_DATA_FAILS;
    NullDataFails "null-data-fails" "A payload that is null is an error." payloads::NULL_DATA_FAILS;
    DoneIsJson "done-is-json" "The [DONE] sentinel goes to the JSON parser." payloads::DONE_IS_JSON;
    UnknownEventFails "unknown-event-fails" "An event of unknown type is an error." payloads::UNKNOWN_EVENT_FAILS;
    PingFails "ping-fails" "A ping is an error." payloads::PING_FAILS;
    UnknownDeltaFails "unknown-delta-fails" "A delta or content block of unknown type is an error." payloads::UNKNOWN_DELTA_FAILS;
    EmptyChoicesFails "empty-choices-fails" "A chunk with empty choices is an error." payloads::EMPTY_CHOICES_FAILS;
    TakesEveryChoice "takes-every-choice" "Choices beyond the one that was asked for are part of the answer." payloads::TAKES_EVERY_CHOICE;
    UnknownStopReasonFails "unknown-stop-reason-fails" "A stop reason outside the documented list is an error." payloads::UNKNOWN_STOP_REASON_FAILS;
    StopReasonFlattened "stop-reason-flattened" "Every stop reason is reported as the normal one." payloads::STOP_REASON_FLATTENED;
    FilteredIsError "filtered-is-error" "A refusal, a content filter or a safety block is an error." payloads::FILTERED_IS_ERROR;
    IncompleteIsError "incomplete-is-error" "An answer cut at its token limit is an error." payloads::INCOMPLETE_IS_ERROR;

    // Recognising an error.
    IgnoresErrorEvent "ignores-error-event" "An event named error, or of type error, is skipped." recognition::IGNORES_ERROR_EVENT;
    IgnoresErrorField "ignores-error-field" "A payload with an error object is read as a chunk without content." recognition::IGNORES_ERROR_FIELD;
    IgnoresFirstError "ignores-first-error" "An error before any other event is skipped." recognition::IGNORES_FIRST_ERROR;
    IgnoresFailed "ignores-failed" "response.failed ends the answer as if it were completed." recognition::IGNORES_FAILED;
    IgnoresFlatError "ignores-flat-error" "An error event with its fields at the top is skipped." recognition::IGNORES_FLAT_ERROR;
    IgnoresNestedError "ignores-nested-error" "An error event with its fields in an error object is skipped." recognition::IGNORES_NESTED_ERROR;
    LosesLateReason "loses-late-reason" "An error event that follows response.failed is not waited for." recognition::LOSES_LATE_REASON;
    IgnoresErrorWithoutChoices "ignores-error-without-choices" "A chunk with empty choices is a usage chunk, whatever else it holds." recognition::IGNORES_ERROR_WITHOUT_CHOICES;
    IgnoresErrorFinish "ignores-error-finish" "The finish reason error is taken for the normal one." recognition::IGNORES_ERROR_FINISH;
    IgnoresStringError "ignores-string-error" "An error that is a string is skipped." recognition::IGNORES_STRING_ERROR;
    IgnoresBareJson "ignores-bare-json" "An error object without framing is skipped." recognition::IGNORES_BARE_JSON;
    BenignErrorFails "benign-error-fails" "An error field that is null or empty is an error." recognition::BENIGN_ERROR_FAILS;
    ErrorBecomesText "error-becomes-text" "The error's message is appended to the text and the answer ends normally." recognition::ERROR_BECOMES_TEXT;

    // Reporting an error.
    KeepsTransportStatus "keeps-transport-status" "An error in the stream has status 200." reporting::KEEPS_TRANSPORT_STATUS;
    Guesses503 "guesses-503" "Every error in the stream has status 503." reporting::GUESSES_503;
    Guesses500 "guesses-500" "An error of unknown type has status 500." reporting::GUESSES_500;
    StatusFromMessage "status-from-message" "The status is the first one found in the message." reporting::STATUS_FROM_MESSAGE;
    WrongTable "wrong-table" "Billing is 403, a timeout 408, overload 503." reporting::WRONG_TABLE;
    LosesType "loses-type" "The error's type is lost." reporting::LOSES_TYPE;
    LosesCode "loses-code" "The error's code is lost." reporting::LOSES_CODE;
    LosesNumericCode "loses-numeric-code" "A code that is a number is lost." reporting::LOSES_NUMERIC_CODE;
    LosesMessage "loses-message" "The error's message is replaced by one of the client's own." reporting::LOSES_MESSAGE;
    LosesRequestId "loses-request-id" "The request id is lost." reporting::LOSES_REQUEST_ID;
    OneClass "one-class" "Every error in the stream has the same class." reporting::ONE_CLASS;
    ForeignError "foreign-error" "A transport failure escapes in the transport's own class." reporting::FOREIGN_ERROR;
    HttpErrorUntyped "http-error-untyped" "The body of an HTTP error is not read." reporting::HTTP_ERROR_UNTYPED;
    TextLostOnError "text-lost-on-error" "Text that was delivered is withdrawn when an error follows." reporting::TEXT_LOST_ON_ERROR;
    HoldsConnection "holds-connection" "The connection stays open after an error." reporting::HOLDS_CONNECTION;

    // The end of the stream.
    EofIsSuccess "eof-is-success" "The end of the body is the end of the answer." ending::EOF_IS_SUCCESS;
    DoneIsEnough "done-is-enough" "[DONE] is a normal end, also where no finish reason came before it." ending::DONE_IS_ENOUGH;
    FabricatesStop "fabricates-stop" "The end of the body is the end of the answer, with a made-up stop reason." ending::FABRICATES_STOP;
    TrustsCutBody "trusts-cut-body" "A body that is cut in HTTP's terms is a whole answer." ending::TRUSTS_CUT_BODY;
    AcceptsCutGzip "accepts-cut-gzip" "An encoded stream without its end is a whole answer." ending::ACCEPTS_CUT_GZIP;
    IgnoresGzip "ignores-gzip" "An encoded body is not decoded." ending::IGNORES_GZIP;
    WaitsForClose "waits-for-close" "After the terminal marker it waits for the end of the body." ending::WAITS_FOR_CLOSE;
    WaitsForTerminal "waits-for-terminal" "After the stop reason it waits for the terminal marker without a limit." ending::WAITS_FOR_TERMINAL;
    LateErrorCounts "late-error-counts" "An error after the terminal marker replaces the answer." ending::LATE_ERROR_COUNTS;
    NoTimeout "no-timeout" "A stall is waited out for ever." ending::NO_TIMEOUT;
    TimeoutIsSuccess "timeout-is-success" "A timeout after some output ends the answer as if it were finished." ending::TIMEOUT_IS_SUCCESS;

    // The end of the connection, where TLS or HTTP/2 tell of it.
    TrustsMissingCloseNotify "trusts-missing-close-notify" "A TLS connection that ends without a closure alert is the end of a whole answer." ending::TRUSTS_MISSING_CLOSE_NOTIFY;
    IgnoresRstStream "ignores-rst-stream" "A stream of HTTP/2 that is reset is a whole answer." ending::IGNORES_RST_STREAM;
    RetriesResetStream "retries-reset-stream" "A stream of HTTP/2 that is reset in the answer is asked for again." opening::RETRIES_RESET_STREAM;

    // Before the stream.
    IgnoresStatus "ignores-status" "An HTTP error is read as a stream." opening::IGNORES_STATUS;
    NoContentIsEmpty "no-content-is-empty" "A 204 or a redirect is an empty answer." opening::NO_CONTENT_IS_EMPTY;
    RedirectBecomesGet "redirect-becomes-get" "A request that is redirected is sent again as a GET without its body." opening::REDIRECT_BECOMES_GET;
    WrongContentIsEmpty "wrong-content-is-empty" "A body that is no event stream is an empty answer." opening::WRONG_CONTENT_IS_EMPTY;
    JsonBodyUntyped "json-body-untyped" "A JSON error at status 200 keeps neither type nor message." opening::JSON_BODY_UNTYPED;
    NeverRetries "never-retries" "A request that failed is not sent again." opening::NEVER_RETRIES;
    RetriesOnceTooOften "retries-once-too-often" "One more request is sent than was allowed." opening::RETRIES_ONCE_TOO_OFTEN;
    RetriesEverything "retries-everything" "An error that can not go away is retried." opening::RETRIES_EVERYTHING;
    IgnoresRetryAfter "ignores-retry-after" "The delay that the server asks for is ignored." opening::IGNORES_RETRY_AFTER;
    CapsRetryAfter "caps-retry-after" "A delay of more than a second is cut to a second." opening::CAPS_RETRY_AFTER;
    RetriesInBand "retries-in-band" "An error as the first event is retried though no retry was allowed." opening::RETRIES_IN_BAND;
    RetriesAfterOutput "retries-after-output" "A failure after some output is retried and the text delivered twice." opening::RETRIES_AFTER_OUTPUT;
    AsksAnewWhenPaused "asks-anew-when-paused" "A turn that the API paused is asked for anew, without what was paused." opening::ASKS_ANEW_WHEN_PAUSED;

    NotStreamed "not-streamed" "The body of a request does not ask for a stream." opening::NOT_STREAMED;
    LosesHeaders "loses-headers" "The headers of the dialect, which name the key and the version, are not sent." opening::LOSES_HEADERS;

    // What the caller does.
    IgnoresStop "ignores-stop" "A stream that its caller has left is read on." calls::IGNORES_STOP;
    StopIsError "stop-is-error" "A caller who stops by himself is told of an error." calls::STOP_IS_ERROR;
    HoldsWhenStopped "holds-when-stopped" "The connection stays open after the caller has stopped." calls::HOLDS_WHEN_STOPPED;
    IgnoresCancel "ignores-cancel" "A call that its caller cancels goes on." calls::IGNORES_CANCEL;
    CancelIsCompletion "cancel-is-completion" "A call that its caller cancels is a finished answer." calls::CANCEL_IS_COMPLETION;
    SecondCallFails "second-call-fails" "After a failure no other call can be made on the client." calls::SECOND_CALL_FAILS;
    SecondCallRepeats "second-call-repeats" "The text of a failed call is the beginning of the next one's." calls::SECOND_CALL_REPEATS;
    FailureEndsAll "failure-ends-all" "A call that fails ends all others that are made at once on the client." calls::FAILURE_ENDS_ALL;
    CallsShareText "calls-share-text" "Calls that are made at once are handed the text of another one, too." calls::CALLS_SHARE_TEXT;

    // The fields of an answer beside its text.
    LosesUsage "loses-usage" "The numbers of tokens are lost." answers::LOSES_USAGE;
    UsageOfStartOnly "usage-of-start-only" "The first numbers of tokens count, and later ones change nothing." answers::USAGE_OF_START_ONLY;
    InventsUsage "invents-usage" "A failed answer has numbers of tokens that nobody sent." answers::INVENTS_USAGE;
    LosesThinking "loses-thinking" "The model's thoughts are lost." answers::LOSES_THINKING;
    ThinkingIsText "thinking-is-text" "The model's thoughts are text of the answer." answers::THINKING_IS_TEXT;
    LosesRefusal "loses-refusal" "The text of a refusal is lost." answers::LOSES_REFUSAL;
    RefusalIsText "refusal-is-text" "The text of a refusal is text of the answer." answers::REFUSAL_IS_TEXT;
    CompletesAfterAnError "completes-after-an-error" "A subscriber who is told of an error is told then that the answer is complete." answers::COMPLETES_AFTER_AN_ERROR;
    CompletesInsteadOfAnError "completes-instead-of-an-error" "A subscriber to a failed answer is told that it is complete." answers::COMPLETES_INSTEAD_OF_AN_ERROR;
    TellsAnEndTwice "tells-an-end-twice" "A subscriber is told twice that the answer is over." answers::TELLS_AN_END_TWICE;
    TellsNoEnd "tells-no-end" "A subscriber is never told that the answer is over." answers::TELLS_NO_END;

    // Tool calls.
    CutToolIsComplete "cut-tool-is-complete" "A tool call that was cut is handed out as complete." tools::CUT_TOOL_IS_COMPLETE;
    CutToolIsEmptyObject "cut-tool-is-empty-object" "Arguments that do not parse become an empty object." tools::CUT_TOOL_IS_EMPTY_OBJECT;
    MergesTools "merges-tools" "The pieces of several tool calls go to the first." tools::MERGES_TOOLS;
    FirstPieceOnly "first-piece-only" "Only the first piece of a tool call's arguments is kept." tools::FIRST_PIECE_ONLY;
    DropsTools "drops-tools" "Tool calls are lost." tools::DROPS_TOOLS;
    LimitCompletesTool "limit-completes-tool" "A tool call whose end was sent is complete, also where the answer was cut there." tools::LIMIT_COMPLETES_TOOL;
    CountsServerTools "counts-server-tools" "A tool that the server runs itself is handed out as the caller's." tools::COUNTS_SERVER_TOOLS;
    NamelessToolIsOne "nameless-tool-is-one" "A tool call without a name is handed out." tools::NAMELESS_TOOL_IS_ONE;
    LosesStartInput "loses-start-input" "The input that the start of a tool call brings whole is lost." tools::LOSES_START_INPUT;
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
