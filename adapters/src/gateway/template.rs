//! Texts with words in them that are only known when a gateway starts: `${port}`.

use std::net::SocketAddr;

use camino::Utf8Path;

/// The names of these words.
const NAMES: [&str; 7] = ["port", "other-port", "server", "server-host", "server-port", "folder", "installed"];

/// The one of them that a client is told, too.
pub(super) const SERVER: &str = "${server}";

/// The values of these words in one start of a gateway.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    /// `${port}`: the port of 127.0.0.1 that the gateway listens on.
    pub(super) port: u16,
    /// `${other-port}`: another free port, for what it serves besides.
    pub(super) other_port: u16,
    /// `${server}`: the host and the port of the server; `${server-host}` and `${server-port}` are one of them each.
    pub(super) server: SocketAddr,
    /// `${folder}`: a folder for this start alone, which holds the configuration and is removed afterwards.
    pub(super) folder: &'a Utf8Path,
    /// `${installed}`: the folder that the packages of its registry are installed into, or that of its program.
    pub(super) installed: &'a Utf8Path,
}

impl Words<'_> {
    /// Fills a text in.
    pub(super) fn fill(&self, text: &str) -> String {
        let Self { port, other_port, server, folder, installed } = self;
        let [host, server_port] = [server.ip().to_string(), server.port().to_string()];
        let [port, other_port] = [port, other_port].map(u16::to_string);
        let values =
            [port, other_port, server.to_string(), host, server_port, folder.to_string(), installed.to_string()];
        NAMES
            .into_iter()
            .zip(values)
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), &value))
    }
}

/// Checks that a text has no other such words. What has a capital letter or a sign is the gateway's own, `${HOME}`.
pub(super) fn check(text: &str) -> Result<(), String> {
    let words = text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).map(|(word, _)| word);
    let is_ours = |word: &&str| word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '-');
    let unknown = words.into_iter().filter(is_ours).find(|word| !NAMES.contains(word));
    unknown.map_or(Ok(()), |word| Err(format!("`${{{word}}}` is unknown; there are: {}", NAMES.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_filled_in_and_what_is_not_known_is_refused() {
        let server = SocketAddr::from(([127, 0, 0, 1], 81));
        let words =
            Words { port: 80, other_port: 82, server, folder: Utf8Path::new("/run"), installed: Utf8Path::new("/env") };
        assert_eq!(
            words.fill(
                "${port} ${other-port} ${server} ${server-host}:${server-port} ${folder}/x ${installed} $port ${HOME}"
            ),
            "80 82 127.0.0.1:81 127.0.0.1:81 /run/x /env $port ${HOME}"
        );
        assert_eq!(check("${port} ${HOME} $host"), Ok(()));
        assert!(check("listen ${prot};").is_err_and(|what| what.starts_with("`${prot}` is unknown; there are: port")));
    }
}
