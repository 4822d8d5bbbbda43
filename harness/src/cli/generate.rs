//! `streamspec generate`: the committed files that are made from types and cases.

use anyhow::Context as _;
use camino::Utf8Path;
use fs_err as fs;
use serde_json::Value;
use streamspec_adapters::dialect;
use streamspec_adapters::fleet::Fleet;
use streamspec_adapters::root::Root;

use super::arguments::GenerateOptions;
use super::{Exit, output, places};
use crate::coverage::{self, Coverage};
use crate::edition::Edition;
use crate::id::EditionId;
use crate::load::{self, Selection};
use crate::message::sdk_table;
use crate::record;
use crate::report::{self, Report};
use crate::serve;
use crate::session::SessionError;

/// The committed report, from which the README's matrix is made.
const REPORT: &str = "reports/compatibility.json";

/// The page with the table of formats.
const FORMATS: &str = "reports/README.md";

/// The page with the table of SDKs.
const ADAPTERS: &str = "adapters/README.md";

/// Makes every generated file as it should be, by its place in the repository.
pub fn generated(root: &Utf8Path) -> anyhow::Result<Vec<(&'static str, String)>> {
    let suite = load::suite(root, &Selection::All).map_err(SessionError::Cases)?;
    let fleet = Fleet::discover(root)?;
    if let Some(broken) = fleet.broken().first() {
        anyhow::bail!("{}", broken.reason);
    }
    let page = |file: &str| fs::read_to_string(root.join(file)).unwrap_or_default();
    let is_core = |id: &str| fleet.sdks().iter().any(|sdk| sdk.manifest.core && sdk.manifest.id == id);
    let report = Report::read(&page(REPORT)).context(REPORT)?;
    let matrix = report::overview(&report, is_core);
    let mut files = vec![
        ("cases/schema.json", text(&load::schema())),
        ("cases/fragments.schema.json", text(&load::fragments_schema())),
        ("cases/rules.schema.json", text(&load::rules_schema())),
        ("adapters/protocol.schema.json", text(&streamspec_adapters::protocol::schema())),
        ("reports/compatibility.schema.json", text(&report::schema())),
        ("reports/page.schema.json", text(&report::page_schema())),
        ("reports/records.schema.json", text(&record::schema())),
        ("clients/openapi.json", text(&serve::document())),
        (FORMATS, spliced(&page(FORMATS), "formats", &report::table())),
        (coverage::FILE, spliced(&page(coverage::FILE), "coverage", &Coverage::of(&suite).markdown())),
        (ADAPTERS, spliced(&page(ADAPTERS), "sdks", &sdk_table(fleet.sdks()))),
        ("README.md", spliced(&spliced(&page("README.md"), "matrix", &matrix), "exit codes", &Exit::table())),
    ];
    files.extend(dialect::TABLES.map(|file| (file, text(&dialect::tables()))));
    Ok(files)
}

pub(super) fn generate(root: &Root, options: &GenerateOptions) -> anyhow::Result<Exit> {
    places::is_checkout(root, "generate")?;
    if let Some(id) = options.edition {
        return edition(root, id, !options.freeze);
    }
    let generated = match generated(root) {
        Ok(generated) => generated,
        Err(error) => {
            output::warn(format_args!("{error:#}"));
            return Ok(Exit::Usage);
        }
    };
    let mut exit = Exit::Conformant;
    for (file, text) in generated {
        let path = root.join(file);
        let current = fs::read_to_string(&path).is_ok_and(|committed| committed == text);
        if current {
            output::say(format_args!("{file} is up to date"));
        } else if options.check {
            output::warn(format_args!("{file} is not what would be generated; run `cargo run -- generate`"));
            exit = Exit::NotConformant;
        } else {
            fs::write(&path, text)?;
            output::say(format_args!("wrote {file}"));
        }
    }
    Ok(exit)
}

/// Writes all cases as an edition.
fn edition(root: &Utf8Path, id: EditionId, draft: bool) -> anyhow::Result<Exit> {
    let suite = load::suite(root, &Selection::All).map_err(SessionError::Cases)?;
    let edition = Edition::of(id, draft, &suite.cases);
    let (file, files) = (Edition::file(id), edition.cases.len());
    if edition.write(root)? {
        let what = if draft { "a draft, which `--freeze` freezes" } else { "frozen" };
        output::say(format_args!("wrote {file}: case files: {files}, cases: {}; {what}", suite.cases.len()));
    } else {
        output::say(format_args!("{file} is up to date"));
    }
    Ok(Exit::Conformant)
}

/// Returns a page with a generated part in place of what stands between its marks; one without marks is left as it is.
fn spliced(page: &str, name: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- begin generated: {name} -->"), format!("<!-- end generated: {name} -->"));
    let Some((before, rest)) = page.split_once(&begin) else { return page.to_owned() };
    let Some((_, after)) = rest.split_once(&end) else { return page.to_owned() };
    format!("{before}{begin}\n{part}{end}{after}")
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}
