//! A case with its combination, and the parts of its name.

use camino::{Utf8Path, Utf8PathBuf};
use streamspec_adapters::contract::Api;

use super::escape::Escaped;
use super::name::name;

/// The signs of an id that have a meaning of their own in a URL.
const URL_SIGNS: &[char] = &['%', '#', '?'];

name! {
    /// A case: `anthropic/in-band/after-text#overloaded,start`. The folder of the dialect, the group and the file, and after
    /// `#` the combination of matrix values where the file has a matrix.
    CaseId
}

impl CaseId {
    /// Names the case of a file, or one combination of its matrix.
    pub fn of(file: &str, combination: Option<&str>) -> Self {
        combination
            .map_or_else(|| Self::from(file), |combination| Self::from(format!("{file}{COMBINATION}{combination}")))
    }

    /// Writes the id as part of the path of a URL, `anthropic/in-band/after-text%23overloaded,start`.
    pub fn in_path(&self) -> String {
        Escaped(self, URL_SIGNS).to_string()
    }

    /// Returns the id of the case's file: everything before the combination.
    pub fn file(&self) -> &str {
        file_of(self)
    }

    /// Returns the names of the matrix values, separated by commas.
    pub fn combination(&self) -> Option<&str> {
        self.split_once(COMBINATION).map(|(_, combination)| combination)
    }

    /// Returns the folders of the case, `anthropic/in-band`.
    pub fn group(&self) -> &str {
        self.match_indices('/').nth(1).map_or(self.as_str(), |(at, _)| &self[..at])
    }

    /// Returns what the group does not say: the name of the file and the combination.
    pub fn within_group(&self) -> &str {
        self.strip_prefix(self.group()).map_or(self.as_str(), |rest| rest.trim_start_matches('/'))
    }

    /// Returns the folder that holds the file.
    pub fn folder(&self) -> &str {
        folder_of(self.file()).unwrap_or(self.file())
    }

    /// Returns the folder of the dialect, `anthropic`.
    pub fn api_folder(&self) -> &str {
        api_folder(self)
    }

    /// Returns globs that match this case and others: all of its dialect, all of its folder, all combinations of its file.
    pub fn globs(&self) -> [String; 3] {
        [format!("{}/**", self.api_folder()), format!("{}/*", self.folder()), format!("{}{COMBINATION}*", self.file())]
    }
}

/// The sign between the file of a case and the combination.
const COMBINATION: char = '#';

/// The folder of the case files, below the root of the repository, and their ending.
const FOLDER: &str = "cases";
const ENDING: &str = "yaml";

/// Returns the path of a case's file below the root of the repository, from the id of the file.
pub fn path_of(file: &str) -> Utf8PathBuf {
    Utf8Path::new(FOLDER).join(format!("{file}.{ENDING}"))
}

/// Returns the id of the file at a path below the root of the repository.
pub fn id_of(path: &Utf8Path) -> String {
    path.strip_prefix(FOLDER).unwrap_or(path).with_extension("").into_string()
}

/// Returns a group's name without the folder of the dialect, `in-band`.
pub fn about(group: &str) -> &str {
    group.split_once('/').map_or(group, |(_, about)| about)
}

/// Says if a group of cases belongs to a dialect.
pub fn is_of_api(group: &str, api: Api) -> bool {
    api_folder(group) == api.folder()
}

/// Returns the same as [`CaseId::file`] for what may be no more than a part of an id.
pub fn file_of(case: &str) -> &str {
    case.split(COMBINATION).next().unwrap_or(case)
}

/// Returns the folders before the last part of a name that may be a part of an id or a glob over ids.
pub fn folder_of(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(folder, _)| folder)
}

/// Says if the file of a case, or a folder of cases, lies in a folder.
pub fn is_below(file: &str, folder: &str) -> bool {
    file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Returns the folder of the dialect that a group or a case begins with.
pub fn api_folder(name: &str) -> &str {
    name.split('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_has_its_parts() {
        let case = CaseId::from("anthropic/in-band/after-text#overloaded,start");
        assert_eq!((case.file(), case.combination()), ("anthropic/in-band/after-text", Some("overloaded,start")));
        assert_eq!(
            (case.group(), case.folder(), case.api_folder()),
            ("anthropic/in-band", "anthropic/in-band", "anthropic")
        );
        assert_eq!(CaseId::of(case.file(), case.combination()), case);
        assert_eq!(case.in_path(), "anthropic/in-band/after-text%23overloaded,start");
        assert_eq!((case.within_group(), about(case.group())), ("after-text#overloaded,start", "in-band"));
        let plain = CaseId::from("gemini/cut/eof");
        assert_eq!((plain.file(), plain.combination(), plain.group()), ("gemini/cut/eof", None, "gemini/cut"));
        assert_eq!(case.globs(), ["anthropic/**", "anthropic/in-band/*", "anthropic/in-band/after-text#*"]);
        assert_eq!((path_of("a/b/c").as_str(), id_of(&path_of("a/b/c")).as_str()), ("cases/a/b/c.yaml", "a/b/c"));
        let stray = CaseId::from("mine");
        assert_eq!((stray.file(), stray.group(), stray.folder(), stray.api_folder()), ("mine", "mine", "mine", "mine"));
        assert!(is_below("gemini/cut/eof", "gemini/cut") && !is_below("gemini/cuts/eof", "gemini/cut"));
    }
}
