//! The environment of the harness's own process, in which the SDKs written in Rust run: nothing of the user's that one
//! could read, no keys, no organisation, no proxies. Set-ups get it back, since registries and proxies are the user's.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::LazyLock;

/// Holds what was taken away, as a JSON object.
const KEPT: &str = "STREAMSPEC_USER_ENVIRONMENT";

/// Variables that stay: those that find programs and folders, that a terminal sets, and that are the harness's own.
const STAYS: [&str; 15] = [
    "PATH",
    "HOME",
    "USERPROFILE",
    "TMPDIR",
    "TMP",
    "TEMP",
    "SystemRoot",
    "LANG",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "CI",
    "LD_LIBRARY_PATH",
];

/// Variables that stay, too, by the beginnings of their names.
const STAY: [&str; 6] = ["STREAMSPEC_", "CARGO", "RUST", "GITHUB_", "LC_", "XDG_"];

/// The variables that were taken away, with their values.
static TAKEN: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| serde_json::from_str(&std::env::var(KEPT).unwrap_or_default()).unwrap_or_default());

/// Begins the program anew without the user's environment, unless that is done already. Returns where it cannot be
/// done.
pub fn scrub() {
    if std::env::var_os(KEPT).is_some() {
        return;
    }
    let (stays, taken): (BTreeMap<OsString, OsString>, BTreeMap<OsString, OsString>) =
        std::env::vars_os().partition(|(name, _)| name.to_str().is_some_and(stays));
    // What is no text can be no setting of a registry.
    let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    let taken: BTreeMap<String, String> = taken.into_iter().filter_map(text).collect();
    let (Ok(program), Ok(kept)) = (std::env::current_exe(), serde_json::to_string(&taken)) else { return };
    let mut command = std::process::Command::new(program);
    command.args(std::env::args_os().skip(1)).env_clear().envs(stays).env(KEPT, kept);
    #[cfg(unix)]
    {
        // It only returns when it fails.
        let _ = std::os::unix::process::CommandExt::exec(&mut command);
    }
    #[cfg(not(unix))]
    if let Ok(status) = command.status() {
        std::process::exit(status.code().unwrap_or(1));
    }
}

/// Returns the variables that were taken away, for a command that is the user's: one of a set-up, or a browser.
pub fn of_the_user() -> impl Iterator<Item = (&'static String, &'static String)> {
    TAKEN.iter()
}

/// Returns a variable of the user's environment, whether it was taken away or not.
pub fn users_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().or_else(|| TAKEN.get(name).cloned())
}

fn stays(name: &str) -> bool {
    STAYS.contains(&name) || STAY.iter().any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::stays;

    #[test]
    fn nothing_that_an_sdk_reads_stays() {
        for name in
            ["OPENAI_ORG_ID", "OPENAI_API_KEY", "ANTHROPIC_BASE_URL", "HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE"]
        {
            assert!(!stays(name), "{name}");
        }
        for name in ["PATH", "STREAMSPEC_SDKS", "CARGO_HOME", "RUST_BACKTRACE", "GITHUB_ACTIONS"] {
            assert!(stays(name), "{name}");
        }
    }
}
