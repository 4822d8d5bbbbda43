//! Tests of installs that are interrupted, repeated, or done twice at once, and of the parts of the toolchains.

use std::fs::File;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use camino::{Utf8Path, Utf8PathBuf};

use super::once::install_once;
use super::*;

fn directory() -> (tempfile::TempDir, Utf8PathBuf) {
    let held = tempfile::tempdir().expect("a temporary directory");
    let dir = Utf8PathBuf::from_path_buf(held.path().join("env").join("sdk-1")).expect("a UTF-8 path");
    (held, dir)
}

fn failed() -> SetupError {
    let [id, command, status] = ["sdk", "npm ci", "exit status: 1"].map(str::to_owned);
    SetupError::Failed { id, command, status, output: "npm error code E404\nnpm error 404".to_owned() }
}

#[test]
fn an_interrupted_install_is_done_again_and_a_complete_one_is_not() {
    let (_held, dir) = directory();
    let runs = AtomicUsize::new(0);
    let install = |succeed: bool| {
        install_once("sdk", &dir, "", &|_| (), |_| {
            runs.fetch_add(1, Ordering::Relaxed);
            assert!(!dir.exists(), "what the interrupted install left is removed");
            fs_err::create_dir_all(dir.join("half")).expect("a directory");
            if succeed { Ok(()) } else { Err(failed()) }
        })
    };
    assert!(install(false).is_err());
    assert!(install(false).is_err());
    assert!(install(true).is_ok());
    assert!(install(true).is_ok());
    assert_eq!(runs.into_inner(), 3);
}

#[test]
fn a_second_process_waits_and_says_so() {
    let (_held, dir) = directory();
    let (started, events) = (std::sync::Barrier::new(2), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            install_once("sdk", &dir, "", &|_| (), |_| {
                started.wait();
                while !events.lock().expect("not poisoned").contains(&Progress::Waiting { id: "sdk".to_owned() }) {
                    std::thread::yield_now();
                }
                fs_err::create_dir_all(&dir).map_err(|source| SetupError::Io { id: "sdk".to_owned(), source })
            })
        });
        started.wait();
        let second = install_once("sdk", &dir, "", &|event| events.lock().expect("not poisoned").push(event), |_| {
            panic!("the first one has installed it")
        });
        assert!(second.is_ok());
    });
    assert_eq!(events.into_inner().expect("not poisoned"), [Progress::Waiting { id: "sdk".to_owned() }]);
}

#[test]
#[cfg(unix)]
fn the_lock_lasts_as_long_as_the_command() {
    let (_held, dir) = directory();
    let path = format!("{dir}.lock");
    let mut orphan = None;
    let killed = install_once("sdk", &dir, "", &|_| (), |lock| {
        // As a command goes on whose parent was killed.
        let stdin = lock.try_clone().expect("a descriptor");
        orphan = std::process::Command::new("sleep").arg("60").stdin(stdin).spawn().ok();
        Err(failed())
    });
    assert!(killed.is_err());
    let lock = File::open(path).expect("the lock's file");
    assert!(matches!(lock.try_lock(), Err(std::fs::TryLockError::WouldBlock)));
    let mut orphan = orphan.expect("it was started");
    orphan.kill().and_then(|()| orphan.wait()).expect("it is ended");
    assert!(lock.try_lock().is_ok());
}

#[test]
fn a_failed_command_shows_the_ends_of_its_output() {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "for i in $(seq 50); do echo line $i; done; printf '\\033[31mboom\\n' >&2; exit 7"]);
    let lock = tempfile::tempfile().expect("a file");
    let error = command::run("sdk", command, &lock, &|_| ()).expect_err("it fails").to_string();
    assert!(error.starts_with("sdk: `sh -c for"), "{error}");
    assert!(error.contains("ended with exit status: 7\n  | line 1\n"), "{error}");
    assert!(error.contains("\n  | line 6\n  | …\n  | line 38\n"), "{error}");
    assert!(error.ends_with("\n  | line 50\n  |  [31mboom"), "{error}");
    assert_eq!(
        failed().to_string(),
        "sdk: `npm ci` ended with exit status: 1\n  | npm error code E404\n  | npm error 404"
    );
}

#[test]
fn another_build_constrains_the_sdk_alone() {
    let text = "# The SDK.\nacme-sdk[a,b]>=2.0 # newest\nacme\nhttpx~=0.28\n";
    assert_eq!(python::constrained(text, "acme-sdk", "==1.2"), ["acme-sdk[a,b]==1.2", "acme", "httpx"]);
    assert_eq!(python::uri(Utf8Path::new("/a b/c@1.whl")), "file:///a%20b/c%401.whl");
}

#[test]
fn a_working_copy_is_known_by_its_files() {
    let (_held, dir) = directory();
    fs_err::create_dir_all(dir.join("node_modules")).expect("a folder");
    fs_err::write(dir.join("a.py"), "1").expect("a file");
    let first = local::fingerprint(&dir).expect("it can be read");
    fs_err::write(dir.join("node_modules/b"), "left by a tool").expect("a file");
    assert_eq!(local::fingerprint(&dir).expect("it can be read"), first);
    fs_err::write(dir.join("a.py"), "12").expect("a file");
    assert_ne!(local::fingerprint(&dir).expect("it can be read"), first);
}

#[test]
fn a_go_adapter_is_built_from_its_module_and_the_shared_one() {
    let (_held, dir) = directory();
    let adapter = dir.join("acme");
    let own = ["acme/main.go", "acme/go.mod", "acme/go.sum", "acme/known-deviations.toml"];
    let shared = ["streamspec/adapter.go", "streamspec/dialects.json"];
    for file in own.into_iter().chain(shared) {
        fs_err::create_dir_all(dir.join(file).parent().expect("a folder")).expect("a folder");
        fs_err::write(dir.join(file), "").expect("a file");
    }
    fs_err::write(dir.join("streamspec/adapter_test.go"), "").expect("a file");
    let files = go::sources(&adapter).expect("they can be read");
    let names: Vec<_> = files.iter().filter_map(|file| file.strip_prefix(&dir).ok()).collect();
    assert_eq!(names, ["acme/go.mod", "acme/go.sum", "acme/main.go", shared[0], shared[1]]);

    assert_eq!(go::wanted("module acme\n\ngo 1.26.0\n\nrequire other v1.2.3\n"), (1, 26));
    assert_eq!(go::wanted("module acme\n"), (0, 0));
    assert_eq!(go::any_version("example.com/acme/v3"), "v3.0.0");
    assert_eq!(go::any_version("example.com/viper"), "v0.0.0");
}

#[test]
fn a_runtime_is_asked_once() {
    let (_held, base) = directory();
    let first = runtime::ask(&base, "python3", &["-c", "print('3.11.7')"]).expect("Python is there");
    // The answer is remembered, so another question is not even asked.
    let second = runtime::ask(&base, "python3", &["-c", "print('2.7.18')"]).expect("Python is there");
    assert_eq!(first, second);
    assert!(first.is_at_least(3, 10) && !first.is_at_least(3, 12));

    for (line, version) in [
        ("go1.26", Some("1.26.0")),
        ("openjdk 17.0.15 2025-04-15", Some("17.0.15")),
        ("\x1b[1mApache Maven 3.8.7\x1b[m (x)", Some("3.8.7")),
        ("v22.23.2-rc.1", Some("22.23.2")),
        ("nginx version: nginx/1.22.1", Some("1.22.1")),
        ("HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/", Some("2.6.12")),
        ("no version here", None),
    ] {
        assert_eq!(runtime::version_in(line).as_deref(), version, "{line}");
    }

    let missing = runtime::ask(&base, "no-such-runtime", &[]).expect_err("it is not there");
    assert_eq!(missing, "no `no-such-runtime` on PATH");
}
