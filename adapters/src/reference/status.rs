//! The HTTP status that a provider's error is equivalent to, from the vendors' own tables; never a guess.

use super::mutant::{Faults, Mutant};
use crate::contract::Api;

/// The equivalent status of an error, or none where no document knows one.
pub(crate) fn equivalent(api: Api, kind: Option<&str>, code: Option<&str>, faults: Faults) -> Option<u16> {
    match api {
        Api::AnthropicMessages if faults.has(Mutant::WrongTable) => anthropic(kind?).map(wrong),
        Api::AnthropicMessages => anthropic(kind?),
        Api::OpenaiChat | Api::OpenaiResponses => {
            let status = code.and_then(openai_code).or_else(|| kind.and_then(openai_type));
            if faults.has(Mutant::WrongTable) { status.map(wrong) } else { status }
        }
        Api::GeminiGenerate => kind.and_then(google),
    }
}

/// <https://platform.claude.com/docs/en/api/errors>
fn anthropic(kind: &str) -> Option<u16> {
    Some(match kind {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "conflict_error" => 409,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "api_error" => 500,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => return None,
    })
}

/// Codes of <https://developers.openai.com/api/docs/guides/error-codes>. The schema's `ResponseErrorCode` has more; no
/// document gives those a status.
fn openai_code(code: &str) -> Option<u16> {
    Some(match code {
        "context_length_exceeded" => 400,
        "invalid_api_key" => 401,
        "unsupported_country_region_territory" => 403,
        "model_not_found" => 404,
        "rate_limit_exceeded" | "slow_down" => 429,
        code if is_quota(code) => 429,
        "server_error" => 500,
        "server_is_overloaded" => 503,
        _ => return None,
    })
}

/// Types of the same guide.
fn openai_type(kind: &str) -> Option<u16> {
    Some(match kind {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "permission_error" => 403,
        "not_found_error" => 404,
        "rate_limit_error" | "insufficient_quota" => 429,
        "server_error" => 500,
        "service_unavailable_error" => 503,
        _ => return None,
    })
}

/// Whether a code says that a budget is used up, which no retry changes.
pub(crate) fn is_quota(code: &str) -> bool {
    matches!(
        code,
        "insufficient_quota"
            | "credit_balance_exhausted"
            | "organization_spend_limit_exceeded"
            | "project_spend_limit_exceeded"
            | "organization_usage_limit_exceeded"
            | "enforced_spend_limit_reached"
    )
}

/// <https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto>
fn google(name: &str) -> Option<u16> {
    Some(match name {
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "ALREADY_EXISTS" | "ABORTED" => 409,
        "RESOURCE_EXHAUSTED" => 429,
        "CANCELLED" => 499,
        "UNKNOWN" | "INTERNAL" | "DATA_LOSS" => 500,
        "UNIMPLEMENTED" => 501,
        "UNAVAILABLE" => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => return None,
    })
}

/// The mistakes of tables found in the wild.
fn wrong(status: u16) -> u16 {
    match status {
        402 => 403,
        504 => 408,
        529 => 503,
        503 => 502,
        other => other,
    }
}
