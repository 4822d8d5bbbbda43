//! `streamspec import`: writes cases from recordings.

use std::collections::BTreeMap;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use futures_util::{StreamExt as _, stream};
use streamspec_adapters::contract::Api;
use streamspec_adapters::root::Root;
use walkdir::WalkDir;

use super::arguments::ImportOptions;
use super::exit::CannotWrite;
use super::run::fresh_nonce;
use super::{Exit, output, places};
use crate::import::{self, Importer, MAX_RECORDING, NoCase, Ready, Written};
use crate::text::{shown, visible};

/// The cases that are made at once.
const AT_ONCE: usize = 16;

/// The longest name of a file that is shown.
const LONGEST: usize = 200;

/// The numbers of what came of recordings.
#[derive(Default)]
struct Counts {
    written: BTreeMap<(Api, &'static str), usize>,
    skipped: usize,
    refused: usize,
    unread: usize,
}

pub(super) fn import(root: &Root, options: &ImportOptions) -> anyhow::Result<Exit> {
    let out = places::cases(root, options.out.as_ref(), "imported");
    let runtime = tokio::runtime::Runtime::new()?;
    let mut counts = Counts::default();
    runtime.block_on(async {
        let mut importer = Importer::start(root, &out, options.api, fresh_nonce()).await?;
        let mut ready = Vec::new();
        for path in &options.paths {
            for file in files(path)? {
                read(&file, options, &mut importer, &mut ready, &mut counts);
            }
        }
        let mut written = stream::iter(ready)
            .map(|(recording, ready)| {
                let importer = &importer;
                async move { (recording, importer.write(ready).await) }
            })
            .buffered(AT_ONCE);
        while let Some((recording, came)) = written.next().await {
            tell(&recording, came, &mut counts)?;
            output::flush();
        }
        drop(written);
        importer.close().await;
        anyhow::Ok(())
    })?;
    Ok(counts.told())
}

/// Lists the files of a path: itself, or those of a folder by their names.
fn files(path: &Utf8Path) -> anyhow::Result<Vec<Utf8PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let visible =
        |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    let walk = WalkDir::new(path).sort_by_file_name().into_iter().filter_entry(visible);
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(Utf8PathBuf::try_from(entry.into_path())?);
        }
    }
    Ok(files)
}

/// Reads the recordings of a file and finds out which of them a case can be made of.
fn read(
    file: &Utf8Path,
    options: &ImportOptions,
    importer: &mut Importer,
    ready: &mut Vec<(String, Ready)>,
    counts: &mut Counts,
) {
    let shown_file = shown(file.as_str(), LONGEST);
    let name = file.file_name().unwrap_or(file.as_str());
    let is_named = options.paths.iter().any(|path| path == file);
    let recordings = bytes(file).and_then(|bytes| import::read(name, &bytes, options.format));
    let recordings = match recordings {
        Ok(recordings) => recordings,
        // In a folder there may be anything.
        Err(reason) if is_named => {
            output::warn(format_args!("error: {shown_file}: {}", visible(&reason)));
            counts.unread += 1;
            return;
        }
        Err(reason) => {
            output::say(format_args!("skipped {shown_file}: {}", visible(&reason)));
            counts.skipped += 1;
            return;
        }
    };
    if recordings.is_empty() {
        output::say(format_args!("skipped {shown_file}: it holds no answer"));
        counts.skipped += 1;
    }
    for recording in recordings {
        let (place, came) = match recording {
            Ok(recording) => (recording.place, importer.ready(&recording)),
            Err(no_answer) => (no_answer.place, Err(NoCase::Skipped(no_answer.reason))),
        };
        let shown_answer = place.map_or(shown_file.clone(), |place| format!("{shown_file}, answer {place}"));
        match came {
            Ok(one) => ready.push((shown_answer, one)),
            Err(why) => {
                output::say(format_args!("skipped {shown_answer}: {}", visible(&why.to_string())));
                counts.skipped += 1;
            }
        }
    }
}

fn bytes(file: &Utf8Path) -> Result<Vec<u8>, String> {
    let cannot = |error: std::io::Error| format!("the file cannot be read: {error}");
    // A pipe or a device would block or never end.
    if !std::fs::metadata(file).map_err(cannot)?.is_file() {
        return Err("this is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(file).map_err(cannot)?.take(MAX_RECORDING + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MAX_RECORDING {
        return Err(format!("the file is larger than {} MiB", MAX_RECORDING / 1024 / 1024));
    }
    Ok(bytes)
}

/// Tells what came of a recording.
fn tell(recording: &str, came: Result<Written, NoCase>, counts: &mut Counts) -> anyhow::Result<()> {
    match came {
        Ok(Written { path, api, group, about }) => {
            let path = shown(path.as_str(), LONGEST);
            output::say(format_args!("written {path} from {recording}: {about}; the reference client passes it"));
            *counts.written.entry((api, group)).or_default() += 1;
        }
        Err(NoCase::Skipped(why)) => {
            output::say(format_args!("skipped {recording}: {}", visible(&why)));
            counts.skipped += 1;
        }
        Err(NoCase::Refused(why)) => {
            output::say(format_args!("refused {recording}: {}", visible(&why)));
            counts.refused += 1;
        }
        Err(NoCase::CannotWrite { path, reason }) => return Err(CannotWrite::new(path, reason).into()),
    }
    Ok(())
}

impl Counts {
    /// Tells the numbers; returns the exit code.
    fn told(&self) -> Exit {
        let written: usize = self.written.values().sum();
        for ((api, group), count) in &self.written {
            output::say(format_args!("{count:>6} {api} {group}"));
        }
        let Self { skipped, refused, .. } = self;
        output::say(format_args!("{written} written, {refused} refused, {skipped} skipped"));
        if written > 0 {
            output::say("each is to be reviewed; its first lines say so");
        }
        match self {
            Self { unread: 1.., .. } => Exit::Usage,
            Self { refused: 1.., .. } => Exit::NotConformant,
            _ if written == 0 => Exit::NothingSelected,
            _ => Exit::Conformant,
        }
    }
}
