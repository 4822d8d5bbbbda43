//! Runs through gateways: what is said of them, what is kept apart, and what is left of them.

use crate::repository::{HEALTHY, LIST, RECORDS, REPORT, Repository, check, own, said};

/// The list of the gateway.
const GATEWAY_LIST: &str = "adapters/gateways/relay/known-deviations.toml";

/// A repository with a gateway that does one thing; with a program of this name.
fn repository(deed: &str, program: &str) -> Repository {
    let repository = Repository::new();
    let template = std::fs::read_to_string(own().join("harness/tests/fixtures/gateways/relay.py")).expect("a template");
    repository.write("adapters/gateways/relay/relay.py", &template);
    let manifest = format!(
        "id = \"relay\"\nname = \"Relay\"\nversion = \"1.0.0\"\nlink = \"https://example.org\"\nabout = \"It lies.\"\n\
         template = \"relay.py\"\narguments = [\"${{folder}}/relay.py\", \"{deed}\"]\ntoken = \"path\"\n\
         install = {{ program = \"{program}\", from = {{ debian = \"relay-light\" }} }}\n\
         dialects = {{ anthropic-messages = \"anthropic-messages\" }}\n"
    );
    repository.write("adapters/gateways/relay/gateway.toml", &manifest);
    repository
}

#[test]
fn trials_through_a_gateway_are_trials_of_their_own() {
    let repository = repository("nothing", "python3");
    check(repository.call(&["list", "--via", "relay"]), 0, "reference/events::anthropic/benign/text@route=relay\n");
    let both = check(repository.call(&["list", "--via", "direct,all"]), 0, "reference/events::anthropic/benign/text\n");
    let alone = check(repository.call(&["list"]), 0, "");
    let lines = |came: &assert_cmd::assert::Assert| said(came).lines().count();
    assert_eq!(lines(&both), 2 * lines(&alone));

    let ran = check(repository.call(&["run", "--via", "direct,relay"]), 0, "reference/events via relay");
    assert!(said(&ran).contains("Relay 3.") && said(&ran).contains("its list of known deviations is about 1.0.0"));
    let records = repository.read(RECORDS);
    assert!(records.contains("\"gateways\":[{\"route\":\"relay\",\"name\":\"Relay\",\"version\":\"3."));
    let trials = || records.lines().filter(|line| line.starts_with("{\"record\":\"trial\""));
    let of = |route: &str| trials().filter(|trial| trial.contains(&format!("\"route\":\"{route}\""))).count();
    assert!(of("relay") > 0 && of("relay") == of("direct"));
    assert!(repository.read(REPORT).contains("\"route\":\"relay\""));
    assert!(repository.read("target/streamspec/report/compatibility.html").contains("</html>"));
    let markdown = repository.read("target/streamspec/report/compatibility.md");
    assert!(markdown.contains("events (route=relay)"), "{markdown}");
    assert!(markdown.contains("\n## Gateways\n") && markdown.contains("Beside the direct route"), "{markdown}");
    let is_blamed = |route: &str, trial: &str| {
        trial.contains(&format!("\"route\":\"{route}\"")) && trial.contains("\"blame\":{\"word\":\"passed-on\"")
    };
    assert!(trials().any(|trial| is_blamed("relay", trial)) && !trials().any(|trial| is_blamed("direct", trial)));
    assert!(repository.read(REPORT).contains("\"gateways\": ["));
    check(repository.call(&["compare", REPORT, REPORT]), 0, "");

    check(repository.call(&["run", "--via", "relai"]), 2, "there is no gateway `relai`; did you mean `relay`?");
    let committed = ["run", "--via", "relay", "--sdk", "all", "--report", "reports"];
    check(repository.call(&committed), 2, "leave out --via");
    check(repository.call(&["setup", "--via", "relay"]), 0, "relay: Relay 3.");
    let code = i32::from(!said(&repository.call(&["doctor"])).contains("Relay (gateway: --via relay): 3."));
    assert_eq!(code, 0, "doctor tells of gateways");
}

#[test]
fn a_gateway_has_a_list_of_its_own() {
    let repository = repository("say-it-twice", "python3");
    let before = repository.read(LIST);
    let ran = check(repository.call(&["run", "--via", "direct,relay"]), 1, "--via relay --nonce");
    assert!(said(&ran).contains("invented: text"), "{}", said(&ran));
    check(repository.call(&["bless"]), 0, "relay: kept 0, narrowed 0, added ");
    assert_eq!(repository.read(LIST), before, "what a gateway does is not the reference client's");
    assert!(repository.read(GATEWAY_LIST).contains("reason = \"unexplained\""));
    check(repository.call(&["run", "--via", "direct,relay"]), 0, "wrote ");
    check(repository.call(&["run"]), 0, "wrote ");
    check(repository.call(&["check"]), 0, "");
    let limited = repository.read(GATEWAY_LIST).replace("cases =", "routes = [\"direct\"]\ncases =");
    repository.write(GATEWAY_LIST, &limited);
    check(repository.call(&["check"]), 2, "this list is about `relay` alone; leave out `routes`");
    repository.write(GATEWAY_LIST, "");
    repository.write(LIST, &crate::repository::GONE.replace("cases =", "routes = [\"rely\"]\ncases ="));
    check(repository.call(&["check"]), 2, "known-deviations.toml:5: there is no gateway `rely`");
}

#[test]
fn a_gateway_that_cannot_be_used_is_told_of() {
    let missing = repository("nothing", "no-such-program");
    let said = "relay is not run through: no `no-such-program` on PATH; it is in the Debian package `relay-light`";
    check(missing.call(&["run", "--via", "relay"]), 3, said);
    check(missing.call(&["run", "--via", "direct,relay"]), 3, said);
    check(missing.call(&["run", "--via", "direct,all"]), 0, said);
    let dead = repository("die", "python3");
    let run = ["run", "--via", "direct,relay", "--case", HEALTHY];
    check(dead.call(&run), 3, "the gateway relay ended during the call: it ended with exit status: 3");
    check(missing.call(&["run", "--case", HEALTHY]), 0, "wrote ");
}

#[cfg(target_os = "linux")]
#[test]
fn a_gateway_ends_with_the_run_however_that_ends() {
    for signal in ["INT", "KILL"] {
        let repository = repository("sleep", "python3");
        let mut run = repository.command(&["run", "--via", "relay", "--case", HEALTHY]).spawn().expect("it starts");
        let folder = repository.root.join("target/streamspec/gateways");
        let pid = until("the gateway writes its number", || {
            let starts = folder.read_dir().into_iter().flatten().flatten();
            let mut pids = starts.filter_map(|start| std::fs::read_to_string(start.path().join("pid")).ok());
            pids.find(|pid| !pid.is_empty())
        });
        let told = std::process::Command::new("kill").args(["-s", signal, &run.id().to_string()]).status();
        assert!(told.expect("kill is there").success());
        run.wait().expect("it ends");
        until("the gateway ends", || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            // One that has ended and whose end nobody asks for stays in the list of processes.
            stat.map_or(true, |stat| stat.contains(") Z ")).then_some(())
        });
        assert!(signal == "KILL" || folder.read_dir().expect("a folder").next().is_none(), "its folder is gone");
    }
}

/// Waits for something that takes a moment, and fails where it does not come within a minute.
#[cfg(target_os = "linux")]
fn until<T>(what: &str, mut come: impl FnMut() -> Option<T>) -> T {
    let begun = std::time::Instant::now();
    loop {
        if let Some(come) = come() {
            return come;
        }
        assert!(begun.elapsed() < std::time::Duration::from_mins(1), "{what}: nothing within a minute");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
