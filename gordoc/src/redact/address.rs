//! Passwords within addresses: `[scheme://][user[:password]@]rest[?password=...]`.

use std::ops::Range;

use super::{HIDDEN, holds};

/// An address without its passwords.
pub fn hide_passwords(address: &str) -> String {
    let mut shown = String::with_capacity(address.len());
    let mut from = 0;
    for password in passwords(address) {
        shown.push_str(&address[from..password.start]);
        shown.push_str(HIDDEN);
        from = password.end;
    }
    shown.push_str(&address[from..]);
    shown
}

/// Where the passwords of an address are, in order.
///
/// An address without a user and a scheme cannot be told from one that is all secret, so it is
/// taken for one.
pub fn passwords(address: &str) -> Vec<Range<usize>> {
    let start = address.find("://").map(|at| at + 3);
    let rest = start.unwrap_or(0);
    let mut found = Vec::new();
    let mut host = rest;
    if let Some(end) = end_of_user(&address[rest..]).map(|end| rest + end) {
        if let Some(colon) = address[rest..end].find(':') {
            found.push(rest + colon + 1..end);
        }
        host = end + 1;
    } else if start.is_none() {
        return std::iter::once(0..address.len())
            .filter(|whole| !whole.is_empty())
            .collect();
    }
    let query = address[host..].find('?').map(|mark| host + mark + 1);
    let mut at = query.unwrap_or(address.len());
    for pair in address[at..].split_inclusive(['&', ';']) {
        let end = at + pair.trim_end_matches(['&', ';']).len();
        if let Some((key, _)) = pair.split_once('=')
            && holds(key).is_some()
        {
            found.push(at + key.len() + 1..end);
        }
        at += pair.len();
    }
    found.retain(|password| !password.is_empty());
    found
}

/// Where the `@` behind a user stands.
///
/// Passwords hold `@`, `/` and `?` as people write them, so it is the last one that is no value of
/// a query behind another: rather too much is hidden than too little.
fn end_of_user(rest: &str) -> Option<usize> {
    let in_query = |at: usize| {
        let before = &rest[..at];
        before
            .rfind('?')
            .is_some_and(|mark| before[mark..].contains('=') && before[..mark].contains('@'))
    };
    let mut places = rest.rmatch_indices('@').map(|(at, _)| at);
    places.find(|at| !in_query(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_all_but_their_passwords() {
        for (address, shown) in [
            ("user:p@host:8086/db", "user:***@host:8086/db"),
            ("user:p:@:/@host:8086/db", "user:***@host:8086/db"),
            ("user:p?q=@host/db", "user:***@host/db"),
            ("secret", "***"),
            ("", ""),
            ("postgresql://u:p@h/db", "postgresql://u:***@h/db"),
            ("postgresql://u@h/db", "postgresql://u@h/db"),
            ("postgresql://u:a@b@h/db", "postgresql://u:***@h/db"),
            (
                "postgresql://h/db?password=p&x=1",
                "postgresql://h/db?password=***&x=1",
            ),
            (
                "postgresql://u:p@h/db?sslpassword=q@r&x=1&PWD=s",
                "postgresql://u:***@h/db?sslpassword=***&x=1&PWD=***",
            ),
            ("postgresql://h/db?mail=a@b", "postgresql://h/db?mail=a@b"),
            ("postgresql://h/db", "postgresql://h/db"),
            ("http://:p@h", "http://:***@h"),
        ] {
            assert_eq!(hide_passwords(address), shown, "{address}");
        }
    }
}
