//! streamspec: what does an SDK tell its caller when a streamed answer breaks?

pub mod case;
pub mod load;
pub mod server;
pub mod wire;
