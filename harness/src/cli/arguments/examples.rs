//! Examples in the help of commands whose options are many.

/// Examples of a program that is not checked in.
pub(super) const OWN: &str = "\
Examples of a program of your own:
  streamspec run -- python3 harness/examples/own_client.py
  streamspec run --case 'anthropic/in-band/*' --surface read --verbose -- ./my-adapter --flag
  streamspec run --sdk reference -- ./my-adapter

It gets PATH and a home folder of its own, and nothing else of your environment. One that does not start, or says no hello that
can be used, is an error with exit code 3; one that ends in the middle is started again, and its calls are crashes.";
