//! What is read from a PostgreSQL server, and which is meant, in the words of `libpq`.

use super::query::Query;
use crate::provider::remote::{RetryPolicy, Secret, TlsTrust};
use crate::source::Spanned;

/// `SqlDataProvider`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SqlProvider {
    /// Where the server is, and who asks.
    pub(super) server: SqlServer,
    /// What is read.
    pub(super) rows: SqlRows,
    /// Zone of times without an offset, an IANA name.
    pub(super) timezone: String,
    /// Whether the latest reading before the start may be asked for.
    pub(super) look_back: bool,
    /// How long to wait, and how often to try.
    pub(super) retry: RetryPolicy,
}

/// What is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SqlRows {
    /// A table of readings.
    Table(SqlTable),
    /// A query that gives times and values of a tag.
    Query(Spanned<Query>),
}

/// A table of readings: one row per reading and tag, or one column per tag.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SqlTable {
    /// Schema; `None` looks along the user's search path.
    pub(super) schema: Option<String>,
    /// Name.
    pub(super) table: Spanned<String>,
    /// Column of times.
    pub(super) time_column: String,
    /// Column of tag names; `None` if every tag has a column of its own.
    pub(super) tag_column: Option<String>,
    /// Column of values; `{tag}` in it stands for the tag's name.
    pub(super) value_column: String,
}

impl SqlTable {
    /// Name of the column that holds a tag's values.
    pub(super) fn column_of(&self, tag: &str) -> String {
        self.value_column.replace("{tag}", tag)
    }
}

/// Where a server is, and who asks; what is given beside a `url` wins over it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SqlServer {
    /// `postgresql://user:password@host:port/dbname?sslmode=...`
    pub(super) url: Option<Spanned<Secret>>,
    /// Name or address of the host.
    pub(super) host: Option<String>,
    /// Its port.
    pub(super) port: Option<u16>,
    /// Database.
    pub(super) dbname: Option<String>,
    /// User.
    pub(super) user: Option<String>,
    /// The user's password.
    pub(super) password: Option<Spanned<Secret>>,
    /// How TLS is used; `None` is what the `url` says, or [`SslMode::Prefer`].
    pub(super) sslmode: Option<SslMode>,
    /// PEM file of the certificates that vouch for the server.
    pub(super) sslrootcert: Option<Spanned<String>>,
}

/// How TLS is used, as `libpq` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SslMode {
    /// Never.
    Disable,
    /// If the server can, whoever it is.
    Prefer,
    /// Always; the server's certificate is checked if `sslrootcert` is given.
    Require,
    /// Always, and the certificate must be the host's.
    VerifyFull,
}

impl SslMode {
    /// The mode of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "disable" => Self::Disable,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }

    /// Whom a client of this mode believes.
    pub(super) fn trust(self, roots: Option<&Spanned<String>>) -> TlsTrust {
        match (self, roots) {
            (Self::Require | Self::VerifyFull, Some(roots)) => TlsTrust::Roots(roots.clone()),
            (Self::VerifyFull, None) => TlsTrust::PublicRoots,
            _ => TlsTrust::Anyone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn certificates_are_checked_as_libpq_does() {
        let roots = Spanned::new("ca.pem".to_owned(), Span::default());
        let given = TlsTrust::Roots(roots.clone());
        for (mode, alone, with_roots) in [
            ("prefer", TlsTrust::Anyone, TlsTrust::Anyone),
            ("require", TlsTrust::Anyone, given.clone()),
            ("verify-full", TlsTrust::PublicRoots, given.clone()),
        ] {
            let mode = SslMode::named(mode).unwrap();
            assert_eq!(mode.trust(None), alone);
            assert_eq!(mode.trust(Some(&roots)), with_roots);
        }
        assert_eq!(SslMode::named("verify-ca"), None);
    }
}
