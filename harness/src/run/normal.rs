//! Takes out of an observation what differs from run to run, so that records compare and reports are byte-stable.

use serde_json::Value;

/// What one trial's run put into the bytes, the addresses or the paths.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise<'a> {
    /// What `${nonce}` stood for.
    pub(super) nonce: &'a str,
    /// The trial's base URL.
    pub(super) base_url: &'a str,
    /// The folder of the suite, which SDKs name in tracebacks; with what is installed below it.
    pub(super) root: &'a str,
}

impl Noise<'_> {
    /// A text with the nonce, the addresses, the suite's folder, ports and object identities replaced by their names.
    pub(super) fn text(self, text: &str) -> String {
        let text = text.replace(self.nonce, "${nonce}").replace(self.base_url, "${base_url}");
        let address = self.base_url.trim_start_matches("http://").split('/').next().unwrap_or_default();
        let text = if address.is_empty() { text } else { text.replace(address, "${address}") };
        let text = if self.root.len() > 1 { text.replace(self.root, "${root}") } else { text };
        let text = hide(&text, "127.0.0.1:", char::is_ascii_digit, 4);
        hide(&text, "0x", char::is_ascii_hexdigit, 6)
    }

    /// The same for every string in a value.
    pub(super) fn value(self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(map) => map.values_mut().for_each(|value| self.value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Replaces the digits behind a prefix, where there are at least so many: `0x7f03a1b2c3d4` is an object's address in a
/// runtime's memory, `127.0.0.1:37912` a port that a client was given.
fn hide(text: &str, prefix: &str, is_digit: fn(&char) -> bool, at_least: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(prefix) {
        let (before, from) = rest.split_at(at);
        let end = prefix.len() + from[prefix.len()..].chars().take_while(is_digit).count();
        out.push_str(before);
        if end - prefix.len() >= at_least {
            out.push_str(prefix);
            out.push('…');
        } else {
            out.push_str(&from[..end]);
        }
        rest = &from[end..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_named() {
        let noise = Noise { nonce: "n12ab", base_url: "http://127.0.0.1:4000/t/9", root: "/home/me/suite" };
        for (text, expected) in [
            ("Overloaded n12ab", "Overloaded ${nonce}"),
            ("POST http://127.0.0.1:4000/t/9/v1/messages", "POST ${base_url}/v1/messages"),
            ("peer 127.0.0.1:4000 left", "peer ${address} left"),
            ("read tcp 127.0.0.1:37912->127.0.0.1:4000: reset", "read tcp 127.0.0.1:…->${address}: reset"),
            ("File \"/home/me/suite/target/env/sdk.py\"", "File \"${root}/target/env/sdk.py\""),
            ("<Stream at 0x7f03a1b2c3d4> 0x1F", "<Stream at 0x…> 0x1F"),
        ] {
            assert_eq!(noise.text(text), expected);
        }
    }
}
