//! Which servers are believed over TLS.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::arguments::TlsTrust;
use super::error::RemoteErrorKind;
use crate::files;

/// Longest file of certificates or of a key: 16 MiB.
pub(crate) const MAX_PEM: u64 = 16 << 20;

/// The certificates of a PEM file, relative to `base`.
pub(crate) fn certificates(
    file: &str,
    base: &Path,
) -> Result<Vec<CertificateDer<'static>>, RemoteErrorKind> {
    let unusable = |reason: String| RemoteErrorKind::Untrusted {
        reason: format!("`{file}` {reason}"),
    };
    let pem = files::read_regular(&base.join(file), MAX_PEM)
        .map_err(|error| unusable(format!("cannot be read: {error}")))?;
    let read = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(format!("cannot be read: {error}")))?;
    if read.is_empty() {
        return Err(unusable("holds no certificate".to_owned()));
    }
    Ok(read)
}

/// How a client that trusts so speaks TLS.
pub(crate) fn client_config(
    trust: &TlsTrust,
    base: &Path,
) -> Result<ClientConfig, RemoteErrorKind> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions");
    let roots = match trust {
        TlsTrust::Anyone => {
            let anyone = Arc::new(Anyone(provider));
            let builder = builder.dangerous().with_custom_certificate_verifier(anyone);
            return Ok(builder.with_no_client_auth());
        }
        TlsTrust::PublicRoots => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
        TlsTrust::Roots(file) => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(certificates(&file.value, base)?);
            roots
        }
    };
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Takes any certificate, as the config asks for by not asking for more.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
