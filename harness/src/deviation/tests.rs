//! Lists that are read, compared with trials, and rewritten.

use serde_json::json;

use super::*;
use crate::case::{Axis, Level};
use crate::id::{Route, Transport, TrialId, Variant};
use crate::judge::{Check, Grade, Status, Verdict};
use crate::record::TrialRecord;

const LIST: &str = r#"
[[deviation]]
reason = "the status is the transport's own"

[[deviation.where]]
axis = "error.status"
observed = ["transport"]
surfaces = ["create-*"]
cases = ["anthropic/in-band/*"]
versions = ">=0.50"
"#;

fn parsed(text: &str) -> KnownDeviations {
    KnownDeviations::parse("list.toml".into(), text).expect("the list is well formed")
}

fn trial(surface: &str, case: &str, grade: Grade) -> TrialRecord {
    let check = Check {
        axis: Axis::ErrorStatus,
        level: Level::Should,
        expected: json!(529),
        observed: json!(200),
        grade,
        disputed: false,
    };
    let verdict = Verdict { status: Status::Deviates, mode: None, reason: None, checks: vec![check] };
    TrialRecord::new(TrialId::new("sdk", surface, case, Variant::AsWritten), verdict)
}

/// Blesses a list, and checks that the run is as listed then and that the next time there is nothing to do.
fn blessed(text: &str, trials: &[TrialRecord]) -> Blessed {
    let trials: Vec<&TrialRecord> = trials.iter().collect();
    let list = bless(&parsed(text), text, &trials, "2.0.0");
    let known = parsed(&list.text);
    for trial in &trials {
        assert!(known.compare(trial, "2.0.0").is_as_listed(), "{} in\n{}", trial.name(), list.text);
    }
    assert!(known.unused(trials.iter().copied(), "2.0.0").is_empty(), "{}", list.text);
    let again = bless(&known, &list.text, &trials, "2.0.0");
    assert!(!again.is_changed() && again.text == list.text, "{again:?}");
    list
}

#[test]
fn reality_is_compared_with_the_list() {
    let known = parsed(LIST);
    let compare = |surface, case, version, grade| known.compare(&trial(surface, case, grade), version);
    let listed = compare("create-sync", "anthropic/in-band/x", "2.0.0", Grade::Transport);
    assert!(listed.is_as_listed() && listed.used == [0]);
    assert_eq!(compare("create-sync", "anthropic/in-band/x", "2.0.0", Grade::Exact).stale, [0]);
    assert_eq!(compare("create-sync", "anthropic/in-band/x", "2.0.0", Grade::Absent).different, [(0, 0)]);
    assert_eq!(compare("final-sync", "anthropic/in-band/x", "2.0.0", Grade::Transport).new, [0]);
    assert_eq!(compare("create-sync", "anthropic/cut/x", "2.0.0", Grade::Transport).new, [0]);
    assert_eq!(compare("create-sync", "anthropic/in-band/x", "0.49.0", Grade::Transport).new, [0]);
}

#[test]
fn what_deviates_sometimes_may_hold_and_may_not_deviate_otherwise() {
    let text = LIST.replace("versions", "sometimes = true\nversions");
    let known = parsed(&text);
    let judged = |grade| trial("create-sync", "anthropic/in-band/x", grade);
    for (grade, used) in [(Grade::Transport, vec![0]), (Grade::Exact, vec![])] {
        let comparison = known.compare(&judged(grade), "2.0.0");
        assert!(comparison.is_as_listed() && comparison.used == used, "{comparison:?}");
        assert_eq!(blessed(&text, &[judged(grade)]).text, text, "it stays in the list");
    }
    assert_eq!(known.compare(&judged(Grade::Absent), "2.0.0").different, [(0, 0)]);
    let elsewhere = trial("create-sync", "anthropic/cut/x", Grade::Exact);
    assert_eq!(known.unused([&elsewhere].into_iter(), "2.0.0"), [0], "it covers no trial");
}

#[test]
fn a_scope_that_is_narrowed_still_says_that_it_deviates_sometimes() {
    let text = LIST.replace("versions", "sometimes = true\nversions");
    let otherwise = [
        trial("create-sync", "anthropic/in-band/x", Grade::Transport),
        trial("create-sync", "anthropic/in-band/y", Grade::Absent),
    ];
    let written = blessed(&text, &otherwise).text;
    assert_eq!(written.matches("sometimes = true").count(), 1, "{written}");
}

#[test]
fn a_broken_list_names_its_line() {
    let refused = |text: &str, said: &str| {
        let error = KnownDeviations::parse("list.toml".into(), text).expect_err("it is broken").to_string();
        assert!(error.starts_with(said), "{error}");
    };
    refused(&LIST.replace("create-*", "["), "list.toml:5: `[` is not a glob");
    refused("\n[[deviation]]\nreason = \"r\"\nwhere = []\n", "list.toml:2: this entry has no `[[deviation.where]]`");
    refused("[[deviation]]\nreason = \"r\"\n", "list.toml: TOML parse error at line 1, column 1");
    let old = "[[deviation]]\ncases = [\"a\"]\naxis = \"text\"\nseen = [\"wrong\"]\nwhy = \"w\"\n";
    refused(old, "list.toml:3: `axis` is from the old form of this list: an entry is now a `reason`");
    refused(&LIST.replace("observed", "seen"), "list.toml:7: `seen` is from the old form of this list");
    refused(&LIST.replace("observed", "sen"), "list.toml: TOML parse error at line 7");
}

#[test]
fn what_matches_nothing_is_one_scope_and_has_its_line() {
    let list =
        format!("{LIST}\n{}", LIST[LIST.find("[[deviation.where]]").unwrap_or_default()..].replace("in-band", "cut"));
    let known = parsed(&list);
    let trials = [trial("create-sync", "anthropic/in-band/a", Grade::Transport)];
    let unused = known.unused(trials.iter(), "2.0.0");
    assert_eq!(unused.iter().map(|number| known.scopes[*number].line).collect::<Vec<_>>(), [12]);
    let list = blessed(&list, &trials);
    assert_eq!((list.kept, list.removed), (1, 1));
    assert_eq!(list.text, LIST.trim_start());
}

#[test]
fn blessing_makes_a_run_as_listed_and_keeps_reasons() {
    let trials = [
        trial("create-sync", "anthropic/in-band/a", Grade::Transport),
        trial("create-sync", "anthropic/in-band/b", Grade::Exact),
        trial("create-sync", "anthropic/cut/c", Grade::Absent),
        trial("final-sync", "anthropic/cut/c", Grade::Absent),
        trial("final-sync", "anthropic/cut/d", Grade::Absent),
    ];
    let list = blessed(LIST, &trials);
    assert_eq!((list.kept, list.narrowed, list.added, list.removed, list.unexplained), (0, 1, 2, 0, 1));
    insta::assert_snapshot!(list.text);
}

#[test]
fn what_is_new_joins_what_waits_for_a_reason_and_equal_reasons_become_one_entry() {
    let again = LIST.replace("in-band", "cut").replace("[[deviation]]", "# Of a person.\n[[deviation]]");
    let waiting = LIST.replace("in-band", "stall").replace("the status is the transport's own", UNEXPLAINED);
    let trials = [
        trial("create-sync", "anthropic/in-band/a", Grade::Transport),
        trial("create-sync", "anthropic/cut/b", Grade::Transport),
        trial("create-sync", "anthropic/stall/c", Grade::Transport),
        trial("final-sync", "anthropic/stall/c", Grade::Transport),
    ];
    let list = format!("{LIST}{again}{waiting}");
    assert_eq!(parsed(&list).repeated(), [(13, 2)]);
    let list = blessed(&list, &trials);
    assert_eq!((list.kept, list.added, list.joined, list.unexplained), (3, 1, 1, 1));
    assert!(parsed(&list.text).repeated().is_empty());
    insta::assert_snapshot!(list.text);
}

/// A run that is as listed leaves nothing to bless: not a letter of the list changes, whatever people wrote there.
#[test]
fn blessing_leaves_alone_what_stands() {
    let list = format!(
        "# Our own words.\n{LIST}\n# The same once more, of another person.\n{}",
        LIST.trim_start().replace("the status is", "still")
    );
    let known = parsed(&list);
    let trials = [trial("create-sync", "anthropic/in-band/a", Grade::Transport)];
    let trials: Vec<&TrialRecord> = trials.iter().collect();
    let blessed = bless(&known, &list, &trials, "2.0.0");
    assert!(!blessed.is_changed(), "{blessed:?}");
    assert_eq!((blessed.kept, blessed.text.as_str()), (2, list.as_str()));
    let blessed = bless(&known, &list, &trials, "0.49.0");
    assert_eq!((blessed.kept, blessed.added), (2, 1), "they are about another version");
    let holds = [trial("create-sync", "anthropic/in-band/a", Grade::Exact)];
    let blessed = bless(&known, &list, &holds.iter().collect::<Vec<_>>(), "2.0.0");
    assert_eq!((blessed.removed, blessed.text.as_str()), (2, "# Our own words.\n"));
}

/// The comments that people wrote inside of an entry stay in their place when another part of it changes, and a layout that cannot be taken
/// apart by lines is written anew.
#[test]
fn blessing_keeps_comments_and_says_the_same_in_any_layout() {
    let (entry, scope) = LIST.split_once("[[deviation.where]]").expect("there is one");
    let list = format!(
        "{entry}# About in-band.\n[[deviation.where]]{scope}\n# About cut.\n[[deviation.where]]{}",
        scope.replace("in-band", "cut")
    );
    let trials = [
        trial("create-sync", "anthropic/in-band/a", Grade::Transport),
        trial("create-sync", "anthropic/cut/b", Grade::Transport),
        trial("create-sync", "anthropic/cut/c", Grade::Exact),
    ];
    let came = blessed(&list, &trials);
    assert_eq!((came.kept, came.narrowed), (1, 1));
    assert!(came.text.contains("\n# About in-band.\n[[deviation.where]]\n"), "{}", came.text);
    assert!(came.text.contains("\n# About cut.\n[[deviation.where]]\n"), "{}", came.text);

    let scope = |folder: &str| {
        format!("{{ axis = \"error.status\", observed = [\"transport\"], cases = [\"anthropic/{folder}/*\"] }}")
    };
    let inline = format!("deviation = [{{ reason = \"r\", where = [{}, {}] }}]\n", scope("in-band"), scope("cut"));
    let came = blessed(&inline, &trials);
    assert_eq!((came.kept, came.narrowed), (1, 1));
    assert_eq!(came.text.matches("[[deviation.where]]").count(), 2, "{}", came.text);
}

/// Variants are run of some cases only, or of none: what is said about the others must not be lost.
#[test]
fn blessing_keeps_what_was_not_run() {
    let list = LIST.replace("error.status", "variants").replace("\"transport\"", "\"crlf: passes\"");
    let known = parsed(&list);
    let written = |case: &str| trial("create-sync", case, Grade::Exact);
    let holds = |case: &str| {
        let mut variant_run = written(case);
        variant_run.variant = Variant::Crlf;
        let check = &mut variant_run.verdict.checks[0];
        (check.axis, check.observed) = (Axis::Variants, json!("crlf: as written"));
        variant_run
    };
    let came = |trials: &[TrialRecord]| {
        let trials: Vec<&TrialRecord> = trials.iter().collect();
        let unused = known.unused(trials.iter().copied(), "2.0.0").len();
        let list = bless(&known, &list, &trials, "2.0.0");
        (unused, list.kept, list.narrowed, list.removed)
    };
    let (a, b) = ("anthropic/in-band/a", "anthropic/in-band/b");
    assert_eq!(came(&[written(a), written(b)]), (0, 1, 0, 0), "no variant run was made");
    assert_eq!(came(&[written("anthropic/cut/c")]), (1, 0, 0, 1), "there is no such case");
    assert_eq!(came(&[written(a), holds(a)]), (0, 0, 0, 1), "it is gone");
    let trials = [written(a), holds(a), written(b)];
    assert_eq!(came(&trials), (0, 0, 1, 0), "it is gone from one case, and of the other nothing is known");
    let text = bless(&known, &list, &trials.iter().collect::<Vec<_>>(), "2.0.0").text;
    assert!(text.contains("cases = [\"anthropic/in-band/b\"]"), "{text}");
}

/// Makes a trial of which the status is the one of the response, or not, by a route and a transport.
fn trial_by(route: Route, transport: Transport, grade: Grade) -> TrialRecord {
    TrialRecord { route, transport, ..trial("create-sync", "anthropic/in-band/x", grade) }
}

/// Returns the list, limited to routes and transports.
fn limited(limits: &str) -> String {
    LIST.replace("cases =", &format!("{limits}\ncases ="))
}

#[test]
fn a_scope_is_about_the_routes_and_transports_that_it_names() {
    let check = |list: &str, used: [bool; 4]| {
        let known = parsed(list);
        let ways = Route::SAMPLES
            .iter()
            .flat_map(|route| Transport::SAMPLES.iter().map(move |transport| (*route, *transport)));
        for ((route, transport), is_used) in ways.zip(used) {
            let comparison = known.compare(&trial_by(route, transport, Grade::Transport), "2.0.0");
            assert_eq!((comparison.used.len(), comparison.new.len()), (usize::from(is_used), usize::from(!is_used)));
        }
    };
    check(LIST, [true, true, true, true]);
    check(&limited("routes = [\"direct\"]"), [true, true, false, false]);
    check(&limited("transports = [\"other\"]"), [false, true, false, true]);
    check(&limited("routes = [\"direct\", \"relay\"]\ntransports = [\"http1\"]"), [true, false, true, false]);
    check(&limited("routes = [\"relay\"]\ntransports = [\"other\"]"), [false, false, false, true]);
    let error = KnownDeviations::parse("list.toml".into(), &limited("transports = [\"h9\"]"))
        .expect_err("it is broken")
        .to_string();
    assert!(error.contains("line 9") && error.contains("`h9`") && error.contains("`http1`"), "{error}");
}

#[test]
fn blessing_limits_a_scope_to_the_routes_and_transports_on_which_it_holds() {
    use Grade::{Exact, Transport as Listed};
    let run = |grades: [Grade; 4]| -> Vec<TrialRecord> {
        let ways = Route::SAMPLES
            .iter()
            .flat_map(|route| Transport::SAMPLES.iter().map(move |transport| (*route, *transport)));
        ways.zip(grades).map(|((route, transport), grade)| trial_by(route, transport, grade)).collect()
    };
    let limits = |list: &str, grades: [Grade; 4]| -> Vec<String> {
        let text = blessed(list, &run(grades)).text;
        let is_limit = |line: &&str| line.starts_with("routes") || line.starts_with("transports");
        text.lines().filter(is_limit).map(str::to_owned).collect()
    };
    for list in ["", LIST] {
        assert_eq!(limits(list, [Listed; 4]), [""; 0]);
        assert_eq!(limits(list, [Listed, Listed, Exact, Exact]), ["routes = [\"direct\"]"]);
        assert_eq!(limits(list, [Exact, Listed, Exact, Listed]), ["transports = [\"other\"]"]);
        assert_eq!(limits(list, [Exact, Listed, Exact, Exact]), ["routes = [\"direct\"]", "transports = [\"other\"]"]);
        let apart =
            ["routes = [\"direct\"]", "transports = [\"other\"]", "routes = [\"relay\"]", "transports = [\"http1\"]"];
        assert_eq!(limits(list, [Exact, Listed, Listed, Exact]), apart);
    }
    let (named, by_http1) = (limited("transports = [\"http1\"]"), run([Listed, Exact, Listed, Exact]));
    assert_eq!(blessed(&named, &by_http1).text, named, "what stands is kept with what it is limited to");
    let narrower = [trial_by(Route::Direct, Transport::Http1, Listed), trial_by(Route::RELAY, Transport::Http1, Exact)];
    let text = blessed(&named, &narrower).text;
    assert!(text.contains("routes = [\"direct\"]\ntransports = [\"http1\"]\n"), "a limit stays: {text}");
}

/// Long lists of cases stand one on a line, and texts are quoted as TOML wants it.
#[test]
fn a_new_entry_is_written_for_review() {
    let graded: Vec<TrialRecord> = (0..4)
        .map(|number| trial("create", &format!("anthropic/cut/a-long-name-of-a-case-{number}"), Grade::Exact))
        .collect();
    let broken =
        (4..8).map(|number| trial("create", &format!("anthropic/cut/a-long-name-of-a-case-{number}"), Grade::Absent));
    let list = blessed("", &graded.into_iter().chain(broken).collect::<Vec<_>>());
    insta::assert_snapshot!(list.text);
}
