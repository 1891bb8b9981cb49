//! What is read from an `InfluxDB` server, and which is meant: in one text, or in parts.

use indexmap::IndexMap;

use crate::provider::remote::{RetryPolicy, Secret, TlsTrust};
use crate::source::Spanned;

/// `InfluxDataProvider`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InfluxProvider {
    /// Measurement that is selected from.
    pub(super) measurement: Spanned<String>,
    /// Retention policy of the measurement; `None` is the database's default.
    pub(super) retention_policy: Option<String>,
    /// Field of the values.
    pub(super) value_name: String,
    /// Where the server is.
    pub(super) server: InfluxServer,
    /// A key that is sent along, and the header it is sent in.
    pub(super) api_key: ApiKey,
    /// Further headers of every request.
    pub(super) headers: IndexMap<String, Secret>,
    /// `None` speaks plain HTTP.
    pub(super) tls: Option<InfluxTls>,
    /// How long to wait, and how often to try.
    pub(super) retry: RetryPolicy,
}

/// A header and the key that it carries.
pub(super) type ApiKey = Option<(String, Spanned<Secret>)>;

/// Where a server is, and who asks.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum InfluxServer {
    /// `user:password@host:port/path/database` in one, the password perhaps apart.
    Uri {
        /// The whole.
        uri: Spanned<Secret>,
        /// A password that takes the place of the one within.
        password: Option<Spanned<Secret>>,
    },
    /// In parts.
    Parts {
        /// Everything but the password.
        address: InfluxAddress,
        /// The password; `None` sends no user.
        password: Option<Spanned<Secret>>,
    },
}

/// The parts of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InfluxAddress {
    /// Name or address of the host.
    pub(super) host: String,
    /// Its port.
    pub(super) port: u16,
    /// Path before `/query`, without slashes at its ends; may be empty.
    pub(super) path: String,
    /// User; `None` sends none.
    pub(super) username: Option<String>,
    /// Database that is asked.
    pub(super) database: String,
}

impl InfluxAddress {
    /// An address and the password in it, from `user:password@host:port/path/database`.
    ///
    /// As Gordo takes it apart, at every `/`, `@` and `:`, so none of them can be in a
    /// password.
    pub(super) fn parse(uri: &str) -> Option<(Self, String)> {
        let parts: Vec<&str> = uri.split(['/', '@', ':']).collect();
        let [username, password, host, port, path @ .., database] = parts.as_slice() else {
            return None;
        };
        let address = Self {
            host: (*host).to_owned(),
            port: port.parse().ok()?,
            path: path.join("/").trim_matches('/').to_owned(),
            username: Some((*username).to_owned()),
            database: (*database).to_owned(),
        };
        Some((address, (*password).to_owned()))
    }
}

/// How HTTPS is spoken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct InfluxTls {
    /// Which servers are believed.
    pub(super) trust: TlsTrust,
    /// PEM files of a certificate and its key that are shown to the server.
    pub(super) identity: Option<(Spanned<String>, Spanned<String>)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_taken_apart_as_gordo_does() {
        let (address, password) = InfluxAddress::parse("u:p@h:443/some/path/plant").unwrap();
        assert_eq!(password, "p");
        assert_eq!(address.path, "some/path");
        assert_eq!(address.database, "plant");
        for bad in ["", "h:1/d", "u:p@h/d", "u:p@h:x/d", "http://u:p@h:1/d"] {
            assert_eq!(InfluxAddress::parse(bad), None, "{bad}");
        }
    }
}
