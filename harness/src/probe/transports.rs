//! The probe of `[transports]`: what a manifest says about the encrypted transports, tried on the adapter.

use streamspec_adapters::contract::{Adapter, CallOutcome, CallResult};
use streamspec_adapters::manifest::{Support, Transports};

use super::{ProbeError, ProbeResult, Scenario, Target, Way, run, wrong};
use crate::id::Transport;
use crate::server::{Exchange, Server, Transcript};

/// The encrypted transports, each with what a manifest says about it.
fn all(transports: &Transports) -> [(Transport, Option<&Support>); 2] {
    [(Transport::Tls, transports.tls.as_ref()), (Transport::H2, transports.h2.as_ref())]
}

/// Tries each encrypted transport on every surface as the manifest says that it can be driven, and says once where the manifest says
/// nothing. The certificate that the adapter was told to trust is the server's; that of the stranger is of another authority.
pub(super) async fn probe(
    way: &Way<'_>,
    adapter: &dyn Adapter,
    targets: &[Target],
    transports: &Transports,
) -> Result<Vec<ProbeResult>, ProbeError> {
    let stranger = Server::start().await.map_err(ProbeError::Server)?;
    let mut results = Vec::new();
    for (transport, support) in all(transports) {
        let way = Way { transport, ..*way };
        let told = match support {
            None => {
                let read = "nothing, as the manifest does not say how a certificate is trusted; trials are unsupported"
                    .to_owned();
                results.push(ProbeResult { what: name(transport), read: Some(read), wrong: None });
                continue;
            }
            Some(Support::Unsupported(_)) => {
                results.push(unsupported(&way, adapter, targets).await?);
                continue;
            }
            Some(Support::Variable(variable)) => format!("the variable `{variable}`"),
            Some(Support::Client(_)) => "an option of the client".to_owned(),
        };
        for target in targets {
            results.push(driven(&way, &stranger, adapter, target, &told).await?);
        }
    }
    if transports.negotiable().is_some_and(|support| !matches!(support, Support::Unsupported(_))) {
        let way = Way { transport: Transport::Production, ..*way };
        for target in targets {
            results.push(negotiated(&way, adapter, target).await?);
        }
    }
    Ok(results)
}

fn name(transport: Transport) -> String {
    format!("transports.{transport}")
}

/// Asks for a whole answer and for an error, and then for a whole answer of the stranger, which the client must refuse.
async fn driven(
    way: &Way<'_>,
    stranger: &Server,
    adapter: &dyn Adapter,
    target: &Target,
    told: &str,
) -> Result<ProbeResult, ProbeError> {
    let transport = way.transport;
    let what = format!("{}: by {transport}", target.name());
    for scenario in [target.whole(), Scenario::HttpError] {
        let (answered, transcript) = run(way, adapter, target, scenario).await?;
        if let Some(wrong) = wrong(scenario, target, &answered, &transcript) {
            let wrong = match distrust(&answered, &transcript) {
                Some(why) => format!("the certificate is not trusted, or {transport} not spoken, by {told}: {why}"),
                None => format!("{}: {wrong}", scenario.about()),
            };
            return Ok(ProbeResult { what, read: None, wrong: Some(wrong) });
        }
    }
    let (_, transcript) = run(&Way { server: stranger, ..*way }, adapter, target, target.whole()).await?;
    let wrong = (!transcript.exchanges.is_empty()).then(|| {
        "a server was asked whose certificate is of an authority that it was not told to trust: does it verify any?"
            .to_owned()
    });
    let read = format!("a whole answer and an error, by {told}; the certificate of another authority was refused");
    Ok(ProbeResult { what, read: wrong.is_none().then_some(read), wrong })
}

/// Asks for a whole answer where the server offers HTTP/2 and HTTP/1.1, and says which of them the SDK agrees to.
async fn negotiated(way: &Way<'_>, adapter: &dyn Adapter, target: &Target) -> Result<ProbeResult, ProbeError> {
    let what = format!("{}: by {}", target.name(), way.transport);
    let (answered, transcript) = run(way, adapter, target, target.whole()).await?;
    let wrong = wrong(target.whole(), target, &answered, &transcript);
    let wrong = wrong.map(|wrong| distrust(&answered, &transcript).unwrap_or(wrong));
    let agreed = transcript.exchanges.first().and_then(Exchange::negotiated);
    Ok(ProbeResult { what, read: agreed.map(|agreed| format!("a whole answer by {}", agreed.name())), wrong })
}

/// Tells what both sides say where no request has arrived.
fn distrust(answered: &CallResult, transcript: &Transcript) -> Option<String> {
    if !transcript.exchanges.is_empty() {
        return None;
    }
    let server = transcript.refused.first().map(|refused| refused.reason.clone());
    let client = match &answered.outcome {
        CallOutcome::Observed(observation) => observation.error.as_ref().map(|error| error.message.clone()),
        CallOutcome::Hang => Some("no answer before the deadline".to_owned()),
        _ => None,
    };
    let said = [("the server", server), ("the client", client)].into_iter();
    let said: Vec<_> = said.filter_map(|(who, said)| Some(format!("{who} says: {}", said?))).collect();
    Some(if said.is_empty() { "no request reached the server".to_owned() } else { said.join("; ") })
}

/// Asks every surface for a whole answer by a transport of which the manifest says that the SDK does not speak it: one surface at least
/// must not get it.
async fn unsupported(way: &Way<'_>, adapter: &dyn Adapter, targets: &[Target]) -> Result<ProbeResult, ProbeError> {
    let mut refused = None;
    for target in targets {
        let (answered, transcript) = run(way, adapter, target, target.whole()).await?;
        if wrong(target.whole(), target, &answered, &transcript).is_some() {
            let why = distrust(&answered, &transcript).unwrap_or_else(|| "the answer is not whole".to_owned());
            refused = Some(format!("nothing, as the manifest says: {}: {why}", target.name()));
            break;
        }
    }
    let wrong = refused
        .is_none()
        .then(|| "the manifest says that it is unsupported, but every surface reads a whole answer by it".to_owned());
    Ok(ProbeResult { what: name(way.transport), read: refused, wrong })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use streamspec_adapters::contract::{Ended, Observation};

    use super::*;
    use crate::server::Refused;

    #[test]
    fn both_sides_say_why_no_request_arrived() {
        let refused = |reason: &str| Refused {
            request: "TLS handshake".to_owned(),
            status: 0,
            reason: reason.to_owned(),
            own: false,
        };
        let came = |outcome| CallResult { outcome, stderr: String::new(), took: Duration::ZERO };
        let hang = came(CallOutcome::Hang);
        let none = Transcript { refused: vec![refused("the handshake failed")], ..Transcript::default() };
        let said = distrust(&hang, &none).expect("no request arrived");
        assert_eq!(said, "the server says: the handshake failed; the client says: no answer before the deadline");
        let observed = came(CallOutcome::Observed(Box::new(Observation::of(Ended::Returned))));
        assert_eq!(distrust(&observed, &Transcript::default()).as_deref(), Some("no request reached the server"));
        let asked = Transcript { exchanges: vec![Exchange::sample()], ..Transcript::default() };
        assert_eq!(distrust(&hang, &asked), None);
    }
}
