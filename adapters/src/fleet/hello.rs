//! The conditions that the `hello` of a program must meet so that it can be run without a manifest.

use thiserror::Error;

use super::is_plain;
use crate::contract::{Identity, Surface};
use crate::spec::SETS;

/// A `hello` of which no SDK can be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HelloError {
    /// The name has nothing that an id could be made of.
    #[error(
        "`sdk.name` is `{0}`; an id is made of its letters, digits, hyphens, dots and underscores, and needs a letter or a digit"
    )]
    NoId(String),
    /// The name is that of a set of SDKs.
    #[error("`sdk.name` is `{0}`, which is the name of a set of SDKs")]
    Set(String),
    /// There is no surface.
    #[error("`surfaces` is empty; it names the ways in which the program can be asked to make a call")]
    NoSurface,
    /// There is no dialect.
    #[error("`apis` is empty; it names the dialects that the program can be asked for")]
    NoApi,
    /// The name of a surface cannot be one.
    #[error("`surfaces` holds `{0}`; the name of a surface is of letters, digits, hyphens, dots and underscores")]
    Surface(String),
    /// The description of a surface cannot be used.
    #[error("`described.{surface}`: {what}")]
    Description {
        /// The surface.
        surface: String,
        /// A sentence about the mistake in its description.
        what: String,
    },
}

/// Checks that an SDK with this id can be made of what an adapter says about itself.
pub(crate) fn check_hello(identity: &Identity, id: &str) -> Result<(), HelloError> {
    let name = || identity.sdk.name.escape_debug().to_string();
    if !id.contains(|character: char| character.is_ascii_alphanumeric()) {
        return Err(HelloError::NoId(name()));
    }
    if SETS.contains(&id) {
        return Err(HelloError::Set(name()));
    }
    if identity.surfaces.is_empty() {
        return Err(HelloError::NoSurface);
    }
    if identity.apis.is_empty() {
        return Err(HelloError::NoApi);
    }
    if let Some(surface) = identity.surfaces.iter().find(|surface| !is_plain(surface)) {
        return Err(HelloError::Surface(surface.escape_debug().to_string()));
    }
    identity.described.iter().try_for_each(|(name, surface)| {
        let described = wrong(identity, name, surface);
        described.map_or(Ok(()), |what| Err(HelloError::Description { surface: name.escape_debug().to_string(), what }))
    })
}

/// Says what is wrong with the description of a surface.
fn wrong(identity: &Identity, name: &str, surface: &Surface) -> Option<String> {
    if !identity.surfaces.iter().any(|one| one == name) {
        return Some("`surfaces` does not name it".to_owned());
    }
    if surface.apis.is_empty() {
        return Some("`apis` is empty".to_owned());
    }
    if let Some(api) = surface.apis.iter().find(|api| !identity.apis.contains(api)) {
        return Some(format!("`apis` of the hello does not name `{api}`"));
    }
    if !surface.is_described() {
        return Some("`call` is empty".to_owned());
    }
    surface.handler.is_some().then(|| "`handler` is a file beside an adapter.toml; leave it out".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::contract::AnswerField;
    use crate::manifest::Manifest;

    fn identity(change: &Value) -> Identity {
        let mut hello = json!({
            "sdk": { "name": "@acme/client", "version": "1.0.0", "language": "Standard ML" }, "runtime": "MLton",
            "apis": ["openai-chat"], "error_bases": [], "surfaces": ["read", "whole"],
        });
        for (key, value) in change.as_object().expect("an object") {
            hello[key] = value.clone();
        }
        serde_json::from_value(hello).expect("an identity")
    }

    #[test]
    fn a_surface_that_nobody_describes_is_held_to_nothing() {
        let read = json!({ "apis": ["openai-chat"], "delivers": "text", "call": "read()" });
        let manifest = Manifest::of(&identity(&json!({ "described": { "read": read } })));
        assert_eq!((manifest.id.as_str(), manifest.language.as_str()), ("acme-client", "Standard ML"));
        let surface = |name: &str| &manifest.surfaces[name];
        assert_eq!((surface("read").shows(), surface("read").is_described()), (vec![AnswerField::Text], true));
        assert_eq!((surface("whole").shows(), surface("whole").is_described()), (Vec::new(), false));
    }

    #[test]
    fn what_is_wrong_with_a_hello_is_named() {
        let check = |change: Value, expected: &str| {
            let identity = identity(&change);
            let id = Manifest::of(&identity).id;
            let said = check_hello(&identity, &id).map_or_else(|error| error.to_string(), |()| String::new());
            assert!(said.starts_with(expected) && said.is_empty() == expected.is_empty(), "{said}");
        };
        let named = |name: &str| json!({ "sdk": { "name": name, "version": "1", "language": "" } });
        let described = |name: &str, change: Value| {
            let mut surface = json!({ "apis": ["openai-chat"], "delivers": "text", "call": "read()" });
            for (key, value) in change.as_object().expect("an object") {
                surface[key] = value.clone();
            }
            json!({ "described": { name: surface } })
        };
        check(json!({}), "");
        check(described("read", json!({ "caller": ["stop"], "since": "1.0.0" })), "");
        check(named(""), "`sdk.name` is ``; an id is made of");
        check(named("\u{1b}日本"), "`sdk.name` is `\\u{1b}日本`; an id is made of");
        check(named("@all"), "`sdk.name` is `@all`, which is the name of a set");
        check(json!({ "surfaces": [] }), "`surfaces` is empty");
        check(json!({ "apis": [] }), "`apis` is empty");
        check(json!({ "surfaces": ["a b"] }), "`surfaces` holds `a b`; ");
        check(json!({ "surfaces": [""] }), "`surfaces` holds ``; ");
        check(described("raed", json!({})), "`described.raed`: `surfaces` does not name it");
        check(described("read", json!({ "apis": [] })), "`described.read`: `apis` is empty");
        let other = json!({ "apis": ["gemini-generate"] });
        check(described("read", other), "`described.read`: `apis` of the hello does not name `gemini-generate`");
        check(described("read", json!({ "call": "" })), "`described.read`: `call` is empty");
        check(described("read", json!({ "handler": "x" })), "`described.read`: `handler` is a file");
    }
}
