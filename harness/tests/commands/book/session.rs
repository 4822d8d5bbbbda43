//! The commands of a page, run one after another in one shell, in a folder that is like a reader's checkout.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use snapbox::filter::NormalizeToExpected;

use super::page::{Block, Page, Step};
use super::source;
use crate::repository::own;

/// The parts of the repository that a reader's folder has.
const COPIED: [&str; 6] =
    ["adapters", "cases", "clients", "harness/examples", "reports/compatibility.json", ".github/ISSUE_TEMPLATE"];
/// Folders that are no part of the repository.
const NOT_COPIED: [&str; 5] = ["node_modules", "__pycache__", "target", ".mypy_cache", ".pytest_cache"];
/// The set-ups that are made once, for all folders.
const SHARED: [&str; 4] = ["env", "locks", "runtimes", "tools"];
/// The reader's folder, as pages name it.
const READER: &str = "/home/you/streamspec";
/// The folder in which Debian has the programs of servers, which is on the path of few users.
const SBIN: &str = "/usr/sbin";
/// The seconds after which a page hangs.
const LIMIT: &str = "180";

/// The results of a page.
pub(super) struct Came<'a> {
    page: &'a Page,
    /// The number of commands that were run.
    pub(super) ran: usize,
    /// A line for each command that was not.
    pub(super) left_out: Vec<String>,
    /// The commands that do not print what the page says.
    pub(super) wrong: Vec<String>,
    /// The blocks of the page, and what they should be.
    blocks: Vec<(String, String)>,
}

impl Came<'_> {
    /// Writes what the commands printed into the page, where it is something else.
    pub(super) fn write(&self) {
        let file = source().join(&self.page.name);
        let text = fs::read_to_string(&file).expect("a page");
        let written = self.blocks.iter().fold(text.clone(), |text, (old, new)| text.replacen(old, new, 1));
        if written != text {
            fs::write(&file, written).expect("a page");
        }
    }
}

/// Runs the commands of a page.
pub(super) fn run(page: &Page) -> Came<'_> {
    // A program of the repository's own checks is named by its path in it, and any other by its name.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = || std::iter::once(own().to_owned()).chain(std::env::split_paths(&path)).chain([SBIN.into()]);
    let is_here = |program: &String| folders().any(|folder| folder.join(program).is_file());
    let left = |command: &str, reason: &str| format!("  {}: `{command}`: {reason}\n", page.name);
    let left_out = page.not_run.iter().map(|(command, reason)| left(command, reason)).collect();
    let mut came = Came { page, ran: 0, left_out, wrong: Vec::new(), blocks: Vec::new() };
    let mut steps = Vec::new();
    for step in &page.steps {
        match step {
            Step::Block(Block { commands, needs: Some(program), .. }) if !is_here(program) => {
                let why = format!("`{program}` is not on this machine");
                came.left_out.extend(commands.iter().map(|command| left(&command.text, &why)));
            }
            Step::Block(_) | Step::File(..) => steps.push(step),
        }
    }
    let blocks = || steps.iter().filter_map(|step| if let Step::Block(block) = step { Some(block) } else { None });
    if blocks().next().is_some() {
        let held = tempfile::tempdir().expect("a temporary directory");
        let session = Session::new(&held.path().canonicalize().expect("it is there"));
        let needed = blocks().filter_map(|block| block.needs.as_ref()).filter(|program| program.contains('/'));
        for program in needed.collect::<BTreeSet<_>>() {
            symlink(own().join(program), session.programs.join(Path::new(program).file_name().expect("a name")))
                .expect("a link");
        }
        session.play(&steps, &path);
        for block in blocks() {
            session.compare(block, &mut came);
        }
    }
    came
}

/// A reader's folder, and beside it what its commands print.
struct Session {
    root: PathBuf,
    printed: PathBuf,
    programs: PathBuf,
    port: u16,
}

impl Session {
    fn new(held: &Path) -> Self {
        let [root, printed, programs] = ["streamspec", "printed", "programs"].map(|name| held.join(name));
        for folder in [&printed, &programs, &root.join("target/streamspec")] {
            fs::create_dir_all(folder).expect("a folder");
        }
        symlink(env!("CARGO_BIN_EXE_streamspec"), programs.join("streamspec")).expect("a link");
        for name in SHARED {
            let shared = own().join("target/streamspec").join(name);
            fs::create_dir_all(&shared).expect("a folder");
            symlink(shared, root.join("target/streamspec").join(name)).expect("a link");
        }
        for name in COPIED {
            copy(&own().join(name), &root.join(name));
        }
        let free = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = free.local_addr().expect("an address").port();
        Self { root, printed, programs, port }
    }

    /// Runs all commands in one shell, so that each finds what those before it have left.
    fn play(&self, steps: &[&Step], path: &std::ffi::OsStr) {
        let mut script = vec!["status=0\nbehind=()\n".to_owned()];
        let mut number = 0;
        for step in steps {
            match step {
                Step::File(name, text) => {
                    let file = self.printed.join(format!("file-{}", script.len()));
                    fs::write(&file, text).expect("a file");
                    script.push(format!("mkdir -p \"$(dirname '{name}')\" && cp '{}' '{name}'\n", file.display()));
                }
                Step::Block(block) => {
                    for command in &block.commands {
                        script.push(self.scripted(&command.text, block.background, number));
                        number += 1;
                    }
                }
            }
        }
        script.push("for process in ${behind[@]+\"${behind[@]}\"}; do kill $process; wait $process; done\n".to_owned());
        let search = std::iter::once(self.programs.clone()).chain(std::env::split_paths(path)).chain([SBIN.into()]);
        let mut shell = Command::new("timeout");
        shell.args(["--kill-after=10", LIMIT, "bash", "-c", &script.concat()]).current_dir(&self.root);
        shell.env("PATH", std::env::join_paths(search).expect("folders without colons"));
        shell.envs([("NO_COLOR", "1"), ("LC_ALL", "C.UTF-8"), ("PYTHONDONTWRITEBYTECODE", "1")]);
        // The package for pytest is loaded from its source, as `.ci/run` does it.
        shell.env("PYTHONPATH", self.root.join("clients/pytest-streamspec/src"));
        shell.env("PYTEST_PLUGINS", "pytest_streamspec.plugin");
        shell.env_remove("STREAMSPEC_ROOT").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.status().expect("bash and timeout are there");
    }

    /// Returns the lines of the shell that run a command, and keep what it prints and its exit code under a number.
    fn scripted(&self, command: &str, background: bool, number: usize) -> String {
        let text = command.replace("streamspec serve", &format!("streamspec serve --port {}", self.port));
        let text = text.replace("127.0.0.1:5290", &format!("127.0.0.1:{}", self.port));
        let out = self.printed.join(number.to_string()).display().to_string();
        if background {
            // Whoever reads the page goes on when the first line is there.
            format!(
                "{text} > '{out}' 2>&1 < /dev/null &\nbehind+=($!)\n\
                 for _ in {{1..600}}; do [ ! -s '{out}' ] || break; sleep 0.05; done\necho 0 > '{out}.status'\n"
            )
        } else {
            format!(
                "(exit $status)\n{{ {text}\n}} > '{out}' 2>&1 < /dev/null\nstatus=$?\necho $status > '{out}.status'\n"
            )
        }
    }

    /// Compares what the commands of a block printed with what the page says.
    fn compare(&self, block: &Block, came: &mut Came<'_>) {
        let mut written = Vec::new();
        for (index, command) in block.commands.iter().enumerate() {
            let out = self.printed.join(came.ran.to_string());
            came.ran += 1;
            let printed = self.as_read(&String::from_utf8_lossy(&fs::read(&out).unwrap_or_default()));
            let status = fs::read_to_string(out.with_extension("status")).unwrap_or_else(|_| "a hang".to_owned());
            // A reader who is to see that a command fails is told with which code.
            let is_told = block.commands.get(index + 1).is_some_and(|next| next.text == "echo $?");
            let place = format!("{}: `{}`", came.page.name, command.text);
            if status.trim() != "0" && !is_told {
                came.wrong.push(format!("{place} came to {}:\n{printed}", status.trim()));
            }
            let is_same = is_as_told(&printed, &command.expected);
            if !is_same {
                let expected = command.expected.trim_end();
                came.wrong.push(format!("{place}: the page says\n{expected}\n--- and it prints\n{printed}"));
            }
            let shown = if is_same { command.expected.clone() } else { format!("{}\n", printed.trim_end()) };
            written.push(format!("$ {}\n{shown}", command.text));
        }
        came.blocks.push((block.body.clone(), written.concat()));
    }

    /// Returns a text with the reader's names for what is here.
    fn as_read(&self, printed: &str) -> String {
        let printed = printed.replace(&self.root.display().to_string(), READER);
        printed.replace(&format!("127.0.0.1:{}", self.port), "127.0.0.1:5290").replace('\r', "")
    }
}

/// Says if a text is what a page says, where `...` stands for lines and `…` for a part of a line.
fn is_as_told(printed: &str, expected: &str) -> bool {
    let expected = snapbox::Data::text(expected.trim_end().replace('…', "[..]"));
    let printed = snapbox::Data::text(printed.trim_end().to_owned());
    NormalizeToExpected::new().redact().normalize(printed, &expected) == expected
}

/// Copies a file, or a folder with what is in it.
fn copy(from: &Path, to: &Path) {
    let is_kept = |entry: &walkdir::DirEntry| !NOT_COPIED.iter().any(|name| entry.file_name() == *name);
    for entry in walkdir::WalkDir::new(from).into_iter().filter_entry(is_kept) {
        let entry = entry.expect("it can be read");
        let target = to.join(entry.path().strip_prefix(from).expect("it is below"));
        if entry.file_type().is_file() {
            // `join` with nothing adds a slash, which a file has not.
            let target = if entry.path() == from { to } else { &target };
            fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
            fs::copy(entry.path(), target).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
        }
    }
}
