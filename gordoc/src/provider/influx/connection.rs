//! A config with its secrets looked up: where the server is, and what every request carries.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::Agent;
use ureq::http::{HeaderName, HeaderValue};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use super::settings::{InfluxAddress, InfluxProvider, InfluxServer, InfluxTls};
use crate::files;
use crate::provider::remote::{
    MAX_PEM, RemoteErrorKind, Secrets, Timeouts, TlsTrust, certificates, resolve,
};
use crate::redact::passwords;

/// A server, and who asks it.
pub(super) struct Connection {
    /// Where it is.
    pub(super) address: InfluxAddress,
    /// Where it is asked.
    pub(super) url: String,
    /// What every request carries.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// What must not be told.
    pub(super) secrets: Secrets,
}

impl Connection {
    /// Looks up the secrets of a config; files lie relative to `base`.
    pub(super) fn new(config: &InfluxProvider, base: &Path) -> Result<Self, RemoteErrorKind> {
        let mut secrets = Secrets::default();
        let (address, password) = address(&config.server, base, &mut secrets)?;
        let headers = headers(config, &address, password.as_deref(), base, &mut secrets)?;
        let scheme = if config.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let path = match address.path.as_str() {
            "" => String::new(),
            path => format!("/{path}"),
        };
        Ok(Self {
            url: format!("{scheme}://{}{path}/query", server(&address)),
            address,
            headers,
            secrets,
        })
    }

    /// Host and port.
    pub(super) fn server(&self) -> String {
        server(&self.address)
    }
}

fn server(address: &InfluxAddress) -> String {
    let InfluxAddress { host, port, .. } = address;
    match host.parse() {
        Ok(IpAddr::V6(host)) => format!("[{host}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}

fn address(
    server: &InfluxServer,
    base: &Path,
    secrets: &mut Secrets,
) -> Result<(InfluxAddress, Option<String>), RemoteErrorKind> {
    let (address, written, password) = match server {
        InfluxServer::Parts { address, password } => (address.clone(), None, password),
        InfluxServer::Uri { uri, password } => {
            let uri = secrets.keep(resolve(&uri.value, base)?);
            for password in passwords(&uri) {
                secrets.keep(uri[password].to_owned());
            }
            let (address, written) =
                InfluxAddress::parse(&uri).ok_or_else(|| RemoteErrorKind::Secret {
                    problem: "the `uri` is not of the form `user:password@host:port/database`"
                        .into(),
                })?;
            (address, Some(written), password)
        }
    };
    let password = match password {
        Some(password) => Some(resolve(&password.value, base)?),
        None => written,
    };
    let password = password.map(|password| secrets.keep(password));
    Ok((address, password))
}

/// Who asks, the key, and the config's own headers.
fn headers(
    config: &InfluxProvider,
    address: &InfluxAddress,
    password: Option<&str>,
    base: &Path,
    secrets: &mut Secrets,
) -> Result<Vec<(HeaderName, HeaderValue)>, RemoteErrorKind> {
    let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
    for (name, value) in &config.headers {
        headers.push((name.clone(), secrets.keep(resolve(value, base)?)));
    }
    if let Some((name, key)) = &config.api_key {
        headers.push((name.clone(), secrets.keep(resolve(&key.value, base)?)));
    }
    let says_who = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if let (Some(user), Some(password), false) = (&address.username, password, says_who) {
        let pair = secrets.keep(STANDARD.encode(format!("{user}:{password}")));
        headers.push(("Authorization".to_owned(), format!("Basic {pair}")));
    }
    headers
        .into_iter()
        .map(|(name, value)| {
            let header = HeaderName::from_bytes(name.as_bytes()).ok();
            let value = HeaderValue::from_str(&value).ok();
            header.zip(value).ok_or_else(|| RemoteErrorKind::Secret {
                problem: format!("the header `{name}` or its value cannot be sent over HTTP"),
            })
        })
        .collect()
}

/// Connects directly and follows no redirects: keys go where the config says. No answer may take
/// longer than `whole`.
pub(super) fn agent(
    tls: Option<&InfluxTls>,
    timeouts: Timeouts,
    whole: Duration,
    base: &Path,
) -> Result<Agent, RemoteErrorKind> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("gordoc/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(timeouts.connection))
        .timeout_connect(Some(timeouts.connection))
        .timeout_global(Some(whole))
        .timeout_per_read(Some(timeouts.answer))
        .timeout_per_write(Some(timeouts.answer));
    if let Some(tls) = tls {
        config = config.tls_config(tls_config(tls, base)?);
    }
    Ok(config.build().new_agent())
}

fn tls_config(tls: &InfluxTls, base: &Path) -> Result<TlsConfig, RemoteErrorKind> {
    let read = |file: &str| -> Result<Vec<Certificate<'static>>, RemoteErrorKind> {
        let certificates = certificates(file, base)?.into_iter();
        Ok(certificates
            .map(|one| Certificate::from_der(&one).to_owned())
            .collect())
    };
    let mut config = TlsConfig::builder();
    config = match &tls.trust {
        TlsTrust::Anyone => config.disable_verification(true),
        TlsTrust::PublicRoots => config.root_certs(RootCerts::WebPki),
        TlsTrust::Roots(file) => config.root_certs(RootCerts::from(read(&file.value)?)),
    };
    if let Some((certificate, key)) = &tls.identity {
        let unusable = |reason: String| RemoteErrorKind::Secret {
            problem: format!("the key in `{}` {reason}", key.value),
        };
        let pem = files::read_regular(&base.join(&key.value), MAX_PEM)
            .map_err(|error| unusable(format!("cannot be read: {error}")))?;
        let key = PrivateKey::from_pem(&pem).map_err(|_| unusable("is no PEM key".into()))?;
        let chain = read(&certificate.value)?;
        config = config.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    Ok(config.build())
}
