//! Records with the trials left in their files: what grows with trials is 32 bytes for each.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom};

use super::{CaseRecord, EditionRecord, ReadError, SdkRecord, SuiteRecord, TrialRecord};
use crate::id::{CaseId, Route, SdkId, SurfaceId, Transport, TrialId, Variant, VariantRun};
use crate::judge::Status;

/// The records of some files. A trial is read again from its line whenever it is needed.
#[derive(Debug)]
pub struct Records {
    /// The names of the files, in the order in which they were read.
    pub files: Vec<String>,
    /// The runs in them, in the same order.
    pub runs: Vec<Run>,
    /// The trials of each surface of an SDK, by case, variant, route and transport.
    pub surfaces: BTreeMap<(SdkId, SurfaceId), Vec<TrialPlace>>,
    /// The cases of the trials, by id.
    pub cases: Vec<CaseId>,
    pub(super) sources: Vec<RefCell<Source>>,
}

/// One run of a file, without its trials.
#[derive(Debug)]
pub struct Run {
    /// The name of the file.
    pub file: String,
    /// The suite that was run.
    pub suite: SuiteRecord,
    /// The cases, by id.
    pub cases: BTreeMap<CaseId, CaseRecord>,
    /// The SDKs, by id.
    pub sdks: BTreeMap<SdkId, SdkRecord>,
    /// The number of trials as written that were run, by SDK.
    pub as_written: BTreeMap<SdkId, usize>,
}

/// A trial in a list of its surface: its place in that list, and the place of its line.
#[derive(Clone, Copy, Debug)]
pub struct TrialPlace {
    pub(super) line: LinePlace,
    /// The place of its case in [`Records::cases`].
    pub case: u32,
    /// The variant.
    pub variant: Variant,
    /// The route.
    pub route: Route,
    /// The transport.
    pub transport: Transport,
    /// The status of its verdict.
    pub status: Status,
    /// See [`TrialRecord::has_result`].
    pub has_result: bool,
}

/// It is what memory grows by.
const _: () = assert!(size_of::<TrialPlace>() == 32);

/// The place of a line: a source in the upper 16 bits, and the offset in bytes below them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LinePlace(u64);

/// A file that can be read again from any place.
pub(super) struct Source {
    pub(super) name: String,
    reader: BufReader<Box<dyn Input>>,
    /// The offset of the next byte, once it is known.
    at: Option<u64>,
    line: Vec<u8>,
}

/// A file, or bytes in memory.
pub(super) trait Input: Read + Seek {}

impl<T: Read + Seek> Input for T {}

impl LinePlace {
    /// The number of bits of an offset.
    const OFFSET: u32 = 48;

    /// Makes a place; none where there are more sources, or more bytes in one, than the number can hold.
    pub(super) fn new(source: usize, offset: u64) -> Option<Self> {
        let source = u64::from(u16::try_from(source).ok()?);
        (offset >> Self::OFFSET == 0).then_some(Self(source << Self::OFFSET | offset))
    }

    const fn source(self) -> usize {
        (self.0 >> Self::OFFSET) as usize
    }

    const fn offset(self) -> u64 {
        self.0 & ((1 << Self::OFFSET) - 1)
    }
}

impl Source {
    pub(super) fn new(name: &str, input: Box<dyn Input>) -> Self {
        Self { name: name.to_owned(), reader: BufReader::new(input), at: None, line: Vec::new() }
    }

    /// Reads the trial of a line.
    fn trial(&mut self, offset: u64) -> io::Result<TrialRecord> {
        // Neighbours are often in the buffer already.
        match self.at.take().and_then(|at| i64::try_from(i128::from(offset) - i128::from(at)).ok()) {
            Some(distance) => self.reader.seek_relative(distance)?,
            None => _ = self.reader.seek(SeekFrom::Start(offset))?,
        }
        self.line.clear();
        self.at = Some(offset + self.reader.read_until(b'\n', &mut self.line)? as u64);
        Ok(serde_json::from_slice(&self.line)?)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

impl Run {
    /// Returns the edition that all of these runs are of, with the same differences from it.
    pub fn edition(runs: &[Self]) -> Option<&EditionRecord> {
        let first = runs.first()?.suite.edition.as_ref();
        first.filter(|first| runs.iter().all(|run| run.suite.edition.as_ref() == Some(first)))
    }
}

impl Records {
    /// Reads a trial again. An error says that its file is not what it was.
    pub fn trial(&self, place: &TrialPlace) -> Result<TrialRecord, ReadError> {
        let Some(source) = self.sources.get(place.line.source()) else {
            return Err(ReadError::Io { file: String::new(), error: io::ErrorKind::NotFound.into() });
        };
        let mut source = source.borrow_mut();
        source.trial(place.line.offset()).map_err(|error| ReadError::Io { file: source.name.clone(), error })
    }

    /// Goes through the trials that were run, in the order of their identities.
    pub fn ran(&self) -> impl Iterator<Item = Result<TrialRecord, ReadError>> {
        let places = self.surfaces.values().flatten().filter(|place| place.status != Status::NotRun);
        places.map(move |place| self.trial(place))
    }

    /// Leaves out every trial but these, and counts those that are left. Where one was left out, no run is whole any more.
    pub fn keep(&mut self, is_kept: impl Fn(&TrialPlace) -> bool) -> usize {
        let count = |surfaces: &BTreeMap<_, Vec<TrialPlace>>| surfaces.values().map(Vec::len).sum::<usize>();
        let before = count(&self.surfaces);
        self.surfaces.values_mut().for_each(|places| places.retain(&is_kept));
        self.surfaces.retain(|_, places| !places.is_empty());
        let left = count(&self.surfaces);
        self.runs.iter_mut().for_each(|run| run.suite.whole &= left == before);
        left
    }

    /// Finds the case of a trial.
    pub fn case(&self, place: &TrialPlace) -> &CaseId {
        &self.cases[place.case as usize]
    }

    /// Finds the file of a trial.
    pub fn file(&self, place: &TrialPlace) -> &str {
        self.files.get(place.line.source()).map_or("", String::as_str)
    }

    /// Finds the trials that have the same name as another one of their surface, each with the two places, the later one
    /// behind. A name is made of the first parts of [`TrialPlace::name`]; a trial without one is left out.
    pub fn doubles<Name: PartialEq>(
        &self,
        name: impl Fn(&TrialPlace) -> Option<Name>,
    ) -> impl Iterator<Item = (TrialId, TrialPlace, TrialPlace)> {
        self.surfaces.iter().flat_map(move |((sdk, surface), places)| {
            let named: Vec<_> = places.iter().filter_map(|place| Some((place, name(place)?))).collect();
            let twice = named.windows(2).filter(|two| two[0].1 == two[1].1).map(|two| (two[0].0, two[1].0));
            let doubles = twice.map(|(one, other)| {
                let (sdk, surface, case) = (sdk.clone(), surface.clone(), self.case(one).clone());
                let TrialPlace { variant, route, transport, .. } = *one;
                (TrialId { sdk, surface, case, variant, route, transport }, *one, *other)
            });
            doubles.collect::<Vec<_>>()
        })
    }
}

impl TrialPlace {
    /// Returns the parts of its identity that its surface does not say, in the order of a surface's trials.
    pub const fn name(&self) -> (u32, Variant, Route, Transport) {
        (self.case, self.variant, self.route, self.transport)
    }

    /// Returns its variant with the route and the transport.
    pub const fn variant_run(&self) -> VariantRun {
        let Self { variant, route, transport, .. } = *self;
        VariantRun { variant, route, transport }
    }

    /// Tells the order of a surface's trials; of two with one name, the one that was read first is before the other.
    pub(super) const fn order(&self) -> (u32, Variant, Route, Transport, LinePlace) {
        (self.case, self.variant, self.route, self.transport, self.line)
    }

    /// Says whether another line comes before this one.
    pub fn is_after(&self, other: &Self) -> bool {
        self.line > other.line
    }
}
