//! Names of trials: read as they are written, and never two trials under one.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use Transport::{Http1, Other};
use Variant::{AsWritten, Crlf};

fn id(variant: Variant, route: Route, transport: Transport) -> TrialId {
    TrialId { route, transport, ..TrialId::new("openai-go@1.2.3", "stream", "openai-chat/cut/eof#a,b", variant) }
}

#[test]
fn the_short_form_leaves_the_defaults_out_and_the_long_form_names_them() {
    let check = |id: TrialId, short: &str, long: &str| {
        let of = |rest: &str| format!("openai-go@1.2.3/stream::openai-chat/cut/eof#a,b{rest}");
        assert_eq!((id.to_string(), format!("{id:#}")), (of(short), of(long)));
        assert_eq!(format!("{}/{}", id.sdk, id.within_sdk()), of(short));
        for name in [of(short), of(long)] {
            assert_eq!(name.parse().as_ref(), Ok(&id), "{name}");
        }
    };
    check(id(AsWritten, Route::Direct, Http1), "", "@as-written,route=direct,transport=http1");
    check(id(Crlf, Route::Direct, Http1), "@crlf", "@crlf,route=direct,transport=http1");
    check(id(AsWritten, Route::RELAY, Http1), "@route=relay", "@as-written,route=relay,transport=http1");
    check(id(Crlf, Route::RELAY, Other), "@crlf,route=relay,transport=other", "@crlf,route=relay,transport=other");
}

#[test]
fn what_names_no_trial_is_refused() {
    for text in [
        "",
        "openai-go",
        "openai-go/stream",
        "openai-go::a/b/c",
        "/stream::a/b/c",
        "x/::a/b/c",
        "x/y::",
        "x/y::@crlf",
        "x/y::a/b/c@",
        "x/y::a/b/c@nonsense",
        "x/y::a/b/c@crlf,",
        "x/y::a/b/c@crlf,lf",
        "x/y::a/b/c@crlf@lf",
        "x/y::a/b/c@transport=h9",
        "x/y::a/b/c@route=",
        "x/y::a/b/c@transport=http1,route=direct",
        "x/y::a/b/c@transport=http1,transport=http1",
        "x/y::a/b%",
        "x/y::a/b%4",
        "x/y::a/b%41",
        "x/y::a/b%é",
        "x%2f/y::a/b",
        "x/y:z::a/b",
        "x/y/z::a/b",
    ] {
        let refused = text.parse::<TrialId>().expect_err(text);
        assert_eq!(refused, NoTrialId(text.to_owned()));
    }
}

/// Generates a part that a person would choose, or one that looks like the grammar around it.
fn part(plain: &'static str) -> impl Strategy<Value = String> {
    let hostile = "([a-z]|[/:@#%=,+ .]|::|@crlf|@as-written|,route=relay|%40|%2F|[^a-z]){1,9}";
    prop_oneof![3 => plain, 1 => hostile, 1 => "\\PC{1,9}"]
}

fn any_id() -> impl Strategy<Value = TrialId> {
    let variants: Vec<Variant> = Variant::every().collect();
    (
        part("[a-z][a-z0-9-]{0,20}(@([0-9]\\.[0-9]{1,2}\\.[0-9]|local))?"),
        part("[a-z][a-z0-9-]{0,20}"),
        part("[a-z]{1,9}/[a-z-]{1,9}/[a-z0-9-]{1,20}(#[a-z0-9,.-]{1,20})?"),
        select(variants),
        select(Route::SAMPLES),
        select(Transport::ALL),
    )
        .prop_map(|(sdk, surface, case, variant, route, transport)| TrialId {
            route,
            transport,
            ..TrialId::new(sdk, surface, case, variant)
        })
}

proptest! {
    #[test]
    fn a_name_is_read_as_it_is_written(id in any_id()) {
        prop_assert_eq!(id.to_string().parse::<TrialId>(), Ok(id.clone()));
        prop_assert_eq!(format!("{id:#}").parse::<TrialId>(), Ok(id.clone()));
        let of = SdkSurface::new(id.sdk.clone(), id.surface.clone());
        prop_assert_eq!(of.to_string().parse::<SdkSurface>(), Ok(of));
        let json = serde_json::to_string(&id).expect("it is JSON");
        prop_assert_eq!(serde_json::from_str::<TrialId>(&json).expect("it is read"), id);
    }
}
