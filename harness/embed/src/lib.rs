//! Puts the files of the suite into a program, when it is compiled.
//!
//! This is a macro, and not a build script, because a build script that watches the cases has everything compiled again whenever one
//! is edited. What a macro reads is an input of the one file that calls it.

use std::io;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use proc_macro::{Literal, TokenStream, TokenTree};
use walkdir::WalkDir;

/// The folder of the calling package with everything that a run reads. In a checkout it holds links, which packages have as files.
const FOLDER: &str = "suite";

/// The names of folders that are left out: what tools leave in a checkout, and the tests of adapters and of their kits.
const LEFT_OUT: [&str; 10] = [
    ".git",
    ".venv",
    "__pycache__",
    "node_modules",
    "target",
    "tests",
    ".mypy_cache",
    ".pytest_cache",
    ".gradle",
    ".ruff_cache",
];

/// The name of a file in the folder, and its name in the archive: cargo leaves folders with a `Cargo.toml` out of a package.
const RENAMED: (&str, &str) = ("_Cargo.toml", "Cargo.toml");

/// Expands to the files below the folder `suite` of the calling package: an archive in the format of tar, compressed by gzip, as a
/// `&[u8]`.
#[proc_macro]
pub fn suite(_: TokenStream) -> TokenStream {
    let package = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let folder = Path::new(&package).join(FOLDER);
    expanded(&folder).unwrap_or_else(|error| {
        let message = format!("the suite in {} cannot be read: {error}", folder.display());
        format!("compile_error!({message:?})").parse().unwrap_or_default()
    })
}

/// Writes the archive as an expression that the compiler makes anew when one of the files has changed.
fn expanded(folder: &Path) -> io::Result<TokenStream> {
    let files = files(folder)?;
    let named = files.iter().map(|(_, file)| format!("include_bytes!({file:?}),"));
    let inputs = format!("const _: &[&[u8]] = &[{}];", named.collect::<String>());
    let mut block: TokenStream = inputs.parse().map_err(|_| io::Error::other("a name that is no text"))?;
    block.extend([TokenTree::from(Literal::byte_string(&archive(&files)?))]);
    let block = proc_macro::Group::new(proc_macro::Delimiter::Brace, block);
    Ok(TokenTree::from(block).into())
}

/// Lists the files, by their names in the archive.
fn files(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let is_left_out = |name: &str| LEFT_OUT.contains(&name) || name.starts_with("._");
    let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    let mut files = Vec::new();
    for entry in walk.filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_str().is_some_and(is_left_out)) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let no_text = || io::Error::other(format!("the name of {} is no text", entry.path().display()));
        let file = entry.path().to_str().ok_or_else(no_text)?;
        let below = entry.path().strip_prefix(folder).map_err(io::Error::other)?;
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        let parts = parts.ok_or_else(no_text)?;
        let named = parts.into_iter().map(|part| if part == RENAMED.0 { RENAMED.1 } else { part });
        files.push((named.collect::<Vec<_>>().join("/"), file.to_owned()));
    }
    Ok(files)
}

/// Makes the archive, which is the same wherever and whenever the files are.
fn archive(files: &[(String, String)]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for (name, file) in files {
        let content = std::fs::read(file)?;
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content.as_slice())?;
    }
    archive.into_inner()?.finish()
}
