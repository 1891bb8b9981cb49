//! Which keys hold secrets.

/// What of a key's value is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// The value, if it is no mapping.
    Secret,
    /// All values below it.
    Secrets,
    /// The password within an address.
    Address,
}

/// Words that only keys of secrets have, without dashes and underscores.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "authorization",
    "credential",
    "bearer",
];
/// Keys that are too short to be looked for within others.
const WHOLE: &[&str] = &["pass", "pw", "psw", "auth", "cookie"];
/// Ends of keys that say where a secret is, or what it is called.
const REFERENCES: &[&str] = &["env", "file", "header", "name", "ref", "path"];
const ADDRESSES: &[&str] = &["uri", "url", "dsn", "connectionstring", "proxy"];
const MAPPINGS: &[&str] = &["headers", "proxies", "auth", "credentials"];
/// What users misspell.
const MISSPELT: &[&str] = &["password", "apikey"];

/// What of a key's value is secret, if anything; capitals, dashes and underscores do not count.
pub fn holds(key: &str) -> Option<Holds> {
    // No key is that long, and comparing is quadratic. Paths and sentences are none either.
    let is_of_key = |letter: char| letter.is_alphanumeric() || "_-. ".contains(letter);
    if key.len() > 100 || !key.chars().all(is_of_key) {
        return None;
    }
    let spoken: Vec<String> = key
        .split(|letter: char| !letter.is_alphanumeric())
        .map(str::to_lowercase)
        .collect();
    let last = spoken.iter().rev().find(|word| !word.is_empty())?;
    let key = spoken.concat();
    let key = key.as_str();
    if MAPPINGS.contains(&key) {
        return Some(Holds::Secrets);
    }
    if ADDRESSES.iter().any(|address| key.ends_with(address)) {
        return Some(Holds::Address);
    }
    let has_word = WORDS.iter().any(|word| key.contains(word));
    if has_word && REFERENCES.iter().any(|end| key.ends_with(end)) {
        return None;
    }
    let is_whole = WHOLE.contains(&last.as_str());
    (has_word || is_whole || is_misspelt(key)).then_some(Holds::Secret)
}

fn is_misspelt(key: &str) -> bool {
    let distance = |word: &&str| strsim::damerau_levenshtein(key, word);
    MISSPELT.iter().any(|word| distance(word) <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_secrets_are_known_in_any_spelling() {
        for key in [
            "password",
            "Password",
            "PGPASSWORD",
            "db_password",
            "pasword",
            "passwd",
            "pwd",
            "pass",
            "db-pass",
            "secret",
            "client_secret",
            "token",
            "access-token",
            "apiKey",
            "api_key",
            "api-key",
            "Authorization",
            "aws_secret_access_key",
            "private_key",
        ] {
            assert_eq!(holds(key), Some(Holds::Secret), "{key}");
        }
        for key in ["uri", "url", "DB_URL", "database_uri", "dsn", "https_proxy"] {
            assert_eq!(holds(key), Some(Holds::Address), "{key}");
        }
        for key in ["headers", "proxies", "auth", "credentials"] {
            assert_eq!(holds(key), Some(Holds::Secrets), "{key}");
        }
    }

    #[test]
    fn keys_that_say_where_secrets_are_hold_none() {
        for key in [
            "password_env",
            "password_file",
            "api_key_header",
            "secretKeyRef",
            "secretName",
            "name",
            "key",
            "username",
            "tag_list",
            "bypass",
            "compass",
            "path",
            "value_name",
            "",
            "-",
            "epochs",
            "/etc/passwd",
            "what is the password?",
        ] {
            assert_eq!(holds(key), None, "{key}");
        }
        assert_eq!(holds(&"password".repeat(20)), None);
    }
}
