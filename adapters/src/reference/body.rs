//! The body of a response: its bytes decoded and under a clock that only progress winds up again.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::coding::Decoder;
use super::failure::{Class, Failure};
use crate::codec::Codec;

/// The most that is read of a body that is no event stream.
const SMALL_BODY: usize = 1024 * 1024;

/// Finds the decoder for a content coding.
pub(crate) fn decoder(coding: &str) -> Result<Decoder, Failure> {
    Decoder::of(coding).ok_or_else(|| Failure::new(Class::Protocol, format!("the body is encoded as `{coding}`")))
}

/// The body of a response.
pub(crate) struct Body {
    response: reqwest::Response,
    decoder: Decoder,
    /// The failure that an error of the HTTP library is told as.
    translate: fn(&reqwest::Error) -> Failure,
    /// Bytes that were read ahead to see what they are.
    ahead: Vec<u8>,
    /// The longest time without progress.
    pub(crate) limit: Duration,
    give_up_at: Instant,
}

impl Body {
    /// Wraps a response whose head has arrived.
    pub(crate) fn new(
        response: reqwest::Response,
        decoder: Decoder,
        limit: Duration,
        translate: fn(&reqwest::Error) -> Failure,
    ) -> Self {
        Self { response, decoder, translate, ahead: Vec::new(), limit, give_up_at: Instant::now() + limit }
    }

    /// Winds up the clock: something arrived that brings the answer forward.
    pub(crate) fn progressed(&mut self) {
        self.give_up_at = Instant::now() + self.limit;
    }

    /// Returns the next bytes; none at the end of a body that HTTP calls complete.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        if !self.ahead.is_empty() {
            return Ok(Some(std::mem::take(&mut self.ahead)));
        }
        self.read().await
    }

    /// Reads until it can tell whether the body looks like a stream of a codec, and keeps what it read.
    pub(crate) async fn looks_like(&mut self, codec: &dyn Codec) -> Result<bool, Failure> {
        loop {
            if let Some(does) = codec.looks_like(&self.ahead) {
                return Ok(does);
            }
            match self.read().await? {
                Some(bytes) => self.ahead.extend(bytes),
                None => return Ok(false),
            }
        }
    }

    /// Reads the whole of a body that is no event stream, as far as it comes.
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

    async fn read(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let arrived = timeout_at(self.give_up_at, self.response.chunk())
            .await
            .map_err(|_| Failure::new(Class::Timeout, format!("nothing came for {:?}", self.limit)))?;
        match arrived {
            Err(error) => Err((self.translate)(&error)),
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
