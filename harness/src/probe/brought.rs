//! The probe of what a call brings for its request: words of its own, and header fields.

use streamspec_adapters::contract::{Adapter, Call, HEADERS, PROMPT};

use super::{ProbeError, ProbeResult, Target, Way, run_changed, wrong};
use crate::server::Transcript;

/// The words that a call brings.
const WORDS: &str = "Say it in the words of this probe.";

/// The header field that a call brings, and its value.
const FIELD: (&str, &str) = ("x-streamspec-probe", "brought");

/// Makes a call that brings what the adapter says it can send; no result where it says nothing of the kind.
pub(super) async fn probe(
    way: &Way<'_>,
    adapter: &dyn Adapter,
    target: &Target,
) -> Result<Option<ProbeResult>, ProbeError> {
    let says = |capability: &str| adapter.identity().capabilities.iter().any(|own| own == capability);
    let (words, field) = (says(PROMPT).then_some(WORDS), says(HEADERS).then_some(FIELD));
    if words.is_none() && field.is_none() {
        return Ok(None);
    }
    let bringing = |call: Call| Call {
        prompt: words.map(str::to_owned),
        headers: field.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect(),
        ..call
    };
    let (answered, transcript) = run_changed(way, adapter, target, target.whole(), bringing).await?;
    let wrong = wrong(target.whole(), target, &answered, &transcript).or_else(|| lost(words, field, &transcript));
    let what = format!("{}: the words and the header fields that a call brings", target.name());
    Ok(Some(ProbeResult { what, read: None, wrong }))
}

/// Says what of these is not in every request.
fn lost(words: Option<&str>, field: Option<(&str, &str)>, transcript: &Transcript) -> Option<String> {
    let is_in_all = |words: &str| transcript.exchanges.iter().all(|exchange| exchange.body.contains(words));
    if let Some(words) = words.filter(|words| !is_in_all(words)) {
        return Some(format!(
            "the request has not the words {words:?}, although the adapter has the capability `{PROMPT}`"
        ));
    }
    let (name, value) = field?;
    let has = |headers: &[(String, String)]| {
        headers.iter().any(|(own, sent)| own.eq_ignore_ascii_case(name) && sent == value)
    };
    let is_lost = !transcript.exchanges.iter().all(|exchange| has(&exchange.headers));
    is_lost.then(|| {
        format!("the request has not the header field `{name}`, although the adapter has the capability `{HEADERS}`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Exchange;

    #[test]
    fn what_a_request_lacks_is_named() {
        let sent = |body: &str, headers: Vec<(String, String)>| Transcript {
            exchanges: vec![Exchange { body: body.to_owned(), headers, ..Exchange::sample() }],
            ..Transcript::default()
        };
        let field = (FIELD.0.to_uppercase(), FIELD.1.to_owned());
        let (whole, bare) = (sent(&format!("{{\"a\":\"{WORDS}\"}}"), vec![field]), sent("{}", Vec::new()));
        assert_eq!(lost(Some(WORDS), Some(FIELD), &whole), None);
        assert_eq!(lost(None, None, &bare), None);
        assert!(lost(Some(WORDS), None, &bare).is_some_and(|wrong| wrong.contains("capability `prompt`")));
        assert!(lost(None, Some(FIELD), &bare).is_some_and(|wrong| wrong.contains("`x-streamspec-probe`")));
    }
}
