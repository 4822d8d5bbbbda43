//! Manifests that can be used and that cannot, and the life of a gateway.

use std::net::{Ipv4Addr, SocketAddr};

use camino::{Utf8Path, Utf8PathBuf};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::*;

/// A gateway that says hello to each connection, and ends after the third one: the test that says if it serves is the first.
const SERVE: &str = "import socket, sys\n\
    listener = socket.create_server(('127.0.0.1', ${port}))\n\
    for _ in range(3):\n    \
        accepted, _ = listener.accept()\n    \
        accepted.sendall(b'hello from ${server}')\n    \
        accepted.close()\n\
    sys.exit('it has had enough')\n";

const MANIFEST: &str = r#"
id = "mine"
name = "Mine"
version = "1.0.0"
link = "https://example.org"
about = "A gateway for tests."
template = "serve.py"
arguments = ["${folder}/serve.py"]
token = "path"
install = { program = "python3", from = { debian = "python3" } }
dialects = { anthropic-messages = "anthropic-messages" }
"#;

/// Makes a suite with one gateway, of which the manifest and the template are changed.
fn suite(change: impl Fn(&str) -> String, template: &str) -> (tempfile::TempDir, Utf8PathBuf) {
    let held = tempfile::tempdir().expect("a temporary directory");
    let root = Utf8Path::from_path(held.path()).expect("a UTF-8 path").to_owned();
    let dir = root.join("adapters/gateways/mine");
    fs_err::create_dir_all(&dir).expect("a folder");
    fs_err::write(dir.join(FILE), change(MANIFEST)).expect("a manifest");
    fs_err::write(dir.join("serve.py"), template).expect("a template");
    (held, root)
}

#[test]
fn what_is_checked_in_can_be_used() {
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let gateways = Gateway::discover(root).expect("the gateways");
    let ids: Vec<&str> = gateways.iter().map(|gateway| gateway.manifest.id.as_str()).collect();
    assert!(ids.is_sorted() && ids.len() >= 5, "{ids:?}");
    assert!(gateways.iter().all(|gateway| gateway.manifest.dialects.contains_key(&crate::contract::Api::OpenaiChat)));
    let chosen = Gateway::choose(root, &["haproxy", "caddy", "haproxy"]).expect("two gateways");
    assert_eq!(chosen.iter().map(|gateway| gateway.manifest.id.as_str()).collect::<Vec<_>>(), ["caddy", "haproxy"]);
    assert_eq!(Gateway::choose(root, &["all"]).expect("all").len(), ids.len());
    let unknown = Gateway::choose(root, &["nginx-stream"]).expect_err("it is none").to_string();
    assert!(unknown.starts_with("there is no gateway `nginx-stream`; did you mean `nginx-streaming`"), "{unknown}");
}

#[test]
fn a_mistake_is_told_with_its_file_its_line_and_its_value() {
    let check = |from: &str, to: &str, template: &str, expected: &str| {
        let (_held, root) = suite(|text| text.replace(from, to), template);
        let error = Gateway::discover(&root).expect_err(expected).to_string();
        let told = error.replace(root.as_str(), "");
        assert!(told.contains(expected), "{told}");
    };
    let of = |line: usize| format!("/adapters/gateways/mine/gateway.toml:{line}: ");
    check("id = \"mine\"", "id = \"yours\"", "", &(of(2) + "the id `yours` is not the name of the folder"));
    check("${folder}/s", "${holder}/s", "", &(of(8) + "`${holder}` is unknown; there are: port, "));
    check("serve.py\"\narg", "other.py\"\narg", "", &(of(7) + "the template `other.py` is no file in this folder"));
    check(
        "= \"anthropic-messages\"",
        "= \"openai-chat\", openai-chat = \"openai-chat\"",
        "",
        &(of(11) + "`openai-chat` is a second dialect that becomes `openai-chat`"),
    );
    check("debian = \"python3\"", "python = \"mine\"", "", &(of(2) + "`mine` is locked by no `requirements.lock`"));
    let elsewhere = "python = \"mine\" }, locked-by = \"yours\"";
    check("debian = \"python3\" }", elsewhere, "", &(of(2) + "`mine` is locked by no `requirements.lock` in `yours`"));
    check("token = \"path\"", "token = \"soul\"", "", "line 9");
    check("token = \"path\"", "token = \"path\"\ntoe = 1", "", "unknown field `toe`");
    check("", "", "\nlisten ${prot}", "/adapters/gateways/mine/serve.py:2: `${prot}` is unknown");
}

#[test]
fn two_gateways_share_one_installation_of_the_same_package_alone() {
    let (_held, root) = suite(|text| text.replace("debian = \"python3\"", "python = \"mine\""), "");
    let (mine, yours) = (root.join("adapters/gateways/mine"), root.join("adapters/gateways/yours"));
    fs_err::create_dir_all(&yours).expect("a folder");
    fs_err::write(mine.join("requirements.lock"), "").expect("a lock file");
    fs_err::write(yours.join("serve.py"), "").expect("a template");
    let own = fs_err::read_to_string(mine.join(FILE)).expect("a manifest").replace("id = \"mine\"", "id = \"yours\"");
    let shared = own.replace("python = \"mine\" }", "python = \"mine\" }, locked-by = \"mine\"");
    fs_err::write(yours.join(FILE), &shared).expect("a manifest");
    let all = Gateway::discover(&root).expect("two gateways");
    assert!(all.iter().all(|gateway| gateway.locked_in == mine));
    fs_err::write(yours.join(FILE), shared.replace("1.0.0", "2.0.0")).expect("a manifest");
    let other = Gateway::discover(&root).expect_err("it is another version").to_string();
    assert!(other.ends_with("`mine` is another package, or another version of it: 1.0.0"), "{other}");
}

#[test]
fn a_program_that_is_missing_is_named_with_its_package() {
    let (_held, root) = suite(|text| text.replace("program = \"python3\"", "program = \"no-such-program\""), "");
    let gateway = Gateway::choose(&root, &["mine"]).expect("a gateway").remove(0);
    let missing = gateway.ensure(&|_| {}).expect_err("it is not there").to_string();
    let expected =
        "mine: no `no-such-program` on PATH; it is in the Debian package `python3`: `apt-get install python3`";
    assert_eq!(missing, expected);
}

/// Opens a connection and reads what comes on it.
async fn heard(at: Listening) -> String {
    let mut heard = String::new();
    let mut stream = TcpStream::connect(at.address).await.expect("it listens");
    stream.read_to_string(&mut heard).await.expect("it ends");
    heard
}

#[tokio::test]
async fn one_that_ends_is_started_again_and_not_for_ever() {
    let (_held, root) = suite(str::to_owned, SERVE);
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let running = RunningGateway::new(Gateway::choose(&root, &["mine"]).expect("a gateway").remove(0), server);
    let mut starts = 0;
    let refused = loop {
        let at = match running.listening().await {
            Ok(at) => at,
            Err(refused) => break refused.to_string(),
        };
        starts += 1;
        assert_eq!(running.listening().await.expect("it runs").address, at.address, "one process serves all");
        assert_eq!(heard(at).await, "hello from 127.0.0.1:1");
        assert!(running.why_gone(at, Doubt::None).await.is_none());
        assert_eq!(heard(at).await, "hello from 127.0.0.1:1");
        let gone = running.why_gone(at, Doubt::Unasked).await.expect("it has ended").to_string();
        assert!(gone.starts_with("the gateway mine ended during the call: it ended with exit status: 1"), "{gone}");
    };
    assert_eq!(starts, 4, "once, and three times again");
    assert!(refused.starts_with("the gateway mine ended 4 times and is not started again: it ended with"), "{refused}");
    assert!(refused.ends_with("its log ends with: it has had enough"), "{refused}");
}

/// A gateway that says what it was asked on its second connection to whoever opens the third one.
const REPEAT: &str = "import socket\n\
    listener = socket.create_server(('127.0.0.1', ${port}))\n\
    listener.accept()[0].close()\n\
    asked, _ = listener.accept()\n\
    line = asked.recv(65536).split(b'\\r\\n')[0]\n\
    asked.close()\n\
    told, _ = listener.accept()\n\
    told.sendall(line)\n\
    told.close()\n\
    listener.accept()\n";

#[tokio::test]
async fn one_that_loads_much_with_its_first_question_gets_one_before_it_counts_as_ready() {
    let (_held, root) = suite(|text| format!("{text}ready = {{ question = true }}\n"), REPEAT);
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let running = RunningGateway::new(Gateway::choose(&root, &["mine"]).expect("a gateway").remove(0), server);
    let at = running.listening().await.expect("it serves");
    assert_eq!(heard(at).await, "POST /v1/messages HTTP/1.1");
    running.close().await;
}

#[tokio::test]
async fn one_that_does_not_start_says_why_and_leaves_nothing() {
    let (_held, root) = suite(str::to_owned, "raise SystemExit('no port for me')");
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let running = RunningGateway::new(Gateway::choose(&root, &["mine"]).expect("a gateway").remove(0), server);
    let why = running.listening().await.expect_err("it ends at once").to_string();
    assert!(why.starts_with("the gateway mine does not start: it ended with exit status: 1"), "{why}");
    assert_eq!(running.listening().await.expect_err("it is not tried again").to_string(), why);
    let left = root.join("target/streamspec/gateways").read_dir_utf8().expect("a folder").count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn one_that_is_closed_is_gone() {
    let (_held, root) = suite(str::to_owned, SERVE);
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let running = RunningGateway::new(Gateway::choose(&root, &["mine"]).expect("a gateway").remove(0), server);
    let at = running.listening().await.expect("it serves");
    running.close().await;
    assert!(TcpStream::connect(at.address).await.is_err());
    let refused = running.listening().await.expect_err("it was closed").to_string();
    assert_eq!(refused, "the gateway mine was ended with the run");
}
