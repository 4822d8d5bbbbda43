//! The limits of what a file may ask of the loader, and a case of the harness.
//!
//! The limits are far above what a readable case needs. They turn a mistake (a million repeats, a pause in seconds
//! instead of milliseconds) and hostile input into a message instead of a hang.

use std::time::Duration;

/// The size of a YAML file, in bytes.
pub const MAX_FILE_BYTES: u64 = 256 * 1024;

/// The depth to which lists and mappings may be nested in a file.
pub const MAX_DEPTH: usize = 32;

/// The number of lists, mappings and scalars that a file may hold.
pub const MAX_NODES: usize = 20_000;

/// The number of YAML files that one run looks at.
pub const MAX_FILES: usize = 10_000;

/// The number of combinations that the axes of one `matrix` may multiply to.
pub const MAX_COMBINATIONS: usize = 200;

/// The depth to which a `use` may lead into further fragments.
pub const MAX_USE_DEPTH: usize = 16;

/// The memory that the combinations of one file may take together when everything is filled in, in bytes.
pub const MAX_EXPANSION: usize = 64 * 1024 * 1024;

/// The number of answers that a case may script.
pub const MAX_EXCHANGES: usize = 16;

/// The bodies of all answers of a case together as they are sent, in bytes. A trial holds them several times over, and
/// a run has a trial for every surface.
pub const MAX_CASE_BYTES: usize = 2 * 1024 * 1024;

/// The same for a case that is run byte by byte, each of which may be a write of its own: half a mebibyte of them took
/// the reference client, not optimised, longer than the ten seconds of a trial, and a run has ten thousand such trials.
pub const MAX_SPLIT_BYTES: usize = 6 * 1024;

/// The number of steps that one answer may have once `repeat` is multiplied out. Each may be a write of its own, too.
pub const MAX_STEPS: usize = 20_000;

/// The sum of the pauses of a case over all its answers, in milliseconds.
pub const MAX_PAUSE: u64 = 10_000;

/// The longest that a trial may take a correct client.
pub const MAX_TRIAL: Duration = Duration::from_secs(40);

/// The longest timeout an SDK may be configured with, in milliseconds.
pub const MAX_TIMEOUT: u64 = 60_000;

/// The number of problems that are reported for one file.
pub const MAX_PROBLEMS: usize = 100;
