//! The exit codes, each with a command that comes to it.

use std::collections::BTreeSet;

use assert_cmd::assert::{Assert, OutputAssertExt as _};
use streamspec::cli::Exit;

use crate::repository::{CUT, GONE, LIST, Repository, check};

#[cfg(unix)]
#[test]
fn every_exit_code_has_a_command_that_comes_to_it() {
    let repository = Repository::with_cases(&[CUT]).with_unlinked();
    let mut reached = BTreeSet::new();
    let mut comes_to = |code: u8, came: Assert, said: &str| {
        check(came, i32::from(code), said);
        reached.insert(code);
    };
    comes_to(0, repository.call(&["run"]), "wrote ");
    repository.write("file", "mine");
    repository.write(LIST, GONE);
    comes_to(1, repository.call(&["run"]), "this known deviation is gone");
    comes_to(2, repository.call(&["run", "--case", "absent"]), "no case `absent`");
    comes_to(3, repository.call(&["probe", "--", "false"]), "before it sent its hello");
    comes_to(4, limited(&repository), "the server cannot listen on the loopback interface");
    comes_to(5, repository.call(&["run", "--shard", "9999/10000"]), "no trial was run");
    comes_to(6, repository.call(&["run", "--records", "file/x"]), "cannot be written");
    // An interruption has a test of its own, `two_runs_do_not_share_a_file_and_an_interrupted_one_says_so`.
    reached.insert(130);
    assert_eq!(reached, Exit::ALL.map(Exit::code).into());
}

/// Runs where hardly any file may be opened, which is no fault of an SDK.
#[cfg(unix)]
fn limited(repository: &Repository) -> Assert {
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "ulimit -n 20; exec \"$0\" run", env!("CARGO_BIN_EXE_streamspec")]).current_dir(&repository.root);
    shell.assert()
}
