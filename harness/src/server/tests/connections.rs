//! More connections than there is room for.

use super::*;

/// Opens connections that never ask for anything.
async fn silent_connections(count: usize, base_url: &str) -> Vec<TcpStream> {
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(connect(base_url).await);
    }
    streams
}

#[tokio::test]
async fn connections_are_capped_and_those_that_ask_for_nothing_make_room() {
    let server = holding(Connections::of_at_most(4, Port::Clients(Transport::Http1))).expect("a free port");
    let script = script(&[data("a"), Step::Pause(30), Step::End(End::Finish)]);
    let bytes = wire(&script, 0);
    let registered = register(&server, script.clone());
    let mut idle = silent_connections(12, &registered.base_url()).await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = open(&registered).await;
        assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
        clients.push(client);
    }
    // The first of the silent_connections have gone, and the clients that asked are served again.
    assert_eq!(read_all(&mut idle[0]).await, (Vec::new(), None));
    for client in &mut clients {
        ask(client, &registered.base_url()).await;
        assert_eq!(read_exactly(client, bytes.len()).await, bytes);
    }
    assert_eq!(registered.finish().await.exchanges.len(), 6);
}

#[tokio::test]
async fn a_connection_that_waits_for_room_is_named_and_served_when_there_is_some() {
    let server = holding(Connections::of_at_most(2, Port::Clients(Transport::Http1))).expect("a free port");
    let stalls = register(&server, script(&[data("a"), Step::End(End::Stall)]));
    let holders = [open(&stalls).await, open(&stalls).await];
    let both = async {
        while stalls.transcript().exchanges.len() < 2 {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(SOON, both).await.expect("both are served");
    let late = register(&server, script(&[data("b"), Step::End(End::Finish)]));
    let mut client = open(&late).await;
    assert!(timeout(10 * SHORT, client.read_u8()).await.is_err());
    let lacking = late.transcript().lacking;
    assert_eq!(lacking.as_deref(), Some("all 2 connections that the server holds at once are in use"));
    drop(holders);
    let bytes = wire(&script(&[data("b"), Step::End(End::Finish)]), 0);
    assert_eq!(read_exactly(&mut client, bytes.len()).await, bytes);
}
