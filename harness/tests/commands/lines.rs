//! The lines of standard output of a program that runs.

use std::io::{BufRead as _, BufReader};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A time that is long enough for any machine; no test waits this long unless it fails.
pub(crate) const SOON: Duration = Duration::from_mins(1);

/// The lines that have not been read yet.
pub(crate) struct Lines(Receiver<String>);

impl Lines {
    /// Takes those of a program whose output is piped.
    pub(crate) fn of(child: &mut Child) -> Self {
        let (told, lines) = channel();
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        std::thread::spawn(move || out.lines().map_while(Result::ok).all(|line| told.send(line).is_ok()));
        Self(lines)
    }

    /// Waits for a line with a text in it.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> String {
        let mut said = Vec::new();
        loop {
            match self.0.recv_timeout(SOON) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => said.push(line),
                Err(why) => panic!("it does not say `{text}` ({why}), but: {said:#?}"),
            }
        }
    }
}
