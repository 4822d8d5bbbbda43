//! `streamspec new`: a case file to begin with.

use anyhow::{Context as _, bail, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::contract::Api;
use streamspec_adapters::root::Root;

use super::arguments::NewOptions;
use super::{Exit, load, output, places};
use crate::case::groups;
use crate::id;
use crate::load::{Selection, Suite};

/// A case with all that it needs, and with what is to be filled in. `check` refuses it until the source is written.
const TEMPLATE: &str = include_str!("new/template.yaml");

/// The source that is to be written, which is no address.
const SOURCE: &str = "sources:\n  # TO BE WRITTEN: the document that says so, with its anchor, and its words.\n  - { basis: vendor-doc, url: \"TO BE WRITTEN\", quote: \"TO BE WRITTEN\" }\n";

pub(super) fn new(root: &Root, options: &NewOptions) -> anyhow::Result<Exit> {
    let is_file = Utf8Path::new(&options.case).extension().is_some_and(|ending| matches!(ending, "yaml" | "yml"));
    if !is_file {
        places::is_checkout(root, "new")?;
    }
    let path = if is_file { Utf8PathBuf::from(&options.case) } else { root.join(id::path_of(&options.case)) };
    let of_folder = Api::ALL.into_iter().find(|api| id::is_of_api(&options.case, *api));
    if !is_file {
        let Some(api) = of_folder else {
            let folders = Api::ALL.map(Api::folder).join(", ");
            bail!(
                "`{}` is in no folder of a dialect, which are {folders}; or name a file, `my/case.yaml`",
                options.case
            );
        };
        let parts: Vec<&str> = options.case.split('/').collect();
        ensure!(parts.len() == 3, "the id of a case is `{}/GROUP/NAME`", api.folder());
        let known: Vec<&str> = groups(api).collect();
        ensure!(known.contains(&parts[1]), "`{}` is no group of {api}, which are {}", parts[1], known.join(", "));
        ensure!(options.api.is_none_or(|asked| asked == api), "cases of `{}` are of {api}", api.folder());
    }
    let name = if is_file { path.clone() } else { id::path_of(&options.case) };
    ensure!(!path.as_std_path().exists(), "{name} is there already, and is not written over");
    let api = options.api.or(of_folder);
    let text = if let Some(like) = &options.like {
        copied(root, like, api)?
    } else {
        let api = api.context("name the dialect of the case by `--api`")?;
        Some(TEMPLATE.replace("DIALECT", api.name()).replace("SOURCES\n", SOURCE))
    };
    let Some(text) = text else { return Ok(Exit::Usage) };
    places::create(&path, &text)?;
    output::say(format_args!("wrote {name}\n\nFill it in, and then:"));
    let case = if is_file { name.as_str() } else { options.case.as_str() };
    let begin = root.invocation();
    let commands = [
        (format!("{begin} check {name}"), "is it well formed?"),
        (format!("{begin} run --sdk reference --case {case}"), "does a correct client pass it?"),
        (format!("{begin} run --case {case} --verbose"), "what do the SDKs make of it?"),
    ];
    let width = commands.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    for (command, why) in commands {
        output::say(format_args!("  {command:<width$} # {why}"));
    }
    Ok(Exit::Conformant)
}

/// Returns the text of a case's file with another title and a source that is to be written; none where there is no such case, which is
/// told.
fn copied(root: &Utf8Path, like: &str, api: Option<Api>) -> anyhow::Result<Option<String>> {
    let Some(Suite { cases, .. }) = load(root, &Selection::named(&[like.to_owned()])) else { return Ok(None) };
    let first = &cases[0];
    ensure!(cases.iter().all(|case| case.file == first.file), "`{like}` names cases of several files; name one");
    ensure!(api.is_none_or(|api| api == first.api), "`{like}` is a case of {}", first.api);
    let text = fs_err::read_to_string(root.join(&first.file))?;
    let mut out = String::from(
        "# TO BE WRITTEN: the title and the sources, and what is otherwise than in the case that this one is like.\n",
    );
    let mut field = "";
    for line in text.lines() {
        if let Some((name, _)) =
            line.split_once(':').filter(|(name, _)| name.bytes().all(|sign| sign.is_ascii_lowercase() || sign == b'-'))
        {
            field = if name.is_empty() { field } else { name };
            match name {
                "title" => out.push_str("title: TO BE WRITTEN\n"),
                "sources" => out.push_str(SOURCE),
                _ => {}
            }
        }
        if !matches!(field, "title" | "sources" | "disputed") {
            out.push_str(line);
            out.push('\n');
        }
    }
    Ok(Some(out))
}
