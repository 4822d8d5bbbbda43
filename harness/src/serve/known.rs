//! The cases that are served, and the one that a URL begins with.

use std::collections::BTreeMap;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use streamspec_adapters::suggest::{near, question};

use crate::case::Case;
use crate::id::{self, CaseId};

/// The number of cases that are named where a path stands for several.
const NAMED: usize = 3;

/// The cases that are served, by their ids.
#[derive(Debug)]
pub(super) struct Known(BTreeMap<CaseId, Arc<Case>>);

impl Known {
    pub(super) fn new(cases: Vec<Case>) -> Self {
        Self(cases.into_iter().map(|case| (case.id.clone(), Arc::new(case))).collect())
    }

    /// Returns the cases, by id.
    pub(super) fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Case>> {
        self.0.values()
    }

    /// Finds the case with the longest id that a path begins with, and what follows it in the path.
    pub(super) fn begins<'a>(&self, path: &'a str) -> Result<(&Arc<Case>, &'a str), String> {
        let found = ends(path).find_map(|end| Some((self.0.get(decoded(&path[..end])?.as_str())?, &path[end..])));
        found.ok_or_else(|| self.none(path))
    }

    /// Finds the case of an id.
    pub(super) fn case(&self, id: &str) -> Result<&Arc<Case>, String> {
        self.0.get(id).ok_or_else(|| self.no_case(id))
    }

    /// Says why a path begins with no case.
    fn none(&self, path: &str) -> String {
        let mut prefixes: Vec<String> = ends(path).filter_map(|end| decoded(&path[..end])).collect();
        prefixes.reverse();
        let depth = |id: &str| id.matches('/').count();
        // What the client appends is not known. The part that is as deep as an id is the likeliest to be meant as one.
        let is_as_deep = |prefix: &&String| self.0.keys().any(|id| depth(id) == depth(prefix));
        let deep = || prefixes.iter().filter(is_as_deep);
        let stands_for_some = |prefix: &&String| self.below(prefix).next().is_some();
        let meant = deep().find(stands_for_some).or_else(|| deep().find(|prefix| !self.near(prefix).is_empty()));
        let meant = meant.or_else(|| prefixes.iter().rfind(stands_for_some)).or_else(|| deep().next());
        match meant.or(prefixes.last()) {
            Some(prefix) => self.no_case(prefix),
            None => "the path names no case".to_owned(),
        }
    }

    /// Says why an id is that of no case, or of more than one.
    fn no_case(&self, id: &str) -> String {
        let below: Vec<String> = self.below(id).map(|case| format!("`{}`", case.id)).collect();
        if !below.is_empty() {
            let first = below[..below.len().min(NAMED)].join(", ");
            let more = if below.len() > NAMED { ", …" } else { "" };
            let sign = if below[0].contains('#') { "; in a URL `#` is written as `%23`" } else { "" };
            return format!("`{id}` stands for {} cases; name one of them: {first}{more}{sign}", below.len());
        }
        match self.near(id).as_slice() {
            [] => format!("no case `{id}` is served; GET /api/v1/cases lists those that are"),
            likely => format!("no case `{id}` is served; {}", question(likely)),
        }
    }

    /// Lists the cases that lie in a folder or are combinations of a file.
    fn below(&self, name: &str) -> impl Iterator<Item = &Arc<Case>> {
        self.0.values().filter(move |case| case.id.file() == name || id::is_below(case.id.file(), name))
    }

    fn near(&self, id: &str) -> Vec<&str> {
        near(id, self.0.keys().map(CaseId::as_str))
    }
}

/// Lists the places at which an id can end in a path, the last one first.
fn ends(path: &str) -> impl Iterator<Item = usize> {
    let path = &path[..path.find('?').unwrap_or(path.len())];
    let slashes: Vec<usize> = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).collect();
    std::iter::once(path.len()).filter(|length| *length > 0).chain(slashes.into_iter().rev())
}

/// Decodes a part of a path; none where it is not UTF-8.
fn decoded(part: &str) -> Option<String> {
    percent_decode_str(part).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use streamspec_adapters::contract::Api;

    use super::*;

    fn known() -> Known {
        let ids =
            ["openai-chat/cut/eof", "openai-chat/cut/eof/v1", "openai-chat/cut/text#one", "openai-chat/cut/text#two,x"];
        Known::new(ids.map(|id| Case::sample(id, Api::OpenaiChat, Vec::new(), json!({}))).into())
    }

    #[test]
    fn the_longest_id_counts_and_the_rest_is_the_clients() {
        let known = known();
        let check = |path: &str, expected: Option<(&str, &str)>| {
            let found = known.begins(path).map(|(case, rest)| (case.id.as_str().to_owned(), rest)).ok();
            assert_eq!(found.as_ref().map(|(id, rest)| (id.as_str(), *rest)), expected, "{path}");
        };
        check("openai-chat/cut/eof/chat/completions", Some(("openai-chat/cut/eof", "/chat/completions")));
        check("openai-chat/cut/eof/v1/chat/completions", Some(("openai-chat/cut/eof/v1", "/chat/completions")));
        check("openai-chat/cut/eof?x=/v1", Some(("openai-chat/cut/eof", "?x=/v1")));
        check("openai-chat/cut/text%23two,x/v1/m", Some(("openai-chat/cut/text#two,x", "/v1/m")));
        check("openai-chat%2Fcut%2ftext%23two%2Cx/attempt", Some(("openai-chat/cut/text#two,x", "/attempt")));
        check("openai-chat/cut/eofs/v1", None);
        check("openai-chat/cut/text/v1", None);
        check("", None);
        for case in known.all() {
            check(&format!("{}/a%2Fb", case.id.in_path()), Some((&case.id, "/a%2Fb")));
        }
    }

    #[test]
    fn a_path_that_names_no_case_says_which_was_meant() {
        let known = known();
        let check = |path: &str, said: &str| {
            let why = known.begins(path).expect_err("it names none");
            assert!(why.contains(said), "{path}: {why}");
        };
        check("openai-chat/cut/eoff/chat/completions", "did you mean `openai-chat/cut/eof`");
        check(
            "openai-chat/cut/text/v1/chat",
            "`openai-chat/cut/text` stands for 2 cases; name one of them: `openai-chat/cut/text#one`",
        );
        check("openai-chat/cut/text/v1/chat", "`#` is written as `%23`");
        check(
            "openai-chat/cut",
            "stands for 4 cases; name one of them: `openai-chat/cut/eof`, `openai-chat/cut/eof/v1`",
        );
        check("v1/messages", "no case `v1/messages` is served; GET /api/v1/cases lists");
        check("%ff", "the path names no case");
        assert!(known.case("openai-chat/cut/txt#one").expect_err("none").contains("did you mean"));
    }
}
