//! The options of `serve`.

use clap::Args;

use crate::serve::DEFAULT_PORT;

/// Examples of `serve`.
pub(super) const EXAMPLES: &str = "\
Examples:
  streamspec serve
  streamspec serve --case 'openai-chat/in-band/*'
  curl -N http://127.0.0.1:5290/case/openai-chat/in-band/server-error%23first/v1/chat/completions -d '{}'
  curl http://127.0.0.1:5290/api/v1/cases/openai-chat/in-band/server-error%23first/attempt/judgement \\
    -d '{\"outcome\": \"error\", \"error\": {\"type\": \"server_error\"}}'
  streamspec serve --hold";

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Only these cases: ids (`anthropic/in-band/after-text#overloaded`), folders, globs (`gemini/*`) or files.
    #[arg(long = "case", value_name = "ID|GLOB|FILE")]
    pub cases: Vec<String>,
    /// The port of 127.0.0.1 to listen on; 0 for any free one.
    #[arg(long, default_value_t = DEFAULT_PORT, value_name = "N")]
    pub port: u16,
    /// Let each pause of a case wait until it is let go, by Enter or through the interface, rather than for its time. A client can
    /// then be stopped in a debugger for as long as it takes.
    #[arg(long)]
    pub hold: bool,
}
