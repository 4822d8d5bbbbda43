# Runs a test file with JUnit and an SDK that is set up: TOOLS, where JUnit is or will be installed; CLIENTS is not used; ENVIRONMENT, the
# jars of the SDK; FILE.
set -eu
tools=$1 jars=$3 file=$4
version=6.1.3
digest=e62b96ac475dbcde8599ea905d088f65d90778f86e259b856a49fa5c4ea256ec
jar=junit-platform-console-standalone-$version.jar
if [ ! -e "$tools/complete" ]; then
    rm -rf "$tools"
    mvn --batch-mode --quiet org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy \
        -Dartifact="org.junit.platform:junit-platform-console-standalone:$version" -DoutputDirectory="$tools" >&2
    (cd "$tools" && echo "$digest  $jar" | sha256sum --check --quiet)
    touch "$tools/complete"
fi
path="classes:$jars/*:$tools/*"
javac --release 17 -d classes -cp "$path" "$file" >&2 || exit 2
# Nothing of the user's environment but PATH: no keys, no proxies, no settings.
exec env -i PATH="$PATH" HOME="$PWD" NO_PROXY='*' no_proxy='*' LANG=C.UTF-8 \
    java -XX:+UseSerialGC -cp "$path" org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors \
    --select-class "${file%.java}"
