//! What holds for any bytes that are read as a config.

use gordoc::command::expand;
use gordoc::config;
use gordoc::diagnostic::{Diagnostics, Stage, Style, pages, render, to_json};
use gordoc::project::{self, Options};

/// Reads bytes as `check` and `expand` do, but for looking at files.
pub(crate) fn check(bytes: &[u8]) {
    let (source, problem) = config::decode("config.yaml", bytes.to_vec());
    let mut found = Diagnostics::default();
    if let Some(problem) = problem {
        found.push(problem);
    } else {
        let reading = project::read(&source, &Options::default());
        let errors = reading.diagnostics.of_stage(Stage::Config).has_errors();
        assert_eq!(reading.project.is_none(), errors, "errors or a project");
        if let Some(project) = &reading.project {
            assert!(expand::document(project).is_object());
        }
        found.append(reading.diagnostics);
    }
    for finding in found.iter() {
        assert!(pages::find_page(finding.code).is_some(), "{}", finding.code);
        for label in &finding.labels {
            let place = source.text.get(label.span.start..label.span.end);
            assert!(place.is_some(), "{finding:?} is no place of the text");
        }
    }
    let redaction = gordoc::config::redaction(&source);
    let drawn = render(&source, &redaction, &found, Style::default());
    assert!(drawn.len() >= found.iter().count());
    assert!(to_json(&source, &redaction, &found).is_array());
}
