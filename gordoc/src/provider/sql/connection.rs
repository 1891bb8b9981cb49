//! Which PostgreSQL server is meant: a config's url and keys put together, secrets looked up.

use std::path::Path;

use rustls::ClientConfig;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode as Tls};

use super::settings::{SqlProvider, SqlServer, SslMode};
use crate::provider::remote::{Limits, RemoteErrorKind, Secrets, Timeouts, client_config, resolve};
use crate::redact::passwords;
use crate::source::{Span, Spanned};

/// A server, and how it is asked.
pub(super) struct Connection {
    pub(super) config: Config,
    pub(super) tls: ClientConfig,
    pub(super) timeouts: Timeouts,
    pub(super) limits: Limits,
    pub(super) secrets: Secrets,
    /// Zone of the server's wall clock times, an IANA name.
    pub(super) timezone: String,
}

impl Connection {
    /// Puts a config together; connects to nothing.
    pub(super) fn new(provider: &SqlProvider, base: &Path) -> Result<Self, RemoteErrorKind> {
        let mut secrets = Secrets::default();
        let server = &provider.server;
        let (mut config, in_url) = match &server.url {
            None => (Config::new(), InUrl::default()),
            Some(url) => {
                let url = resolve(&url.value, base)?;
                for password in passwords(&url) {
                    secrets.keep(url[password].to_owned());
                }
                parse(&secrets.keep(url), &secrets)?
            }
        };
        if let Some(password) = config.get_password().and_then(|it| str::from_utf8(it).ok()) {
            secrets.keep(password.to_owned());
        }
        if let Some(password) = &server.password {
            config.password(secrets.keep(resolve(&password.value, base)?));
        }
        let config = with_keys(config, server);
        let mode = server.sslmode.or(in_url.mode).unwrap_or(SslMode::Prefer);
        let roots = server.sslrootcert.clone().or(in_url.roots);
        let tls = client_config(&mode.trust(roots.as_ref()), base)?;
        let timeouts = Timeouts::new(provider.retry);
        let mut server = Self {
            config,
            tls,
            timeouts,
            limits: Limits::DOCUMENTED.with_wait(timeouts.answer),
            secrets,
            timezone: provider.timezone.clone(),
        };
        server.config.ssl_mode(match mode {
            SslMode::Disable => Tls::Disable,
            SslMode::Prefer => Tls::Prefer,
            SslMode::Require | SslMode::VerifyFull => Tls::Require,
        });
        Ok(server)
    }

    /// Host and port as messages call them.
    pub(super) fn address(&self) -> String {
        let (host, port) = self.host_and_port();
        format!("{host}:{port}")
    }

    /// The first host, and its port.
    pub(super) fn host_and_port(&self) -> (String, u16) {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(folder)) => folder.display().to_string(),
            None => "localhost".to_owned(),
        };
        (
            host,
            self.config.get_ports().first().copied().unwrap_or(5432),
        )
    }
}

/// The keys beside the url, which win, and the defaults.
fn with_keys(mut config: Config, keys: &SqlServer) -> Config {
    if keys.host.is_some() || keys.port.is_some() {
        // A host cannot be replaced, only added: the config is made anew.
        let mut fresh = Config::new();
        let host = config.get_hosts().first().map(|host| match host {
            Host::Tcp(host) => host.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        });
        let host = keys.host.clone().or(host);
        let port = keys.port.or(config.get_ports().first().copied());
        fresh.host(host.unwrap_or_else(|| "localhost".to_owned()));
        fresh.port(port.unwrap_or(5432));
        if let Some(user) = config.get_user() {
            fresh.user(user);
        }
        if let Some(password) = config.get_password() {
            fresh.password(password);
        }
        if let Some(name) = config.get_dbname() {
            fresh.dbname(name);
        }
        config = fresh;
    }
    if config.get_hosts().is_empty() {
        config.host("localhost");
    }
    if let Some(user) = &keys.user {
        config.user(user);
    }
    if let Some(name) = &keys.dbname {
        config.dbname(name);
    }
    config.application_name("gordoc");
    config
}

/// What of a url is not for the library: it knows fewer modes, and no files.
#[derive(Default)]
struct InUrl {
    mode: Option<SslMode>,
    roots: Option<Spanned<String>>,
}

fn parse(url: &str, secrets: &Secrets) -> Result<(Config, InUrl), RemoteErrorKind> {
    let unusable = |problem: &str| RemoteErrorKind::Secret {
        problem: format!("the `url` cannot be used: {}", secrets.redact(problem)),
    };
    // Read as they are, they would make a part of the password the host, which messages tell.
    let first = passwords(url).into_iter().next().unwrap_or(0..0);
    if url[..first.start].ends_with(':') && url[first].contains(['@', '/', '?', '#']) {
        return Err(unusable(
            "within its password, `@` is written `%40`, `/` `%2F`, `?` `%3F` and `#` `%23`",
        ));
    }
    let mut in_url = InUrl::default();
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let mut kept = Vec::new();
    for parameter in parameters
        .split('&')
        .filter(|parameter| !parameter.is_empty())
    {
        match parameter.split_once('=') {
            Some(("sslmode", mode)) => {
                let known = SslMode::named(mode);
                in_url.mode = Some(known.ok_or_else(|| unusable("its `sslmode` is not known"))?);
            }
            Some(("sslrootcert", file)) => {
                in_url.roots = Some(Spanned::new(file.to_owned(), Span::default()));
            }
            _ => kept.push(parameter),
        }
    }
    let url = match kept.as_slice() {
        [] => address.to_owned(),
        kept => format!("{address}?{}", kept.join("&")),
    };
    let config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
        let reason = std::error::Error::source(&error).map(ToString::to_string);
        unusable(&reason.unwrap_or_else(|| error.to_string()))
    })?;
    Ok((config, in_url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::remote::{RetryPolicy, Secret};
    use crate::provider::sql::settings::{SqlRows, SqlTable};

    fn server(
        url: Option<&str>,
        change: impl Fn(&mut SqlServer),
    ) -> Result<Connection, RemoteErrorKind> {
        let secret = |text: &str| Spanned::new(Secret::Written(text.to_owned()), Span::default());
        let mut server = SqlServer {
            url: url.map(secret),
            host: None,
            port: None,
            dbname: None,
            user: None,
            password: None,
            sslmode: None,
            sslrootcert: None,
        };
        change(&mut server);
        let provider = SqlProvider {
            server,
            rows: SqlRows::Table(SqlTable {
                schema: None,
                table: Spanned::new("t".into(), Span::default()),
                time_column: "time".into(),
                tag_column: None,
                value_column: "{tag}".into(),
            }),
            timezone: "UTC".into(),
            look_back: false,
            retry: RetryPolicy {
                timeout: None,
                attempts: 1,
            },
        };
        Connection::new(&provider, Path::new(""))
    }

    #[test]
    fn keys_win_over_the_url() {
        let url = "postgresql://u:p%40@h:1/d?sslmode=require&connect_timeout=3";
        let plain = server(Some(url), |_| {}).unwrap();
        assert_eq!(plain.address(), "h:1");
        assert_eq!(plain.config.get_ssl_mode(), Tls::Require);
        assert_eq!(plain.config.get_password(), Some(&b"p@"[..]));
        assert_eq!(plain.secrets.redact("p@"), "***");
        let changed = server(Some(url), |keys| {
            keys.port = Some(2);
            keys.user = Some("v".into());
            keys.sslmode = Some(SslMode::Disable);
        });
        let changed = changed.unwrap();
        assert_eq!(changed.address(), "h:2");
        assert_eq!(changed.config.get_user(), Some("v"));
        assert_eq!(changed.config.get_dbname(), Some("d"));
        assert_eq!(changed.config.get_password(), Some(&b"p@"[..]));
        assert_eq!(changed.config.get_ssl_mode(), Tls::Disable);
    }

    #[test]
    fn keys_are_enough() {
        let keys = server(None, |keys| keys.dbname = Some("d".into())).unwrap();
        assert_eq!(keys.address(), "localhost:5432");
        assert_eq!(keys.config.get_ssl_mode(), Tls::Prefer);
    }

    #[test]
    fn urls_that_cannot_be_used_are_not_told() {
        for url in [
            "hush",
            "postgresql://u:hush@h:x/d",
            "postgresql://u:p@hush@h/d",
            "postgresql://u:p?hush@h/d",
            "postgresql://u:hush/1@h/d",
            "postgresql://u:hush@h/d?sslmode=no",
        ] {
            let problem = server(Some(url), |_| {}).err().unwrap().to_string();
            assert!(
                problem.starts_with("the `url` cannot be used: "),
                "{problem}"
            );
            assert!(!problem.contains("hush"), "{problem}");
        }
    }
}
