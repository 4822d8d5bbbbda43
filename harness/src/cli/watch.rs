//! `streamspec check --watch`: checks again when a file changes, and tells only what is otherwise then.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use notify::{RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use super::ending::told_to_end;
use super::{Exit, output};
use crate::load;

/// The time in which further changes belong to the same one: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(150);

/// The problems of the cases by what they say, each with its words for the terminal.
type Told = BTreeMap<String, String>;

pub(super) fn watch(root: &Utf8Path, paths: &[Utf8PathBuf]) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (sender, mut changes) = mpsc::unbounded_channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // To read a file is no change of it.
            if event.is_ok_and(|event| !event.kind.is_access()) {
                let _ = sender.send(());
            }
        })?;
        let folders = [root.join("cases")].into_iter().chain(paths.iter().cloned());
        for folder in folders {
            let begun = watcher.watch(folder.as_std_path(), RecursiveMode::Recursive);
            begun.with_context(|| format!("{folder} cannot be watched"))?;
        }
        let mut before = check(root, paths);
        before.values().for_each(output::print);
        output::say(format_args!("{}; waiting for changes, until ctrl-C", counted(&before)));
        output::flush();
        loop {
            tokio::select! {
                change = changes.recv() => if change.is_none() { return Ok(Exit::Conformant) },
                () = told_to_end() => return Ok(Exit::Conformant),
            }
            while tokio::time::timeout(QUIET, changes.recv()).await.is_ok() {}
            let now = check(root, paths);
            if now == before {
                continue;
            }
            for (what, words) in &now {
                if !before.contains_key(what) {
                    output::print(words);
                }
            }
            for what in before.keys().filter(|what| !now.contains_key(*what)) {
                output::say(format_args!("mended: {what}"));
            }
            output::say(counted(&now));
            output::flush();
            before = now;
        }
    })
}

/// Checks the cases. A problem that is at another line now is the same one.
fn check(root: &Utf8Path, paths: &[Utf8PathBuf]) -> Told {
    let report = load::check(root, paths);
    let told = report.problems.iter().map(|problem| {
        let what = format!("{}: {}", problem.file, crate::text::visible(&problem.message));
        (what, format!("{}\n", problem.render(true)))
    });
    told.collect()
}

fn counted(told: &Told) -> String {
    match told.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    }
}
