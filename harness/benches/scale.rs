//! The growth of time and memory with the number of trials: the same commands on records and on ten times the records.
//!
//! `cargo bench --bench scale`; `COPIES=100` for another factor. The reference client runs a part of the suite as two shards. Their
//! records are real; more trials are made of them by repeating each line for SDKs of other names. Peaks of memory are those of
//! the processes, read from `/proc`, so that it runs on Linux alone.

mod common;

use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};

const PROGRAM: &str = env!("CARGO_BIN_EXE_streamspec");
const CASES: &str = "anthropic/*";
const SHARDS: usize = 2;

/// The name of the SDK in the records that are repeated.
const SDK: &str = "reference";

/// The time between two looks at the memory of a process.
const LOOK: Duration = Duration::from_millis(5);

/// The time and the memory that a command took.
struct Took {
    time: Duration,
    peak_kib: u64,
}

fn main() -> anyhow::Result<()> {
    if !common::is_asked() {
        return Ok(());
    }
    let copies = match std::env::var("COPIES") {
        Ok(number) => number.parse().with_context(|| format!("COPIES: {number}"))?,
        Err(_) => 10,
    };
    let folder = tempfile::tempdir()?;
    let folder = Utf8PathBuf::try_from(folder.path().to_owned())?;
    let shards: Vec<String> = (1..=SHARDS).map(|shard| folder.join(format!("shard-{shard}.jsonl")).into()).collect();
    for (place, records) in shards.iter().enumerate() {
        let shard = format!("{}/{SHARDS}", place + 1);
        let report = folder.join("report");
        let run = [
            "run",
            "--sdk",
            SDK,
            "--case",
            CASES,
            "--shard",
            &shard,
            "--records",
            records,
            "--report",
            report.as_str(),
        ];
        measure(&run)?;
    }
    let mut took = Vec::new();
    for copies in [1, copies] {
        let mut trials = 0;
        let mut files = Vec::new();
        for (place, records) in shards.iter().enumerate() {
            let file = folder.join(format!("{copies}-{place}.jsonl"));
            trials += repeat(Utf8Path::new(records), &file, copies)?;
            files.push(file.to_string());
        }
        let merged = folder.join(format!("{copies}-merged.jsonl"));
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let merge = measure(&[&["merge"], &files[..], &["--out", merged.as_str()]].concat())?;
        let out = folder.join("out");
        let report = measure(&["report", merged.as_str(), "--format", "json,markdown", "--out", out.as_str()])?;
        for (name, took) in [("merge", &merge), ("report", &report)] {
            let rate = f64::from(u32::try_from(trials).unwrap_or(u32::MAX)) / took.time.as_secs_f64();
            println!(
                "{name}: {trials} trials in {:.2} s ({rate:.0} a second), peak {} MiB",
                took.time.as_secs_f64(),
                took.peak_kib / 1024
            );
        }
        took.push([merge, report]);
        for file in files.iter().copied().chain([merged.as_str()]) {
            fs_err::remove_file(file)?;
        }
    }
    if let [small, large] = &took[..] {
        for (name, [small, large]) in ["merge", "report"].iter().zip(small.iter().zip(large).map(|(s, l)| [s, l])) {
            let times = large.time.as_secs_f64() / small.time.as_secs_f64();
            let [more, less] = [large, small].map(|took| f64::from(u32::try_from(took.peak_kib).unwrap_or(u32::MAX)));
            println!(
                "{name}: {copies} times the trials take {times:.2} times the time and {:.2} times the memory",
                more / less
            );
        }
    }
    Ok(())
}

/// Writes records once for each of so many SDKs, and counts their trials.
fn repeat(records: &Utf8Path, to: &Utf8Path, copies: usize) -> anyhow::Result<usize> {
    let mut file = BufWriter::new(fs_err::File::create(to)?);
    let lines: Vec<String> = BufReader::new(fs_err::File::open(records)?).lines().collect::<Result<_, _>>()?;
    let mut trials = 0;
    for line in &lines {
        if line.starts_with(r#"{"record":"case""#) {
            writeln!(file, "{line}")?;
        } else if line.starts_with(r#"{"record":"suite""#) {
            let mut suite: serde_json::Value = serde_json::from_str(line)?;
            let plan = suite["plans"][0].take();
            let plan_of = |copy| {
                let mut plan = plan.clone();
                plan["sdk"] = format!("{SDK}-{copy}").into();
                plan
            };
            suite["plans"] = (0..copies).map(plan_of).collect();
            writeln!(file, "{suite}")?;
        } else {
            trials += copies * usize::from(line.starts_with(r#"{"record":"trial""#));
            for copy in 0..copies {
                writeln!(file, "{}", line.replacen(&format!("\"{SDK}"), &format!("\"{SDK}-{copy}"), 1))?;
            }
        }
    }
    file.flush()?;
    Ok(trials)
}

/// Runs the program, and returns what it took.
fn measure(arguments: &[&str]) -> anyhow::Result<Took> {
    let begun = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(common::root())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    while child.try_wait()?.is_none() {
        let peak = std::fs::read_to_string(&status).unwrap_or_default();
        let peak =
            peak.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
        peak_kib = peak_kib.max(peak.unwrap_or_default());
        std::thread::sleep(LOOK);
    }
    let time = begun.elapsed();
    let output = child.wait_with_output()?;
    anyhow::ensure!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(Took { time, peak_kib })
}
