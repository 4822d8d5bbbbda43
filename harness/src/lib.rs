//! streamspec: what does an SDK tell its caller when a streamed answer breaks?
//!
//! # A case on an adapter of your own
//!
//! The command line drives the SDKs of the fleet. A program drives any [`Adapter`](adapters::contract::Adapter), in its own
//! process and without a manifest. This one is `harness/examples/own_adapter.rs`; its first lines are all that it takes, the
//! rest is the client under test:
//!
//! ```
#![doc = include_str!("../examples/own_adapter.rs")]
//! ```
//!
//! # Architecture
//!
//! ```text
//! cases/*.yaml --load--> Case --plan--> Trial --wire--> Script --transport--> bytes --server--> Transcript
//!                                                                          |
//!      Adapter::observe(Call) --> Observation --judge(Expect, Observation, Transcript)--> Verdict
//!                                                                          |
//!                              records (JSON Lines) --> View --> json | markdown | junit | …
//! ```
//!
//! One module for each stage, named for it: [`load`], [`codec`], [`wire`], [`transport`], [`server`], [`run`], [`judge`],
//! [`record`], [`report`]. [`merge`] joins the records of several machines. [`bundle`] is the suite inside of the program. [`case`] holds the types they talk in, [`deviation`] the
//! lists of what is known, [`edition`] the frozen lists of cases, [`message`] all words for the terminal, [`probe`] the test of an adapter itself, [`session`]
//! and [`runner`] what the command line ([`cli`]) and the test binary share, [`serve`] cases for the caller's own programs, [`shrink`] the search for a smaller stream, [`import`] cases from recordings, [`capture`] the proxy that makes recordings, [`terms`] what the words of cases and reports mean.
//!
//! # Invariants
//!
//! 1. Only [`load`] reads the YAML of cases; [`import`] reads that of cassettes and writes new cases. Only [`server`] opens sockets, and
//!    only [`transport`] reads and writes them; [`tap`] relays between a client and a gateway, [`capture`] between a client and a real
//!    server. Only [`cli`] and the test binary print.
//! 2. Building scripts, judging, explaining and rendering do no I/O and are total.
//! 3. The harness knows no SDK; an adapter knows no case.
//! 4. Nothing passes by default: no events and a clean end is an observation, not a success, and a trial that did not
//!    run is never counted as passed.
//! 5. The bytes on the wire are a function of the YAML and the run's nonce alone; the server hashes what it wrote, and
//!    a mismatch is the harness's fault, not the SDK's.
//! 6. Faults have owners, the SDK, the adapter, the harness, and are never mixed in a count.

pub use streamspec_adapters as adapters;

pub mod adequacy;
pub mod blame;
pub mod bundle;
pub mod capture;
pub mod case;
pub mod cli;
pub mod codec;
pub mod coverage;
pub mod deviation;
pub mod edition;
pub mod fuzz;
pub mod id;
pub mod import;
mod json;
pub mod judge;
pub mod load;
pub mod merge;
pub mod message;
pub mod probe;
pub mod record;
pub mod report;
pub mod repro;
pub mod run;
pub mod runner;
pub mod serve;
pub mod server;
pub mod session;
pub mod shrink;
pub mod tap;
pub mod terms;
mod text;
pub mod translate;
pub mod transport;
pub mod wire;
