//! The questions of gateways about the server itself, health checks and lists of models: they carry no token.

use std::sync::Arc;

use serde_json::json;
use streamspec_adapters::contract::Api;

use super::trial::{Playing, TrialState};
use crate::case::{End, Framing, Respond, Step};
use crate::id::{Transport, Variant};
use crate::transport::Request;
use crate::wire::Script;

/// Says if a request asks for nothing that a trial could answer: every question to a model is a POST.
pub(super) fn is_poll(request: &Request) -> bool {
    request.method == "GET"
}

/// Answers plainly that all is well, with the models of all dialects in the form of the one that most gateways read.
pub(super) fn answer(transport: Transport, request: &Request) -> Option<Playing> {
    Arc::new(TrialState::new(all_is_well())).begin(transport, request, &request.target)
}

fn all_is_well() -> Script {
    let models = Api::ALL.map(|api| json!({ "id": api.dialect().model, "object": "model", "owned_by": "streamspec" }));
    let body = json!({ "status": "ok", "object": "list", "data": models });
    let headers = [("content-type".to_owned(), Some("application/json".to_owned()))].into();
    let respond = Respond { headers, framing: Framing::ContentLength, ..Respond::default() };
    let steps = vec![Step::Respond(respond), Step::Raw(body.to_string()), Step::End(End::Finish)];
    Script::build(Api::OpenaiChat, &[steps], Variant::AsWritten, "")
}
