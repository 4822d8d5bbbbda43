//! The frames that the reference client's decoder of AWS's event stream reads in a second, from reads of several sizes.
//!
//! `cargo bench --bench frames`.

mod common;

use std::time::{Duration, Instant};

use serde_json::json;
use streamspec_adapters::codec::{Codec as _, EventStream};

const FRAMES: usize = 20_000;
const ROUNDS: usize = 5;

fn main() {
    if !common::is_asked() {
        return;
    }
    let data = json!({ "contentBlockIndex": 0, "delta": { "text": "Hello, world." } });
    let frame = EventStream.event(Some("contentBlockDelta"), &data);
    let stream = frame.repeat(FRAMES);
    for size in [frame.len(), 1_460, 65_536] {
        let round = |_| {
            let begun = Instant::now();
            let mut decoder = EventStream.decoder();
            let read: usize = stream.chunks(size).map(|read| decoder.feed(read).len()).sum();
            assert_eq!(read, FRAMES, "every frame is an event");
            begun.elapsed()
        };
        let fastest = (0..ROUNDS).map(round).min().unwrap_or(Duration::MAX);
        let per_second = f64::from(u32::try_from(FRAMES).unwrap_or(u32::MAX)) / fastest.as_secs_f64();
        println!("{per_second:>12.0} frames a second, of {} bytes each, in reads of {size} bytes", frame.len());
    }
}
