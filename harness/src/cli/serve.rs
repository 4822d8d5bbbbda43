//! `streamspec serve`: plays cases to the caller's own programs until it is ended.

use std::io::BufRead as _;

use camino::Utf8Path;
use streamspec_adapters::fleet::Fleet;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::arguments::ServeArguments;
use super::ending::told_to_end;
use super::{Exit, load, output};
use crate::load::{Selection, Suite};
use crate::serve::{Serve, ServeOptions};

pub(super) fn serve(root: &Utf8Path, options: &ServeArguments) -> anyhow::Result<Exit> {
    let Some(Suite { cases, .. }) = load(root, &Selection::named(&options.cases)) else { return Ok(Exit::Usage) };
    let fleet = Fleet::discover(root)?;
    let manifests = fleet.sdks().iter().map(|sdk| &sdk.manifest);
    let runtime = tokio::runtime::Runtime::new()?;
    let exit = runtime.block_on(async {
        let settings = ServeOptions { repository: root.to_owned(), port: options.port, hold: options.hold };
        let (serve, mut events) = Serve::start(cases, manifests, settings).await?;
        let address = serve.root();
        output::say(format_args!("serving {} cases at {address}/", serve.cases()));
        output::say(format_args!("the base URL of a case is {address}/case/ID; ctrl-C ends this"));
        if options.hold {
            output::say("pauses wait until they are let go: press Enter");
        }
        output::flush();
        let mut keys = enter_keys();
        let mut ended = std::pin::pin!(told_to_end());
        loop {
            tokio::select! {
                () = &mut ended => return Ok(Exit::Conformant),
                Some(event) = events.recv() => {
                    output::say(event);
                    output::flush();
                }
                Some(()) = keys.recv() => {
                    if serve.release() == 0 {
                        output::say("nothing is waiting");
                        output::flush();
                    }
                }
                else => return Ok(Exit::Conformant),
            }
        }
    });
    // A thread that waits for a key must not keep the command from ending.
    runtime.shutdown_background();
    exit
}

/// Tells of each line that is typed, which is read in a thread of its own: such a read cannot be given up.
fn enter_keys() -> UnboundedReceiver<()> {
    let (told, keys): (UnboundedSender<()>, _) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_err() || told.send(()).is_err() {
                break;
            }
        }
    });
    keys
}
