//! Lines of JSON: where they end, and the answers that Ollama sends on them.

use serde_json::json;

use crate::contract::Api::OllamaChat;
use crate::native::rig::Scenario;
use crate::native::rig::server::{End, Wire};
use crate::native::rig::wire::{json_answer, lines, o_done, o_text};
use crate::reference::Mutant;

const WHOLE: &str = "returned \"Hello, world.\" stop usage=8/4 | 1 sent";

fn whole() -> String {
    o_text("Hello") + &o_text(", world.") + &o_done("stop")
}

/// Sends the same bytes, each pair of them with a cut between.
fn cut_in_pairs(body: &str) -> Wire {
    let mut wire = lines("", End::Finish);
    wire.pieces = body.as_bytes().chunks(2).map(<[u8]>::to_vec).collect();
    wire
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let ollama = |name, wire, expected, killed| Scenario::new(name, OllamaChat, wire, expected, killed);
    let call = json!({ "function": { "index": 0, "name": "get_weather", "arguments": { "city": "Paris" } } });
    let call = json!({ "message": { "role": "assistant", "content": "", "tool_calls": [call] }, "done": false });
    let thought = json!({ "message": { "role": "assistant", "content": "", "thinking": "Hm." }, "done": false });
    let done = json!({ "message": { "role": "assistant", "content": "" }, "done": true });
    let long = "x".repeat(70_000);
    vec![
        ollama("a whole answer on lines", lines(&whole(), End::Finish), WHOLE, &[]),
        ollama(
            "lines that end with CRLF",
            lines(&whole().replace('\n', "\r\n"), End::Finish),
            WHOLE,
            &[Mutant::JsonCrlfFails],
        ),
        ollama(
            "cuts inside characters and lines",
            cut_in_pairs(&whole().replace("Hello", "é€🐋")),
            "returned \"é€🐋, world.\" stop usage=8/4 | 1 sent",
            &[Mutant::ReadsAreLines, Mutant::JsonUtf8ByChunk],
        ),
        ollama(
            "signs in the text that end lines elsewhere",
            lines(&whole().replace("Hello", "He\u{85}l\u{2028}lo"), End::Finish),
            "returned \"He\\u{85}l\\u{2028}lo, world.\" stop usage=8/4 | 1 sent",
            &[Mutant::UnicodeEndsJsonLines],
        ),
        ollama("a last line without its end", lines(whole().trim_end(), End::Finish), WHOLE, &[Mutant::LosesLastLine]),
        ollama(
            "a line of JSON of more than 64 KiB",
            lines(&(o_text(&long).replace("\"content\"", "\"images\"") + &whole()), End::Finish),
            WHOLE,
            &[Mutant::JsonLineCap],
        ),
        ollama(
            "an error on a line",
            lines(&(o_text("Hello") + "{\"error\":\"an error was encountered\"}\n"), End::Finish),
            "raised \"Hello\" iterate: ApiError id=req_head (an error was encountered) | 1 sent",
            &[Mutant::IgnoresStringError],
        ),
        ollama(
            "no line says that it is done",
            lines(&o_text("Hello"), End::Finish),
            "raised \"Hello\" iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[Mutant::EofIsSuccess],
        ),
        ollama(
            "half a line",
            lines(&(o_text("Hello") + "{\"message\":{\"content\":\", wor"), End::Finish),
            "raised \"Hello\" iterate: IncompleteStream id=req_head (the stream ended before the answer did) | 1 sent",
            &[],
        ),
        ollama(
            "done without a reason",
            lines(&(o_text("Hello") + &format!("{done}\n")), End::Finish),
            "returned \"Hello\" | 1 sent",
            &[Mutant::DoneNeedsReason],
        ),
        ollama(
            "a text in the object that ends the answer",
            lines(&(o_text("Hello") + &o_done("stop").replace("\"\"", "\", world.\"")), End::Finish),
            WHOLE,
            &[Mutant::DoneHasNoText],
        ),
        ollama(
            "a call and a thought on lines",
            lines(&format!("{thought}\n{call}\n{}", o_done("stop")), End::Finish),
            "returned \"\" stop get_weather({\"city\":\"Paris\"}) thinking=\"Hm.\" usage=8/4 | 1 sent",
            &[Mutant::DropsTools, Mutant::LosesThinking, Mutant::LosesUsage],
        ),
        ollama(
            "a call on a line, cut before it is done",
            lines(&format!("{call}\n"), End::Finish),
            "raised \"\" get_weather(\"{\\\"city\\\":\\\"Paris\\\"}\")… iterate: IncompleteStream id=req_head (the stream \
             ended before the answer did) | 1 sent",
            &[Mutant::CutToolIsComplete],
        ),
        ollama(
            "an error before the lines",
            json_answer(404, "", &json!({ "error": "model 'qwen3' not found" })),
            "raised \"\" open: NotFound 404 id=req_head (model 'qwen3' not found) | 1 sent",
            &[Mutant::IgnoresStatus],
        ),
    ]
}
