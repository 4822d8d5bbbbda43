//! Case files that are made of other ones: with everything filled in, changed, and written again.

use camino::Utf8Path;
use serde_json::{Map, Value, json};

use super::expand::Expander;
use super::fragments::Fragments;
use super::problem::{Collector, Problem, Problems};
use super::template::Scope;
use super::tree::{Key, Node};
use super::typed::Files;
use super::{emit, file, fragment_file};
use crate::case::{Case, Respond, Step};
use crate::id::CaseId;

/// A case as a file of its own: one combination of a matrix, with its fragments in their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    fields: Map<String, Value>,
}

impl Document {
    /// Makes the document of a case that was loaded, from its file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the file, which may have changed since.
    pub fn of(root: &Utf8Path, case: &Case) -> Result<Self, Problems> {
        let mut problems = Collector::default();
        let parsed = file::parse(&root.join(&case.file), &case.file, &mut problems);
        let fragments = fragment_file::load(root, case.api, &mut problems);
        let filled = parsed.and_then(|parsed| filled(&parsed, &fragments, &case.id, &mut problems));
        let Some(Value::Object(fields)) = filled else {
            if problems.count() == 0 {
                problems.push(Problem::whole_file(&case.file, format!("there is no case `{}` any more", case.id)));
            }
            return Err(problems.finish());
        };
        let mut document = Self { fields };
        document.set_answers(&case.exchanges);
        if let Some(control) = &case.control {
            document.fields.insert("control".to_owned(), steps(control));
        }
        Ok(document)
    }

    /// Replaces the answers. Conditions stay at their places, where there are any.
    pub fn set_answers(&mut self, answers: &[Vec<Step>]) {
        let conditions: Vec<Option<Value>> = match self.fields.get("exchanges") {
            Some(Value::Array(written)) => written.iter().map(|answer| answer.get("when").cloned()).collect(),
            _ => Vec::new(),
        };
        match answers {
            [one] if conditions.iter().all(Option::is_none) => {
                self.fields.remove("exchanges");
                self.fields.insert("stream".to_owned(), steps(one));
            }
            all => {
                let written = all.iter().enumerate().map(|(place, answer)| match conditions.get(place) {
                    Some(Some(when)) => json!({ "when": when, "steps": steps(answer) }),
                    _ => steps(answer),
                });
                let written = written.collect();
                self.fields.remove("stream");
                self.fields.insert("exchanges".to_owned(), written);
            }
        }
    }

    /// Returns the value of a field of the file; null where it is left out.
    pub fn get(&self, field: &str) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    /// Replaces a field of the file; null takes it out.
    pub fn set(&mut self, field: &str, value: Value) {
        if value.is_null() {
            self.fields.remove(field);
        } else {
            self.fields.insert(field.to_owned(), value);
        }
    }

    /// Writes the file.
    pub fn to_yaml(&self) -> String {
        emit::case_file(&self.fields)
    }
}

/// Fills in the combination of a file that makes this case; none where there is no such one.
fn filled(parsed: &file::Parsed, fragments: &Fragments, case: &CaseId, problems: &mut Collector) -> Option<Value> {
    let files = Files { itself: &parsed.source, fragments: &fragments.source };
    let axes = file::axes(&parsed.tree, fragments, files, problems)?;
    let wanted = case.combination().unwrap_or_default();
    let combinations = file::combinations(&axes).into_iter();
    let combination = combinations.into_iter().find(|combination| {
        let names: Vec<_> = combination.iter().map(|(_, name, _)| name.text.as_str()).collect();
        names.join(",") == wanted
    })?;
    let names: Vec<(Key, Node)> =
        combination.iter().map(|(axis, _, value)| ((*axis).clone(), (*value).clone())).collect();
    let mut expander = Expander::new(fragments, files, problems);
    let (node, _) = file::expand(&parsed.tree, &mut expander, &Scope::of(&names));
    Some(node.to_json())
}

/// Writes the steps of an answer.
fn steps(answer: &[Step]) -> Value {
    answer.iter().map(step).collect()
}

fn step(step: &Step) -> Value {
    let mut written = serde_json::to_value(step).unwrap_or_default();
    if let Some(respond) = written.get_mut("respond").and_then(Value::as_object_mut) {
        let standard = serde_json::to_value(Respond::default()).unwrap_or_default();
        respond.retain(|key, value| standard.get(key) != Some(value));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{self, Candidates, Selection};

    #[test]
    fn every_case_says_the_same_as_a_file_of_its_own() {
        let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
        let candidates = Candidates::new(root);
        // Enough of them to have every step and every form of an answer, in the time of a test.
        for case in load::suite(root, &Selection::All).expect("cases").cases.into_iter().step_by(23) {
            let document = Document::of(root, &case).expect("a document");
            let again = candidates.read(&case.file, &document).unwrap_or_else(|problems| panic!("{problems}"));
            let id = case.id.clone();
            assert_eq!(Case { digest: case.digest.clone(), id, ..again }, case);
        }
    }
}
