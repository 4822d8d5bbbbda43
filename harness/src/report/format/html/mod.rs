//! `compatibility.html`: one page that opens from disk, and beside it a file of details for each group of cases.
//!
//! The page holds every verdict, compressed, and works alone. What is large (wires, observations, checks that hold) is in
//! `details/<group>.js`, compressed, and is loaded when a trial is opened: a page that was opened from disk may run a
//! script beside it, but may not fetch a file. Everything that comes from records is data: the page makes text of it and
//! never markup.

mod data;
mod decoded;
mod detail_data;
mod details;
mod page;
mod rows;
mod schema;
mod sweeps;
#[cfg(test)]
mod tests;
mod words;

use std::io::{self, BufWriter};

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use serde::Serialize;

use super::{Format, RenderError, Sink};
use crate::report::page::{STYLE, hash};
use crate::report::view::View;

use words::FindingText;

pub use schema::schema;

/// The scripts share one scope, in this order.
const SCRIPT: &str = concat!(
    "'use strict';\n",
    include_str!("../../../../page/scripts/element.js"),
    include_str!("../../../../page/scripts/address.js"),
    include_str!("../../../../page/scripts/details.js"),
    include_str!("../../../../page/scripts/model.js"),
    include_str!("../../../../page/scripts/picture.js"),
    include_str!("../../../../page/scripts/list.js"),
    include_str!("../../../../page/scripts/heat.js"),
    include_str!("../../../../page/scripts/matrix.js"),
    include_str!("../../../../page/scripts/transports.js"),
    include_str!("../../../../page/scripts/split.js"),
    include_str!("../../../../page/scripts/overview.js"),
    include_str!("../../../../page/scripts/timeline.js"),
    include_str!("../../../../page/scripts/wire.js"),
    include_str!("../../../../page/scripts/strip.js"),
    include_str!("../../../../page/scripts/blind.js"),
    include_str!("../../../../page/scripts/trial.js"),
    include_str!("../../../../page/scripts/case.js"),
    include_str!("../../../../page/scripts/compare.js"),
    include_str!("../../../../page/scripts/caught.js"),
    include_str!("../../../../page/scripts/seen.js"),
    include_str!("../../../../page/scripts/surfaces.js"),
    include_str!("../../../../page/scripts/sdk.js"),
    include_str!("../../../../page/scripts/gateway.js"),
    include_str!("../../../../page/scripts/past.js"),
    include_str!("../../../../page/scripts/time.js"),
    include_str!("../../../../page/scripts/main.js"),
);

/// `compatibility.html` and `details/`: the report as pages that open from disk.
#[derive(Debug)]
pub(super) struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn writes(&self) -> &'static str {
        "`compatibility.html`, `details/`"
    }

    fn purpose(&self) -> &'static str {
        "people: pages that open from disk"
    }

    /// Takes time linear in the records.
    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        let page = Page {
            view,
            summary: words::summary(view),
            findings: view.findings.iter().map(|finding| words::finding(view, finding)).collect(),
            style: STYLE,
            script: SCRIPT,
            style_hash: hash(STYLE),
            script_hash: hash(SCRIPT),
            data: packed(&page::page(view)?),
        };
        out.file("compatibility.html", &mut |file| Ok(page.write_into(file)?))?;
        drop(page);
        for group in details::groups(view) {
            let details = details::details(view, group)?;
            out.file(&details::file_name(group), &mut |file| Ok(file.write_all(details.as_bytes())?))?;
        }
        out.folder(details::FOLDER, Some(details::BEGINNING))
    }
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    view: &'a View<'a>,
    summary: String,
    findings: Vec<FindingText>,
    style: &'static str,
    script: &'static str,
    style_hash: String,
    script_hash: String,
    data: String,
}

/// Encodes JSON, compressed and in base64: whatever texts are in it, none of them is there for the page's markup to
/// meet.
fn packed(data: &impl Serialize) -> String {
    let mut member = BufWriter::new(GzBuilder::new().write(Vec::new(), Compression::best()));
    // What the page is handed is plain data with string keys, and writing to a vector does not fail.
    let written = serde_json::to_writer(&mut member, data).map_err(io::Error::from);
    let packed = written.and_then(|()| member.into_inner().map_err(io::Error::from)?.finish());
    STANDARD.encode(packed.unwrap_or_default())
}
