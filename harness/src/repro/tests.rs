//! The player against the server: the same script is played by both, and a client on a plain socket gets the same bytes and the same
//! ends; what they write down of it is the same, too.

mod tls;

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;
use streamspec_adapters::contract::Api;

use super::folder::{self, PLAYER};
use super::proof::Played;
use super::script::ScriptFile;
use super::{FolderError, write};
use crate::case::{Condition, Encoding, End, Framing, Respond, Step, TextMatch};
use crate::id::{Transport, TrialId, Variant};
use crate::server::{Exchange, Server};
use crate::transport::{Version, of};
use crate::wire::Script;

/// The time after which nothing more comes on a connection that stays open.
const SILENCE: Duration = Duration::from_millis(400);

/// The pause of the scripts.
const PAUSE: u64 = 60;

/// The end of a connection, as its client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Fin,
    Reset,
    Open,
}

/// A player in a process of its own, which plays until its stdin ends.
struct Playing {
    process: Child,
    root: String,
    folder: tempfile::TempDir,
}

impl Playing {
    fn start(script: &Script) -> Self {
        Self::of(script, Transport::Http1, tempfile::tempdir().expect("a temporary directory"))
    }

    /// Plays by a transport in a folder, which has the certificates where it is encrypted.
    fn of(script: &Script, transport: Transport, folder: tempfile::TempDir) -> Self {
        std::fs::write(folder.path().join("play.py"), PLAYER).expect("a file");
        let file = ScriptFile::of(script, transport).to_json();
        std::fs::write(folder.path().join("script.json"), file).expect("a file");
        let mut process = Command::new("python3")
            .args(["play.py", "script.json", "--log", "log.json", "--", "sh", "-c", "echo $BASE_URL; read -r line"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python is here");
        let mut root = String::new();
        BufReader::new(process.stdout.take().expect("a pipe")).read_line(&mut root).expect("a line");
        Self { process, root: root.trim().to_owned(), folder }
    }

    /// Ends it, and returns what it has written down.
    fn finish(mut self) -> Vec<Exchange> {
        self.process.stdin.take().expect("a pipe").write_all(b"\n").expect("it waits");
        self.process.wait().expect("it ends");
        let log = std::fs::read(self.folder.path().join("log.json")).expect("a log");
        let played: Played = serde_json::from_slice(&log).expect("JSON");
        played.transcript(Transport::Http1).exchanges
    }
}

/// A client on a plain socket.
struct Client {
    stream: TcpStream,
    path: String,
}

impl Client {
    fn connect(root: &str) -> Self {
        let rest = root.strip_prefix("http://").expect("an address");
        let (address, path) =
            rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
        let stream = TcpStream::connect(address).expect("somebody listens");
        stream.set_read_timeout(Some(SILENCE)).expect("a time");
        Self { stream, path }
    }

    fn ask(&mut self, body: &str) {
        let (path, length) = (&self.path, body.len());
        let head = format!("POST {path}/v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
        self.stream.write_all(format!("{head}{body}").as_bytes()).expect("somebody reads");
    }

    /// Reads until nothing more comes.
    fn read(&mut self) -> (Vec<u8>, Seen) {
        let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return (bytes, Seen::Fin),
                Ok(length) => bytes.extend_from_slice(&buffer[..length]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return (bytes, Seen::Open);
                }
                Err(_) => return (bytes, Seen::Reset),
            }
        }
    }
}

/// Asks as often as there are bodies, again on a connection that stays open after a whole answer.
fn asked(root: &str, script: &Script, bodies: &[&str]) -> Vec<(Vec<u8>, Seen)> {
    let mut client: Option<Client> = None;
    let mut seen = Vec::new();
    for (number, body) in bodies.iter().enumerate() {
        let mut one = client.take().unwrap_or_else(|| Client::connect(root));
        one.ask(body);
        let came = one.read();
        let stalls = script.answer(number).is_some_and(|answer| answer.end == End::Stall);
        client = (came.1 == Seen::Open && !stalls).then_some(one);
        seen.push(came);
    }
    seen
}

/// Lets the server and the player play the same script to clients that do the same; returns what each client saw, and how long the
/// server and the player took.
fn both<T>(script: &Script, client: impl Fn(&str) -> T) -> ([T; 2], [Vec<Exchange>; 2], [Duration; 2]) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let server = runtime.block_on(Server::start()).expect("a free port");
    let registered = {
        let _inside = runtime.enter();
        server.register(script.clone(), Transport::Http1)
    };
    let begun = Instant::now();
    let of_server = client(&registered.base_url());
    let took = begun.elapsed();
    let exchanges = runtime.block_on(registered.finish()).exchanges;
    let playing = Playing::start(script);
    let begun = Instant::now();
    let of_player = client(&playing.root);
    let took = [took, begun.elapsed()];
    ([of_server, of_player], [exchanges, playing.finish()], took)
}

/// Keeps of an exchange what does not depend on the clock.
fn lasting(exchange: &Exchange) -> (usize, String, String, String, u64, String) {
    let Exchange { answer, method, path, body, written, digest, .. } = exchange;
    let path = path.rsplit_once("/v1").map_or(path.clone(), |(_, rest)| format!("/v1{rest}"));
    (*answer, method.clone(), path, body.clone(), *written, digest.clone())
}

fn respond(change: impl FnOnce(&mut Respond)) -> Step {
    let mut respond = Respond::default();
    change(&mut respond);
    Step::Respond(respond)
}

fn build(exchanges: &[Vec<Step>], variant: Variant) -> Script {
    Script::build(Api::OpenaiChat, exchanges, variant, "n0nce")
}

fn data(text: &str) -> Step {
    Step::Data(json!(text))
}

#[test]
fn the_player_plays_what_the_server_plays() {
    let mut scripts = Vec::new();
    for end in [End::Finish, End::Eof, End::Reset, End::Stall] {
        for framing in [Framing::Chunked, Framing::ContentLength, Framing::Close] {
            let steps = vec![
                respond(|head| head.framing = framing),
                data("é\u{1f600}"),
                Step::Pause(PAUSE),
                data("b"),
                Step::End(end),
            ];
            scripts.push(build(&[steps], Variant::AsWritten));
        }
        let encoded = respond(|head| head.encoding = Some(Encoding::Gzip));
        scripts
            .push(build(&[vec![encoded, data("a"), Step::Hex("ff00fe".into()), Step::End(end)]], Variant::AsWritten));
        scripts.push(build(
            &[vec![respond(|head| head.withheld = true), Step::Pause(PAUSE), Step::End(end)]],
            Variant::AsWritten,
        ));
        // Two answers: after the first one the client asks again.
        let first = vec![respond(|head| head.status = 503), Step::Json(json!({ "error": "é" })), Step::End(end)];
        scripts.push(build(&[first, vec![data("b"), Step::End(End::Finish)]], Variant::AsWritten));
    }
    let lie = respond(|head| (head.framing, head.content_length_lie) = (Framing::ContentLength, 7));
    scripts.push(build(&[vec![lie, data("a"), Step::End(End::Eof)]], Variant::AsWritten));
    let trailers = respond(|head| _ = head.trailers.insert("x-end".to_owned(), "1".to_owned()));
    scripts.push(build(&[vec![trailers, data("a")]], Variant::AsWritten));
    scripts.push(build(
        &[vec![Step::Raw("data: a\r\nb".into()), Step::Flush, Step::Raw("\n\n".into())]],
        Variant::OneByte,
    ));
    let check = |script: &Script| {
        let bodies = vec!["{}"; script.answers.len()];
        let ([server, player], [of_server, of_player], took) = both(script, |root| asked(root, script, &bodies));
        assert_eq!(server, player, "{script:?}");
        let written: Vec<Vec<u8>> =
            script.answers.iter().map(|answer| of(Transport::Http1).encode(answer, Version::Http11).bytes()).collect();
        assert_eq!(player.iter().map(|(bytes, _)| bytes.clone()).collect::<Vec<_>>(), written, "{script:?}");
        let pauses = format!("{script:?}").contains("Pause");
        assert!(!pauses || took.iter().all(|took| *took >= Duration::from_millis(PAUSE)), "{took:?}: {script:?}");
        let lasting = |all: &[Exchange]| all.iter().map(lasting).collect::<Vec<_>>();
        assert_eq!(lasting(&of_server), lasting(&of_player), "{script:?}");
    };
    // Most of it is waiting, so some are played at once; all of them would be late for each other.
    for some in scripts.chunks(4) {
        std::thread::scope(|scope| some.iter().for_each(|script| _ = scope.spawn(|| check(script))));
    }
}

#[test]
fn a_client_that_leaves_is_noticed_by_both() {
    let rest = std::iter::repeat_n([Step::Pause(PAUSE), data("more")], 20).flatten();
    for end in [End::Finish, End::Stall] {
        let steps: Vec<Step> = [data("a")].into_iter().chain(rest.clone()).chain([Step::End(end)]).collect();
        let script = build(&[steps], Variant::AsWritten);
        let whole = of(Transport::Http1).encode(&script.answers[0], Version::Http11).bytes().len() as u64;
        let (_, all, _) = both(&script, |root| {
            let mut client = Client::connect(root);
            client.ask("{}");
            client.stream.read_exact(&mut [0; 20]).expect("the head");
            drop(client);
            std::thread::sleep(SILENCE);
        });
        for exchanges in all {
            let [exchange] = exchanges.as_slice() else { panic!("{exchanges:?}") };
            assert!(exchange.client_left_at.is_some() && exchange.written < whole, "{exchange:?}");
        }
    }
}

#[test]
fn answers_are_chosen_by_their_conditions() {
    let mut script =
        build(&[vec![data("a")], vec![data("b")], vec![data("c")], vec![data("unmet")]], Variant::AsWritten);
    let wanted = |value| serde_json::from_value::<Condition>(value).expect("a condition");
    script.conditions.insert(0, wanted(json!({ "method": "POST", "body": { "stream": true } })));
    script.conditions.insert(1, wanted(json!({ "path": { "contains": "/v1" }, "at": { "/m/1/role": "x" } })));
    script.conditions.insert(2, wanted(json!({ "body": { "o": { "a": 1 } } })));
    assert_eq!(script.conditions[&1].path, Some(TextMatch::Contains("/v1".to_owned())));
    let bodies = [
        r#"{"stream":false}"#,
        r#"{"o":{"a":1,"b":2}}"#,
        r#"{"m":[{},{"role":"x"}]}"#,
        r#"{"stream":1}"#,
        r#"{"stream":true}"#,
        r#"{"stream":true}"#,
        "no json",
    ];
    let ([server, player], [of_server, of_player], _) = both(&script, |root| asked(root, &script, &bodies));
    assert_eq!(server, player);
    let answers = |all: &[Exchange]| all.iter().map(|exchange| exchange.answer).collect::<Vec<_>>();
    assert_eq!(answers(&of_server), [3, 2, 1, 3, 0, 3, 3]);
    assert_eq!(answers(&of_player), answers(&of_server));
}

#[test]
fn calls_that_are_made_at_once_get_one_answer_each() {
    let exchanges: Vec<Vec<Step>> = (0..12)
        .map(|number| {
            vec![
                data(&format!("{number}")),
                Step::Pause(PAUSE),
                data("x"),
                Step::End(if number == 5 { End::Reset } else { End::Finish }),
            ]
        })
        .collect();
    let script = build(&exchanges, Variant::AsWritten);
    let ([mut server, mut player], _, _) = both(&script, |root| {
        let clients: Vec<_> = (0..12)
            .map(|_| {
                let root = root.to_owned();
                std::thread::spawn(move || {
                    let mut client = Client::connect(&root);
                    client.ask("{}");
                    let (bytes, end) = client.read();
                    (bytes, format!("{end:?}"))
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("it ends")).collect::<Vec<_>>()
    });
    server.sort();
    player.sort();
    assert_eq!(server, player);
    player.dedup();
    assert_eq!(player.len(), 12);
}

#[test]
fn a_folder_of_somebody_is_left_alone() {
    let held = tempfile::tempdir().expect("a temporary directory");
    let root = Utf8Path::from_path(held.path()).expect("a UTF-8 path");
    let files = |names: &[&str]| {
        let mark = json!({ "files": names }).to_string().into_bytes();
        let named = names.iter().map(|name| (Utf8PathBuf::from(*name), name.as_bytes().to_vec()));
        named.chain([(".streamspec-repro.json".into(), mark)]).collect()
    };
    let folder = root.join("a");
    write(&folder, &files(&["one", "b/two"]), false).expect("it is free");
    assert!(matches!(write(&folder, &files(&["one"]), false), Err(FolderError::There(_))));
    std::fs::write(folder.join("own"), "mine").expect("a file");
    write(&folder, &files(&["one", "three"]), true).expect("it was made before");
    let there = |name: &str| folder.join(name).exists();
    assert!(there("one") && there("three") && there("own") && !there("b/two"));
    for force in [false, true] {
        std::fs::create_dir_all(root.join("foreign")).expect("a folder");
        assert!(matches!(write(&root.join("foreign"), &files(&["one"]), force), Err(FolderError::Foreign(_))));
    }
    // A mark that somebody has changed removes nothing outside of the folder.
    std::fs::write(root.join("outside"), "mine").expect("a file");
    let mark = json!({ "files": ["../outside", "/etc/hostname"] }).to_string();
    std::fs::write(folder.join(".streamspec-repro.json"), mark).expect("a file");
    write(&folder, &files(&["one"]), true).expect("it was made before");
    assert!(root.join("outside").exists());
}

#[test]
fn the_folder_of_a_trial_has_a_plain_name() {
    let id = TrialId::new("openai-go", "create", "openai-chat/cut/eof#a b", Variant::Crlf);
    assert_eq!(folder::name(&id), "repro-openai-go-create-openai-chat-cut-eof-a-b-crlf");
}
