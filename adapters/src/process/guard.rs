//! Ends the process groups of adapters when the harness is killed in a way that leaves it no time for it.
//!
//! An adapter ends by itself when its stdin does, if it reads it. For one that does not, a shell waits on a pipe that
//! only the harness holds open: when that ends, it kills every group that is still on its list.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Reads `+ GROUP` and `- GROUP` until the pipe ends.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
groups=' '
while read -r change group; do
    case $change$groups in
        +*) groups="$groups$group " ;;
        -*" $group "*) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
"#;

/// The shell, and the pipe to it; none where it cannot be started, and then the end of their stdin must suffice.
static WATCH: LazyLock<Option<(Child, Mutex<ChildStdin>)>> = LazyLock::new(|| {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // A group of its own: what a terminal sends to the harness is not for it.
    let mut shell = command.process_group(0).spawn().ok()?;
    let pipe = shell.stdin.take()?;
    Some((shell, Mutex::new(pipe)))
});

/// Kills this group should the harness end without having done so.
pub(super) fn watch(group: u32) {
    send('+', group);
}

/// Takes a group off the list that has ended, and its number may be another's soon.
pub(super) fn forget(group: u32) {
    send('-', group);
}

fn send(change: char, group: u32) {
    if let Some((_, pipe)) = &*WATCH {
        // Without the shell nobody reads it.
        let _ = writeln!(pipe.lock().unwrap_or_else(PoisonError::into_inner), "{change} {group}");
    }
}
