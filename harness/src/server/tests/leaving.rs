//! Answers that are not played to their end, because the trial ends or the client leaves.

use super::*;

#[tokio::test]
async fn the_end_of_a_trial_ends_its_stalls_and_pauses() {
    let server = start().await;
    let withheld = Respond { withheld: true, ..Respond::default() };
    for steps in [
        vec![data("a"), Step::End(End::Stall)],
        vec![data("a"), Step::Pause(60_000), Step::End(End::Finish)],
        vec![Step::Respond(withheld), Step::End(End::Stall)],
    ] {
        let script = script(&steps);
        let registered = register(&server, script.clone());
        let mut client = open(&registered).await;
        let bytes = wire(&script, 0);
        let expected = bytes.strip_suffix(b"0\r\n\r\n").unwrap_or(&bytes);
        assert_eq!(read_exactly(&mut client, expected.len()).await, expected);
        if expected.is_empty() {
            assert!(timeout(SHORT, client.read_u8()).await.is_err());
        }
        let before = Instant::now();
        let sent = if expected == bytes { Sent::Whole } else { Sent::Underway };
        check_exchange(&script, &registered.finish().await.exchanges[0], &sent);
        assert!(before.elapsed() < FINISH_BOUND);
        assert_eq!(read_all(&mut client).await, (Vec::new(), None));
    }
}

/// Less than the longest that ending a trial may take.
const FINISH_BOUND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_client_that_leaves_early_is_noticed_in_a_pause_and_in_a_write() {
    let server = start().await;
    let silent = script(&[data("a"), Step::Pause(60_000), data("b"), Step::End(End::Finish)]);
    for script in [silent, large()] {
        let registered = register(&server, script.clone());
        let mut client = open(&registered).await;
        read_exactly(&mut client, 100).await;
        assert!(!registered.wait_client_left(SHORT).await);
        drop(client);
        assert!(registered.wait_client_left(SOON).await);
        let exchange = registered.finish().await.exchanges.swap_remove(0);
        check_exchange(&script, &exchange, &Sent::ClientLeft);
        assert!(exchange.written > 100 && exchange.written < wire(&script, 0).len() as u64);
        assert!(exchange.client_left_at.is_some() && exchange.done_at.is_none());
    }
}
