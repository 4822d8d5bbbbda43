//! A host of its own, which gets all requests and plays a script of its own.

use std::sync::atomic::AtomicUsize;

use super::*;
use crate::transport::Refusal;

struct Own {
    player: Player,
    refused: AtomicUsize,
}

impl Host for Own {
    fn begin(&self, request: &Request) -> Result<Box<dyn crate::transport::Reply>, Refusal> {
        let begun = self.player.begin(Transport::Http1, request, &request.target);
        begun.map(|begun| begun.reply).ok_or_else(|| Refusal::new(404, "it is over"))
    }

    fn refused(&self, method: &str, target: &str, refusal: &Refusal) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        self.player.refused(method, target, refusal);
    }
}

#[tokio::test]
async fn a_host_has_every_request_of_its_port_whatever_the_path() {
    let script = script(&[data("a"), Step::End(End::Finish)]);
    let own = Arc::new(Own { player: Player::new(script.clone()), refused: AtomicUsize::new(0) });
    let host = || Arc::clone(&own) as Arc<dyn Host>;
    let server = Server::hosting(host(), Transport::Http1, 0).await.expect("a free port");
    let root = server.root(Transport::Http1);
    for path in ["/t/1-ab", "/x"] {
        let mut client = connect(&format!("{root}{path}")).await;
        ask(&mut client, &format!("{root}{path}")).await;
        let bytes = wire(&script, 0);
        assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
    }
    let transcript = own.player.transcript();
    let paths: Vec<&str> = transcript.exchanges.iter().map(|exchange| exchange.path.as_str()).collect();
    assert_eq!(paths, ["/t/1-ab/v1/messages", "/x/v1/messages"]);

    own.player.end();
    let mut client = connect(&format!("{root}/x")).await;
    ask(&mut client, &format!("{root}/x")).await;
    let (said, _) = read_all(&mut client).await;
    assert!(said.starts_with(b"HTTP/1.1 404 ") && said.ends_with(b"streamspec: it is over\n"));
    assert_eq!(own.refused.load(Ordering::Relaxed), 1);
    assert_eq!(own.player.transcript().refused[0].request, "POST /x/v1/messages");

    let port = root.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let taken = Server::hosting(host(), Transport::Http1, port).await.expect_err("another one listens");
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
}
