//! The options of the commands that make cases of what real servers send.

use camino::Utf8PathBuf;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use streamspec_adapters::contract::Api;

use crate::import::{FORMATS, Format, named};

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
    /// The folder to write cases to, each as DIALECT/GROUP/NAME.yaml; `cases` makes them part of the suite. By default it is
    /// `target/streamspec/imported` in a checkout, and `streamspec-results/imported` elsewhere.
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<Utf8PathBuf>,
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
    /// The folder to write cases to, each as DIALECT/GROUP/NAME.yaml; `cases` makes them part of the suite. By default it is
    /// `target/streamspec/recorded` in a checkout, and `streamspec-results/recorded` elsewhere.
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<Utf8PathBuf>,
}
