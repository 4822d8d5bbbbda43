//! Java environments: jars fetched by the machine's own Maven and held to the locked digests, and an adapter compiled
//! against them.

mod lock;

use std::fs::File;
use std::io;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use semver::Version;

use self::lock::{LOCKED, POM, verify};
use super::command::{output_of, run, users_command};
use super::report::no_version;
use super::runtime::{self, Runtime};
use super::standalone::place;
use super::toolchain::Inputs;
use super::{Environment, InstallStep, Need, Progress, SetupError, Standalone, Toolchain, local};
use crate::manifest::Manifest;
use crate::process::Launch;
use crate::spec::{self, Build};

/// The oldest Maven that the plugins work with.
const OLDEST_MAVEN: Version = Version::new(3, 6, 3);

/// Lets no download stand still for longer than a minute, in the words of all versions of Maven; it would wait for half an hour.
const PATIENCE: [&str; 3] = [
    "-Dmaven.wagon.rto=60000",
    "-Daether.connector.requestTimeout=60000",
    "-Daether.transport.http.requestTimeout=60000",
];

/// Copies an artifact; the plugin that the adapters' `pom.xml` name does it for them.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy";

/// For a process that lives for one run: it starts with a third less of the processor's time. What the virtual machine
/// itself has to say goes to stderr, as stdout is the protocol's.
const FLAGS: [&str; 4] = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g", "-XX:+DisplayVMOutputToStderr"];

/// The folder of the sources that every adapter shares, beside the adapters' folders.
const SHARED: &str = "streamspec";

/// The template of a program beside an adapter, and the program that is made of it.
const TEMPLATE: &str = "repro.java";
const PROGRAM: &str = "program.java";

/// The toolchain of Java: jars fetched by Maven, and classes compiled against them.
#[derive(Debug)]
pub(super) struct Java;

impl Toolchain for Java {
    fn language(&self) -> &'static str {
        "java"
    }

    fn needs(&self, base: &Utf8Path) -> Vec<Need> {
        vec![
            Need::required("java", self.language(), "runs the SDKs", find(base, "")),
            Need::required("javac", self.language(), "compiles their adapters", find_compiler(base, "")),
            Need::required("mvn", self.language(), "installs them", find_maven(base, "")),
        ]
    }

    /// Names the sources, too: classes that are compiled are made anew when they change.
    fn inputs(&self, base: &Utf8Path, id: &str, sources: &Utf8Path, _: &Build) -> Result<Inputs, SetupError> {
        let shared = sources.parent().unwrap_or(sources).join(SHARED);
        let files = sources_in(&[sources.to_owned(), shared]);
        let files = files.map_err(|source| SetupError::Io { id: id.to_owned(), source })?;
        Ok(Inputs { runtime: find(base, id)?.version, files })
    }

    fn install(
        &self,
        environment: &Environment,
        lock: &File,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<(), SetupError> {
        install(environment, lock, progress)
    }

    fn launch(&self, environment: &Environment) -> Result<Launch, SetupError> {
        let mut launch = environment.launch_of(find(&environment.base, &environment.id)?.path);
        let separator = if cfg!(windows) { ';' } else { ':' };
        let path = format!("{}{separator}{}", environment.dir.join("classes"), jars(environment).join("*"));
        let entry = Utf8Path::new(&environment.entry).file_stem().unwrap_or_default();
        launch.args = FLAGS.into_iter().chain(["-cp", &path, entry]).map(str::to_owned).collect();
        Ok(launch)
    }

    fn standalone(&self, environment: &Environment) -> io::Result<Standalone> {
        standalone(environment)
    }

    /// Makes a program of the template, with the locked jars.
    fn program(&self, environment: &Environment) -> io::Result<Option<Standalone>> {
        let add = |alone: &mut Standalone| {
            add_packages(alone, environment)?;
            let compile = format!("javac --release 17 -d classes -cp 'lib/*' {PROGRAM}");
            // Nothing that is set up already can stand for it: the program differs from trial to trial.
            alone.install.push(InstallStep::making("classes", "".into(), vec![compile]));
            Ok(())
        };
        // A shell starts it, which is to leave the jars to Java.
        let start = ["java", FLAGS[0], FLAGS[1], "-cp", "'classes:lib/*'", "Program"].map(str::to_owned).to_vec();
        Standalone::of_template(&environment.sources, [TEMPLATE, PROGRAM], add, start)
    }

    fn latest(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        _: &(dyn Fn(Progress) + Sync),
    ) -> Result<String, SetupError> {
        latest(base, manifest)
    }

    fn relock(
        &self,
        base: &Utf8Path,
        manifest: &Manifest,
        folder: &Utf8Path,
        version: &str,
    ) -> Result<Option<Vec<&'static str>>, SetupError> {
        lock::relock(base, &manifest.id, folder, version).map(Some)
    }
}

/// Finds the Java of this machine.
fn find(base: &Utf8Path, id: &str) -> Result<Runtime, SetupError> {
    find_in_jdk(base, id, "java")
}

/// Finds the compiler of this machine, which a mere runtime lacks.
fn find_compiler(base: &Utf8Path, id: &str) -> Result<Runtime, SetupError> {
    find_in_jdk(base, id, "javac")
}

fn find_in_jdk(base: &Utf8Path, id: &str, program: &str) -> Result<Runtime, SetupError> {
    match runtime::ask(base, program, &["--version"]) {
        Ok(found) if found.is_at_least(17, 0) => Ok(found),
        Ok(found) => Err(unavailable(id, format!("`{program}` on PATH is version {}", found.version))),
        Err(error) => Err(unavailable(id, error)),
    }
}

fn install(environment: &Environment, lock: &File, progress: &(dyn Fn(Progress) + Sync)) -> Result<(), SetupError> {
    let Environment { id, dir, base, package, build, sources, .. } = environment;
    let io = |source| environment.io(source);
    let javac = find_compiler(base, id)?.path;
    // Run beside the sources, Maven would leave folders of its own there.
    let (pom, jars) = (dir.join(POM), jars(environment));
    fs_err::create_dir_all(dir).and_then(|()| fs_err::copy(sources.join(POM), &pom)).map_err(io)?;
    let mut copy = maven(base, id)?;
    copy.args(["dependency:copy-dependencies", "--file", pom.as_str(), &format!("-DoutputDirectory={jars}")]);
    if let Build::Version(version) = build {
        copy.arg(format!("-Dsdk.version={version}"));
    }
    match (run(id, copy, lock, progress), build) {
        // Maven says it in other words once it has looked before.
        (Err(SetupError::Failed { output, .. }), Build::Version(version))
            if ["Could not find", "was not found"].iter().any(|words| output.contains(words))
                && output.contains(&format!("{package}:jar:{version} ")) =>
        {
            return Err(no_version(id, &format!("{package} {version}")));
        }
        (fetched, _) => fetched?,
    }
    match build {
        Build::Locked => verify(environment)?,
        Build::Local(path) => replace(environment, path)?,
        Build::Version(_) | Build::Latest => {}
    }
    let shared = environment.shared().join(SHARED);
    let mut compile = users_command(javac);
    compile.args(["--release", "17", "-d", dir.join("classes").as_str(), "-cp", jars.join("*").as_str()]);
    let classes = dir.join("classes").join(SHARED);
    fs_err::create_dir_all(&classes).map_err(io)?;
    for file in sources_in(&[sources.clone(), shared]).map_err(io)? {
        match file.extension() {
            Some("java") => drop(compile.arg(file)),
            // What the kit's classes read lies beside them.
            Some("json") => drop(fs_err::copy(&file, classes.join(file.file_name().unwrap_or_default())).map_err(io)?),
            _ => {}
        }
    }
    run(id, compile, lock, progress)
}

/// Makes an adapter with the kit beside it, which are compiled against the locked jars.
fn standalone(environment: &Environment) -> io::Result<Standalone> {
    let Environment { sources, dir, .. } = environment;
    let (language, shared) = (environment.shared(), environment.shared().join(SHARED));
    let adapters = language.parent().unwrap_or(language);
    let mut alone = Standalone::default();
    let files = sources_in(&[sources.clone(), shared])?;
    let code: Vec<Utf8PathBuf> = files.iter().filter(|file| file.extension() == Some("java")).cloned().collect();
    let tables: Vec<Utf8PathBuf> = files.into_iter().filter(|file| file.extension() == Some("json")).collect();
    let places = |files: &[Utf8PathBuf]| {
        files.iter().map(|file| place(adapters, file).into_string()).collect::<Vec<_>>().join(" ")
    };
    let (compiled, copied) = (places(&code), places(&tables));
    alone.add_sources(language, code.into_iter().chain(tables))?;
    add_packages(&mut alone, environment)?;
    let commands = vec![
        format!("mkdir -p classes/{SHARED}"),
        format!("cp {copied} classes/{SHARED}"),
        format!("javac --release 17 -d classes -cp 'lib/*' {compiled}"),
    ];
    alone.install.push(InstallStep::making("classes", &dir.join("classes"), commands));
    let entry = Utf8Path::new(&environment.entry).file_stem().unwrap_or_default();
    let arguments = FLAGS.into_iter().chain(["-cp", "classes:lib/*", entry]);
    alone.start = std::iter::once("java").chain(arguments).map(str::to_owned).collect();
    Ok(alone)
}

/// Adds the lists of the locked jars, and the step that fetches them.
fn add_packages(alone: &mut Standalone, environment: &Environment) -> io::Result<()> {
    for name in [POM, LOCKED] {
        alone.add(&environment.sources.join(name), name)?;
    }
    let fetch = "mvn --batch-mode --quiet dependency:copy-dependencies --file pom.xml -DoutputDirectory=\"$PWD/lib\"";
    let verify = format!("(cd lib && sha256sum --check --quiet ../{LOCKED})");
    alone.install.push(InstallStep::making("lib", &jars(environment), vec![fetch.to_owned(), verify]));
    Ok(())
}

/// Lists the files below these folders, but for the template of a program.
fn sources_in(folders: &[Utf8PathBuf]) -> io::Result<Vec<Utf8PathBuf>> {
    let mut files = local::files(folders)?;
    files.retain(|file| file.file_name() != Some(TEMPLATE));
    Ok(files)
}

/// Finds the newest release in the registry.
fn latest(base: &Utf8Path, manifest: &Manifest) -> Result<String, SetupError> {
    let Manifest { id, package, .. } = manifest;
    let io = |source| SetupError::Io { id: id.clone(), source };
    let dir = base.join("latest").join(spec::base(id));
    if dir.exists() {
        fs_err::remove_dir_all(&dir).map_err(io)?;
    }
    let mut copy = maven(base, id)?;
    copy.args(["--update-snapshots", COPY, &format!("-Dartifact={package}:RELEASE")]);
    output_of(id, copy.arg(format!("-DoutputDirectory={dir}")))?;
    // The copy's name is the only place where Maven says which version that was.
    let artifact = package.split(':').next_back().unwrap_or(package);
    let copies = local::files(&[dir]).map_err(io)?;
    let version = copies.iter().find_map(|jar| jar.file_stem()?.strip_prefix(artifact)?.strip_prefix('-'));
    version.map(str::to_owned).ok_or_else(|| no_version(id, package))
}

fn unavailable(id: &str, reason: String) -> SetupError {
    SetupError::Unavailable {
        id: id.to_owned(),
        reason,
        fix: "install a JDK 17 or newer, and Maven 3.6.3 or newer".to_owned(),
    }
}

/// Finds the Maven of this machine.
fn find_maven(base: &Utf8Path, id: &str) -> Result<Runtime, SetupError> {
    // Without `--quiet` it writes in colours.
    match runtime::ask(base, "mvn", &["--quiet", "--version"]) {
        Ok(mvn) if Version::parse(&mvn.version).is_ok_and(|version| version >= OLDEST_MAVEN) => Ok(mvn),
        Ok(mvn) => Err(unavailable(id, format!("`mvn` on PATH is version {}", mvn.version))),
        Err(error) => Err(unavailable(id, error)),
    }
}

/// Makes a command of Maven, with the user's own settings and repository.
fn maven(base: &Utf8Path, id: &str) -> Result<Command, SetupError> {
    let mut command = users_command(find_maven(base, id)?.path);
    command.args(["--batch-mode", "--quiet"]).args(PATIENCE);
    Ok(command)
}

fn jars(environment: &Environment) -> Utf8PathBuf {
    environment.dir.join("lib")
}

/// Puts a jar of a working copy in the place of the one that was fetched: a Java SDK comes in several jars, and the
/// name says which one it is.
fn replace(environment: &Environment, path: &Utf8Path) -> Result<(), SetupError> {
    let io = |source| environment.io(source);
    let unusable = |reason: String| io(io::Error::new(io::ErrorKind::InvalidInput, reason));
    let Some(name) = path.file_name().filter(|_| path.is_file() && path.extension() == Some("jar")) else {
        return Err(unusable(format!(
            "`{path}` is not a jar; build the working copy, and give the path of ARTIFACT-VERSION.jar"
        )));
    };
    let fetched = local::files(&[jars(environment)]).map_err(io)?;
    let same = fetched.iter().find(|jar| artifact(jar.file_name().unwrap_or_default()) == artifact(name));
    let same = same.ok_or_else(|| {
        let names: Vec<&str> = fetched.iter().filter_map(|jar| jar.file_name()).collect();
        unusable(format!("`{name}` replaces none of the fetched jars: {}", names.join(", ")))
    })?;
    fs_err::remove_file(same).and_then(|()| fs_err::copy(path, jars(environment).join(name))).map(|_| ()).map_err(io)
}

/// Returns the part of a jar's name before the version.
fn artifact(jar: &str) -> &str {
    let version = jar.match_indices('-').find(|(at, _)| jar[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    version.map_or(jar, |(at, _)| &jar[..at])
}

#[cfg(test)]
mod tests {
    use super::artifact;

    #[test]
    fn what_stands_before_a_version() {
        let check = |jar, expected| assert_eq!(artifact(jar), expected, "{jar}");
        check("acme-java-core-3.14.0.jar", "acme-java-core");
        check("kotlin-stdlib-jdk8-1.9.0.jar", "kotlin-stdlib-jdk8");
        check("acme-java-core-3.15.0-SNAPSHOT.jar", "acme-java-core");
        check("acme.jar", "acme.jar");
    }
}
