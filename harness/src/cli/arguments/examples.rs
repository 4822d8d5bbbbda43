//! Examples of each command, as its help shows them.

/// Examples of `run`.
pub(super) const RUN: &str = "\
Examples:
  streamspec run
  streamspec run --sdk anthropic-python --case 'anthropic/in-band/*' --verbose
  streamspec run --sdk anthropic-python=../checkout --surface create-sync --variants quick
  streamspec run --sdk reference --via direct,nginx-default
  streamspec run --rerun target/streamspec/records.jsonl

Examples of a program of your own:
  streamspec run -- python3 harness/examples/own_client.py
  streamspec run --case 'anthropic/in-band/*' --surface read --verbose -- ./my-adapter --flag
  streamspec run --sdk reference -- ./my-adapter

It gets PATH and a home folder of its own, and nothing else of your environment. One that does not start, or says no hello that
can be used, is an error with exit code 3; one that ends in the middle is started again, and its calls are crashes.";

/// Examples of `check`.
pub(super) const CHECK: &str = "\
Examples:
  streamspec check
  streamspec check cases/anthropic/cut/mine.yaml cases/gemini";

/// Examples of `list`.
pub(super) const LIST: &str = "\
Examples:
  streamspec list --sdk reference --case 'anthropic/in-band/*'
  streamspec list --sdk all --edition 2027.02 --shard 1/3
  streamspec list --via litellm-proxy --case 'anthropic/in-band/*'
  streamspec list --case 'anthropic/cut/*' -- python3 harness/examples/own_client.py
  streamspec list --coverage";

/// Examples of `show`.
pub(super) const SHOW: &str = "\
Examples:
  streamspec show anthropic/cut/no-terminal
  streamspec show 'gemini/cut/*' --variant crlf
  streamspec show anthropic/benign/text --raw > answer.http
  streamspec show anthropic/benign/text --transport h2
  streamspec show 'anthropic/in-band/after-text#overloaded' --nonce nqtpkdhjblm --raw";

/// Examples of `diff-sdk`.
pub(super) const DIFF_SDK: &str = "\
Examples:
  streamspec diff-sdk anthropic/cut/no-terminal
  streamspec diff-sdk 'anthropic/in-band/after-text#overloaded' --records ci/records.jsonl";

/// Examples of `explain`.
pub(super) const EXPLAIN: &str = "\
Examples:
  streamspec explain A13
  streamspec explain error.status should silent
  streamspec explain transport --report target/streamspec/report/compatibility.json";

/// Examples of `setup`.
pub(super) const SETUP: &str = "\
Examples:
  streamspec setup
  streamspec setup anthropic-python openai-python@latest
  streamspec setup --via envoy,portkey";

/// Examples of `sdks`.
pub(super) const SDKS: &str = "\
Example:
  streamspec sdks";

/// Examples of `doctor`.
pub(super) const DOCTOR: &str = "\
Example:
  streamspec doctor";

/// Examples of `probe`.
pub(super) const PROBE: &str = "\
Examples:
  streamspec probe anthropic-python
  streamspec probe all
  streamspec probe -- python3 harness/examples/own_client.py";

/// Examples of `report`.
pub(super) const REPORT: &str = "\
Examples:
  streamspec report --open
  streamspec report ci/records.jsonl --out ci --format json,short,junit,sarif
  streamspec report --via direct --format markdown
  streamspec report --adequacy adequacy.json --open";

/// Examples of `merge`.
pub(super) const MERGE: &str = "\
Example:
  streamspec merge shard-1.jsonl shard-2.jsonl shard-3.jsonl --out records.jsonl";

/// Examples of `compare`.
pub(super) const COMPARE: &str = "\
Examples:
  streamspec compare reports/compatibility.json target/streamspec/report/compatibility.json
  streamspec compare old.json:anthropic-python new.json:anthropic-python@local --format html > comparison.html
  streamspec compare report.json:anthropic-python/create-sync report.json:anthropic-typescript/create";

/// Examples of `bless`.
pub(super) const BLESS: &str = "\
Examples:
  streamspec bless
  streamspec bless ci/records.jsonl";

/// Examples of `serve`.
pub(super) const SERVE: &str = "\
Examples:
  streamspec serve
  streamspec serve --case 'openai-chat/in-band/*'
  curl -N http://127.0.0.1:5290/case/openai-chat/in-band/server-error%23first/v1/chat/completions -d '{}'
  curl http://127.0.0.1:5290/api/v1/cases/openai-chat/in-band/server-error%23first/attempt/judgement \\
    -d '{\"outcome\": \"error\", \"error\": {\"type\": \"server_error\"}}'
  streamspec serve --hold";

/// Examples of `adequacy`.
pub(super) const ADEQUACY: &str = "\
Examples:
  streamspec adequacy
  streamspec adequacy --write
  streamspec adequacy --case anthropic/cut/mine
  streamspec adequacy --unique --records target/streamspec/records.jsonl
  streamspec adequacy --json adequacy.json";

/// Examples of `generate`.
pub(super) const GENERATE: &str = "\
Examples:
  streamspec generate
  streamspec generate --check
  streamspec generate --edition 2027.03 --freeze";

/// Examples of `repro`.
pub(super) const REPRO: &str = "\
Examples:
  streamspec repro 'anthropic-python/create-sync::anthropic/in-band/after-text#overloaded'
  streamspec repro 'openai-go/stream::openai-chat/cut/after-text#close@crlf' --out cut --install
  sh cut/run.sh
  streamspec repro 'openai-python/create-sync::openai-chat/cut/after-text#close' --as-test --out test_cut.py";

/// Examples of `new`.
pub(super) const NEW: &str = "\
Examples:
  streamspec new anthropic/cut/mine
  streamspec new openai-chat/in-band/mine --like openai-chat/in-band/then-done
  streamspec new my/case.yaml --api gemini-generate";

/// Examples of `fmt`.
pub(super) const FMT: &str = "\
Examples:
  streamspec fmt cases/anthropic/cut/mine.yaml
  streamspec fmt --check";

/// Examples of `history`.
pub(super) const HISTORY: &str = "\
Examples:
  streamspec history --sdk anthropic-python --from 0.40.0 --most 20
  streamspec history --sdk openai-typescript --from 7.0.0 --every release --case 'openai-chat/in-band/*' --json
  streamspec history --sdk async-openai@0.42.0,0.43.0
  streamspec history --sdk anthropic-python --stored";

/// Examples of `bisect`.
pub(super) const BISECT: &str = "\
Examples:
  streamspec bisect anthropic-python/create-sync::anthropic/cut/no-terminal
  streamspec bisect 'anthropic-python/text-sync::anthropic/in-band/after-text#overloaded' --good 0.40.0 --bad 1.0.0";

/// Examples of `update`.
pub(super) const UPDATE: &str = "\
Examples:
  streamspec update anthropic-python
  streamspec update all --dry-run
  streamspec update openai-typescript --case 'openai-chat/in-band/*'";

/// Examples of `shrink`.
pub(super) const SHRINK: &str = "\
Examples:
  streamspec shrink openai-typescript/create::openai-chat/cut/after-text --out small.yaml
  streamspec shrink 'anthropic-python/text-sync::anthropic/in-band/after-text#overloaded' --for 60s";

/// Examples of `fuzz`.
pub(super) const FUZZ: &str = "\
Examples:
  streamspec fuzz --sdk openai-typescript --for 5m --out found
  streamspec fuzz --sdk anthropic-python --surface 'text-*' --seed 7 --trials 2000
  streamspec fuzz --sdk reference --case 'gemini/benign/*'";

/// Examples of `import`.
pub(super) const IMPORT: &str = "\
Examples:
  curl -i --raw --no-buffer https://… > failure.http && streamspec import failure.http
  streamspec import session.har --out target/mine
  streamspec import tests/cassettes
  streamspec import stream.txt --format sse --api openai-chat

A file is known by what is in it. A case is written where a status of 200 came with an event stream, or another one from 400 on at
the path of a dialect, and where it is as it should be: `check` takes it, it sends the recorded bytes, and the reference client
passes it. Everything else is listed with the reason. No file is overwritten.

What is left out: the request but for its path, header fields but content-type, retry-after, retry-after-ms and x-should-retry, the
first part of a long host name, what an answer repeats of its request (instructions, metadata, names of users), keys, and ids of
organisations. What the model said stays: look at it before you give it away.

Exit codes: 0 at least one case was written and none was refused, 1 one was refused, as it would not be as it should be, 2 usage, or a
file that cannot be read, 5 no case was written, 6 a case cannot be written.";

/// Examples of `record`.
pub(super) const RECORD: &str = "\
Examples:
  streamspec record --upstream https://api.openai.com
  OPENAI_BASE_URL=http://127.0.0.1:5291/v1 python3 my_program.py
  streamspec record --upstream http://127.0.0.1:8000/proxy --port 0 --out target/mine

Every byte is passed on as it comes, in both directions, with the end of each; of a request only the host and the path are changed,
to which that of the URL is put in front. A time of 500 ms or more without a byte of the body is a pause of the case; pauses that
take longer than 5 s together are shortened alike, and chunks end where events do. A connection that the server cuts or breaks is cut
or broken in the case, too. Where the client leaves after 2 s of silence the server stalls in the case; where it leaves earlier there is a
case only if the last event had come.

No key, no header field of a request, no query and no word of a request or an answer is shown or kept but for the words of the
answer in the case; what else is left out there `import --help` says.

Refused, with an answer of the proxy's own: HTTP/2 and WebSockets, CONNECT and requests for other hosts. The client
speaks HTTP/1.1 without TLS. For https, certificates are trusted as the system or SSL_CERT_FILE has them.

Exit codes: 0 ended by ctrl-C or a signal, 2 usage, or a port that is taken, 6 a case or standard output cannot be written.";

/// Examples of `clean`.
pub(super) const CLEAN: &str = "\
Examples:
  streamspec clean
  streamspec clean --environments
  STREAMSPEC_CACHE=../cache streamspec clean --all";

/// Examples of `completions`.
pub(super) const COMPLETIONS: &str = "\
Examples:
  streamspec completions bash > ~/.local/share/bash-completion/completions/streamspec
  streamspec completions zsh > ~/.zfunc/_streamspec
  streamspec completions fish > ~/.config/fish/completions/streamspec.fish";

/// Examples of `man`.
pub(super) const MAN: &str = "\
Example:
  streamspec man ~/.local/share/man/man1";

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::super::Arguments;

    /// Takes the words of a command, of which some stand in single quotation marks, up to where its output is sent elsewhere.
    fn words(line: &str) -> Vec<String> {
        let line = line.split(" > ").next().unwrap_or_default();
        let parts = line.split('\'').enumerate();
        let words = parts.flat_map(|(place, part)| match place % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        words.collect()
    }

    #[test]
    fn every_command_has_examples_that_it_understands() {
        for command in Arguments::command().get_subcommands() {
            let name = command.get_name();
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let examples: Vec<&str> = help.lines().filter_map(|line| line.strip_prefix("  streamspec ")).collect();
            assert!(!examples.is_empty(), "{name}");
            for example in examples {
                let given = words(example);
                assert_eq!(given[0], name, "`{example}` is an example of another command");
                let parsed = Arguments::try_parse_from(std::iter::once("streamspec".to_owned()).chain(given));
                assert!(
                    parsed.is_ok(),
                    "`{example}`: {}",
                    parsed.err().map(|error| error.to_string()).unwrap_or_default()
                );
            }
        }
    }
}
