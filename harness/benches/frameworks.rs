//! The suite beside the frameworks in which an SDK's own tests are written: the same trials of the real SDK as `repro --as-test`
//! writes them, all of them in one process of the framework, and a process for each of them.
//!
//! `cargo bench --bench frameworks`, after `cargo run -- setup`. What is measured is whole processes, with their start, so the
//! number of trials counts: `TRIALS=20` for fewer. On the side of the suite that is loading all cases, running, judging and the report.
//! Of a process for each test, at most ten are measured in a round, others in each, and the time of all is reckoned from theirs.

mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use fs_err as fs;
use streamspec_adapters::fleet::Fleet;

const PROGRAM: &str = env!("CARGO_BIN_EXE_streamspec");
const CASES: &str = "anthropic/in-band/*";
/// The number of tests that have a process of their own in a round, at the most.
const APART: usize = 10;

/// A framework, and the SDK and the surface whose trials it runs.
struct Framework {
    name: &'static str,
    sdk: &'static str,
    surface: &'static str,
    /// The name of a test's file for a number.
    file: fn(usize) -> String,
}

const FRAMEWORKS: [Framework; 2] = [
    Framework {
        name: "pytest",
        sdk: "anthropic-python",
        surface: "create-sync",
        file: |number| format!("test_{number}.py"),
    },
    Framework {
        name: "vitest",
        sdk: "anthropic-typescript",
        surface: "create",
        file: |number| format!("{number}.test.ts"),
    },
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    if !common::is_asked() {
        return Ok(());
    }
    let most = match std::env::var("TRIALS") {
        Ok(number) => number.parse().with_context(|| format!("TRIALS: {number}"))?,
        Err(_) => 60,
    };
    let root = common::root();
    let fleet = Fleet::discover(&root)?;
    for framework in &FRAMEWORKS {
        let folder = tempfile::tempdir()?;
        let folder = Utf8PathBuf::try_from(folder.path().to_owned())?;
        let tests = Tests::write(framework, &root, &folder, most)?;
        let environment = fleet.get(framework.sdk)?.environment()?.context("the SDK has no environment")?;
        let command = framework.command(&root, environment.dir(), &folder)?;
        let suite = async || measure(&tests.suite());
        let together = common::Pairs::measure(suite, async || measure(&with(&command, &tests.files))).await?;
        let every = tests.files.len().div_ceil(APART);
        let mut round = 0;
        let apart = common::Pairs::measure(suite, async || {
            let some: Vec<&String> = tests.files.iter().skip(round % every).step_by(every).collect();
            round += 1;
            let each = some.iter().map(|file| measure(&with(&command, std::slice::from_ref(*file))));
            let share = f64::from(u32::try_from(tests.files.len())?) / f64::from(u32::try_from(some.len())?);
            Ok(each.sum::<anyhow::Result<Duration>>()?.mul_f64(share))
        })
        .await?;
        let Framework { name, sdk, surface, .. } = framework;
        println!("{sdk}/{surface}: {} trials", tests.files.len());
        println!("  the suite {:.2} s, {name} {:.2} s: {}", together.median(0), together.median(1), together.ratio());
        println!("  the suite {:.2} s, {name} for each {:.2} s: {}", apart.median(0), apart.median(1), apart.ratio());
    }
    Ok(())
}

/// The tests of trials, and the trials.
struct Tests {
    folder: Utf8PathBuf,
    trials: Vec<(String, String)>,
    files: Vec<String>,
    framework: (&'static str, &'static str),
}

impl Tests {
    /// Writes a test for each of so many trials. Where no test can be made of one, it is left out.
    fn write(framework: &Framework, root: &Utf8Path, folder: &Utf8Path, most: usize) -> anyhow::Result<Self> {
        let all = common::cases(&[CASES])?;
        let mut refused = None;
        let mut tests = Self {
            folder: folder.to_owned(),
            trials: vec![],
            files: vec![],
            framework: (framework.sdk, framework.surface),
        };
        for case in all {
            if tests.files.len() == most {
                break;
            }
            let trial = format!("{}/{}::{}", framework.sdk, framework.surface, case.id);
            let file = folder.join((framework.file)(tests.files.len()));
            let mut repro = Command::new(PROGRAM);
            repro.args(["repro", &trial, "--as-test", "--out", file.as_str()]).current_dir(root);
            let output = repro.output()?;
            if file.exists() {
                tests.files.push(file.into());
                tests.trials.push((trial, case.id.to_string()));
            } else {
                refused = Some(String::from_utf8_lossy(&output.stderr).into_owned());
            }
        }
        let why = refused.unwrap_or_default();
        anyhow::ensure!(!tests.files.is_empty(), "no test could be made; of the last trial `repro` says:\n{why}");
        Ok(tests)
    }

    /// Makes the command that runs the same trials in the suite.
    fn suite(&self) -> Vec<String> {
        let [records, report] = ["records.jsonl", "report"].map(|name| self.folder.join(name).to_string());
        let (sdk, surface) = self.framework;
        let mut command =
            vec![PROGRAM, "run", "--sdk", sdk, "--surface", surface, "--records", &records, "--report", &report];
        command.extend(self.trials.iter().flat_map(|(_, case)| ["--case", case.as_str()]));
        command.into_iter().map(str::to_owned).collect()
    }
}

impl Framework {
    /// Makes the command that runs test files, which are added to it.
    fn command(&self, root: &Utf8Path, environment: &Utf8Path, folder: &Utf8Path) -> anyhow::Result<Vec<String>> {
        let tools = root.join("target/streamspec/tools");
        let tools = fs::read_dir(&tools)?.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir());
        let name = format!("{}-", self.name);
        let tools = tools.filter(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&name)));
        let tools = Utf8PathBuf::try_from(tools.max().context("`repro --as-test` has installed no framework")?)?;
        if self.name == "pytest" {
            let packages = fs::read_dir(environment.join("lib"))?.next().context("no packages")??.path();
            let path = format!("PYTHONPATH={}/site-packages", packages.display());
            let python = tools.join("bin/python").to_string();
            return Ok(["env", &path, &python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
                .map(str::to_owned)
                .into());
        }
        // What the SDK brings comes first, and what it does not bring is Vitest's.
        let modules = folder.join("node_modules");
        fs::create_dir(&modules)?;
        for folder in [environment.join("node_modules"), tools.join("node_modules")] {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let link = modules.as_std_path().join(entry.file_name());
                if !link.exists() {
                    std::os::unix::fs::symlink(entry.path(), link)?;
                }
            }
        }
        let vitest = tools.join("node_modules/.bin/vitest").to_string();
        Ok(["env", "-C", folder.as_str(), &vitest, "run"].map(str::to_owned).into())
    }
}

fn with(command: &[String], files: &[String]) -> Vec<String> {
    command.iter().chain(files).cloned().collect()
}

/// Runs a command. Some trials fail in the suite as in the framework, so its exit code is of no interest, as long as it has one.
fn measure(command: &[String]) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let mut process = Command::new(&command[0]);
    process
        .args(&command[1..])
        .current_dir(common::root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let status = process.status()?;
    anyhow::ensure!(matches!(status.code(), Some(0 | 1)), "{command:?} ended with {status}");
    Ok(begun.elapsed())
}
