//! The parameters by which cases are listed.

/// An id, a folder or a glob.
pub(in crate::serve) const MATCH: &str = "match";

/// A dialect.
pub(in crate::serve) const API: &str = "api";

/// A group.
pub(in crate::serve) const GROUP: &str = "group";

/// A text.
pub(in crate::serve) const SEARCH: &str = "search";

/// Every parameter, with what it selects.
pub(in crate::serve) const ALL: [(&str, &str); 4] = [
    (MATCH, "Only the cases that an id, a folder or a glob names, as `--case` takes them: `openai-chat/in-band/*`."),
    (API, "Only the cases of this dialect: `openai-chat`."),
    (GROUP, "Only the cases of this group, whatever the dialect: `in-band`."),
    (SEARCH, "Only the cases whose id or title has this text, in capitals or not."),
];
