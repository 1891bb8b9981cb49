//! `gordoc explain`: the page on a diagnostic code, or the list of all codes.

use std::io::Write;

use super::{Failure, Status};
use crate::diagnostic::pages;

/// Writes the page on a code; without a code, each with what it means.
pub fn run(code: Option<&str>, out: &mut dyn Write) -> Result<Status, Failure> {
    let Some(code) = code else {
        let width = pages::codes().map(str::len).max().unwrap_or(0);
        for code in pages::codes() {
            let summary = pages::find_page(code).map(pages::summary);
            writeln!(out, "{code:width$}  {}", summary.unwrap_or_default())?;
        }
        return Ok(Status::Done);
    };
    let Some(page) = pages::find_page(code) else {
        let help = match pages::find_similar(code) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => "run `gordoc explain` for a list of all codes".to_owned(),
        };
        return Err(Failure::new(format!("there is no code `{code}`")).help(help));
    };
    out.write_all(page.as_bytes())?;
    Ok(Status::Done)
}
