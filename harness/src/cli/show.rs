//! `streamspec show`: the bytes of a case.

use anyhow::{bail, ensure};
use camino::Utf8Path;

use super::arguments::ShowOptions;
use super::{Exit, load, output};
use crate::case::Case;
use crate::codec::{read_spelled, spelled};
use crate::id::{Transport, Variant};
use crate::load::{Selection, Suite};
use crate::message::{Bytes, SentBy, show as shown};
use crate::run::has_variant;
use crate::server::heard;
use crate::wire::Script;

pub(super) fn show(root: &Utf8Path, options: &ShowOptions) -> anyhow::Result<Exit> {
    let Some(Suite { cases, .. }) = load(root, &Selection::named(&options.cases)) else { return Ok(Exit::Usage) };
    let names: Vec<String> = options.variant.iter().cloned().collect();
    let variant = match Variant::parse_list(&names)?.as_slice() {
        [] => Variant::AsWritten,
        [variant] => *variant,
        _ => bail!("`{}` is several variants; name one", names.concat()),
    };
    let nonce = nonce(options.nonce.as_deref())?;
    let answer = options.answer.map(usize::from);
    if options.raw {
        let [case] = cases.as_slice() else { bail!("{} cases are chosen, and `--raw` writes one", cases.len()) };
        let script = script(case, variant, &nonce, answer)?;
        let place = match answer {
            Some(answer) => answer - 1,
            None if script.answers.len() > 1 => {
                bail!(
                    "{} has {} answers, and `--raw` writes one: choose it by `--answer`",
                    case.id,
                    script.answers.len()
                )
            }
            None => 0,
        };
        output::bytes(&sent(case, &script, options.transport)?.raw(&script, place));
        return Ok(Exit::Conformant);
    }
    let bytes = if options.hex { Bytes::Hex } else { Bytes::Text };
    for (place, case) in cases.iter().enumerate() {
        let script = script(case, variant, &nonce, answer)?;
        if place > 0 {
            output::say("");
        }
        let sent = sent(case, &script, options.transport)?;
        output::print(shown(case, variant, &script, answer, &sent, bytes));
    }
    Ok(Exit::Conformant)
}

/// Sends the answers of a case by a transport that was asked for, or by the first that has all of the case.
fn sent(case: &Case, script: &Script, transport: Option<Transport>) -> anyhow::Result<SentBy> {
    let transport = transport.or_else(|| case.travels_by_default()).unwrap_or_default();
    ensure!(
        transport != Transport::Production,
        "by `production` it is the client that chooses: name `h2` or `tls`, whose bytes are the same"
    );
    ensure!(
        case.travels_by(transport),
        "{} does not travel by `{transport}`, which has not all that it sends",
        case.id
    );
    if transport != Transport::H2 {
        return Ok(SentBy::Writes(transport));
    }
    // The frames are those that the server sends, so that it has to send them.
    let runtime = tokio::runtime::Runtime::new()?;
    let frames = script.answers.iter().map(|answer| runtime.block_on(heard(answer)));
    Ok(SentBy::Frames(frames.collect::<Result<_, _>>()?))
}

/// Returns the nonce of a trial that is named, or else one that is as good as any other.
fn nonce(named: Option<&str>) -> anyhow::Result<String> {
    let Some(named) = named else { return Ok(spelled(Default::default())) };
    ensure!(
        read_spelled(named).is_some(),
        "`{named}` is no nonce of a trial, which is `n` and ten letters: `nonce` of the trial in the records, or the word itself in what \
         an SDK said; that of a run yields another one for each trial"
    );
    Ok(named.to_owned())
}

/// Makes the script of a case, which must have this variant and this answer.
fn script(case: &Case, variant: Variant, nonce: &str, answer: Option<usize>) -> anyhow::Result<Script> {
    ensure!(has_variant(case, variant), "{} is not run in the variant `{variant}`", case.id);
    let script = Script::of(case, variant, nonce);
    let count = script.answers.len();
    let answers = if count == 1 { "one answer".to_owned() } else { format!("{count} answers") };
    ensure!(answer.is_none_or(|answer| answer <= count), "{} has {answers}", case.id);
    Ok(script)
}
