# Common commands, for https://just.systems; `just` lists them. README.md and CONTRIBUTING.md explain them.

# Arguments reach the commands as they are, globs unexpanded.
set positional-arguments

_list:
    @just --list --unsorted

# Run the core SDKs, or what the arguments select: `just run --sdk litellm --case 'anthropic/in-band/*' --verbose`
run *arguments:
    cargo run --release -- run "$@"

# Run the whole fleet; one SDK in Rust needs the headers of OpenSSL
fleet *arguments:
    cargo run --release --all-features -- run --sdk all "$@"

# Unit tests, and the suite as one test for each surface and case of the core SDKs
test *arguments:
    cargo test "$@"

# Check case files: all of them, or the given ones
check *files:
    cargo run -- check "$@"

# Run a case on the reference client, and then on the core SDKs: `just case anthropic/cut/mine`
case id:
    cargo run -- list --sdk reference --case "$1"
    cargo run --release -- run --sdk reference --case "$1"
    cargo run --release -- run --case "$1" --verbose

# Test an adapter itself
probe sdk:
    cargo run -- probe "$1"

# Set up the environments of SDKs under target/
setup *sdks:
    cargo run -- setup "$@"

# List the SDKs, and what is set up
sdks:
    cargo run -- sdks

# Say what this machine lacks
doctor:
    cargo run -- doctor

# Bring the lists of known deviations of the core SDKs up to date
bless:
    cargo run --release -- run --variants quick || cargo run --release -- bless

# Compare two reports
compare old new:
    cargo run -- compare "$1" "$2"

# Make the page of the last run, and open it
page:
    cargo run --release -- report --open

# Write the committed report: a whole run of the whole fleet
report:
    cargo run --release --all-features -- run --sdk all --variants quick --report reports

# Every rule and public bug with its cases
coverage:
    cargo run -- list --coverage

# Run every mutant of the reference client on every case
adequacy:
    cargo run --release --all-features -- adequacy

# Write the schemas and the generated tables
generate:
    cargo run -- generate

# Build the book into target/book; `mdbook` is in the package of book/requirements.lock, too
book:
    mdbook build book

# Format the Rust code
format:
    cargo fmt --all

# The lints of .ci/run
lint:
    cargo clippy --workspace --all-targets --all-features --locked -- -D warnings

# Install the program from this checkout
install:
    cargo install --path harness --locked

# The crates as files, with the suite in them, below target/package
crates:
    cargo package --workspace --no-verify --locked

# A wheel and packages of npm of the program, each installed and run; after `cargo build --release --all-features`
packages:
    packages/check

# Licences and sources of the crates, with cargo-deny, without the database of advisories
deny:
    cargo deny --offline check licenses bans sources

# Kill adapters in the middle of a run, and see what is lost; Linux only
soak *arguments:
    python3 harness/soak/kill.py "$@"

# Measure what a trial costs, and what `record` adds to an answer
bench:
    cargo bench --bench overhead
    cargo bench --bench recorder

# Everything that must hold before a push
ci:
    .ci/run
