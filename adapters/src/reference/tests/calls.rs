//! Callers who stop, cancel, call again or make several calls at once, and the requests that they send.

use std::time::Duration;

use crate::contract::Api::{AnthropicMessages, OpenaiChat};
use crate::contract::{Caller, Read};
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{a_end, a_error, a_start, a_stop, a_text, c_end, c_text, sse};
use crate::reference::Mutant;

fn so_far(end: End) -> Wire {
    sse(&(a_start() + &a_text("Hello")), end)
}

fn whole(end: End) -> Wire {
    sse(&(a_start() + &a_text("Hello") + &a_text("!") + &a_stop("end_turn") + &a_end()), end)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let new = |name, wire, expected, killed| Scenario::new(name, AnthropicMessages, wire, expected, killed);
    let reading = |read| Caller { read, ..Caller::default() };
    let again = Caller { again: true, ..Caller::default() };
    let at_once = Caller { at_once: Some(2), ..Caller::default() };
    let failed = sse(&(a_start() + &a_text("Hel") + &a_error("overloaded_error", "no")), End::Finish);
    let stop = reading(Read::StopAfter(3));
    // Long enough for a busy machine to hand over what came before the pause.
    let cancelling = |scenario: Scenario, surface| {
        let scenario = Scenario { timeout: Duration::from_millis(2_500), ..scenario }.surface(surface);
        scenario.caller(reading(Read::CancelAfter(1_200)))
    };
    vec![
        new(
            "a caller who stops at the first text",
            whole(End::Stall),
            "stopped \"Hello\" | 1 sent",
            &[Mutant::IgnoresStop, Mutant::StopIsError, Mutant::HoldsWhenStopped],
        )
        .caller(stop),
        new("a stop that comes too late", whole(End::Finish), "returned \"Hello!\" end_turn | 1 sent", &[])
            .caller(reading(Read::StopAfter(30))),
        cancelling(
            new(
                "a caller who cancels in a pause",
                so_far(End::Stall),
                "cancelled \"Hello\" | 1 sent",
                &[Mutant::IgnoresCancel, Mutant::CancelIsCompletion],
            ),
            "events",
        ),
        cancelling(
            new(
                "a caller who cancels a call for the whole answer",
                so_far(End::Stall),
                "cancelled | 1 sent",
                &[Mutant::IgnoresCancel, Mutant::CancelIsCompletion],
            ),
            "final",
        ),
        Scenario {
            wire: vec![failed.clone(), whole(End::Finish)],
            ..new(
                "a second call after a failed one",
                whole(End::Finish),
                "raised \"Hel\" iterate: Overloaded 529 overloaded_error id=req_head (no) again: returned \"Hello!\" end_turn | 2 sent",
                &[Mutant::SecondCallFails, Mutant::SecondCallRepeats],
            )
            .caller(again)
        },
        new(
            "two calls at once",
            whole(End::Finish),
            "returned \"Hello!\" end_turn other: returned \"Hello!\" end_turn | 2 sent",
            &[Mutant::CallsShareText],
        )
        .caller(at_once),
        Scenario {
            wire: vec![whole(End::Finish), failed],
            ..new(
                "two calls at once of which one fails",
                whole(End::Finish),
                "raised \"Hel\" iterate: Overloaded 529 overloaded_error id=req_head (no) other: returned \"Hello!\" end_turn | 2 sent",
                &[Mutant::FailureEndsAll],
            )
            .caller(at_once)
        },
        Scenario {
            wire: vec![so_far(End::Stall), whole(End::Finish)],
            ..new(
                "a second call after a stop",
                whole(End::Finish),
                "stopped \"Hello\" again: returned \"Hello!\" end_turn | 2 sent",
                &[],
            )
            .caller(Caller { again: true, ..stop })
        },
        new(
            "a server that wants its version",
            whole(End::Finish),
            "returned \"Hello!\" end_turn | 1 sent",
            &[Mutant::LosesHeaders],
        ),
        Scenario::new(
            "a server that streams on request",
            OpenaiChat,
            sse(&(c_text("Hello") + &c_end("stop")), End::Finish),
            "returned \"Hello\" stop | 1 sent",
            &[Mutant::NotStreamed],
        ),
    ]
}
