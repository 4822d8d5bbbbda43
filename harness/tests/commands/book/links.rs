//! The pages of the book lead to each other: the list of contents, what pages include, and their links.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::page::names;
use super::source;
use crate::repository::own;

#[test]
fn every_page_is_in_the_list_of_contents_once() {
    let mut listed = links(&read("SUMMARY.md"));
    listed.sort();
    assert_eq!(listed, names());
}

#[test]
fn every_link_of_the_book_leads_somewhere() {
    let mut wrong = Vec::new();
    let anchors: BTreeMap<String, BTreeSet<String>> =
        names().into_iter().map(|name| (name.clone(), anchors(&expanded(&name)))).collect();
    let configuration = fs::read_to_string(source().with_file_name("book.toml")).expect("the configuration");
    let is_redirected = |path: &str| configuration.contains(&format!("\"/{}\" = ", path.replace(".md", ".html")));
    for name in anchors.keys() {
        for link in links(&expanded(name)) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').map_or((link.as_str(), None), |(path, at)| (path, Some(at)));
            let target = target(name, path);
            let has_anchor = |at: &str| anchors.get(&target).is_some_and(|anchors| anchors.contains(at));
            if !(source().join(&target).is_file() || is_redirected(&target)) || !anchor.is_none_or(has_anchor) {
                wrong.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "links that lead nowhere in the book: {wrong:#?}");
}

#[test]
fn commands_stand_only_where_they_are_run() {
    for name in names() {
        for event in Parser::new(&read(&name)) {
            let Event::Start(Tag::CodeBlock(kind)) = event else { continue };
            let CodeBlockKind::Fenced(language) = kind else { panic!("{name}: a block without a language") };
            let is_shell = ["", "sh", "bash", "shell"].contains(&&*language);
            assert!(!is_shell, "{name}: commands stand in blocks of `console`, and not of `{language}`");
        }
    }
}

#[test]
fn the_help_of_every_command_is_in_the_book() {
    let page = read("commands.md");
    for entry in own().join("harness/tests/commands/snapshots").read_dir().expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        let is_help = name.starts_with("commands__help__help");
        assert!(!is_help || page.contains(&format!("/{name}:5:}}}}")), "commands.md does not include {name}");
    }
}

/// Reads a page as it is written.
fn read(name: &str) -> String {
    fs::read_to_string(source().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Reads a page with what it includes.
pub(super) fn expanded(name: &str) -> String {
    let text = read(name);
    let mut pieces = text.split("{{#include ");
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (what, rest) = piece.split_once("}}").unwrap_or_else(|| panic!("{name}: `{piece}` has no end"));
        // A range of lines is `FIRST:LAST`, or `FIRST:`.
        let mut parts = what.split(':');
        let file = source().join(name).with_file_name(parts.next().unwrap_or_default());
        let line = |part: Option<&str>| part.and_then(|part| part.parse::<usize>().ok());
        let (first, last) = (line(parts.next()).unwrap_or(1), line(parts.next()).unwrap_or(usize::MAX));
        let included = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {}: {error}", file.display()));
        let lines: Vec<&str> = included.lines().skip(first - 1).take(last.saturating_sub(first - 1)).collect();
        assert!(!lines.is_empty(), "{name}: `{what}` includes nothing");
        whole += &lines.join("\n");
        whole += rest;
    }
    whole
}

/// Lists where the links and the pictures of a page lead to.
fn links(text: &str) -> Vec<String> {
    let found = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    found.collect()
}

/// Lists the anchors of a page's headings, as mdBook and GitHub make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(piece) | Event::Code(piece) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&piece);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&heading.take().unwrap_or_default());
                let further = (1..).map(|number| format!("{anchor}-{number}"));
                let free = std::iter::once(anchor.clone()).chain(further).find(|one| !anchors.contains(one));
                anchors.extend(free);
            }
            _ => {}
        }
    }
    anchors
}

/// Makes the anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().replace(char::is_whitespace, "-");
    kept.chars().filter(|one| one.is_alphanumeric() || ['-', '_'].contains(one)).collect()
}

/// Returns the path below the folder of the pages that a link of a page leads to.
fn target(page: &str, link: &str) -> String {
    if link.is_empty() {
        return page.to_owned();
    }
    let mut target = PathBuf::new();
    for part in Path::new(page).parent().unwrap_or(Path::new("")).join(link).components() {
        match part {
            Component::ParentDir => _ = target.pop(),
            part => target.push(part),
        }
    }
    let folder = target.join("README.md");
    if source().join(&folder).is_file() { folder } else { target }.display().to_string()
}
