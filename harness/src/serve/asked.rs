//! Answers the requests of the HTTP interface.

use std::sync::Arc;

use streamspec_adapters::suggest::help;

use super::answer::Plain;
use super::attempt::{Attempt, Choices};
use super::attempts::{MOST_SESSIONS, fresh_nonce};
use super::body::read;
use super::interface::{
    AttemptTranscript, CaseEntry, InterfaceProblem, NewSession, Operation, Released, SdkList, Session, document,
};
use super::judging::judged;
use super::listing::listed;
use super::route::{INTERFACE, SESSION};
use super::site::Site;
use crate::case::Case;
use crate::run::has_variant;
use crate::transport::Request;

/// The part of a path that stands for something.
enum Subject<'a> {
    None,
    Case(&'a Arc<Case>),
    Session(&'a str),
}

impl Site {
    /// Answers a request of the interface, whose path is what follows that of the interface.
    pub(super) fn answered(&self, request: &Request, path: &str, query: &str) -> Plain {
        let operated = |operation, subject| self.operated(operation, &subject, request, query);
        let (template, subject) = match self.subject(path) {
            Ok(found) => found,
            Err(problem) => return Plain::problem(&problem),
        };
        let here = Operation::ALL.into_iter().filter(|operation| operation.request().1 == template);
        let methods: Vec<&str> = here.clone().map(|operation| operation.request().0).collect();
        match here.clone().find(|operation| operation.request().0 == request.method) {
            Some(operation) => operated(operation, subject).unwrap_or_else(|problem| Plain::problem(&problem)),
            None if methods.is_empty() => {
                let mut paths: Vec<&str> = Operation::ALL.iter().map(|operation| operation.request().1).collect();
                paths.dedup();
                let problem = format!("there is no {INTERFACE}{template}; {}", help(&template, &paths));
                Plain::problem(&InterfaceProblem::new(404, problem))
            }
            None => {
                let problem =
                    format!("{INTERFACE}{template} has no method {}; it has {}", request.method, methods.join(", "));
                Plain::not_allowed(&InterfaceProblem::new(405, problem), &methods.join(", "))
            }
        }
    }

    /// Finds the subject of a path, and the path with a name in braces in its place.
    fn subject<'a>(&'a self, path: &'a str) -> Result<(String, Subject<'a>), InterfaceProblem> {
        if let Some(rest) = path.strip_prefix("/cases/") {
            let (case, rest) = self.known.begins(rest).map_err(|why| InterfaceProblem::new(404, why))?;
            return Ok((format!("/cases/{{case}}{rest}"), Subject::Case(case)));
        }
        if let Some(rest) = path.strip_prefix("/sessions/") {
            let (id, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            return Ok((format!("/sessions/{{session}}{rest}"), Subject::Session(id)));
        }
        Ok((path.to_owned(), Subject::None))
    }

    fn operated(
        &self,
        operation: Operation,
        subject: &Subject<'_>,
        request: &Request,
        query: &str,
    ) -> Result<Plain, InterfaceProblem> {
        let status = operation.status();
        match operation {
            Operation::ListCases => Ok(Plain::json(status, &listed(&self.known, query, self.root())?)),
            Operation::OpenSession => Ok(Plain::json(status, &self.open(&read(request)?)?)),
            Operation::ListSdks => Ok(Plain::json(status, &SdkList { sdks: self.sdks.clone() })),
            Operation::ReadDocument => Ok(Plain::json(status, &document())),
            Operation::ReleaseAll => Ok(Plain::json(status, &Released { released: self.attempts.release().len() })),
            Operation::ReadCase => match subject {
                Subject::Case(case) => Ok(Plain::json(status, &CaseEntry::of(case, self.root()))),
                Subject::None | Subject::Session(_) => Err(no_session()),
            },
            Operation::EndAttempt | Operation::EndSession => {
                let ended = match subject {
                    Subject::Case(case) => self.attempts.end_last(&case.id),
                    Subject::Session(id) => self.attempts.end(id),
                    Subject::None => false,
                };
                if ended { Ok(Plain::empty()) } else { Err(self.attempt(subject).err().unwrap_or_else(no_session)) }
            }
            Operation::ReadAttempt | Operation::ReadSession => {
                Ok(Plain::json(status, &AttemptTranscript::of(&*self.attempt(subject)?)))
            }
            Operation::ReleaseAttempt | Operation::ReleaseSession => {
                let released = self.attempt(subject)?.gate.release().len();
                Ok(Plain::json(status, &Released { released }))
            }
            Operation::JudgeAttempt | Operation::JudgeSession => {
                let attempt = self.attempt(subject)?;
                let judgement = judged(&attempt, &read(request)?, &self.repository)?;
                if !attempt.is_session {
                    attempt.close();
                }
                Ok(Plain::json(status, &judgement))
            }
        }
    }

    /// Finds the attempt that a request is about.
    fn attempt(&self, subject: &Subject<'_>) -> Result<Arc<Attempt>, InterfaceProblem> {
        match subject {
            Subject::Case(case) => self.attempts.last(&case.id).ok_or_else(|| {
                let url = CaseEntry::of(case, self.root()).base_url;
                InterfaceProblem::new(404, format!("no request has come to {url} since the last attempt was ended"))
            }),
            Subject::Session(id) => self.attempts.session(id).ok_or_else(no_session),
            Subject::None => Err(no_session()),
        }
    }

    /// Opens a session.
    fn open(&self, asked: &NewSession) -> Result<Session, InterfaceProblem> {
        let case = self.known.case(&asked.case).map_err(|why| InterfaceProblem::new(404, why))?;
        let refused = |why: String| InterfaceProblem::new(422, why);
        let variant = asked.variant;
        if variant.is_sweep() {
            return Err(refused(format!("variant: `{variant}` is a sweep of many runs; name another variant")));
        }
        if !has_variant(case, variant) {
            return Err(refused(format!("variant: `{}` is not played in the variant `{variant}`", case.id)));
        }
        let is_of_nonces = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
        if asked
            .nonce
            .as_ref()
            .is_some_and(|nonce| !(1..=64).contains(&nonce.len()) || !nonce.chars().all(is_of_nonces))
        {
            return Err(refused("nonce: it has 1 to 64 letters, digits, `-` and `_`".to_owned()));
        }
        let nonce = asked.nonce.clone().unwrap_or_else(fresh_nonce);
        let holds = asked.hold.unwrap_or(self.attempts.holds);
        let choices = Choices { case: Arc::clone(case), variant, nonce: nonce.clone(), holds };
        let (id, _) = self.attempts.open(choices).ok_or_else(|| {
            let why =
                format!("{MOST_SESSIONS} sessions are open, and no more can be; end those that are over with DELETE");
            InterfaceProblem::new(503, why)
        })?;
        let base_url = format!("{}{SESSION}{id}", self.root());
        Ok(Session { id, case: case.id.to_string(), variant, nonce, hold: holds, base_url })
    }
}

fn no_session() -> InterfaceProblem {
    InterfaceProblem::new(404, "there is no such session; it may have been ended")
}
