//! The options of the commands that make cases of what real servers send.

use camino::Utf8PathBuf;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use streamspec_adapters::contract::Api;

use crate::import::{FORMATS, Format, named};

/// Examples of `import`.
pub(in crate::cli) const IMPORT_EXAMPLES: &str = "\
Examples:
  curl -i --raw --no-buffer https://… > failure.http && streamspec import failure.http
  streamspec import session.har --out target/mine
  streamspec import tests/cassettes
  streamspec import stream.txt --format sse --api openai-chat

A file is known by what is in it. A case is written where a status of 200 came with an event stream, or another one from 400 on at
the path of a dialect, and where it is as it should be: `check` takes it, it sends the recorded bytes, and the reference client
passes it. Everything else is listed with the reason. No file is overwritten.

What is left out: the request but for its path, header fields but content-type, retry-after, retry-after-ms and x-should-retry, the
first part of a long host name, what an answer repeats of its request (instructions, metadata, names of users), keys, and ids of
organisations. What the model said stays: look at it before you give it away.

Exit codes: 0 at least one case was written and none was refused, 1 one was refused, as it would not be as it should be, 2 usage, or a
file that cannot be read, 5 no case was written, 6 a case cannot be written.";

/// Options of `import`.
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// Files of recordings, or folders of them.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub paths: Vec<Utf8PathBuf>,
    /// The dialect of every recording, instead of the one that the path of its request or its events name.
    #[arg(long, value_parser = apis(), value_name = "DIALECT")]
    pub api: Option<Api>,
    /// The form of every file, instead of the one that it looks like.
    #[arg(long, value_parser = forms(), value_name = "FORM")]
    pub format: Option<&'static dyn Format>,
    /// The folder to write cases to, each as DIALECT/GROUP/NAME.yaml; `cases` makes them part of the suite.
    #[arg(long, default_value = "target/streamspec/imported", value_name = "FOLDER")]
    pub out: Utf8PathBuf,
}

/// Reads the name of a dialect; help and errors list all of them.
pub(super) fn apis() -> impl TypedValueParser<Value = Api> {
    let find = |name: String| Api::ALL.into_iter().find(|api| api.name() == name).ok_or("no such dialect");
    PossibleValuesParser::new(Api::ALL.map(Api::name)).try_map(find)
}

/// Reads the name of a form of recordings; help and errors list all of them.
fn forms() -> impl TypedValueParser<Value = &'static dyn Format> {
    let value = |form: &dyn Format| PossibleValue::new(form.name()).help(form.about().replace('`', ""));
    PossibleValuesParser::new(FORMATS.map(value)).try_map(|name| named(&name).ok_or("no such form"))
}

/// Examples of `record`.
pub(in crate::cli) const RECORD_EXAMPLES: &str = "\
Examples:
  streamspec record --upstream https://api.openai.com
  OPENAI_BASE_URL=http://127.0.0.1:5291/v1 python3 my_program.py
  streamspec record --upstream http://127.0.0.1:8000/proxy --port 0 --out target/mine

Every byte is passed on as it comes, in both directions, with the end of each; of a request only the host and the path are changed,
to which that of the URL is put in front. A time of 500 ms or more without a byte of the body is a pause of the case; pauses that
take longer than 5 s together are shortened alike, and chunks end where events do. A connection that the server cuts or breaks is cut
or broken in the case, too. Where the client leaves after 2 s of silence the server stalls in the case; where it leaves earlier there is a
case only if the last event had come.

No key, no header field of a request, no query and no word of a request or an answer is shown or kept but for the words of the
answer in the case; what else is left out there `import --help` says.

Refused, with an answer of the proxy's own: HTTP/2 and WebSockets, CONNECT and requests for other hosts. The client
speaks HTTP/1.1 without TLS. For https, certificates are trusted as the system or SSL_CERT_FILE has them.

Exit codes: 0 ended by ctrl-C or a signal, 2 usage, or a port that is taken, 6 a case or standard output cannot be written.";

/// Options of `record`.
#[derive(Debug, Args)]
pub struct RecordOptions {
    /// The URL of the server, http or https; a path in it is put before that of each request.
    #[arg(long, value_name = "URL")]
    pub upstream: String,
    /// The port of 127.0.0.1 to listen on; 0 for any free one.
    #[arg(long, default_value_t = 5291, value_name = "N")]
    pub port: u16,
    /// The dialect of every answer, instead of the one that the path of its request or its events name.
    #[arg(long, value_parser = apis(), value_name = "DIALECT")]
    pub api: Option<Api>,
    /// The folder to write cases to, each as DIALECT/GROUP/NAME.yaml; `cases` makes them part of the suite.
    #[arg(long, default_value = "target/streamspec/recorded", value_name = "FOLDER")]
    pub out: Utf8PathBuf,
}
