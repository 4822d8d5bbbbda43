//! `JUnit` XML: a suite for each surface of an SDK, a test case for each trial, as `streamspec run` would judge it.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Format, RenderError, Sink};
use crate::id::SdkSurface;
use crate::message;
use crate::record::Statement;
use crate::report::view::{Conclusion, Row, Sdk, View, reason, sentence, visible};

/// `junit.xml`: a test case for each trial.
#[derive(Debug)]
pub(super) struct Junit;

impl Format for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn writes(&self) -> &'static str {
        "`junit.xml`"
    }

    fn purpose(&self) -> &'static str {
        "test reports of CI systems: a suite for each surface, a test case for each trial"
    }

    fn render(&self, view: &View<'_>, out: &mut dyn Sink) -> Result<(), RenderError> {
        out.file("junit.xml", &mut |file| junit(view, file))
    }
}

/// Writes the trials as `JUnit` XML. What is not as listed is a failure, a fault an error, what was not judged is skipped; a
/// known deviation passes and says so in its output. Of a whole run an entry that matches nothing is a failure as well.
fn junit(view: &View<'_>, out: &mut dyn Write) -> Result<(), RenderError> {
    let count = |conclusion| view.sdks.iter().map(|sdk| sdk.conclusion(conclusion)).sum::<usize>();
    let unused: usize = view.sdks.iter().map(|sdk| sdk.unused.len()).sum();
    let not_run = view.sdks.iter().filter(|sdk| sdk.record.not_run.is_some()).count();
    let mut all = Report::new("streamspec");
    all.tests = view.suite.trials + view.suite.variant_runs + unused + not_run;
    all.skipped = count(Conclusion::NotJudged) + not_run;
    all.failures = count(Conclusion::NotAsListed) + unused;
    all.errors = count(Conclusion::Fault);
    let text = all.to_string().map_err(io::Error::other)?;
    out.write_all(text.trim_end().trim_end_matches(END).as_bytes())?;
    for sdk in &view.sdks {
        for surface in &sdk.surfaces {
            let name = SdkSurface::new(sdk.record.id.clone(), surface.name.clone()).to_string();
            let mut suite = suite(sdk, &name);
            for place in surface.trials {
                suite.add_test_case(case(&view.row(sdk, place)?));
            }
            write(suite, out)?;
        }
        let about = about(sdk);
        if !about.is_empty() {
            let mut suite = suite(sdk, &sdk.record.id);
            suite.add_test_cases(about);
            write(suite, out)?;
        }
    }
    Ok(writeln!(out, "{END}")?)
}

/// The last line of a document.
const END: &str = "</testsuites>";

/// Writes one suite: everything between the first two lines and the last of a document with this suite alone.
fn write(suite: TestSuite, out: &mut dyn Write) -> Result<(), RenderError> {
    let mut report = Report::new("");
    report.add_test_suite(suite);
    let text = report.to_string().map_err(io::Error::other)?;
    let lines = text.trim_end().trim_end_matches(END).splitn(3, '\n').nth(2);
    Ok(out.write_all(lines.unwrap_or_default().as_bytes())?)
}

fn suite(sdk: &Sdk<'_>, name: &str) -> TestSuite {
    let mut suite = TestSuite::new(visible(name));
    for (property, value) in
        [("package", &sdk.record.package), ("version", &sdk.record.version), ("runtime", &sdk.record.runtime)]
    {
        suite.add_property(Property::new(property, visible(value)));
    }
    suite
}

/// Makes test cases of what is said about an SDK as a whole.
fn about(sdk: &Sdk<'_>) -> Vec<TestCase> {
    let mut cases = Vec::new();
    if let Some(reason) = &sdk.record.not_run {
        cases.push(TestCase::new("not run", with_message(TestCaseStatus::skipped(), "not-run", &visible(reason), "")));
    }
    for unused in &sdk.unused {
        let message = "this known deviation matches nothing; remove it";
        let status =
            with_message(TestCaseStatus::non_success(NonSuccessKind::Failure), "unused", message, &listed_as(unused));
        let mut case =
            TestCase::new(visible(&format!("{} in {}", unused.scope.axis, unused.scope.cases.join(", "))), status);
        case.set_classname("known-deviations");
        cases.push(case);
    }
    cases
}

fn case(row: &Row<'_>) -> TestCase {
    let mut case = TestCase::new(visible(&row.case_name()), status(row));
    case.set_classname(visible(&SdkSurface::new(row.sdk.id.clone(), row.trial.surface.clone()).to_string()));
    case.set_time(Duration::from_millis(row.trial.took_ms));
    case.extra.insert("file".into(), visible(&row.file()).into());
    let mut said = Vec::new();
    if row.conclusion() == Conclusion::AsListed {
        let listed = row.listed();
        let entries = listed.iter().flat_map(|(_, entries)| entries).map(|entry| listed_as(entry));
        let mut lines = vec![visible(row.title()), row.verdict()];
        lines.extend(listed.iter().map(|(check, _)| sentence(check)));
        lines.extend(entries.map(|entry| format!("known deviation: {entry}")));
        lines.dedup();
        said.extend(lines);
    }
    if let Some(blame) = &row.trial.blame {
        said.push(format!("blame: {}", message::blame_in_short(blame)));
    }
    if !said.is_empty() {
        case.set_system_out(said.join("\n"));
    }
    case
}

fn status(row: &Row<'_>) -> TestCaseStatus {
    let status = row.trial.verdict.status.name();
    match row.conclusion() {
        Conclusion::Passes | Conclusion::AsWritten | Conclusion::AsListed => TestCaseStatus::success(),
        Conclusion::NotJudged => with_message(TestCaseStatus::skipped(), status, &row.reason(), ""),
        Conclusion::Fault => {
            with_message(TestCaseStatus::non_success(NonSuccessKind::Error), status, &row.reason(), "")
        }
        Conclusion::NotAsListed => {
            let mut lines: Vec<String> = row.unlisted().into_iter().map(|unlisted| unlisted.text).collect();
            let message = lines.first().cloned().unwrap_or_default();
            if row.trial.verdict.reason.is_some() {
                lines.push(row.reason());
            }
            with_message(
                TestCaseStatus::non_success(NonSuccessKind::Failure),
                &row.verdict(),
                &message,
                &lines.join("\n"),
            )
        }
    }
}

fn with_message(mut status: TestCaseStatus, kind: &str, message: &str, description: &str) -> TestCaseStatus {
    status.set_type(kind).set_message(message);
    if !description.is_empty() {
        status.set_description(description);
    }
    status
}

fn listed_as(Statement { entry, scope }: &Statement<'_>) -> String {
    visible(&format!("{} seen as {}: {}", scope.axis, scope.observed.join(" or "), reason(entry)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn every_conclusion_has_its_element() {
        let records = samples::records();
        insta::assert_snapshot!(samples::rendered(&Junit, &samples::view(&records)));
    }

    #[test]
    fn a_trial_through_a_gateway_says_whose_doing_it_is() {
        let xml = samples::rendered(&Junit, &samples::view(&samples::through_a_gateway()));
        let name = "anthropic/in-band/after-text#rate-limit@route=relay";
        let (_, own) = xml.split_once(name).expect("it has a test case");
        let own = own.split("</testcase>").next().unwrap_or_default();
        let blame = "blame: lost at the gateway: outcome; retried after output, 2 requests upstream and 1 downstream";
        assert!(own.contains(blame) && own.contains("<failure"), "{own}");
    }

    #[test]
    fn hostile_text_leaves_the_document_well_formed() {
        let records = samples::hostile();
        let xml = samples::rendered(&Junit, &samples::view(&records));
        let read = Report::deserialize_from_str(&xml).unwrap_or_else(|error| panic!("{error}\n{xml}"));
        assert_eq!(read.tests, samples::trials(&records) + 1, "every trial, and the SDK that was not run");
        let allowed =
            |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(xml.chars().all(allowed), "{xml}");
        assert!(!xml.contains("<script>"), "{xml}");
    }
}
