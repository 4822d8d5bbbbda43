//! The book: its commands print what it says, and its links lead somewhere.
//!
//! `BOOK=write` writes what commands print into the pages where that is something else; what a reader can do without is then
//! taken out by hand, with `...` for lines and `…` inside a line. `BOOK=whole` makes it an error if a program is missing that a
//! page needs. `BOOK_PAGE=gateway/blame.md` runs one page alone.

mod links;
mod page;
#[cfg(target_os = "linux")]
mod session;

use std::path::PathBuf;

use crate::repository::own;

/// The SDK that the pages run.
#[cfg(target_os = "linux")]
const SDK: &str = "anthropic-python";

/// Returns the folder of the pages.
fn source() -> PathBuf {
    own().join("book/src")
}

#[cfg(target_os = "linux")]
#[test]
fn every_command_of_the_book_prints_what_the_book_says() {
    use std::io::Write as _;

    // What a set-up prints would otherwise stand in whichever page comes first.
    let mut set_up = std::process::Command::new(env!("CARGO_BIN_EXE_streamspec"));
    let set_up =
        set_up.args(["setup", SDK]).current_dir(own()).env_remove("STREAMSPEC_ROOT").output().expect("it starts");
    assert!(set_up.status.success(), "{SDK}: {}", String::from_utf8_lossy(&set_up.stderr));

    let mode = std::env::var("BOOK").unwrap_or_default();
    let only = std::env::var("BOOK_PAGE").ok();
    let names = page::names().into_iter().filter(|name| only.as_ref().is_none_or(|only| only == name));
    let pages: Vec<page::Page> = names.map(|name| page::Page::read(&name)).collect();
    // Two at once, as a page mostly waits for what it has started.
    let of_thread = |thread: usize| pages.iter().skip(thread).step_by(2).map(session::run).collect::<Vec<_>>();
    let mut came = std::thread::scope(|scope| {
        let other = scope.spawn(|| of_thread(1));
        let mut came = of_thread(0);
        came.extend(other.join().expect("no page panics"));
        came
    });
    let ran: usize = came.iter().map(|came| came.ran).sum();
    let left_out: Vec<String> = came.iter_mut().flat_map(|came| std::mem::take(&mut came.left_out)).collect();
    // Not by `println!`, which is not shown of a test that passes.
    let told = format!("book: {ran} commands run, {} not run\n{}", left_out.len(), left_out.concat());
    std::io::stderr().write_all(told.as_bytes()).expect("it is there");
    if mode == "write" {
        came.iter().for_each(session::Came::write);
    }
    let wrong: Vec<String> = came.into_iter().flat_map(|came| came.wrong).collect();
    assert!(wrong.is_empty(), "{} of the book's commands print something else:\n{}", wrong.len(), wrong.join("\n"));
    let missing = left_out.iter().find(|line| line.contains("is not on this machine"));
    assert!(mode != "whole" || missing.is_none(), "{missing:?}");
    assert!(only.is_some() || ran > 30, "{ran} commands");
}
