//! The recorder: writes down what happens when it happens, so that a run that is cut short keeps what it had.

use std::io;

use super::{Event, Subscriber};
use crate::record::{Record, Writer};

/// A subscriber that writes records.
pub struct Recorder<'a>(pub &'a Writer);

impl Subscriber for Recorder<'_> {
    fn take(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::Repeated(id, attempt) => self.0.write_attempt((*id).clone(), (*attempt).clone()),
            Event::Ended(_, variants) => {
                let mut records = variants.iter().map(|(ran, _)| Record::Trial(Box::new(ran.record.clone())));
                records.try_for_each(|record| self.0.write(&record))
            }
        }
    }
}
