//! `streamspec record`: passes requests on to a real server, and writes a case of each answer.

use std::collections::BTreeMap;

use camino::Utf8Path;
use streamspec_adapters::environment::of_the_user;
use streamspec_adapters::root::Root;
use walkdir::WalkDir;

use super::arguments::RecordOptions;
use super::ending::told_to_end;
use super::exit::CannotWrite;
use super::run::fresh_nonce;
use super::{Exit, output, places};
use crate::capture::{Capture, Captured, CapturedAnswer, Roots, Upstream};
use crate::case::End;
use crate::import::{Content, Importer, NoCase, RecordedAnswer, Recording, Written, day_of_field};
use crate::tap::AnswerEnd;
use crate::text::visible;

/// The milliseconds without a byte after which a client that leaves has waited for a server that stopped.
const STOPPED: u128 = 2000;

pub(super) fn record(root: &Root, options: &RecordOptions) -> anyhow::Result<Exit> {
    let upstream = Upstream::new(&options.upstream, &roots())?;
    let host = upstream.host();
    let out = places::cases(root, options.out.as_ref(), "recorded");
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let mut importer = Importer::start(root, &out, options.api, fresh_nonce()).await?;
        let (capture, mut captured) = Capture::open(upstream, options.port)
            .await
            .map_err(|error| anyhow::anyhow!("127.0.0.1:{} cannot be listened on: {error}", options.port))?;
        output::say(format_args!("passing on http://{}/ to {}", capture.address(), options.upstream));
        output::say(format_args!("cases go to {out}; ctrl-C ends this"));
        output::flush();
        let mut place = last_place(&out, &host);
        let mut written = 0;
        let mut ended = std::pin::pin!(told_to_end());
        loop {
            tokio::select! {
                () = &mut ended => break,
                Some(one) = captured.recv() => {
                    place += 1;
                    written += usize::from(tell(&mut importer, &host, place, one).await?);
                    output::flush();
                }
                else => break,
            }
        }
        drop(capture);
        importer.close().await;
        output::say(format_args!("{written} written"));
        Ok(Exit::Conformant)
    })
}

/// Finds where the user's own variables say that certificates are.
fn roots() -> Roots {
    let user: BTreeMap<&String, &String> = of_the_user().collect();
    let path = |name: &str| user.get(&name.to_owned()).map(Into::into);
    Roots { file: path("SSL_CERT_FILE"), folder: path("SSL_CERT_DIR") }
}

/// Finds the greatest number that a case of this host has, so that those of another session follow it.
fn last_place(out: &Utf8Path, host: &str) -> usize {
    let base = Importer::name_of(host);
    let files = WalkDir::new(out).into_iter().filter_map(Result::ok);
    let numbers = files.filter_map(|file| {
        let rest = file.file_name().to_str()?.strip_suffix(".yaml")?.strip_prefix(&base)?;
        // The first one has no number.
        if rest.is_empty() { Some(1) } else { rest.strip_prefix('-')?.parse().ok() }
    });
    numbers.max().unwrap_or_default()
}

/// Tells of a request, and of the case that its answer makes. Returns whether one was written.
async fn tell(importer: &mut Importer, host: &str, place: usize, captured: Captured) -> anyhow::Result<bool> {
    let Captured { method, path, answer } = captured;
    let request = visible(format!("{method} {path}").trim_end());
    let answer = match answer {
        Ok(answer) => answer,
        Err(reason) => {
            output::say(format_args!("{request}: {}", visible(&reason)));
            return Ok(false);
        }
    };
    let line = format!("{request}: {}", in_short(&answer));
    let recording = match recording(host, place, &path, answer) {
        Ok(recording) => recording,
        Err(reason) => {
            output::say(format_args!("{line}; no case: {reason}"));
            return Ok(false);
        }
    };
    let came = match importer.ready(&recording) {
        Ok(ready) => importer.write(ready).await,
        Err(why) => Err(why),
    };
    match came {
        Ok(Written { path, about, .. }) => {
            output::say(format_args!("{line}; written {path}: {about}; the reference client passes it"));
            Ok(true)
        }
        Err(NoCase::CannotWrite { path, reason }) => Err(CannotWrite::new(path, reason).into()),
        Err(why) => {
            output::say(format_args!("{line}; no case: {}", visible(&why.to_string())));
            Ok(false)
        }
    }
}

/// Says what was passed on: no word of it.
fn in_short(captured: &CapturedAnswer) -> String {
    let CapturedAnswer { answer, pauses, .. } = captured;
    let status = answer.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    let took = answer.ended_at.unwrap_or_default().saturating_sub(answer.asked_at).as_millis();
    let end = match answer.end {
        AnswerEnd::Whole => "whole",
        AnswerEnd::Fin => "ended by the server before it was whole",
        AnswerEnd::Reset => "broken by the server",
        AnswerEnd::ClientLeft => "left by the client",
        AnswerEnd::Open => "open",
    };
    let pauses = match pauses.len() {
        0 => String::new(),
        1 => ", a pause".to_owned(),
        count => format!(", {count} pauses"),
    };
    format!("{status}, {} bytes, {end} after {took} ms{pauses}", answer.content.len())
}

/// Makes a recording of an answer.
fn recording(host: &str, place: usize, path: &str, captured: CapturedAnswer) -> Result<Recording, String> {
    let CapturedAnswer { answer, pauses, silent } = captured;
    let status = answer.status.ok_or("the head of the answer did not come")?;
    if answer.is_cut() {
        return Err("the answer has more than 4 MiB".to_owned());
    }
    let is_left = answer.end == AnswerEnd::ClientLeft;
    let end = match answer.end {
        AnswerEnd::ClientLeft if silent.as_millis() >= STOPPED => End::Stall,
        AnswerEnd::Whole | AnswerEnd::ClientLeft => End::Finish,
        AnswerEnd::Fin => End::Eof,
        AnswerEnd::Reset => End::Reset,
        AnswerEnd::Open => return Err("the answer is not over".to_owned()),
    };
    let mut recorded = RecordedAnswer {
        path: Some(path.to_owned()),
        host: Some(host.to_owned()),
        status,
        pauses,
        end,
        left: is_left,
        ..RecordedAnswer::of(Content::Body(answer.content))
    };
    let date = answer.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("date"));
    recorded.date = date.and_then(|(_, value)| day_of_field(value));
    recorded.headers = answer.headers;
    Ok(Recording { file: host.to_owned(), place: Some(place), answer: recorded })
}
