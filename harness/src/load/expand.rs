//! Filling in: values for `${name}`, steps for `use`.
//!
//! Everything happens on the tree, so that what comes out still knows where it was written. What cannot be filled in
//! is reported and left out.

use super::fragments::Fragments;
use super::limits::{MAX_EXPANSION, MAX_USE_DEPTH};
use super::problem::Collector;
use super::suggest;
use super::template::{self, Meaning, NONCE, Piece, ROUND, Scope};
use super::tree::{Key, Node, Span, ValueKind};
use super::typed::{self, Files, Removed};
use super::written::Use;

/// Fills in one case or one fragment.
pub(super) struct Expander<'a> {
    fragments: &'a Fragments,
    files: Files<'a>,
    problems: &'a mut Collector,
    removed: Removed,
    spent: usize,
}

impl<'a> Expander<'a> {
    /// Makes an expander that has filled in nothing yet.
    pub(super) fn new(fragments: &'a Fragments, files: Files<'a>, problems: &'a mut Collector) -> Self {
        Self { fragments, files, problems, removed: Removed::default(), spent: 0 }
    }

    /// Returns the same with a part of the budget used.
    pub(super) fn having_spent(self, spent: usize) -> Self {
        Self { spent, ..self }
    }

    /// Returns the part of the budget that is used, in bytes of memory.
    pub(super) const fn spent(&self) -> usize {
        self.spent
    }

    /// Returns the parts that were left out, and true where the budget ran out.
    pub(super) fn finish(self) -> (Removed, bool) {
        (self.removed, self.spent > MAX_EXPANSION)
    }

    /// Notes that something was left out.
    pub(super) fn note(&mut self, parent: Span, key: &str) {
        self.removed.note(parent, key);
    }

    /// Returns a value with everything filled in; none if that failed.
    pub(super) fn fill(&mut self, node: &Node, scope: &Scope<'_>) -> Option<Node> {
        let span = node.span;
        let kind = match &node.kind {
            ValueKind::Text(text) if text.contains("${") => return self.text(text, span, scope),
            ValueKind::List(items) => {
                let mut filled = Vec::with_capacity(items.len());
                for item in items {
                    match self.fill(item, scope) {
                        Some(item) => filled.push(item),
                        None => self.removed.note(span, ""),
                    }
                }
                ValueKind::List(filled)
            }
            ValueKind::Map(entries) => {
                let mut filled: Vec<(Key, Node)> = Vec::with_capacity(entries.len());
                // The parser saw to it that keys as written differ.
                let may_clash = entries.iter().any(|(key, _)| key.text.contains("${"));
                for (key, value) in entries {
                    let pair = self.key(key, scope).and_then(|key| Some((key, self.fill(value, scope)?)));
                    match pair {
                        Some((key, _)) if may_clash && filled.iter().any(|(known, _)| known.text == key.text) => {
                            let message = format!("duplicate key `{}`", key.text);
                            self.problems.push(self.files.error(key.span, message));
                            self.removed.note(span, &key.text);
                        }
                        Some(pair) => filled.push(pair),
                        None => self.removed.note(span, &key.text),
                    }
                }
                ValueKind::Map(filled)
            }
            other => other.clone(),
        };
        let node = Node { kind, span, taken_by: node.taken_by };
        self.spend(&node, span)?;
        Some(node)
    }

    /// Returns steps with everything filled in and each `use` replaced by what it stands for, and for each of them the
    /// place in the case that brought it in. `open` names the fragments around.
    pub(super) fn steps(
        &mut self,
        node: &Node,
        scope: &Scope<'_>,
        open: &mut Vec<String>,
    ) -> Option<(Node, Vec<Span>)> {
        let ValueKind::List(items) = &node.kind else {
            // Not a list of steps: the types say so.
            return self.fill(node, scope).map(|node| (node, Vec::new()));
        };
        let (mut steps, mut sites) = (Vec::new(), Vec::new());
        for item in items {
            match item.entries() {
                [(key, value)] if key.text == "use" => match self.fragment(value, scope, open) {
                    Some(mut inner) => {
                        sites.extend(std::iter::repeat_n(item.span, inner.len()));
                        steps.append(&mut inner);
                    }
                    None => self.removed.note(node.span, ""),
                },
                [(key, value)] if key.text == "repeat" && value.get("steps").is_some() => {
                    let value = self.repeat(value, scope, open);
                    let kind = ValueKind::Map(vec![(key.clone(), value)]);
                    steps.push(Node::new(kind, item.span));
                    sites.push(item.span);
                }
                _ => match self.fill(item, scope) {
                    Some(step) => {
                        steps.push(step);
                        sites.push(item.span);
                    }
                    None => self.removed.note(node.span, ""),
                },
            }
        }
        Some((Node::new(ValueKind::List(steps), node.span), sites))
    }

    fn repeat(&mut self, node: &Node, scope: &Scope<'_>, open: &mut Vec<String>) -> Node {
        let mut filled = Vec::new();
        for (key, value) in node.entries() {
            let value = if key.text == "steps" {
                self.steps(value, &scope.repeating(), open).map(|(steps, _)| steps)
            } else {
                self.fill(value, scope)
            };
            match value {
                Some(value) => filled.push((key.clone(), value)),
                None => self.removed.note(node.span, &key.text),
            }
        }
        Node::new(ValueKind::Map(filled), node.span)
    }

    /// Returns the steps a `use` stands for.
    fn fragment(&mut self, node: &Node, scope: &Scope<'_>, open: &mut Vec<String>) -> Option<Vec<Node>> {
        let value = self.fill(node, scope)?;
        let name_span = value.get("name").map_or(value.span, |name| name.span);
        let Use { name, .. } = typed::read(value.clone(), &mut Removed::default(), self.files, self.problems)?;
        let fragments = self.fragments;
        let Some(found) = fragments.find(&name) else {
            if !fragments.broken {
                let help = suggest::help(&name, fragments.names());
                let message = format!("there is no fragment `{name}` in {}", fragments.source.file);
                self.problems.push(self.files.error(name_span, message).help(help));
            }
            return None;
        };
        if let Some(at) = open.iter().position(|around| *around == name) {
            let circle = [&open[at..], std::slice::from_ref(&name)].concat().join("` uses `");
            self.problems.push(self.files.error(name_span, format!("a fragment cannot use itself: `{circle}`")));
            return None;
        }
        if open.len() >= MAX_USE_DEPTH {
            let message = format!("fragments are nested deeper than {MAX_USE_DEPTH} levels");
            self.problems.push(self.files.error(name_span, message));
            return None;
        }
        // The copies count, or a fragment with large defaults could be used without limit.
        found.defaults.iter().try_for_each(|(_, default)| self.spend_all(default, value.span))?;
        let mut parameters = found.defaults.to_vec();
        for (key, given) in value.get("with").map_or(&[][..], Node::entries) {
            if let Some((_, default)) = parameters.iter_mut().find(|(known, _)| known.text == key.text) {
                *default = given.clone();
            } else {
                let known = found.defaults.iter().map(|(known, _)| known.text.as_str());
                let message = format!("the fragment `{name}` has no parameter `{}`", key.text);
                self.problems.push(self.files.error(key.span, message).help(suggest::help(&key.text, known)));
                self.removed.note(value.span, &key.text);
            }
        }
        open.push(name);
        let steps = self.steps(found.steps, &Scope::of(&parameters), open);
        open.pop();
        match steps?.0.kind {
            ValueKind::List(steps) => Some(steps),
            _ => None,
        }
    }

    /// Fills in the names of a string. Returns the value itself where the string is nothing but one name.
    fn text(&mut self, text: &str, span: Span, scope: &Scope<'_>) -> Option<Node> {
        let pieces = self.pieces(text, span)?;
        if let [Piece::Name(name)] = pieces.as_slice() {
            let node = match self.resolve(name, span, scope)? {
                Meaning::Value(value) => Node { taken_by: Some(span), ..value.clone() },
                Meaning::Later => Node::new(ValueKind::Text(text.to_owned()), span),
            };
            self.spend_all(&node, span)?;
            return Some(node);
        }
        let text = self.interpolate(&pieces, span, scope)?;
        let node = Node::new(ValueKind::Text(text), span);
        self.spend(&node, span)?;
        Some(node)
    }

    /// Returns a key with its names replaced by text.
    fn key(&mut self, key: &Key, scope: &Scope<'_>) -> Option<Key> {
        if !key.text.contains("${") {
            return Some(key.clone());
        }
        let pieces = self.pieces(&key.text, key.span)?;
        Some(Key { text: self.interpolate(&pieces, key.span, scope)?, span: key.span })
    }

    fn interpolate(&mut self, pieces: &[Piece<'_>], span: Span, scope: &Scope<'_>) -> Option<String> {
        let mut filled = String::new();
        let mut failed = false;
        for piece in pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Name(name) => match self.resolve(name, span, scope) {
                    Some(Meaning::Value(Node { kind: ValueKind::Text(text), .. })) => filled.push_str(text),
                    Some(Meaning::Value(value)) => filled.push_str(&value.to_json().to_string()),
                    Some(Meaning::Later) => filled.extend(["${", name, "}"]),
                    None => failed = true,
                },
            }
            self.afford(filled.len(), span)?;
        }
        (!failed).then_some(filled)
    }

    fn pieces<'t>(&mut self, text: &'t str, span: Span) -> Option<Vec<Piece<'t>>> {
        let pieces = template::pieces(text).ok();
        if pieces.is_none() {
            let message = "`${` without a closing `}`";
            self.problems.push(self.files.error(span, message).help("write `$${` for a literal `${`"));
        }
        pieces
    }

    fn resolve<'s>(&mut self, name: &str, span: Span, scope: &Scope<'s>) -> Option<Meaning<'s>> {
        match scope.resolve(name) {
            Ok(meaning) => Some(meaning),
            Err(help) => {
                let written = format!("${{{name}}}");
                let span = template::point(&self.files.source(span.origin).text, span, &written);
                self.problems.push(self.files.error(span, format!("unknown name `{written}`")).help(help));
                None
            }
        }
    }

    /// Takes the last step: `$${` becomes `${`.
    pub(super) fn unescape(&mut self, node: &mut Node, repeats: bool) {
        match &mut node.kind {
            ValueKind::Text(text) => self.unescape_text(text, node.span, repeats),
            ValueKind::List(items) => items.iter_mut().for_each(|item| self.unescape(item, repeats)),
            ValueKind::Map(entries) => {
                for (key, value) in entries {
                    self.unescape_text(&mut key.text, key.span, repeats);
                    self.unescape(value, repeats || key.text == "repeat");
                }
            }
            ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) => {}
        }
    }

    fn unescape_text(&mut self, text: &mut String, span: Span, repeats: bool) {
        if !text.contains("$${") {
            return;
        }
        // What is filled in later could not tell these from the names themselves.
        let later = [NONCE, ROUND].map(|name| format!("$${{{name}}}"));
        let wrong = later.iter().take(if repeats { 2 } else { 1 }).find(|escaped| text.contains(escaped.as_str()));
        if let Some(escaped) = wrong {
            self.problems.push(self.files.error(span, format!("`{}` cannot be sent literally", &escaped[1..])));
        }
        *text = template::unescape(text);
    }

    fn spend(&mut self, node: &Node, span: Span) -> Option<()> {
        let text = node.text().map_or(0, str::len);
        self.spent = self.spent.saturating_add(size_of::<Node>() + text);
        self.afford(0, span)
    }

    fn spend_all(&mut self, node: &Node, span: Span) -> Option<()> {
        match &node.kind {
            ValueKind::List(items) => items.iter().try_for_each(|item| self.spend_all(item, span))?,
            ValueKind::Map(entries) => entries.iter().try_for_each(|(key, value)| {
                self.spent = self.spent.saturating_add(size_of::<Key>() + key.text.len());
                self.spend_all(value, span)
            })?,
            _ => {}
        }
        self.spend(node, span)
    }

    fn afford(&mut self, more: usize, span: Span) -> Option<()> {
        if self.spent.saturating_add(more) <= MAX_EXPANSION {
            return Some(());
        }
        self.spent = MAX_EXPANSION + 1;
        let message = format!(
            "with everything filled in, the file takes more than {} MiB of memory",
            MAX_EXPANSION / 1024 / 1024
        );
        // Reported once: everything after it fails for the same reason.
        if !self.problems.knows_message(&self.files.source(span.origin).file, &message) {
            self.problems.push(self.files.error(span, message).help("use fewer combinations, or smaller fragments"));
        }
        None
    }
}
