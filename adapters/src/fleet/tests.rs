//! Tests of wrong manifests, and of adapters that are not what their manifests say.

use std::collections::BTreeMap;

use super::sdk::matches;
use super::*;
use crate::contract::{Api, Identity, SdkVersion};

const MANIFEST: &str = r#"id = "openai-python"
package = "openai"
version = "3.54.0"
language = "python"
entry = "adapter.py"
error-bases = ["OpenAIError"]

[configuration]
timeout = "The client takes seconds."

[surfaces.create-sync]
apis = ["openai-chat"]
delivers = "events"
call = "client.chat.completions.create(stream=True)"
"#;

/// Returns a root with one adapter folder for each manifest.
fn root(manifests: &[(&str, &str)]) -> (tempfile::TempDir, Utf8PathBuf) {
    let held = tempfile::tempdir().expect("a temporary directory");
    let root = Utf8PathBuf::from_path_buf(held.path().to_owned()).expect("a UTF-8 path");
    for (dir, manifest) in manifests {
        let dir = root.join("adapters").join(dir);
        fs_err::create_dir_all(&dir).expect("a folder");
        fs_err::write(dir.join("adapter.toml"), manifest).expect("a manifest");
        fs_err::write(dir.join("adapter.py"), "").expect("an entry");
    }
    (held, root)
}

#[test]
fn finds_every_manifest_and_helps_with_ids() {
    let second = MANIFEST.replace("openai-python", "anthropic-python");
    let (_held, root) = root(&[("python/openai", MANIFEST), ("python/anthropic", &second)]);
    fs_err::create_dir_all(root.join("adapters/python/tests")).expect("a folder without a manifest");
    let fleet = Fleet::discover(&root).expect("a fleet");
    let ids: Vec<_> = fleet.sdks().iter().map(|sdk| sdk.manifest.id.as_str()).collect();
    assert_eq!(ids, ["anthropic-python", "openai-python"]);
    assert_eq!(fleet.get("openai-python").expect("it is there").dir, root.join("adapters/python/openai"));

    let check = |id: &str, expected: &str| {
        assert_eq!(fleet.get(id).expect_err("it is not there").to_string(), expected);
    };
    check("openai-pyton", "there is no SDK `openai-pyton`; did you mean `openai-python`?");
    check("cohere", "there is no SDK `cohere`; there are: anthropic-python, openai-python");
    check("openai", "there is no SDK `openai`; did you mean `openai-python`?");
    check("python", "there is no SDK `python`; did you mean `openai-python` or `anthropic-python`?");
}

#[test]
fn chooses_builds_and_sets_once_each() {
    let core = MANIFEST.replace("language", "core = true\nlanguage");
    let second = MANIFEST.replace("openai-python", "anthropic-python");
    let (_held, root) = root(&[("python/openai", &core), ("python/anthropic", &second)]);
    let fleet = Fleet::discover(&root).expect("a fleet");
    let check = |words: &[&str], expected: &[(&str, &str)]| {
        let chosen = fleet.choose(words).expect("they are known");
        let names: Vec<_> =
            chosen.sdks.iter().map(|sdk| (sdk.manifest.id.as_str(), sdk.manifest.version.as_str())).collect();
        assert_eq!(names, expected, "{words:?}");
    };
    check(&[], &[("openai-python", "3.54.0")]);
    check(&["core"], &[("openai-python", "3.54.0")]);
    check(&["all", "core"], &[("anthropic-python", "3.54.0"), ("openai-python", "3.54.0")]);
    check(&["openai-python@1.0", "2.0"], &[("openai-python@1.0", "1.0"), ("openai-python@2.0", "2.0")]);
    // The locked version is what the plain id means.
    check(&["openai-python@3.54.0", "openai-python"], &[("openai-python", "3.54.0")]);
    check(&["openai-python=.", "openai-python"], &[("openai-python@local", "3.54.0"), ("openai-python", "3.54.0")]);
    assert!(fleet.choose(&["nope@1.0"]).is_err());
}

#[test]
fn refuses_a_wrong_manifest() {
    let check = |manifest: &str, parts: &[&str]| {
        let (_held, root) = root(&[("python/openai", manifest)]);
        let fleet = Fleet::discover(&root).expect("a fleet");
        let [Broken { reason: error, .. }] = fleet.broken() else { panic!("it is refused") };
        assert!(fleet.sdks().is_empty());
        let path = root.join("adapters/python/openai/adapter.toml");
        assert!(error.starts_with(path.as_str()) && parts.iter().all(|part| error.contains(part)), "{error}");
    };
    check(&MANIFEST.replace("delivers = \"events\"", "delivers = \"all\""), &["line 13", "unknown variant `all`"]);
    check(&MANIFEST.replace("entry", "source"), &["line 5", "unknown field `source`"]);
    check(&MANIFEST.replace("3.54.0", ""), &["`version` must be one exact version"]);
    check(&MANIFEST.replace("3.54.0", ">=3"), &["`version` must be one exact version, not `>=3`"]);
    check(
        &MANIFEST.replace("client.chat.completions.create(stream=True)", ""),
        &["`call` of the surface `create-sync` is empty"],
    );
    check(&MANIFEST.replace("\"python\"", "\"rust\""), &["`language` is `rust`, but the folder is `python`"]);
    check(&MANIFEST.replace("\"python\"", "\"pyhton\""), &["`language` is `pyhton`, but the folder is `python`"]);
    check(&MANIFEST.replace("openai-chat", "openai-chats"), &["line 12", "unknown variant `openai-chats`"]);
    check(&MANIFEST.replace("[\"openai-chat\"]", "[]"), &["the surface `create-sync` has no `apis`"]);
    check(&MANIFEST.replace("adapter.py", "main.py"), &["`entry`: there is no file `main.py`"]);
    check(&format!("{MANIFEST}handler = \"handler.py\""), &["`handler`: there is no file `handler.py`"]);
    check(&format!("{}[surfaces]", MANIFEST.split("[surfaces").next().unwrap_or("")), &["`surfaces` is empty"]);

    let (_held, twins) = root(&[("python/a", MANIFEST), ("python/b", MANIFEST)]);
    let fleet = Fleet::discover(&twins).expect("a fleet");
    let error = &fleet.broken()[0].reason;
    assert!(error.contains("python/b/adapter.toml: the id `openai-python` is already used by"), "{error}");
    let (_held, empty) = root(&[]);
    assert!(matches!(Fleet::discover(&empty), Err(FleetError::Empty(_))));
}

/// A mistake in one manifest is the failure of that SDK alone.
#[test]
fn a_wrong_manifest_stops_no_other() {
    let core = MANIFEST.replace("language", "core = true\nlanguage");
    let broken = core.replace("openai-python", "acme-python").replace("entry", "entri");
    let ruby = core.replace("openai-python", "acme-ruby").replace("\"python\"", "\"ruby\"");
    let folders = [("python/openai", &*core), ("python/acme", &broken), ("python/none", "["), ("ruby/acme", &ruby)];
    let (_held, root) = root(&folders);
    let fleet = Fleet::discover(&root).expect("a fleet");
    let check = |words: &[&str], sdks: &[&str], broken: &[&str]| {
        let chosen = fleet.choose(words).expect("they are known");
        assert_eq!(chosen.sdks.iter().map(|sdk| sdk.manifest.id.as_str()).collect::<Vec<_>>(), sdks, "{words:?}");
        assert_eq!(chosen.broken.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), broken, "{words:?}");
    };
    check(&["openai-python"], &["openai-python"], &[]);
    check(&["core"], &["openai-python"], &["acme-python", "python/none", "acme-ruby"]);
    check(&["all", "acme-python"], &["openai-python"], &["acme-python", "python/none", "acme-ruby"]);
    check(&["acme-python"], &[], &["acme-python"]);
    let ruby = &fleet.choose(&["acme-ruby"]).expect("it is known").broken[0].reason;
    let known = "`ruby` is not a known language; the languages are python, typescript, rust, go, java";
    assert!(ruby.ends_with(known), "{ruby}");
    // What is wrong beside the manifest is found when the SDK is set up, and is the failure of that SDK, too.
    let openai = fleet.get("openai-python").expect("it is there");
    let error = openai.environment().expect_err("there is no lock file").to_string();
    assert!(error.starts_with("openai-python: ") && error.contains("requirements.lock"), "{error}");
}

#[test]
fn an_adapter_that_is_not_what_its_manifest_says_is_named() {
    let manifest: Manifest = toml::from_str(MANIFEST).expect("a manifest");
    let identity = Identity {
        sdk: SdkVersion { name: "openai".into(), version: "3.54.0".into(), language: "python".into() },
        runtime: "CPython 3.11.7".to_owned(),
        apis: vec![Api::OpenaiChat],
        error_bases: vec!["OpenAIError".to_owned()],
        surfaces: vec!["create-sync".to_owned()],
        capabilities: Vec::new(),
        described: BTreeMap::new(),
    };
    assert!(matches(&manifest, &Build::Locked, &identity).is_ok());
    let check = |change: fn(&mut Identity), expected: &str| {
        let mut identity = identity.clone();
        change(&mut identity);
        assert_eq!(matches(&manifest, &Build::Locked, &identity).expect_err("they differ").to_string(), expected);
    };
    check(
        |identity| identity.sdk.version = "3.53.1".to_owned(),
        "openai-python: the version is 3.54.0 in adapter.toml, but 3.53.1 in the running adapter",
    );
    check(
        |identity| identity.surfaces.push("create-async".to_owned()),
        "openai-python: the list of surfaces is [create-sync] in adapter.toml, \
         but [create-async, create-sync] in the running adapter",
    );
    check(
        |identity| identity.apis.clear(),
        "openai-python: the list of apis is [openai-chat] in adapter.toml, but [] in the running adapter",
    );
    // Another build may lack surfaces, but must be the version that was asked for.
    let older = Identity { surfaces: Vec::new(), ..identity };
    assert!(matches(&manifest, &Build::Version("3.54.0".to_owned()), &older).is_ok());
    let other = Manifest { version: "3.0.0".to_owned(), ..manifest };
    assert!(matches(&other, &Build::Version("3.0.0".to_owned()), &older).is_err());
    assert!(matches(&other, &Build::Local(Utf8PathBuf::new()), &older).is_ok());
}
