//! The transports by which a case can travel.

use super::{Case, Respond, Step, Version};
use crate::id::Transport;

impl Case {
    /// Says whether a transport has all that the case sends. Where several calls share a connection, as over HTTP/2, an answer that ends it
    /// ends others, or hits the next call of a caller who had enough of it: such cases need a connection for each call.
    pub fn travels_by(&self, transport: Transport) -> bool {
        match transport {
            // It is either of these.
            Transport::Production => self.travels_by(Transport::Tls) && self.travels_by(Transport::H2),
            Transport::H2 if self.ends_others() => false,
            _ => self.steps().all(|step| has(transport, step)),
        }
    }

    /// Returns the transport by which it travels where none is asked for; none where no transport has all of it.
    pub fn travels_by_default(&self) -> Option<Transport> {
        Transport::ALL.iter().copied().find(|transport| self.travels_by(*transport))
    }

    /// Lists the transports by which it travels; none where all will do.
    pub fn limited_to(&self) -> Vec<Transport> {
        let travels: Vec<Transport> = Transport::ALL.iter().copied().filter(|one| self.travels_by(*one)).collect();
        if travels.len() == Transport::ALL.len() { Vec::new() } else { travels }
    }

    fn ends_others(&self) -> bool {
        let ends = self
            .steps()
            .any(|step| matches!(step, Step::End(end) if end.transports().len() > 1 && end.ends_connection()));
        ends && self.caller.shares_client()
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.exchanges.iter().chain(&self.control).flatten()
    }
}

/// Says whether a transport has a step. HTTP/2 has one version, and a body that is longer than its Content-Length is malformed there, while
/// HTTP/1.1 reads what follows as something else (RFC 9113 section 8.1.1).
fn has(transport: Transport, step: &Step) -> bool {
    match step {
        Step::End(end) => end.transports().contains(&transport),
        Step::Respond(Respond { version: Version::Http10, .. }) => transport != Transport::H2,
        Step::Respond(Respond { content_length_lie, .. }) => transport != Transport::H2 || *content_length_lie >= 0,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use streamspec_adapters::contract::{Api, Caller};

    use super::*;
    use crate::case::End;

    fn case(steps: Vec<Step>) -> Case {
        Case::sample("openai-chat/transport/one", Api::OpenaiChat, vec![steps], json!({}))
    }

    #[test]
    fn a_case_travels_by_the_transports_that_have_its_end() {
        let by = |case: &Case| -> Vec<_> {
            [Transport::Http1, Transport::Tls, Transport::H2].into_iter().filter(|one| case.travels_by(*one)).collect()
        };
        let of = |end| by(&case(vec![Step::End(end)]));
        assert_eq!(of(End::Eof), [Transport::Http1, Transport::Tls, Transport::H2]);
        assert_eq!(of(End::NoCloseNotify), [Transport::Tls]);
        assert_eq!(of(End::RstRefusedStream), [Transport::H2]);
        let old = Respond { version: Version::Http10, ..Respond::default() };
        assert_eq!(by(&case(vec![Step::Respond(old), Step::End(End::Finish)])), [Transport::Http1, Transport::Tls]);
        let mut at_once = case(vec![Step::End(End::Eof)]);
        at_once.caller = Caller { at_once: Some(2), ..Caller::default() };
        assert_eq!(by(&at_once), [Transport::Http1, Transport::Tls]);
        assert!(case(vec![Step::End(End::Eof)]).travels_by(Transport::Production));
        assert!(!at_once.travels_by(Transport::Production));
        assert!(!case(vec![Step::End(End::NoCloseNotify)]).travels_by(Transport::Production));
        assert_eq!(case(vec![Step::End(End::GoawayAt)]).travels_by_default(), Some(Transport::H2));
    }
}
