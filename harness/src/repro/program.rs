//! A short program that makes the call: the template beside an adapter, of which what belongs to other surfaces is left out.
//!
//! A line `only: WORD ...` after the sign of a comment begins lines that are kept where one of the words is the surface, the
//! dialect, `ask-text` or `ask-tool`, and `program` or `test` for what is made of it; a line `end` ends them, and such lines may stand within each other. In a line that ends with
//! the comment `fill: NAME` the value behind the equals sign becomes that of the case. A line `program` divides the call, of which a
//! test can be made, from the program that prints what comes of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use streamspec_adapters::contract::Ask;
use streamspec_adapters::setup::Standalone;

use super::{Repro, Tls};
use crate::judge::Mode;

/// A line of a template, by what it says to its reader.
enum Line<'a> {
    Only(&'a str),
    End,
    Program,
    Code(&'a str),
}

fn line(text: &str) -> Line<'_> {
    let trimmed = text.trim_start();
    let comment = trimmed.strip_prefix("# ").or_else(|| trimmed.strip_prefix("// ")).unwrap_or_default();
    match comment {
        "end" => Line::End,
        "program" => Line::Program,
        other => other.strip_prefix("only: ").map_or(Line::Code(text), Line::Only),
    }
}

/// Returns the program with which a trial can be shown, with the template filled in: where there is a template that has the surface, the
/// caller does nothing but to read one answer to the end, and no adapter has to tell the SDK which certificate to trust.
pub(super) fn of(repro: &Repro) -> Option<Standalone> {
    let program = repro.program.as_ref()?;
    let template = program.template.as_ref()?;
    let text = String::from_utf8(program.files.get(template)?.clone()).ok()?;
    let is_seen = repro.trial.observation.is_some() || repro.trial.verdict.mode == Some(Mode::Hang);
    let needs_adapter = repro.tls.as_ref().is_some_and(Tls::needs_adapter);
    if needs_adapter || !repro.case.caller.is_plain() || !is_seen || !has(&text, repro.trial.surface.as_str()) {
        return None;
    }
    let mut filled = program.clone();
    filled.files.insert(template.clone(), chosen(&text, repro, true).concat().into_bytes());
    Some(filled)
}

/// Returns the call of a template without its first line, which says what the program does; under the same conditions.
pub(super) fn call(repro: &Repro) -> Option<String> {
    let program = of(repro)?;
    let template = repro.program.as_ref()?.files.get(program.template.as_ref()?)?;
    let [call, _] = chosen(std::str::from_utf8(template).ok()?, repro, false);
    call.split_once('\n').map(|(_, rest)| rest.trim().to_owned())
}

/// Says whether a template has a surface.
fn has(template: &str, surface: &str) -> bool {
    let names = template.lines().filter_map(|text| if let Line::Only(words) = line(text) { Some(words) } else { None });
    names.flat_map(str::split_whitespace).any(|word| word == surface)
}

/// Returns the call and the program of a template, filled in for a trial.
fn chosen(template: &str, repro: &Repro, is_program: bool) -> [String; 2] {
    let ask = if repro.case.ask == Ask::Tool { "ask-tool" } else { "ask-text" };
    let mut words = vec![repro.trial.surface.as_str(), repro.case.api.dialect().name, ask];
    words.push(if is_program { "program" } else { "test" });
    let values = BTreeMap::from([
        ("timeout-s", json!(seconds(repro.case.timeout))),
        ("timeout-ms", json!(repro.case.timeout)),
        ("max-retries", json!(repro.case.max_retries)),
    ]);
    choose(template, &words, &values)
}

/// Returns a number of milliseconds in seconds, without a fraction where there is none.
fn seconds(milliseconds: u64) -> Value {
    if milliseconds.is_multiple_of(1000) {
        return json!(milliseconds / 1000);
    }
    // A timeout has far fewer digits than the number can hold.
    #[expect(clippy::cast_precision_loss, reason = "it is a few seconds")]
    let seconds = milliseconds as f64 / 1000.0;
    json!(seconds)
}

fn choose(template: &str, words: &[&str], values: &BTreeMap<&str, Value>) -> [String; 2] {
    let mut parts = [String::new(), String::new()];
    let (mut kept, mut part) = (Vec::new(), 0);
    for text in template.lines() {
        match line(text) {
            Line::Only(any) => kept.push(any.split_whitespace().any(|word| words.contains(&word))),
            Line::End => _ = kept.pop(),
            Line::Program => part = 1,
            Line::Code(code) if kept.iter().all(|is_kept| *is_kept) => {
                parts[part].push_str(&filled(code, values));
                parts[part].push('\n');
            }
            Line::Code(_) => {}
        }
    }
    let text = parts.concat();
    parts.map(|part| without_gaps(&without_unused_imports(&part, &text)))
}

/// Leaves out the imports of Java, which name one class each, of classes that are named nowhere else.
fn without_unused_imports(part: &str, text: &str) -> String {
    let is_used = |line: &&str| {
        let path = line.strip_prefix("import ").and_then(|rest| rest.trim_end().strip_suffix(';'));
        let class = path.filter(|path| !path.contains(['"', ' '])).and_then(|path| path.rsplit('.').next());
        class.is_none_or(|class| {
            text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| *word == class).count() > 1
        })
    };
    part.split_inclusive('\n').filter(is_used).collect()
}

/// Fills in the value of a line that asks for one.
fn filled(code: &str, values: &BTreeMap<&str, Value>) -> String {
    let (Some((before, name)), Some((left, _))) = (code.split_once("fill: "), code.split_once(" = ")) else {
        return code.to_owned();
    };
    let end = if before.contains(';') { ";" } else { "" };
    values.get(name.trim()).map_or_else(|| code.to_owned(), |value| format!("{left} = {value}{end}"))
}

/// Leaves at most two empty lines between others.
fn without_gaps(text: &str) -> String {
    let mut out = String::new();
    let mut empty = 2;
    for line in text.lines() {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "\
one = 1  # fill: timeout-s
const two = 2; // fill: max-retries
# only: create-sync stream-sync
def call():
    # only: create-sync
    create()
    # end
    // only: stream-sync
    stream()
    // end
# end
# only: create-async
async
# end
# program
main()
";

    #[test]
    fn what_belongs_to_others_is_left_out() {
        let values = BTreeMap::from([("timeout-s", seconds(1500)), ("max-retries", json!(2))]);
        let check = |surface: &str, call: &str| {
            let [above, program] = choose(TEMPLATE, &[surface], &values);
            assert_eq!(
                (above.as_str(), program.as_str()),
                (format!("one = 1.5\nconst two = 2;\n{call}").as_str(), "main()\n")
            );
        };
        check("create-sync", "def call():\n    create()\n");
        check("stream-sync", "def call():\n    stream()\n");
        check("create-async", "async\n");
        let java = "import a.Used;\nimport a.Unused;\nimport Other from \"a.b\";\nUsed used\n";
        assert_eq!(without_unused_imports(java, java), java.replace("import a.Unused;\n", ""));
        assert!(has(TEMPLATE, "stream-sync") && !has(TEMPLATE, "final-sync"));
        assert_eq!((seconds(20_000), seconds(250)), (json!(20), json!(0.25)));
    }
}
