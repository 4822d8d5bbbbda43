//! Identities: which build of an SDK, which of its surfaces and which case a trial is about, and how the bytes travel.
//!
//! Each is a name with one grammar. Nothing else takes a name apart or puts one together.

mod shard;
mod variant;

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use streamspec_adapters::contract::Api;
use streamspec_adapters::spec;
use thiserror::Error;

pub use shard::{Shard, ShardError};
pub use variant::{UnknownVariant, Variant};

/// A type for one kind of name, which reads like the text that it is.
macro_rules! name {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    };
}

name! {
    /// A build of an SDK: the id of its manifest, and `@1.2.3` or `@local` where it is not the locked version.
    SdkId
}

name! {
    /// One way of calling an SDK, as its manifest names it.
    SurfaceId
}

name! {
    /// A case: `anthropic/in-band/after-text#overloaded,start`. The folder of the dialect, the group and the file, and after
    /// `#` the combination of matrix values where the file has a matrix.
    CaseId
}

impl SdkId {
    /// The id without its build, as manifests and `--sdk` have it.
    pub fn base(&self) -> &str {
        spec::base(&self.0)
    }

    /// Whether it is the version of the lock file.
    pub fn is_locked(&self) -> bool {
        self.base().len() == self.0.len()
    }

    /// How it is asked for with `--sdk`. Only who ran it knows where a working copy is.
    pub fn asked(&self) -> String {
        match self.0.strip_suffix("@local") {
            Some(id) => format!("{id}=PATH"),
            None => self.0.clone(),
        }
    }
}

impl CaseId {
    /// The case of a file, or one combination of its matrix.
    pub fn of(file: &str, combination: Option<&str>) -> Self {
        Self(combination.map_or_else(|| file.to_owned(), |combination| format!("{file}#{combination}")))
    }

    /// The id of the case's file: everything before the combination.
    pub fn file(&self) -> &str {
        file_of(&self.0)
    }

    /// The names of the matrix values.
    pub fn combination(&self) -> Option<&str> {
        self.0.split_once('#').map(|(_, combination)| combination)
    }

    /// The folders of the case, `anthropic/in-band`.
    pub fn group(&self) -> &str {
        self.0.match_indices('/').nth(1).map_or(&self.0, |(at, _)| &self.0[..at])
    }

    /// What the group does not say: the name of the file and the combination.
    pub fn within_group(&self) -> &str {
        self.0.strip_prefix(self.group()).map_or(&self.0, |rest| rest.trim_start_matches('/'))
    }

    /// The folder that holds the file.
    pub fn folder(&self) -> &str {
        self.file().rsplit_once('/').map_or(self.file(), |(folder, _)| folder)
    }

    /// The folder of the dialect, `anthropic`.
    pub fn api_folder(&self) -> &str {
        api_folder(&self.0)
    }
}

/// What a group of cases is about, `in-band`: a group's name without the folder of the dialect.
pub fn about(group: &str) -> &str {
    group.split_once('/').map_or(group, |(_, about)| about)
}

/// Whether a group of cases belongs to a dialect.
pub fn is_of_api(group: &str, api: Api) -> bool {
    api_folder(group) == api.folder()
}

/// The same as [`CaseId::file`] for what may be no more than a part of an id.
pub fn file_of(case: &str) -> &str {
    case.split('#').next().unwrap_or(case)
}

/// The folder of the dialect that a group or a case begins with.
pub fn api_folder(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

/// What stands between the SDK and the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Nothing: the SDK's base URL is the server's, with the trial's token in its path.
    #[default]
    Direct,
}

/// How requests and answers travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// HTTP/1.1, or HTTP/1.0 for a client that asks for it, in the clear.
    #[default]
    Http1,
}

impl Transport {
    /// Every transport.
    pub const ALL: [Self; 1] = [Self::Http1];
}

/// The identity of a trial.
///
/// As text `anthropic-python/create-sync::anthropic/cut/eof@crlf`; the variant is left out where the case is sent as written,
/// and the route and the transport have no text as long as there is one of each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct TrialId {
    /// The build of the SDK.
    pub sdk: SdkId,
    /// The surface.
    pub surface: SurfaceId,
    /// The case.
    pub case: CaseId,
    /// The variant.
    pub variant: Variant,
    /// The route.
    #[serde(default)]
    pub route: Route,
    /// The transport.
    #[serde(default)]
    pub transport: Transport,
}

/// A text that is not the identity of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` names no trial; one is named `SDK/SURFACE::CASE` or `SDK/SURFACE::CASE@VARIANT`")]
pub struct NoTrialId(String);

impl TrialId {
    /// A trial on the only route and the only transport there are.
    pub fn new(
        sdk: impl Into<SdkId>,
        surface: impl Into<SurfaceId>,
        case: impl Into<CaseId>,
        variant: Variant,
    ) -> Self {
        let (route, transport) = (Route::Direct, Transport::Http1);
        Self { sdk: sdk.into(), surface: surface.into(), case: case.into(), variant, route, transport }
    }

    /// The name of the trial as its case is written, whatever the variant.
    #[must_use]
    pub fn as_written(&self) -> Self {
        Self { variant: Variant::AsWritten, ..self.clone() }
    }

    /// The case, and after `@` the variant where it is not as written.
    pub fn case_and_variant(&self) -> String {
        let Self { case, variant, .. } = self;
        if *variant == Variant::AsWritten { case.to_string() } else { format!("{case}@{}", variant.name()) }
    }
}

impl fmt::Display for TrialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}::{}", self.sdk, self.surface, self.case_and_variant())
    }
}

impl FromStr for TrialId {
    type Err = NoTrialId;

    fn from_str(text: &str) -> Result<Self, NoTrialId> {
        let parts = || {
            let (sdk_and_surface, case) = text.split_once("::")?;
            let (sdk, surface) = sdk_and_surface.split_once('/')?;
            let (case, variant) = match case.rsplit_once('@') {
                Some((case, name)) => (case, Variant::named(name)?),
                None => (case, Variant::AsWritten),
            };
            let all_named = [sdk, surface, case].iter().all(|part| !part.is_empty());
            all_named.then(|| Self::new(sdk, surface, case, variant))
        };
        parts().ok_or_else(|| NoTrialId(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_has_its_parts() {
        let case = CaseId::from("anthropic/in-band/after-text#overloaded,start");
        assert_eq!((case.file(), case.combination()), ("anthropic/in-band/after-text", Some("overloaded,start")));
        assert_eq!(
            (case.group(), case.folder(), case.api_folder()),
            ("anthropic/in-band", "anthropic/in-band", "anthropic")
        );
        assert_eq!(CaseId::of(case.file(), case.combination()), case);
        assert_eq!((case.within_group(), about(case.group())), ("after-text#overloaded,start", "in-band"));
        let plain = CaseId::from("gemini/cut/eof");
        assert_eq!((plain.file(), plain.combination(), plain.group()), ("gemini/cut/eof", None, "gemini/cut"));
        let stray = CaseId::from("mine");
        assert_eq!((stray.file(), stray.group(), stray.folder(), stray.api_folder()), ("mine", "mine", "mine", "mine"));
        for (id, base, is_locked, asked) in [
            ("openai-go", "openai-go", true, "openai-go"),
            ("openai-go@1.2.3", "openai-go", false, "openai-go@1.2.3"),
            ("openai-go@local", "openai-go", false, "openai-go=PATH"),
        ] {
            let id = SdkId::from(id);
            assert_eq!((id.base(), id.is_locked(), id.asked().as_str()), (base, is_locked, asked));
        }
    }

    #[test]
    fn what_names_no_trial_is_refused() {
        for text in
            ["", "openai-go", "openai-go/stream", "openai-go::a/b/c", "/stream::a/b/c", "x/y::", "x/y::a/b/c@nonsense"]
        {
            let refused = text.parse::<TrialId>().expect_err("it is refused");
            assert_eq!(refused, NoTrialId(text.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn a_name_is_read_as_it_is_written(
            sdk in "[a-z][a-z0-9-]{0,20}(@([0-9]\\.[0-9]{1,2}\\.[0-9]|local))?",
            surface in "[a-z][a-z0-9-]{0,20}",
            case in "[a-z]{1,9}/[a-z-]{1,9}/[a-z0-9-]{1,20}(#[a-z0-9,.-]{1,20})?",
            variant in proptest::sample::select(Variant::every().collect::<Vec<_>>()),
        ) {
            let id = TrialId::new(sdk, surface, case, variant);
            prop_assert_eq!(id.to_string().parse::<TrialId>(), Ok(id.clone()));
            let json = serde_json::to_string(&id).expect("it is JSON");
            prop_assert_eq!(serde_json::from_str::<TrialId>(&json).expect("it is read"), id);
        }
    }
}
