//! A decoder with a fault in one of its functions.

use crate::codec::decode::{Decode, Item};

/// A decoder of some codec with other functions for what a read brings and for the end.
pub(super) struct Replaced<D> {
    decoder: D,
    feed: fn(&mut D, &[u8]) -> Vec<Item>,
    finish: fn(&mut D) -> Vec<Item>,
}

impl<D: Decode> Decode for Replaced<D> {
    fn feed(&mut self, bytes: &[u8]) -> Vec<Item> {
        (self.feed)(&mut self.decoder, bytes)
    }

    fn finish(&mut self) -> Vec<Item> {
        (self.finish)(&mut self.decoder)
    }

    fn arriving(&self) -> (&str, usize) {
        self.decoder.arriving()
    }
}

/// Makes a decoder that takes a read like this.
pub(super) fn feeding<D: Decode + Default + 'static>(feed: fn(&mut D, &[u8]) -> Vec<Item>) -> Box<dyn Decode> {
    Box::new(Replaced { decoder: D::default(), feed, finish: D::finish })
}

/// Makes a decoder that takes the end like this.
pub(super) fn finishing<D: Decode + Default + 'static>(finish: fn(&mut D) -> Vec<Item>) -> Box<dyn Decode> {
    Box::new(Replaced { decoder: D::default(), feed: D::feed, finish })
}
