//! Badges: for each SDK, dialect and level an SVG and what shields.io calls an endpoint, always with its denominator.
//!
//! `must` counts the trials in which every MUST holds, `should` those in which every MUST and SHOULD holds, each of all
//! trials that say something about the SDK. The colour says whether that is all of them, and nothing else.

use std::collections::BTreeMap;

use serde_json::json;
use streamspec_adapters::contract::Api;

use super::{Format, RenderError, Sink, write};
use crate::case::Level;
use crate::id::is_of_api;
use crate::report::view::{Count, Sdk, View, visible};

/// `badges/`: an SVG and a shields.io endpoint for each SDK, dialect and level.
#[derive(Debug)]
pub(super) struct Badges;

impl Format for Badges {
    fn name(&self) -> &'static str {
        "badges"
    }

    fn writes(&self) -> &'static str {
        "`badges/SDK.API.LEVEL.{svg,json}`"
    }

    fn purpose(&self) -> &'static str {
        "a README: an image, and an endpoint for shields.io"
    }

    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        for (name, text) in badges(view) {
            write(out, &format!("badges/{name}"), &text)?;
        }
        out.folder("badges", None)
    }
}

/// The texts and the colour of a badge.
struct Texts {
    label: String,
    message: String,
    colour: Colour,
}

#[derive(Clone, Copy)]
enum Colour {
    All,
    NotAll,
    Unknown,
}

impl Colour {
    const fn name(self) -> &'static str {
        match self {
            Self::All => "brightgreen",
            Self::NotAll => "orange",
            Self::Unknown => "lightgrey",
        }
    }

    const fn hex(self) -> &'static str {
        match self {
            Self::All => "#2f7d32",
            Self::NotAll => "#b35900",
            Self::Unknown => "#6e6e6e",
        }
    }
}

/// Makes the badges, by the names of their files: `anthropic-python.anthropic-messages.must.svg`.
fn badges(view: &View<'_>) -> BTreeMap<String, String> {
    let mut badges = BTreeMap::new();
    for sdk in &view.sdks {
        for api in &sdk.record.apis {
            for level in [Level::Must, Level::Should] {
                let texts = texts(sdk, *api, level);
                let stem = format!("{}.{}.{}", file_name(&sdk.record.id), api.name(), level.name());
                badges.insert(format!("{stem}.svg"), svg(&texts));
                badges.insert(format!("{stem}.json"), endpoint(&texts));
            }
        }
    }
    badges
}

fn texts(sdk: &Sdk<'_>, api: Api, level: Level) -> Texts {
    let count = Count::sum(sdk.direct().filter(|count| is_of_api(&count.group, api)));
    let held = count.pass + if level == Level::Must { count.disputed + count.deviates } else { 0 };
    let (judged, not_judged) = (count.judged(), count.not_judged());
    let colour = match (judged, held == judged && not_judged == 0) {
        (0, _) => Colour::Unknown,
        (_, true) => Colour::All,
        (_, false) => Colour::NotAll,
    };
    let not_judged = if not_judged > 0 { format!(", {not_judged} not judged") } else { String::new() };
    let message = if judged == 0 { "not run".to_owned() } else { format!("{held} of {judged}{not_judged}") };
    let level = if level == Level::Must { "MUST" } else { "MUST and SHOULD" };
    let label = visible(&format!("{} {} {} {level}", sdk.record.id, sdk.record.version, api.name()));
    Texts { label, message, colour }
}

/// Makes the beginning of a file name of an id, `anthropic-python@0.49.0`: a badge is never hidden or outside its
/// folder.
fn file_name(id: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_@.+".contains(c);
    let name: String = id.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    if name.starts_with('.') { format!("_{name}") } else { name }
}

/// <https://shields.io/badges/endpoint-badge>
fn endpoint(texts: &Texts) -> String {
    let Texts { label, message, colour } = texts;
    let badge = json!({ "schemaVersion": 1, "label": label, "message": message, "color": colour.name() });
    format!("{badge:#}\n")
}

fn svg(texts: &Texts) -> String {
    let (label, message) = (escaped(&texts.label), escaped(&texts.message));
    let (left, right) = (width(&texts.label), width(&texts.message));
    let (all, label_at, message_at) = (left + right, left / 2, left + right / 2);
    let (label_text, message_text) = (left - 2 * PADDING, right - 2 * PADDING);
    let hex = texts.colour.hex();
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img" aria-label="{label}: {message}">
<title>{label}: {message}</title>
<rect width="{left}" height="20" fill="#424242"/>
<rect x="{left}" width="{right}" height="20" fill="{hex}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="{label_at}" y="14" textLength="{label_text}">{label}</text>
<text x="{message_at}" y="14" textLength="{message_text}">{message}</text>
</g>
</svg>
"##
    )
}

/// Pixels beside a text.
const PADDING: usize = 6;

/// Estimates the width of a text in Verdana at 11 pixels, whose letters are seven wide on average; `textLength` makes
/// it fit.
fn width(text: &str) -> usize {
    text.chars().count() * 7 + 2 * PADDING
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_badge_counts_with_its_denominator() {
        let records = samples::records();
        let badges = badges(&samples::view(&records));
        let texts: Vec<String> = badges.into_iter().map(|(file, content)| format!("{file}\n{content}")).collect();
        insta::assert_snapshot!(texts.join("\n"));
    }

    #[test]
    fn a_badge_counts_no_trial_through_a_gateway() {
        let (alone, both) = (samples::records(), samples::two_ways());
        assert_eq!(badges(&samples::view(&alone)), badges(&samples::view(&both)));
    }

    #[test]
    fn a_hostile_id_stays_in_its_folder_and_its_element() {
        let records = samples::hostile();
        let badges = badges(&samples::view(&records));
        assert!(!badges.is_empty());
        for (file, content) in badges {
            assert!(!file.contains(['/', '\\']) && !file.starts_with('.'), "{file}");
            let is_svg = content.starts_with("<svg");
            assert!(!is_svg || !content.contains("<script"), "{content}");
        }
    }
}
