//! The page for a browser: what is served, and how a client is pointed at it.

use askama::Template;

use super::answer::Plain;
use crate::report::{STYLE, content_hash};

/// The style of this page, after that of the report's pages.
const OWN_STYLE: &str = include_str!("page/page.css");

/// The script of the page, which reads the HTTP interface.
const SCRIPT: &str = include_str!("page/page.js");

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    root: &'a str,
    cases: usize,
    hold: bool,
    style: &'a str,
    script: &'static str,
}

/// Makes the page of so many cases below a root.
pub(super) fn page(root: &str, cases: usize, hold: bool) -> Plain {
    let style = format!("{STYLE}{OWN_STYLE}");
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        content_hash(SCRIPT),
        content_hash(&style)
    );
    let page = Page { root, cases, hold, style: &style, script: SCRIPT };
    // Writing to a string does not fail.
    Plain::page(page.render().unwrap_or_default(), &policy)
}
