//! The command that runs just one trial again, for the terminal and for reports.

use crate::id::{SdkId, Transport, TrialId, Variant};
use crate::text::is_hidden;

/// The words by which `run` is asked for an SDK: an option, and what stands behind all options. Each begins with a space where
/// there is one.
pub(crate) struct Asked {
    /// `--sdk ID`; nothing where a program is run that is not checked in.
    pub(crate) option: String,
    /// `-- COMMAND`, in words that a shell takes as they are meant; nothing for an SDK that is checked in.
    pub(crate) program: String,
}

impl Asked {
    /// Asks for an SDK by its id, or by the command that starts its program where there is one.
    pub(crate) fn of(sdk: &SdkId, command: &[String]) -> Self {
        if command.is_empty() {
            return Self { option: format!(" --sdk {}", sdk.asked()), program: String::new() };
        }
        let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
        Self { option: String::new(), program: format!(" -- {}", words.join(" ")) }
    }
}

/// Writes the command that runs just one trial of an SDK that is checked in, or of the program that a command starts. With the
/// nonce of its run it sends the very same bytes; a report leaves it out, so that it does not change from run to run. `invocation` are the
/// words that start this program.
pub(crate) fn reproduce(invocation: &str, id: &TrialId, command: &[String], nonce: Option<&str>) -> String {
    reproduce_as(invocation, id, &Asked::of(&id.sdk, command), nonce)
}

/// Writes the same for whatever is asked for.
pub(crate) fn reproduce_as(invocation: &str, id: &TrialId, asked: &Asked, nonce: Option<&str>) -> String {
    let TrialId { sdk: _, surface, case, variant, route, transport } = id;
    let variant = match variant {
        Variant::AsWritten => String::new(),
        Variant::CutEvents => " --cuts events".to_owned(),
        Variant::CutBytes => " --cuts bytes".to_owned(),
        Variant::ErrorEvents => " --errors events".to_owned(),
        Variant::ErrorBytes => " --errors bytes".to_owned(),
        variant => format!(" --variants {}", variant.name()),
    };
    let way = [
        route.gateway().map(|gateway| format!(" --via {gateway}")),
        (*transport != Transport::default()).then(|| format!(" --transport {transport}")),
    ];
    let way: String = way.into_iter().flatten().collect();
    let nonce = nonce.map(|nonce| format!(" --nonce {nonce}")).unwrap_or_default();
    let Asked { option, program } = asked;
    format!("{invocation} run{option} --surface {surface} --case '{case}'{variant}{way}{nonce} --verbose{program}")
}

/// Writes a word so that a POSIX shell takes it as it is, on one line and with nothing in it that cannot be seen.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+,".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if word.chars().any(is_hidden) {
        let mut out = String::from("$'");
        for character in word.chars() {
            match character {
                '\'' | '\\' => out.extend(['\\', character]),
                hidden if is_hidden(hidden) => {
                    out.extend(hidden.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\{byte:03o}")));
                }
                other => out.push(other),
            }
        }
        return out + "'";
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use streamspec_adapters::root::BY_CARGO;

    use super::*;

    #[test]
    fn nothing_in_a_command_is_hidden() {
        for (word, expected) in [
            ("a\nb's\\", r"$'a\012b\'s\\'"),
            ("\u{1b}[1m", r"$'\033[1m'"),
            ("\u{202e}", r"$'\342\200\256'"),
            ("é", "'é'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn a_trial_is_asked_for_by_its_sdk_or_by_its_command() {
        let id = TrialId::new("openai-go", "create", "openai-chat/cut/eof", Variant::Crlf);
        let rest = "--surface create --case 'openai-chat/cut/eof' --variants crlf";
        assert_eq!(
            reproduce(BY_CARGO, &id, &[], Some("17")),
            format!("cargo run --release -- run --sdk openai-go {rest} --nonce 17 --verbose")
        );
        let command = ["python3", "a b.py", "it's", "", "--x=$HOME", "--", "50%"].map(str::to_owned);
        assert_eq!(
            reproduce("streamspec", &id, &command, None),
            format!(r"streamspec run {rest} --verbose -- python3 'a b.py' 'it'\''s' '' '--x=$HOME' -- 50%")
        );
    }
}
