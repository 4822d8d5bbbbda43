//! One SDK and its adapter, at the build that was asked for.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::hello::{HelloError, check_hello};
use crate::contract::{Adapter, Identity};
use crate::manifest::{self, Manifest};
use crate::process::{Launch, Pool, ProcessAdapter, Processes, StartError};
use crate::setup::{self, Environment, Progress, SetupError, Standalone, Toolchain};
use crate::spec::{self, Build};

/// An error that keeps an SDK's adapter from being opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its environment is not complete.
    #[error("{0}: not installed yet; its environment is incomplete")]
    NotInstalled(String),
    /// Its environment cannot be used.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// Its process does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// No native adapter has this id.
    #[error("{0}: no native adapter of that id is linked into this program")]
    NotLinked(String),
    /// It says something else about itself than its manifest.
    #[error("{id}: {what} is {manifest} in adapter.toml, but {adapter} in the running adapter")]
    Mismatch {
        /// The SDK.
        id: String,
        /// The name of what differs.
        what: &'static str,
        /// The manifest's value.
        manifest: String,
        /// The adapter's value.
        adapter: String,
    },
}

/// One SDK and its adapter.
#[derive(Clone, Debug)]
pub struct Sdk {
    /// Its manifest; at another build than the locked one, with the id and the version of that.
    pub manifest: Manifest,
    /// Its folder.
    pub dir: Utf8PathBuf,
    /// The build of the SDK that this stands for.
    pub build: Build,
    pub(super) root: Utf8PathBuf,
    pub(super) own: Option<OwnAdapter>,
}

/// An adapter that was made elsewhere and is used as it is.
#[derive(Clone)]
pub(super) struct OwnAdapter {
    adapter: Arc<dyn Adapter>,
    /// The program and its arguments where that is how it was started.
    command: Vec<String>,
}

impl fmt::Debug for OwnAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnAdapter").field(self.adapter.identity()).field(&self.command).finish()
    }
}

impl Sdk {
    /// Makes an SDK that has no manifest, only an adapter that was made elsewhere. It has the name that the adapter gives it, with `-` for
    /// what an id cannot hold. A surface that the adapter does not describe is described by nobody, so that a field which an
    /// observation leaves out is a field that the surface does not have.
    pub fn of(adapter: Arc<dyn Adapter>) -> Self {
        let manifest = Manifest::of(adapter.identity());
        let (dir, root) = (Utf8PathBuf::new(), Utf8PathBuf::new());
        Self { manifest, dir, build: Build::Locked, root, own: None }.driven_by(adapter)
    }

    /// Returns the same SDK, driven by an adapter that was made elsewhere. Who made it closes it.
    #[must_use]
    pub fn driven_by(self, adapter: Arc<dyn Adapter>) -> Self {
        Self { own: Some(OwnAdapter { adapter, command: Vec::new() }), ..self }
    }

    /// Makes an SDK of a program that speaks the adapter protocol and was started by this command.
    ///
    /// # Errors
    ///
    /// An error says what is missing in its `hello`, or wrong with it.
    pub fn of_command(adapter: Arc<dyn Adapter>, command: &[String]) -> Result<Self, HelloError> {
        let sdk = Self::of(Arc::clone(&adapter));
        check_hello(adapter.identity(), &sdk.manifest.id)?;
        Ok(Self { own: Some(OwnAdapter { adapter, command: command.to_vec() }), ..sdk })
    }

    /// Returns the command that its program was started with: nothing of it is checked in. None for any other SDK.
    pub fn command(&self) -> Option<&[String]> {
        self.own.as_ref().map(|own| own.command.as_slice()).filter(|command| !command.is_empty())
    }

    /// Returns the adapter that was made elsewhere, if there is one.
    pub fn own_adapter(&self) -> Option<Arc<dyn Adapter>> {
        self.own.as_ref().map(|own| Arc::clone(&own.adapter))
    }

    /// Returns the folder of the suite it belongs to, an absolute path; environments are below it.
    pub fn root(&self) -> &Utf8Path {
        &self.root
    }

    /// Returns the environment it is installed into, which need not be there yet; `None` for what is linked into this
    /// program.
    pub fn environment(&self) -> Result<Option<Environment>, SetupError> {
        Environment::of(&self.root, &self.manifest, &self.dir, &self.build)
    }

    /// Makes its adapter, with the locked version of the SDK, one that needs nothing else of the repository.
    pub fn standalone(&self) -> Result<Standalone, SetupError> {
        match self.environment()? {
            Some(environment) => environment.standalone(),
            None => setup::linked_standalone(&self.root, spec::base(&self.manifest.id)),
        }
    }

    /// Makes of the template beside its adapter, where there is one, a program that needs nothing else of the repository.
    pub fn program(&self) -> Result<Option<Standalone>, SetupError> {
        self.environment()?.map_or(Ok(None), |environment| environment.program())
    }

    /// Returns the same SDK at another build. A version that is the locked one is just that.
    #[must_use]
    pub fn at(&self, build: Build) -> Self {
        let mut other = self.clone();
        match build {
            Build::Version(version) if version == self.manifest.version => {}
            build => {
                other.manifest.id = build.id_of(&self.manifest.id);
                if let Build::Version(version) = &build {
                    other.manifest.version.clone_from(version);
                    // A handler is written against the locked version.
                    other.manifest.surfaces.retain(|_, surface| surface.handler.is_none());
                }
                other.build = build;
            }
        }
        other
    }

    /// Returns the same SDK with a native adapter that has one fault, `reference+ignores-error-event`.
    #[must_use]
    pub fn mutant(&self, name: &str) -> Self {
        let mut mutant = self.clone();
        mutant.manifest.id = spec::mutant(&self.manifest.id, name);
        mutant
    }

    /// Installs what the adapter needs, which is a few looks at files when that is done already, and says which SDK
    /// that is: `latest` becomes a version. Blocks.
    pub fn ensure(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<Self, SetupError> {
        if self.own.is_some() {
            return Ok(self.clone());
        }
        if self.build == Build::Latest {
            let version = setup::latest(&self.root, &self.manifest, progress)?;
            let mut locked = Self { build: Build::Locked, ..self.clone() };
            spec::base(&self.manifest.id).clone_into(&mut locked.manifest.id);
            return locked.at(Build::Version(version)).ensure(progress);
        }
        match self.environment()? {
            Some(environment) => environment.ensure(progress)?,
            None => self.linked()?,
        }
        Ok(self.clone())
    }

    /// Makes sure that a native adapter is part of this program.
    fn linked(&self) -> Result<(), SetupError> {
        let id = &self.manifest.id;
        crate::native::missing_feature(id).map_or(Ok(()), |feature| {
            let reason = format!("built without the feature `{feature}`");
            let fix = format!("run cargo with `--features {feature}`");
            Err(SetupError::Unavailable { id: id.clone(), reason, fix })
        })
    }

    /// Says whether a process of it keeps no more than one core busy.
    pub fn has_one_thread(&self) -> bool {
        setup::named(&self.manifest.language).is_some_and(Toolchain::has_one_thread)
    }

    /// Starts the adapter and holds what it says about itself against the manifest. A process is told by the variable of its manifest
    /// which authority its SDK is to trust: the path of that authority's certificate, as PEM. There are at most so many processes.
    pub async fn open(
        &self,
        certificate: Option<&Utf8Path>,
        processes: Processes,
    ) -> Result<Arc<dyn Adapter>, OpenError> {
        let id = &self.manifest.id;
        let environment = self.environment()?;
        let adapter: Arc<dyn Adapter> = match &environment {
            Some(environment) if environment.is_complete() => {
                let mut launch = environment.launch()?;
                launch.env.insert(manifest::VARIABLE.to_owned(), self.manifest.to_json());
                if let Some(certificate) = certificate {
                    let variables = self.manifest.transports.variables();
                    launch.env.extend(variables.map(|name| (name.to_owned(), certificate.to_string())));
                }
                Arc::new(Pool::start(launch, processes).await?)
            }
            Some(_) => return Err(OpenError::NotInstalled(id.clone())),
            None => crate::native::open(id).ok_or_else(|| OpenError::NotLinked(id.clone()))?,
        };
        if let Err(mismatch) = matches(&self.manifest, &self.build, adapter.identity()) {
            adapter.close().await;
            let installed = matches!(mismatch, OpenError::Mismatch { what: "the version" | "the package", .. });
            if let Some(environment) = environment.filter(|_| installed) {
                // The next run installs it anew instead of failing in the same way.
                environment.mark_incomplete();
            }
            return Err(mismatch);
        }
        Ok(adapter)
    }
}

/// Starts an adapter that is not checked in, by its command. `home` becomes its private directory.
pub async fn open_command(program: &str, args: &[String], home: &Utf8Path) -> Result<Arc<ProcessAdapter>, StartError> {
    let absolute = camino::absolute_utf8(home);
    let mut launch = Launch::new(program, program, absolute.unwrap_or_else(|_| home.to_owned()));
    launch.args = args.to_vec();
    ProcessAdapter::start(launch).await.map(Arc::new)
}

/// Compares what an adapter says about itself with its manifest; lists are compared as sets. The manifest is about the
/// locked version: of another build only the package, the language and the version that was asked for must be right,
/// and what it lacks is unsupported.
pub(super) fn matches(manifest: &Manifest, build: &Build, identity: &Identity) -> Result<(), OpenError> {
    fn set<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
        let names: BTreeSet<String> = items.into_iter().map(|item| item.to_string()).collect();
        format!("[{}]", names.into_iter().collect::<Vec<_>>().join(", "))
    }
    let version = ("the version", manifest.version.clone(), identity.sdk.version.clone());
    let mut pairs = vec![
        ("the package", manifest.package.clone(), identity.sdk.name.clone()),
        ("the language", manifest.language.clone(), identity.sdk.language.clone()),
    ];
    match build {
        Build::Locked => pairs.extend([
            version,
            ("the list of surfaces", set(manifest.surfaces.keys()), set(&identity.surfaces)),
            (
                "the list of apis",
                set(manifest.surfaces.values().flat_map(|surface| &surface.apis)),
                set(&identity.apis),
            ),
            ("the list of error bases", set(&manifest.error_bases), set(&identity.error_bases)),
        ]),
        Build::Version(_) => pairs.push(version),
        Build::Latest | Build::Local(_) => {}
    }
    for (what, manifest_says, adapter_says) in pairs {
        if manifest_says != adapter_says {
            let (manifest, id) = (manifest_says, manifest.id.clone());
            return Err(OpenError::Mismatch { id, what, manifest, adapter: adapter_says.escape_debug().to_string() });
        }
    }
    Ok(())
}
