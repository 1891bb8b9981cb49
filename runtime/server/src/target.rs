//! The path and query of a request, decoded.
//!
//! Segments are split before they are decoded, so that an encoded slash never divides a name.

use hyper::{HeaderMap, Uri};

/// Where a request goes.
pub(crate) struct RequestTarget {
    /// Decoded segments; empty ones stay, so that doubled and trailing slashes show.
    pub(crate) segments: Vec<String>,
    query: Vec<(String, String)>,
}

impl RequestTarget {
    /// Reads a request line; a proxy's mount prefix is taken off the path.
    pub(crate) fn new(uri: &Uri, headers: &HeaderMap) -> Self {
        let path = without_prefix(uri.path(), headers);
        let path = path.strip_prefix('/').unwrap_or(path);
        let query = uri.query().unwrap_or_default();
        Self {
            segments: path
                .split('/')
                .map(|segment| decode(segment, false))
                .collect(),
            query: query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(pair)
                .collect(),
        }
    }

    /// The first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name)?;
        Some(&found.1)
    }
}

/// The path below the mount prefix that `X-Envoy-Original-Path` implies.
fn without_prefix<'a>(path: &'a str, headers: &HeaderMap) -> &'a str {
    let original = headers
        .get("x-envoy-original-path")
        .and_then(|value| value.to_str().ok());
    let Some(original) = original else {
        return path;
    };
    let prefix = original.replace(path, "");
    path.strip_prefix(prefix.as_str()).unwrap_or(path)
}

fn pair(text: &str) -> (String, String) {
    let (key, value) = text.split_once('=').unwrap_or((text, ""));
    (decode(key, true), decode(value, true))
}

/// Undoes percent encoding; what is no UTF-8 is replaced.
fn decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let encoded = (byte == b'%')
            .then(|| hex_pair(bytes.get(at + 1..at + 3)?))
            .flatten();
        match encoded {
            Some(decoded) => {
                out.push(decoded);
                at += 2;
            }
            None if byte == b'+' && plus_is_space => out.push(b' '),
            None => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn hex_pair(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    Some(digit(digits[0])? * 16 + digit(digits[1])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(uri: &str, original: Option<&str>) -> RequestTarget {
        let mut headers = HeaderMap::new();
        if let Some(original) = original {
            headers.insert("x-envoy-original-path", original.parse().unwrap());
        }
        RequestTarget::new(&uri.parse().unwrap(), &headers)
    }

    #[test]
    fn an_encoded_slash_stays_inside_its_segment() {
        assert_eq!(target("/a%2Fb/c%20d+e", None).segments, ["a/b", "c d+e"]);
        assert_eq!(target("/a//b/", None).segments, ["a", "", "b", ""]);
        assert_eq!(target("/%zz%4", None).segments, ["%zz%4"]);
    }

    #[test]
    fn the_first_of_repeated_parameters_counts_even_when_empty() {
        let target = target("/?revision=&revision=1&a+b=c%2Bd&flag", None);
        assert_eq!(target.query("revision"), Some(""));
        assert_eq!(target.query("a b"), Some("c+d"));
        assert_eq!(target.query("flag"), Some(""));
        assert_eq!(target.query("none"), None);
    }

    #[test]
    fn a_mount_prefix_is_taken_off() {
        let check = |uri, original, expect: &[&str]| {
            assert_eq!(
                target(uri, Some(original)).segments,
                expect,
                "{uri} {original}"
            );
        };
        check("/a/b", "/a/b", &["a", "b"]);
        check("/a/b", "/a/b?x=1", &["a", "b"]);
        check("/outer/a/b", "/outer", &["a", "b"]);
        check("/a/b", "/a", &["b"]);
        check("/a/b", "/outer/a/b", &["a", "b"]);
    }
}
