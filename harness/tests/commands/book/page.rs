//! The tasks that a page gives its reader: files to write, and commands to run.
//!
//! Comments of the page's source say what a block is for, each directly before it:
//!
//!     <!-- file: cases/anthropic/cut/mine.yaml -->     the block is written to this file
//!     <!-- not run: it needs GitHub -->                its commands are not run, with the reason
//!     <!-- background -->                              its command goes on until the end of the page
//!     <!-- needs: nginx -->                            its commands are run where this program is on the machine

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::links::expanded;
use super::source;

/// A page with what is to be done.
#[derive(Debug)]
pub(super) struct Page {
    /// The path below the folder of the pages.
    pub(super) name: String,
    pub(super) steps: Vec<Step>,
    /// The commands that are never run, each with the reason.
    pub(super) not_run: Vec<(String, String)>,
}

/// A block of a page.
#[derive(Debug)]
pub(super) enum Step {
    /// A file, its path below the reader's folder and its text.
    File(String, String),
    /// Commands with what they print.
    Block(Block),
}

/// Commands with what they print.
#[derive(Debug)]
pub(super) struct Block {
    /// The block as the page has it.
    pub(super) body: String,
    pub(super) commands: Vec<Command>,
    /// True where it goes on until the end of the page.
    pub(super) background: bool,
    /// The program without which its commands are not run; one of the repository's own checks by its path in it.
    pub(super) needs: Option<String>,
}

/// A command with what it prints.
#[derive(Debug)]
pub(super) struct Command {
    /// The command; one that is continued has several lines.
    pub(super) text: String,
    pub(super) expected: String,
}

/// Lists the pages, by their paths below the folder.
pub(super) fn names() -> Vec<String> {
    let files = walkdir::WalkDir::new(source()).sort_by_file_name().into_iter().filter_map(Result::ok);
    let pages = files.filter(|file| file.path().extension().is_some_and(|ending| ending == "md"));
    let below = pages.map(|file| file.path().strip_prefix(source()).expect("it is below").display().to_string());
    below.filter(|name| name != "SUMMARY.md").collect()
}

impl Page {
    /// Reads a page; a comment that is none of those above, or before something else than a block, is an error of it.
    pub(super) fn read(name: &str) -> Self {
        let text = expanded(name);
        let mut page = Self { name: name.to_owned(), steps: Vec::new(), not_run: Vec::new() };
        let mut comment: Option<String> = None;
        let mut fence: Option<(String, String)> = None;
        for event in Parser::new(&text) {
            match event {
                Event::Html(html) => {
                    let Some(said) = html.trim().strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"))
                    else {
                        continue;
                    };
                    if said == "background"
                        || ["file: ", "needs: ", "not run: "].iter().any(|key| said.starts_with(key))
                    {
                        comment = Some(said.to_owned());
                    }
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    fence = Some((language.into_string(), String::new()));
                }
                Event::Text(piece) => {
                    if let Some((_, body)) = &mut fence {
                        body.push_str(&piece);
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((language, body)) = fence.take() {
                        page.take(&language, body, &comment.take().unwrap_or_default(), &text);
                    }
                }
                Event::Start(Tag::Paragraph | Tag::Heading { .. }) => {
                    assert!(comment.is_none(), "{name}: no block follows on `{comment:?}`");
                }
                _ => {}
            }
        }
        page
    }

    /// Takes a block, which the comment before it says something of.
    fn take(&mut self, language: &str, body: String, comment: &str, text: &str) {
        if let Some(file) = comment.strip_prefix("file: ") {
            assert!(text.contains(&format!("`{file}`")), "{}: the reader is not told of `{file}`", self.name);
            self.steps.push(Step::File(file.to_owned(), body));
            return;
        }
        if language != "console" {
            return;
        }
        let commands = commands(&body);
        assert!(!commands.is_empty(), "{}: no command in `{body}`", self.name);
        if let Some(reason) = comment.strip_prefix("not run: ") {
            self.not_run.extend(commands.into_iter().map(|command| (command.text, reason.to_owned())));
        } else {
            let background = comment == "background";
            assert!(!background || commands.len() == 1, "{}: one command goes on, not {}", self.name, commands.len());
            let needs = comment.strip_prefix("needs: ").map(str::to_owned);
            self.steps.push(Step::Block(Block { body, commands, background, needs }));
        }
    }
}

/// Reads the commands of a block, each behind `$ `, with what follows it. One whose line ends with `\` has the next line, too.
fn commands(body: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut is_continued = false;
    for line in body.lines() {
        if let Some(text) = line.strip_prefix("$ ") {
            commands.push(Command { text: text.to_owned(), expected: String::new() });
            is_continued = text.ends_with('\\');
        } else if let Some(command) = commands.last_mut() {
            let part = if is_continued { &mut command.text } else { &mut command.expected };
            part.push_str(if is_continued { "\n" } else { "" });
            part.push_str(line);
            part.push_str(if is_continued { "" } else { "\n" });
            is_continued &= line.ends_with('\\');
        }
    }
    commands
}
