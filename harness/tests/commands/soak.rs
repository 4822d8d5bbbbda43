//! `harness/soak/kill.py` reads what a run writes.

use std::process::Command;

use assert_cmd::assert::OutputAssertExt as _;

use crate::repository::HEALTHY;

/// The reference client has no process to kill, so both runs come out alike.
#[test]
fn the_soak_compares_two_runs() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/soak/kill.py");
    let program = env!("CARGO_BIN_EXE_streamspec");
    let run = Command::new("python3")
        .args([script, "--program", program, "--sdk", "reference", "--case", HEALTHY])
        .assert()
        .success();
    let said = String::from_utf8_lossy(&run.get_output().stdout);
    assert!(said.starts_with("2 trials, "), "{said}");
    assert!(said.contains(" s, 0 adapters killed, 0 trials with more than one attempt\n"), "{said}");
    assert!(said.contains("came out otherwise: 0 (none); without saying why: 0\n"), "{said}");
}
