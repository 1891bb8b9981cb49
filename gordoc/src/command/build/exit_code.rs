//! Gordo's exit codes: which exception class ends with which.

use std::io;

/// Codes of classes and of those below them; the most specific first.
const CODES: [(&[&str], u8); 9] = [
    (&["PermissionError"], 20),
    (&["FileNotFoundError"], 30),
    (&["SensorTagNormalizationError"], 60),
    (&["NoSuitableDataProviderError"], 70),
    (
        &[
            "InsufficientDataError",
            "EmptyDataframeError",
            "EmptyGeneratedDataframeError",
            "EmptyFilteredDataframeError",
            "RowFilterEmptyDataError",
            "KnownPeriodsEmptyDataError",
            "NuisanceEmptyDataError",
        ],
        80,
    ),
    (&["ImportError", "ModuleNotFoundError"], 85),
    (&["ReporterException", "PostgresReporterException"], 90),
    (&["ConfigException", "MachineConfigException"], 100),
    (
        &["ValueError", "UndefinedVariableError", "ValidationError"],
        2,
    ),
];

/// The exit code of an exception of this class; 1 is for all that have none.
pub(super) fn of_class(class: &str) -> u8 {
    CODES
        .iter()
        .find(|(classes, _)| classes.contains(&class))
        .map_or(1, |(_, code)| *code)
}

/// The class of what the system says.
pub(super) fn class_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "FileNotFoundError",
        io::ErrorKind::PermissionDenied => "PermissionError",
        _ => "OSError",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_class_decides() {
        for (class, code) in [
            ("PermissionError", 20),
            ("FileNotFoundError", 30),
            ("SensorTagNormalizationError", 60),
            ("NoSuitableDataProviderError", 70),
            ("RowFilterEmptyDataError", 80),
            ("ImportError", 85),
            ("PostgresReporterException", 90),
            ("MachineConfigException", 100),
            ("ValueError", 2),
            ("KeyError", 1),
            ("OSError", 1),
        ] {
            assert_eq!(of_class(class), code, "{class}");
        }
    }
}
