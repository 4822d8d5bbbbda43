//! The host of all requests: cases at their own URLs, sessions, the HTTP interface and the page.

use std::sync::OnceLock;

use camino::Utf8PathBuf;

use super::answer::Plain;
use super::attempts::Attempts;
use super::event::{Event, Teller};
use super::interface::{InterfaceProblem, SdkEntry};
use super::known::Known;
use super::origin::is_foreign;
use super::page::page;
use super::route::{Route, route};
use crate::transport::{Host, Refusal, Reply, Request};

/// Everything that is served.
#[derive(Debug)]
pub(super) struct Site {
    /// The root of the repository.
    pub(super) repository: Utf8PathBuf,
    pub(super) known: Known,
    pub(super) attempts: Attempts,
    /// The SDKs with the code that sets their base URLs.
    pub(super) sdks: Vec<SdkEntry>,
    pub(super) teller: Teller,
    /// The root of all URLs, once the server listens.
    pub(super) root: OnceLock<String>,
}

impl Site {
    /// Returns the root of all URLs, without a slash at its end.
    pub(super) fn root(&self) -> &str {
        self.root.get().map_or("", String::as_str)
    }
}

impl Host for Site {
    fn begin(&self, request: &Request) -> Result<Box<dyn Reply>, Refusal> {
        let at = route(&request.target);
        if matches!(at, Route::Index | Route::Interface(..)) && is_foreign(request, self.root()) {
            let (status, reason) = (403, "a page of another site has asked for this, and gets nothing");
            let request = format!("{} {}", request.method, request.target);
            self.teller.tell(Event::Refused { request, status, reason: reason.to_owned() });
            return Ok(Box::new(Plain::problem(&InterfaceProblem::new(status, reason))));
        }
        match at {
            Route::Index => Ok(Box::new(page(self.root(), self.known.all().len(), self.attempts.holds))),
            Route::Interface(path, query) => Ok(Box::new(self.answered(request, path, query))),
            Route::Case(rest) => {
                let (case, path) = self.known.begins(rest).map_err(|why| Refusal::new(404, why))?;
                let reply = self.attempts.at_own_url(case, request, path);
                reply.ok_or_else(|| Refusal::new(500, "this case has no answer"))
            }
            Route::Session(id, path) => {
                let session = self.attempts.session(id);
                let reply = session.and_then(|attempt| attempt.begin(request, path));
                reply.ok_or_else(|| Refusal::new(404, "there is no such session; it may have been ended"))
            }
            Route::Nowhere => Err(Refusal::new(
                404,
                format!(
                    "nothing is served here; the base URL of a case is {0}/case/ID, and {0}/ lists the cases",
                    self.root()
                ),
            )),
        }
    }

    /// Tells of the request, and the session that it was meant for, if it was meant for one.
    fn refused(&self, method: &str, target: &str, refusal: &Refusal) {
        let session = match route(target) {
            Route::Session(id, path) => self.attempts.session(id).map(|attempt| (attempt, path)),
            _ => None,
        };
        if let Some((attempt, path)) = session {
            attempt.player.refused(method, path, refusal);
        }
        let (status, reason) = (refusal.status, refusal.reason.clone());
        self.teller.tell(Event::Refused { request: format!("{method} {target}"), status, reason });
    }
}
