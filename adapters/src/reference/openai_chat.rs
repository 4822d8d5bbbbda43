//! `OpenAI` Chat Completions and the servers that speak it: data-only chunks, ended by `[DONE]`.
//!
//! <https://developers.openai.com/api/docs/guides/streaming-responses>

use serde_json::Value;

use super::answer::PartialAnswer;
use super::client::Client;
use super::failure::Failure;
use super::provider::Provider;
use super::step::Step;
use crate::contract::Api;
use crate::dialect::Meaning;

/// Takes one chunk into the answer. Choices beyond the one that was asked for are no part of it.
pub(crate) fn read(client: &Client, payload: &Value, answer: &mut PartialAnswer) -> Result<Step, Failure> {
    answer.count(payload.get("usage"), ["prompt_tokens", "completion_tokens"]);
    let Some(choices) = payload.get("choices").and_then(Value::as_array) else { return Ok(Step::Unknown) };
    let is_first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or_default() == 0;
    for choice in choices.iter().filter(is_first) {
        take_choice(client, choice, answer)?;
    }
    Ok(Step::Progress)
}

/// Takes one choice of a chunk into the answer.
fn take_choice(client: &Client, choice: &Value, answer: &mut PartialAnswer) -> Result<(), Failure> {
    match choice.pointer("/delta/content") {
        Some(Value::String(text)) => answer.text.push_str(text),
        // Mistral sends a list of parts, of which those of type `text` are the text.
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter(|part| part.get("type").and_then(Value::as_str) == Some("text"));
            answer.text.extend(texts.filter_map(|part| part.get("text")?.as_str()));
        }
        _ => {}
    }
    let piece = |name: &str| choice.get("delta")?.get(name)?.as_str();
    answer.refusal.push_str(piece("refusal").unwrap_or_default());
    // The two names under which vendors send the model's thoughts; one that sends both sends the same text twice.
    answer.thinking.push_str(piece("reasoning_content").or(piece("reasoning")).unwrap_or_default());
    for call in choice.pointer("/delta/tool_calls").and_then(Value::as_array).into_iter().flatten() {
        let key = call.get("index").and_then(Value::as_u64).unwrap_or_default();
        take_piece(key, call.get("function"), answer);
    }
    // The shape that `tool_calls` replaced.
    take_piece(0, choice.pointer("/delta/function_call"), answer);
    match choice.get("finish_reason").and_then(Value::as_str) {
        None => {}
        // OpenRouter and Mistral end a failed answer with this reason, the former with an error beside it.
        Some("error") => {
            answer.stop_reason = Some("error".to_owned());
            let message = "the provider ended the answer with the finish reason `error`";
            let provider = Provider { message: message.to_owned(), ..Provider::default() };
            return Err((client.in_band)(client, Api::OpenaiChat, provider));
        }
        Some(reason) => {
            let reasons = &Api::OpenaiChat.dialect().stop_reasons;
            answer.interrupted = reasons.find(reason).is_some_and(|meanings| meanings.contains(&Meaning::Interrupted));
            if reasons.ends_calls(reason) {
                answer.tools.close_all();
            }
            answer.stop_reason = Some(reason.to_owned());
        }
    }
    Ok(())
}

/// Takes a piece of a tool call, the first of which names it.
fn take_piece(key: u64, function: Option<&Value>, answer: &mut PartialAnswer) {
    let Some(function) = function else { return };
    let text = |name: &str| function.get(name).and_then(Value::as_str);
    if let Some(name) = text("name").filter(|_| !answer.tools.has(key)) {
        answer.tools.open(key, name);
    }
    answer.tools.extend(key, text("arguments").unwrap_or_default());
}
