//! Tables of the SDKs, and of the programs on this machine.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use streamspec_adapters::fleet::Sdk;
use streamspec_adapters::gateway::Gateway;
use streamspec_adapters::manifest::Manifest;
use streamspec_adapters::setup::{Installed, Need, SetupError};

use super::{BAD, BOLD, DIM, GOOD, WARN, styled};

/// One SDK, and what is installed of it.
#[derive(Clone, Debug)]
pub struct SdkLine<'a> {
    /// The manifest.
    pub manifest: &'a Manifest,
    /// The state of its installation.
    pub state: State,
}

/// The state of an SDK's installation.
#[derive(Clone, Debug)]
pub enum State {
    /// Linked into this program.
    Linked,
    /// Installed, with the bytes that takes.
    Installed(u64),
    /// It can be set up, and is not.
    Missing,
    /// It cannot be set up here.
    Unavailable(String),
}

/// Writes the SDKs, one a line, then the other builds that are set up beside them.
pub fn sdks(lines: &[SdkLine<'_>], others: &[(String, u64)]) -> String {
    let mut out = String::new();
    let id_width = lines.iter().map(|line| line.manifest.id.len()).max().unwrap_or_default();
    let package = |manifest: &Manifest| format!("{} {}", manifest.package, manifest.version);
    let package_width = lines.iter().map(|line| package(line.manifest).len()).max().unwrap_or_default();
    let head = format!(
        "{:<id_width$} {:<package_width$} {:<10} set   set up    surfaces: dialects",
        "id", "package", "language"
    );
    let _ = writeln!(out, "{}", styled(BOLD, &head));
    for SdkLine { manifest, state } in lines {
        let (style, set_up) = match state {
            State::Linked => (GOOD, "linked".to_owned()),
            State::Installed(bytes) => (GOOD, size(*bytes)),
            State::Missing => (DIM, "no".to_owned()),
            State::Unavailable(_) => (BAD, "not here".to_owned()),
        };
        let _ = writeln!(
            out,
            "{:<id_width$} {:<package_width$} {:<10} {:<5} {} {}: {}",
            manifest.id,
            package(manifest),
            manifest.language,
            set(manifest),
            styled(style, &format!("{set_up:<9}")),
            manifest.surfaces.keys().map(String::as_str).collect::<Vec<_>>().join(" "),
            dialects(manifest).into_iter().collect::<Vec<_>>().join(" "),
        );
        if let State::Unavailable(why) = state {
            let _ = writeln!(out, "{:<id_width$} {why}", "");
        }
    }
    for (name, bytes) in others {
        let _ = writeln!(out, "{name}: another build, {}", size(*bytes));
    }
    out
}

/// Writes the SDKs as a table in Markdown.
pub fn sdk_table(sdks: &[Sdk]) -> String {
    let mut out = "| id | package | language | set | surfaces | dialects |\n|---|---|---|---|---|---|\n".to_owned();
    for Sdk { manifest, .. } in sdks {
        let _ = writeln!(
            out,
            "| `{}` | {} {} | {} | {} | {} | {} |",
            manifest.id,
            manifest.package,
            manifest.version,
            manifest.language,
            set(manifest),
            manifest.surfaces.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
            dialects(manifest).into_iter().collect::<Vec<_>>().join(", "),
        );
    }
    out
}

/// Returns the smallest set that an SDK is in.
const fn set(manifest: &Manifest) -> &'static str {
    if manifest.core { "core" } else { "all" }
}

/// Returns the dialects of all surfaces.
fn dialects(manifest: &Manifest) -> BTreeSet<&'static str> {
    manifest.surfaces.values().flat_map(|surface| surface.apis.iter().map(|api| api.name())).collect()
}

/// Writes a line for each program that the SDKs need, for each gateway, and for the loopback interface.
pub fn doctor(needs: &[Need], gateways: &[Gateway], listens: Result<(), &str>) -> String {
    let mut out = String::new();
    let mut line = |style, word: &str, what: &str| {
        let _ = writeln!(out, "{} {what}", styled(style, &format!("{word:<7}")));
    };
    for need in needs {
        let about = format!("{} ({}: {})", need.program, need.language, need.purpose);
        match &need.found {
            Ok(found) => line(GOOD, "ok", &format!("{about}: {found}")),
            Err(why) if need.required => line(BAD, "MISSING", &format!("{about}: {why}")),
            Err(why) => line(WARN, "without", &format!("{about}: {why}")),
        }
    }
    for gateway in gateways {
        let about = format!("{} (gateway: --via {})", gateway.manifest.name, gateway.manifest.id);
        match gateway.installed() {
            Ok(Installed { program, version, .. }) => line(GOOD, "ok", &format!("{about}: {version} at {program}")),
            Err(SetupError::Unavailable { reason, fix, .. }) => {
                line(WARN, "without", &format!("{about}: {reason}; {fix}"));
            }
            Err(error) => line(WARN, "without", &format!("{about}: {error}")),
        }
    }
    match listens {
        Ok(()) => line(GOOD, "ok", "the server can listen on the loopback interface"),
        Err(why) => line(BAD, "MISSING", &format!("the server cannot listen on the loopback interface: {why}")),
    }
    out
}

fn size(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}
