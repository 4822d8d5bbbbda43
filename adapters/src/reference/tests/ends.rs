//! The ends of streams: proper, cut, in a pause, or going on after the answer is whole.

use crate::contract::Api::{AnthropicMessages, GeminiGenerate, OpenaiChat, OpenaiResponses};
use crate::native::rig::Scenario;
use crate::native::rig::server::End;
use crate::native::rig::wire::{
    a_end, a_error, a_start, a_stop, a_text, c_end, c_text, chunk, g_text, r_start, r_text, sse,
};
use crate::reference::Mutant;

pub(super) fn scenarios() -> Vec<Scenario> {
    [before_the_end(), after_the_end()].into_iter().flatten().collect()
}

fn so_far() -> String {
    a_start() + &a_text("Hello")
}

fn stopped() -> String {
    so_far() + &a_stop("end_turn")
}

fn before_the_end() -> Vec<Scenario> {
    let new = Scenario::new;
    vec![
        new(
            "the body ends before the answer",
            AnthropicMessages,
            sse(&so_far(), End::Finish),
            "raised \"Hello\" iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[Mutant::EofIsSuccess, Mutant::FabricatesStop],
        ),
        new(
            "and so does a response",
            OpenaiResponses,
            sse(&(r_start() + &r_text("Hello")), End::Finish),
            "raised \"Hello\" iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[Mutant::EofIsSuccess],
        ),
        new(
            "no last chunk",
            AnthropicMessages,
            sse(&so_far(), End::Cut),
            "raised \"Hello\" iterate: ConnectionError id=req_head (error decoding response body: error reading a body from conn) | 1 sent",
            &[Mutant::TrustsCutBody, Mutant::ForeignError],
        ),
        new(
            "no last chunk after the finish reason",
            GeminiGenerate,
            sse(&g_text("Hello", Some("STOP")), End::Cut),
            "raised \"Hello\" STOP iterate: ConnectionError id=req_head (error decoding response body: error reading a body from conn) | 1 sent",
            &[Mutant::TrustsCutBody],
        ),
        new(
            "a reset",
            OpenaiChat,
            sse(&c_text("Hello"), End::Reset),
            "raised \"Hello\" iterate: ConnectionError id=req_head (error decoding response body: error reading a body from conn) | 1 sent",
            &[Mutant::TrustsCutBody],
        ),
        new(
            "a pause after the first word",
            AnthropicMessages,
            sse(&so_far(), End::Stall),
            "raised \"Hello\" iterate: Timeout id=req_head (nothing came for 700ms) | 1 sent",
            &[Mutant::NoTimeout, Mutant::TimeoutIsSuccess],
        ),
        new(
            "only comments after the first word",
            OpenaiChat,
            sse(&(c_text("Hello") + &": keep-alive\n\n¦".repeat(30)), End::Stall),
            "raised \"Hello\" iterate: Timeout id=req_head (nothing came for 700ms) | 1 sent",
            &[Mutant::NoTimeout],
        ),
    ]
}

fn after_the_end() -> Vec<Scenario> {
    let new = Scenario::new;
    let whole = || stopped() + &a_end();
    vec![
        new(
            "a stop reason without the marker",
            AnthropicMessages,
            sse(&stopped(), End::Finish),
            "returned \"Hello\" end_turn | 1 sent",
            &[],
        ),
        new(
            "a pause after the finish reason",
            OpenaiChat,
            sse(&(c_text("Hello") + &chunk(&serde_json::json!({}), Some("stop"))), End::Stall),
            "returned \"Hello\" stop | 1 sent",
            &[Mutant::WaitsForTerminal],
        ),
        new(
            "a pause after the terminal marker",
            AnthropicMessages,
            sse(&whole(), End::Stall),
            "returned \"Hello\" end_turn | 1 sent",
            &[Mutant::WaitsForClose],
        ),
        new(
            "an error after the terminal marker",
            AnthropicMessages,
            sse(&(whole() + "¦" + &a_error("api_error", "late")), End::Finish),
            "returned \"Hello\" end_turn | 1 sent",
            &[Mutant::LateErrorCounts],
        ),
        new(
            "an error after [DONE]",
            OpenaiChat,
            sse(&(c_text("Hello") + &c_end("stop") + "data: {\"error\":{\"message\":\"late\"}}\n\n"), End::Finish),
            "returned \"Hello\" stop | 1 sent",
            &[Mutant::LateErrorCounts],
        ),
        new(
            "an error after the finish reason, where nothing else marks the end",
            GeminiGenerate,
            sse(
                &(g_text("Hello", Some("STOP")) + "data: {\"error\":{\"code\":500,\"message\":\"late\"}}\n\n"),
                End::Finish,
            ),
            "raised \"Hello\" STOP iterate: ServerError 500 code=500 id=req_head (late) | 1 sent",
            &[],
        ),
        new(
            "a reset after the terminal marker",
            OpenaiChat,
            sse(&(c_text("Hello") + &c_end("stop")), End::Reset),
            "returned \"Hello\" stop | 1 sent",
            &[],
        ),
    ]
}
