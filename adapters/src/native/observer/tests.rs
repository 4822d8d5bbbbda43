use futures_util::{FutureExt as _, stream};
use serde_json::json;

use super::super::reading::attribute_word;
use super::{Observer, error};
use crate::contract::{Api, Ended, ObservedError, Site};

#[test]
fn the_first_item_or_error_that_says_anything_counts() {
    let item = |message| error(Site::Iterate, &["Failed"], message);
    let coded = ObservedError { code: attribute_word(Some("first".to_owned())), ..item("") };
    let followed = |items: Vec<Result<ObservedError, &'static str>>| {
        let mut seen = Observer::new(Api::OpenaiResponses);
        let read = seen.follow(stream::iter(items), Observer::failed, |site, raised| error(site, &["Err"], *raised));
        let outcome = read.now_or_never().expect("the stream has all its items");
        match outcome {
            Ok(()) => seen.returned(),
            Err(raised) => seen.raised(raised),
        }
    };
    let observed = followed(vec![Ok(item("")), Ok(coded.clone()), Ok(item("second")), Err("broken")]);
    assert_eq!((observed.ended, observed.error), (Ended::ErrorItem, Some(coded)));
    let observed = followed(vec![Ok(item("")), Err("broken")]);
    assert_eq!((observed.ended, observed.error.map(|error| error.message)), (Ended::Raised, Some("broken".to_owned())));
}

#[test]
fn nothing_behind_the_end_takes_a_call_back() {
    let reasons = [(Api::OpenaiChat, "tool_calls"), (Api::OpenaiResponses, "completed"), (Api::GeminiGenerate, "STOP")];
    for (api, reason) in reasons {
        for later in [None, Some("failed"), Some("length")] {
            let mut seen = Observer::new(api);
            let tool = seen.tool(&0, Some("get_weather".to_owned()));
            (tool.over, tool.status) = (true, Some("in_progress".to_owned()));
            seen.stop(Some(reason.to_owned()));
            seen.stop(later.map(str::to_owned));
            let calls = seen.returned().tool_calls.expect("they are shown");
            assert_eq!(json!(calls), json!([{ "name": "get_weather", "arguments": {}, "complete": true }]), "{api}");
        }
    }
}
