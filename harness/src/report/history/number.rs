//! The numbers of releases: their order, and the choice of some of them.

use std::collections::BTreeMap;

/// The number of a release, such as 1.12.0: what has anything else in it is a preview, and is only taken by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(Vec<u64>);

impl Number {
    /// Reads a number; none of a preview.
    pub fn parse(version: &str) -> Option<Self> {
        let parts: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
        let mut parts = parts?;
        // 1.2 and 1.2.0 are one.
        while parts.len() > 1 && parts.last() == Some(&0) {
            parts.pop();
        }
        Some(Self(parts))
    }

    /// Returns the major and the minor number.
    fn minor(&self) -> (u64, u64) {
        let part = |place: usize| self.0.get(place).copied().unwrap_or_default();
        (part(0), part(1))
    }
}

/// The releases of a range that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// The last release of each minor number, 1.4 of 1.4.0 and 1.4.1.
    Minor,
    /// Every release.
    Release,
}

/// A choice of releases.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The first of the range.
    pub from: Option<Number>,
    /// The last of the range.
    pub to: Option<Number>,
    /// The part of the range that is taken.
    pub every: Every,
    /// At most so many of these, spread evenly over the range.
    pub most: Option<usize>,
}

/// Chooses releases from all versions of a package, the oldest first. The first and the last of the range are among them.
pub fn chosen(versions: &[String], choice: &Choice) -> Vec<String> {
    let is_in = |number: &Number| {
        choice.from.as_ref().is_none_or(|from| number >= from) && choice.to.as_ref().is_none_or(|to| number <= to)
    };
    let numbered = versions.iter().filter_map(|version| Some((Number::parse(version)?, version)));
    let range: BTreeMap<Number, &String> = numbered.filter(|(number, _)| is_in(number)).collect();
    let mut taken: Vec<&String> = match choice.every {
        Every::Release => range.into_values().collect(),
        Every::Minor => {
            let minors: BTreeMap<(u64, u64), &String> =
                range.into_iter().map(|(number, version)| (number.minor(), version)).collect();
            minors.into_values().collect()
        }
    };
    if let Some(most) = choice.most.filter(|most| *most < taken.len()) {
        let last = taken.len() - 1;
        taken = if most < 2 { vec![taken[last]] } else { (0..most).map(|at| taken[at * last / (most - 1)]).collect() };
    }
    taken.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_by_their_parts() {
        let number = |text| Number::parse(text);
        assert!(number("0.9.10") > number("0.9.9") && number("1.10") > number("1.9.9") && number("1.0") == number("1"));
        for preview in ["1.0.0-beta.1", "1.0rc1", "", "1..2", "latest", "1.0.0+x"] {
            assert_eq!(number(preview), None, "{preview}");
        }
    }

    #[test]
    fn a_choice_keeps_both_ends() {
        let versions =
            ["0.9.0", "1.0.1", "0.10.0", "1.0.0", "2.0.0-beta.1", "1.1.0", "1.2.0", "1.3.0"].map(str::to_owned);
        let choice = |from: &str, every, most| {
            let choice = Choice { from: Number::parse(from), to: Number::parse("1.2.9"), every, most };
            chosen(&versions, &choice).join(" ")
        };
        assert_eq!(choice("", Every::Release, None), "0.9.0 0.10.0 1.0.0 1.0.1 1.1.0 1.2.0");
        assert_eq!(choice("0.10", Every::Minor, None), "0.10.0 1.0.1 1.1.0 1.2.0");
        assert_eq!(choice("", Every::Release, Some(3)), "0.9.0 1.0.0 1.2.0");
        assert_eq!(choice("", Every::Release, Some(1)), "1.2.0");
        assert_eq!(choice("3", Every::Release, Some(2)), "");
    }
}
