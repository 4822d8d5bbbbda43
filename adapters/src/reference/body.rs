//! The body of a response: its bytes decoded and under a clock that only progress winds up again.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::coding::Decoder;
use super::failure::{Class, Failure};
use super::mutant::{Faults, Mutant};

/// The most that is read of a body that is no event stream.
const SMALL_BODY: usize = 1024 * 1024;

/// The body of a response.
pub(crate) struct Body {
    response: reqwest::Response,
    decoder: Decoder,
    /// What was read ahead to see what it is.
    ahead: Vec<u8>,
    patience: Duration,
    give_up_at: Instant,
    faults: Faults,
}

impl Body {
    /// Wraps a response whose head has arrived.
    pub(crate) fn new(response: reqwest::Response, patience: Duration, faults: Faults) -> Result<Self, Failure> {
        let coding = response.headers().get(reqwest::header::CONTENT_ENCODING);
        let coding = coding.and_then(|value| value.to_str().ok()).unwrap_or("identity");
        let coding = if faults.has(Mutant::IgnoresGzip) { "identity" } else { coding };
        let decoder = Decoder::of(coding)
            .ok_or_else(|| Failure::new(Class::Protocol, format!("the body is encoded as `{coding}`")))?;
        let patience = if faults.has(Mutant::NoTimeout) { Duration::from_hours(1) } else { patience };
        Ok(Self { response, decoder, ahead: Vec::new(), patience, give_up_at: Instant::now() + patience, faults })
    }

    /// Winds up the clock: something arrived that brings the answer forward.
    pub(crate) fn progressed(&mut self) {
        self.give_up_at = Instant::now() + self.patience;
    }

    /// Waits as long as it takes from here on.
    pub(crate) fn wait_for_ever(&mut self) {
        self.patience = Duration::from_hours(1);
        self.progressed();
    }

    /// The next bytes; none at the end of a body that HTTP calls complete.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        if !self.ahead.is_empty() {
            return Ok(Some(std::mem::take(&mut self.ahead)));
        }
        self.read().await
    }

    /// Reads until it can tell whether the body looks like an event stream, and keeps what it read.
    pub(crate) async fn looks_like_events(&mut self) -> Result<bool, Failure> {
        const STARTS: [&str; 5] = ["data:", "event:", "id:", "retry:", ":"];
        loop {
            let text = String::from_utf8_lossy(&self.ahead);
            let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
            if STARTS.iter().any(|start| text.starts_with(start)) {
                return Ok(true);
            }
            // A cut character at the very start is the half of a byte order mark.
            if text.len() >= 6 || !STARTS.iter().any(|start| start.starts_with(text.trim_end_matches('\u{fffd}'))) {
                return Ok(false);
            }
            match self.read().await? {
                Some(bytes) => self.ahead.extend(bytes),
                None => return Ok(false),
            }
        }
    }

    /// The whole of a body that is no event stream, as far as it comes.
    pub(crate) async fn rest(&mut self) -> String {
        let mut whole = Vec::new();
        while let Ok(Some(bytes)) = self.next().await {
            whole.extend(bytes);
            if whole.len() > SMALL_BODY {
                break;
            }
        }
        String::from_utf8_lossy(&whole).into_owned()
    }

    /// Keeps the connection open, as a client does that forgets to close it.
    pub(crate) fn leak(self) {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(30)).await;
            drop(self);
        });
    }

    async fn read(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let arrived = timeout_at(self.give_up_at, self.response.chunk())
            .await
            .map_err(|_| Failure::new(Class::Timeout, format!("nothing came for {:?}", self.patience)))?;
        match arrived {
            Err(error) => Err(Failure::transport(&error, self.faults)),
            Ok(None) => match self.decoder.finish() {
                Ok(bytes) => Ok(Some(bytes).filter(|bytes| !bytes.is_empty())),
                Err(error) => Err(Failure::new(Class::Incomplete, format!("the encoded stream is cut: {error}"))),
            },
            Ok(Some(bytes)) => match self.decoder.take(&bytes) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) => Err(Failure::new(Class::Protocol, format!("the encoded stream is broken: {error}"))),
            },
        }
    }
}
