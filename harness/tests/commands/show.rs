//! `show`: the bytes of a case in three forms that agree with each other.

use std::process::Stdio;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::repository::{CUT, HEALTHY, RECORDS, Repository, check};

/// Returns what a command wrote to standard output.
fn written(repository: &Repository, arguments: &[&str]) -> Vec<u8> {
    let output = repository.command(arguments).stderr(Stdio::inherit()).output().expect("it starts");
    assert!(output.status.success(), "{arguments:?}");
    output.stdout
}

#[test]
fn the_forms_of_a_case_agree() {
    let repository = Repository::with_cases(&[HEALTHY]);
    for variant in ["as-written", "crlf", "one-byte", "one-write"] {
        let of = |form: &[&str]| written(&repository, &[&["show", HEALTHY, "--variant", variant], form].concat());
        let raw = of(&["--raw"]);
        assert!(raw.starts_with(b"HTTP/1.1 200 OK\r\n") && raw.ends_with(b"0\r\n\r\n"), "{variant}");
        let dump = String::from_utf8(of(&["--hex"])).expect("text");
        let lines = dump.lines().filter_map(|line| line.trim_start().split_once(' '));
        let of_bytes = lines.filter(|(at, _)| at.len() == 8 && at.bytes().all(|sign| sign.is_ascii_hexdigit()));
        let digits: String = of_bytes.map(|(_, line)| line[..48].replace(' ', "")).collect();
        assert_eq!(digits, hex::encode(&raw), "{variant}");
        let text = String::from_utf8(of(&[])).expect("text");
        assert!(text.contains(&format!("{:>6}      end: finish", raw.len())), "{variant}: {text}");
        let events = text.lines().filter(|line| line.trim_start().starts_with("event ")).count();
        let ends = raw.windows(6).filter(|bytes| *bytes == b"data: ").count();
        assert!(variant != "as-written" || (events == ends && events > 3), "{events} events: {text}");
    }
}

/// Takes the frames of HTTP/2 apart: of each its kind, its flags and its payload.
fn frames(mut bytes: &[u8]) -> Vec<(u8, u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        frames.push((head[3], head[4], rest[..length].to_vec()));
        bytes = &rest[length..];
    }
    frames
}

#[test]
fn the_frames_of_http2_carry_the_body_that_http1_carries() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    let of = |case: &str, form: &[&str]| written(&repository, &[&["show", case, "--transport"], form].concat());
    assert_eq!(of(HEALTHY, &["tls", "--raw"]), of(HEALTHY, &["http1", "--raw"]));
    let whole = frames(&of(HEALTHY, &["h2", "--raw"]));
    let body: Vec<u8> =
        whole.iter().filter(|(kind, ..)| *kind == 0).flat_map(|(.., payload)| payload.clone()).collect();
    let plain = String::from_utf8(of(HEALTHY, &["http1"])).expect("text");
    let events = |text: &str| text.lines().filter(|line| line.trim_start().starts_with("event ")).count();
    assert_eq!(body.windows(6).filter(|bytes| *bytes == b"data: ").count(), events(&plain));
    assert_eq!(whole.last().map(|(kind, flags, _)| (*kind, flags & 1)), Some((0, 1)), "the last frame has END_STREAM");
    let text = String::from_utf8(of(HEALTHY, &["h2"])).expect("text");
    for part in ["SETTINGS, stream 0", "HEADERS, stream 1, END_HEADERS  :status: 200", "DATA, stream 1, END_STREAM"] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
    assert_eq!(events(&text), events(&plain), "{text}");
    let cut = frames(&of(&format!("{CUT}#close"), &["h2", "--raw"]));
    assert!(cut.iter().any(|(kind, ..)| *kind == 0), "{cut:?}");
    check(repository.call(&["show", HEALTHY, "--transport", "production"]), 2, "name `h2` or `tls`");
}

#[test]
fn a_case_is_shown_with_its_events_its_end_and_its_expectation() {
    let repository = Repository::with_cases(&[CUT]);
    let came = check(repository.call(&["show", &format!("{CUT}#close")]), 0, "end: ");
    insta::assert_snapshot!("show", repository.told(&came));
}

#[test]
fn the_nonce_of_a_trial_shows_the_bytes_that_it_was_sent() {
    // The message of its error has the nonce.
    const CASE: &str = "anthropic/in-band/after-text#overloaded";
    let repository = Repository::with_cases(&["anthropic/in-band/after-text"]);
    check(repository.call(&["run", "--case", CASE]), 0, "wrote ");
    let records = repository.read(RECORDS);
    let records = records.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    let trials: Vec<Value> = records.filter(|record| record["record"] == "trial").collect();
    assert!(trials.len() > 1, "{trials:?}");
    for trial in trials {
        let nonce = trial["nonce"].as_str().expect("a nonce");
        let raw = written(&repository, &["show", CASE, "--raw", "--nonce", nonce]);
        // An SDK that has read the error may leave before the server has ended the answer.
        let exchange = &trial["wire"][0];
        let written = exchange["written"].as_u64().and_then(|bytes| usize::try_from(bytes).ok());
        let sent = &raw[..written.expect("a number of bytes")];
        assert!(sent.windows(nonce.len()).any(|bytes| bytes == nonce.as_bytes()), "{trial}");
        assert_eq!(exchange["digest"], hex::encode(Sha256::digest(sent)), "{trial}");
    }
}

#[test]
fn what_cannot_be_shown_is_explained() {
    let repository = Repository::with_cases(&[HEALTHY, CUT]);
    for (arguments, said) in [
        (&["anthropic/benign/txt"][..], "no case `anthropic/benign/txt`"),
        (&[HEALTHY, "--variant", "crfl"], "unknown variant `crfl`"),
        (&[HEALTHY, "--variant", "quick"], "`quick` is several variants; name one"),
        (&[HEALTHY, "--answer", "2"], "anthropic/benign/text has one answer"),
        (&[HEALTHY, "--answer", "0"], "0 is not in 1.."),
        (&[CUT, "--raw"], "3 cases are chosen, and `--raw` writes one"),
        (&[HEALTHY, "--nonce", "17"], "`17` is no nonce of a trial, which is `n` and ten letters"),
        (&[HEALTHY, "--nonce", "naaaaaaaaaa"], "is no nonce of a trial"),
        (&[HEALTHY, "--raw", "--hex"], "cannot be used with"),
        (&[], "required arguments were not provided"),
    ] {
        check(repository.call(&[&["show"], arguments].concat()), 2, said);
    }
}
