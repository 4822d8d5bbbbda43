//! The bare programs, each in the environment of its SDK.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::fleet::Sdk;

/// A program that makes calls in a bare loop and prints the seconds that it took.
#[derive(Debug)]
pub(crate) struct Program {
    command: Vec<String>,
    folder: Utf8PathBuf,
    /// The folder of what was compiled for it.
    _built: tempfile::TempDir,
}

impl Program {
    /// Finds the program of an SDK, and compiles it where its language asks for that.
    pub(crate) fn of(sdk: &Sdk, root: &Utf8Path) -> anyhow::Result<Self> {
        let id = &sdk.manifest.id;
        let environment = sdk.environment()?.with_context(|| format!("{id} has no environment"))?;
        let environment = environment.dir();
        let programs = root.join("harness/benches/programs");
        let built = tempfile::tempdir()?;
        let target = Utf8PathBuf::try_from(built.path().to_owned())?;
        let command = match sdk.manifest.language.as_str() {
            "python" => vec![environment.join("bin/python").into(), programs.join(format!("{id}.py")).into()],
            "typescript" => vec!["node".to_owned(), programs.join(format!("{id}.mjs")).into()],
            "go" => {
                // The module of the adapter, with the bare loop in place of it.
                let module = environment.join("anthropic");
                for file in ["go.mod", "go.sum"] {
                    fs_err::copy(module.join(file), target.join(file))?;
                }
                fs_err::copy(programs.join(format!("{id}.go")), target.join("main.go"))?;
                let replaced = format!("-replace=streamspec={}", environment.join("streamspec"));
                run(&["go", "mod", "edit", &replaced], &target)?;
                run(&["go", "build", "-mod=mod", "-buildvcs=false", "-o", "bare", "."], &target)?;
                vec![target.join("bare").into()]
            }
            "java" => {
                let libraries = environment.join("lib/*");
                let source = programs.join("AnthropicJava.java");
                run(&["javac", "-cp", libraries.as_str(), "-d", target.as_str(), source.as_str()], &target)?;
                vec!["java".to_owned(), "-cp".to_owned(), format!("{libraries}:{target}"), "AnthropicJava".to_owned()]
            }
            language => anyhow::bail!("{id}: there is no bare loop in {language}"),
        };
        Ok(Self { command, folder: environment.to_owned(), _built: built })
    }

    /// Runs it, and returns the time that its loop took.
    pub(crate) fn loops(&self, base_url: &str, calls: usize, at_once: usize) -> anyhow::Result<Duration> {
        let numbers = [calls.to_string(), at_once.to_string()];
        let arguments = self.command.iter().map(String::as_str).chain([base_url, &numbers[0], &numbers[1]]);
        let printed = tokio::task::block_in_place(|| run(&arguments.collect::<Vec<_>>(), &self.folder))?;
        Ok(Duration::from_secs_f64(printed.trim().parse().with_context(|| printed)?))
    }
}

/// Runs a command and returns what it prints.
fn run(command: &[&str], folder: &Utf8Path) -> anyhow::Result<String> {
    let output =
        Command::new(command[0]).args(&command[1..]).current_dir(folder).output().context(command[0].to_owned())?;
    std::io::stderr().write_all(&output.stderr)?;
    anyhow::ensure!(output.status.success(), "{} ended with {}", command.join(" "), output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
