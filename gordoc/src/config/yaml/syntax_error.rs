//! What keeps a text from being YAML.

/// Why a text is not YAML, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::config) struct SyntaxError(Box<SyntaxErrorDetails>);

/// What is known of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::config) struct SyntaxErrorDetails {
    /// What is true: completes "this is not YAML:".
    pub(in crate::config) what: String,
    /// Bytes of the main place.
    pub(in crate::config) at: (usize, usize),
    /// A few words at the main place.
    pub(in crate::config) label: &'static str,
    /// Where it began, with a few words.
    pub(in crate::config) context: Option<(usize, usize, &'static str)>,
    /// One imperative.
    pub(in crate::config) help: &'static str,
    /// Gordo's exception class.
    pub(in crate::config) class: &'static str,
}

/// What is read, or why it cannot be.
pub(super) type Read<T> = Result<T, SyntaxError>;

impl SyntaxError {
    /// An error of letters, such as an escape that does not exist.
    pub(super) fn scanner(what: impl Into<String>, at: (usize, usize)) -> Self {
        Self::new(what.into(), at, "ScannerError")
    }

    /// An error of structure, such as a line that belongs nowhere.
    pub(super) fn parser(what: impl Into<String>, at: (usize, usize)) -> Self {
        Self::new(what.into(), at, "ParserError")
    }

    fn new(what: String, at: (usize, usize), class: &'static str) -> Self {
        Self(Box::new(SyntaxErrorDetails {
            what,
            at,
            label: "read up to here",
            context: None,
            help: "check the indentation and the brackets, and quote texts with special characters",
            class,
        }))
    }

    /// Words at the main place.
    pub(super) fn label(mut self, label: &'static str) -> Self {
        self.0.label = label;
        self
    }

    /// Where it began.
    pub(super) fn context(mut self, at: (usize, usize), label: &'static str) -> Self {
        self.0.context = Some((at.0, at.1, label));
        self
    }

    /// How to mend it.
    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.0.help = help;
        self
    }

    /// What is known of it.
    pub(in crate::config) fn into_details(self) -> SyntaxErrorDetails {
        *self.0
    }
}
