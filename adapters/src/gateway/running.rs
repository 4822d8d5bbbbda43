//! A gateway that runs: started when it is first needed, started again a few times if it ends, and ended at last.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use camino::Utf8Path;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::template::{SERVER, Words};
use super::{Gateway, GatewayManifest, TokenPlace};
use crate::contract::{Api, Ask, HEADERS, PROMPT as PROMPTED};
use crate::dialect::PROMPT;
use crate::process::{Launch, Service};
use crate::secure;
use crate::setup::Installed;

/// Attempts at one start. Another process may take the port between the moment in which it is found free and the start.
const STARTS: u32 = 3;

/// The number of times that a gateway is started again in a run after it has ended by itself.
const RESTARTS: u32 = 3;

/// The pause between two looks at a gateway that does not serve yet.
const LOOK: Duration = Duration::from_millis(20);

/// The number of looks at a gateway that is ending.
const LOOKS: u32 = 25;

/// The longest wait for the end of a gateway that asked the server for nothing, on a machine with much to do.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// The longest wait for one answer to the test that says if it serves.
const ANSWER: Duration = Duration::from_secs(2);

/// A gateway in front of one server.
pub struct RunningGateway {
    gateway: Gateway,
    server: SocketAddr,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    /// The number of starts so far.
    starts: u32,
    /// The reason for which the last process ended.
    last_end: String,
    /// The reason for which it is not started any more, once there is one.
    given_up: Option<String>,
}

/// One process of a gateway.
struct Running {
    service: Service,
    address: SocketAddr,
    /// Its folder, removed when it is dropped.
    _folder: tempfile::TempDir,
}

/// The place where a gateway listens, as long as the process of one start lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The address.
    pub address: SocketAddr,
    /// The number of the start.
    start: u32,
}

/// The doubt whether a gateway still runs after a call through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// There is none: the call came to a good end.
    None,
    /// The call failed, as it may well with a gateway that runs.
    Failed,
    /// The call failed, and the gateway asked the server for nothing.
    Unasked,
}

/// A reason for which nothing goes through a gateway.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the gateway {id} {what}")]
pub struct GatewayError {
    id: String,
    what: String,
}

impl RunningGateway {
    /// Makes the gateway in front of a server; nothing is started yet.
    pub fn new(gateway: Gateway, server: SocketAddr) -> Self {
        Self { gateway, server, state: Mutex::default() }
    }

    /// Returns the place in a request where a token travels through it.
    pub const fn token(&self) -> TokenPlace {
        self.gateway.manifest.token
    }

    /// Returns the header fields that it asks its clients for.
    pub fn headers(&self) -> BTreeMap<String, String> {
        let server = self.server.to_string();
        let fields = self.gateway.manifest.headers.iter();
        fields.map(|(name, value)| (name.clone(), value.replace(SERVER, &server))).collect()
    }

    /// Returns the capabilities that an adapter needs so that its trials are found behind it.
    pub fn needs(&self) -> impl Iterator<Item = &'static str> {
        let GatewayManifest { token, headers, .. } = &self.gateway.manifest;
        let prompt = (*token == TokenPlace::Prompt).then_some(PROMPTED);
        prompt.into_iter().chain((!headers.is_empty()).then_some(HEADERS))
    }

    /// Returns the place where it listens, once it serves. It is started if it is not running.
    pub async fn listening(&self) -> Result<Listening, GatewayError> {
        let mut state = self.state.lock().await;
        state.look();
        if let Some(running) = &state.running {
            return Ok(Listening { address: running.address, start: state.starts });
        }
        if state.given_up.is_none() && state.starts > RESTARTS {
            let what = format!("ended {} times and is not started again: {}", state.starts, state.last_end);
            state.given_up = Some(what);
        }
        if let Some(what) = &state.given_up {
            return Err(self.error(what));
        }
        match self.started().await {
            Ok(running) => {
                state.starts += 1;
                let listening = Listening { address: running.address, start: state.starts };
                state.running = Some(running);
                Ok(listening)
            }
            Err(what) => {
                // Every later call would wait for that as long as this one did.
                state.given_up = Some(what.clone());
                Err(self.error(&what))
            }
        }
    }

    /// Says why the process that listened there is gone, if it is: what went through it meanwhile says nothing about anybody else.
    ///
    /// Its connections break a moment before its end can be seen, so after a call that is in doubt a connection is opened to see if that
    /// one breaks, too.
    pub async fn why_gone(&self, since: Listening, doubt: Doubt) -> Option<GatewayError> {
        let is_ending = match doubt {
            Doubt::None => false,
            Doubt::Failed => breaks(since.address, LOOK).await,
            Doubt::Unasked => breaks(since.address, LAST_LOOK).await,
        };
        let mut state = self.state.lock().await;
        state.look();
        if is_ending && state.starts == since.start {
            state.await_the_end().await;
        }
        let is_gone = state.running.is_none() || state.starts != since.start;
        is_gone.then(|| self.error(&format!("ended during the call: {}", state.last_end)))
    }

    /// Ends it for good.
    pub async fn close(&self) {
        let mut state = self.state.lock().await;
        state.given_up.get_or_insert_with(|| "was ended with the run".to_owned());
        if let Some(running) = state.running.take() {
            running.service.end().await;
        }
    }

    fn error(&self, what: &str) -> GatewayError {
        GatewayError { id: self.gateway.manifest.id.clone(), what: what.to_owned() }
    }

    /// Starts a process and waits until it serves.
    async fn started(&self) -> Result<Running, String> {
        let mut why = String::new();
        for _ in 0..STARTS {
            match self.started_once().await {
                Ok(running) => return Ok(running),
                Err(error) => why = error,
            }
        }
        Err(format!("does not start: {why}"))
    }

    async fn started_once(&self) -> Result<Running, String> {
        let GatewayManifest { id, template, arguments, environment, ready, .. } = &self.gateway.manifest;
        let Installed { program, folder: installed, .. } =
            self.gateway.installed().map_err(|error| error.to_string())?;
        let (folder, [address, other]) = self.place().await.map_err(|error| error.to_string())?;
        let path = Utf8Path::from_path(folder.path()).ok_or("the path of its folder is not UTF-8")?;
        let (port, other_port) = (address.port(), other.port());
        let words = Words { port, other_port, server: self.server, folder: path, installed: &installed };
        if let Some(template) = template {
            fs_err::read_to_string(self.gateway.dir.join(template))
                .and_then(|text| fs_err::write(path.join(template), words.fill(&text)))
                .map_err(|error| format!("its configuration cannot be made: {error}"))?;
        }
        let mut launch = Launch::new(id, program, path.join("home"));
        launch.args = arguments.iter().map(|argument| words.fill(argument)).collect();
        launch.env = environment.iter().map(|(name, value)| (name.clone(), words.fill(value))).collect();
        launch.cwd = Some(path.to_owned());
        let mut service = Service::start(&launch).map_err(|error| format!("`{}`: {error}", launch.program))?;
        let deadline = Duration::from_secs(ready.seconds);
        let serves = async {
            loop {
                if let Some(status) = service.ended() {
                    return Err(said(&format!("it ended with {status}"), &service));
                }
                if answers(address, ready.path.as_deref()).await {
                    break;
                }
                sleep(LOOK).await;
            }
            if ready.question {
                for api in self.gateway.manifest.dialects.keys() {
                    // Whatever it answers, it has loaded what it needs for that.
                    let _ = questioned(address, *api, &self.headers()).await;
                }
            }
            Ok(())
        };
        match timeout(deadline, serves).await {
            Ok(Ok(())) => Ok(Running { service, address, _folder: folder }),
            Ok(Err(why)) => Err(why),
            Err(_) => {
                let why = said(&format!("it did not serve within {} s", ready.seconds), &service);
                service.end().await;
                Err(why)
            }
        }
    }

    /// Makes a folder for one start, and finds two free ports.
    async fn place(&self) -> std::io::Result<(tempfile::TempDir, [SocketAddr; 2])> {
        let folder = self.gateway.folder();
        fs_err::create_dir_all(&folder)?;
        let own = tempfile::Builder::new().prefix(&self.gateway.manifest.id).tempdir_in(&folder)?;
        // What the gateway writes while it runs without the rights of its first process, it writes here.
        #[cfg(unix)]
        fs_err::set_permissions(own.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let free = async || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let (one, other) = (free().await?, free().await?);
        Ok((own, [one.local_addr()?, other.local_addr()?]))
    }
}

impl State {
    /// Notes the end of the process, if it has come.
    fn look(&mut self) {
        let Some(running) = &mut self.running else { return };
        if let Some(status) = running.service.ended() {
            self.last_end = said(&format!("it ended with {status}"), &running.service);
            self.running = None;
        }
    }
}

impl State {
    /// Waits for the end of a process that seems to be near it, for a bounded time.
    async fn await_the_end(&mut self) {
        for _ in 0..LOOKS {
            self.look();
            if self.running.is_none() {
                return;
            }
            sleep(LOOK).await;
        }
    }
}

/// Adds the end of its log to what happened.
fn said(what: &str, service: &Service) -> String {
    let words = service.last_words();
    if words.is_empty() { what.to_owned() } else { format!("{what}; its log ends with: {words}") }
}

/// Says if a connection there is refused, or closed within this time before anything was asked on it. One that cannot be opened for
/// another reason says nothing about the gateway.
async fn breaks(address: SocketAddr, patience: Duration) -> bool {
    match TcpStream::connect(address).await {
        Ok(mut stream) => timeout(patience, stream.read_u8()).await.is_ok_and(|read| read.is_err()),
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
    }
}

/// Asks a question that is no trial's, and waits for the end of the answer.
async fn questioned(address: SocketAddr, api: Api, headers: &BTreeMap<String, String>) -> reqwest::Result<()> {
    let dialect = api.dialect();
    let mut question = client()?.post(format!("http://{address}{}", dialect.request_path()));
    let asked = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in
        [("content-type", "application/json")].into_iter().chain(dialect.headers.iter().copied()).chain(asked)
    {
        question = question.header(name, value);
    }
    question.body((dialect.body)(PROMPT, Ask::Text).to_string()).send().await?.bytes().await.map(|_| ())
}

/// Says if it accepts a connection, and answers well on the path if there is one.
async fn answers(address: SocketAddr, path: Option<&str>) -> bool {
    let asked = async {
        let Some(path) = path else { return TcpStream::connect(address).await.is_ok() };
        let Ok(client) = client() else { return false };
        client.get(format!("http://{address}{path}")).send().await.is_ok_and(|answer| answer.status().is_success())
    };
    timeout(ANSWER, asked).await.unwrap_or(false)
}

/// Makes a client that asks a gateway and nobody else.
fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_backend_preconfigured(secure::config(None))
        .build()
}
