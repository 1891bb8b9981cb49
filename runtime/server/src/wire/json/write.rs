//! JSON texts as Python's `json` writes them, into bytes.

/// `null`
pub(crate) fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

/// The digits of an integer.
pub(crate) fn integer(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// The shortest digits that give the number back; `null` for what JSON cannot tell.
pub(crate) fn float(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else {
        null(out);
    }
}

/// A list of strings.
pub(crate) fn strings<'a>(out: &mut Vec<u8>, texts: impl Iterator<Item = &'a str>) {
    out.push(b'[');
    for (position, text) in texts.enumerate() {
        if position > 0 {
            out.extend_from_slice(b", ");
        }
        string(out, text);
    }
    out.push(b']');
}

/// A key and what stands before its value.
pub(crate) fn key(out: &mut Vec<u8>, text: &str) {
    string(out, text);
    out.extend_from_slice(b": ");
}

/// A quoted string in ASCII.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for letter in text.chars() {
        match letter {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            ' '..='~' => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn floats_are_shortest_and_always_floats() {
        let check = |value, expect| assert_eq!(text(|out| float(out, value)), expect);
        check(50.1, "50.1");
        check(1.0, "1.0");
        check(-0.0, "-0.0");
        check(f64::from(0.1_f32), "0.10000000149011612");
        check(f64::NAN, "null");
        check(f64::NEG_INFINITY, "null");
        for value in [1e16, 1e-5, 5e-324, f64::MAX, 123_456_789.123] {
            let back: f64 = text(|out| float(out, value)).parse().unwrap();
            assert_eq!(back.to_bits(), value.to_bits());
        }
    }

    #[test]
    fn strings_are_ascii() {
        let written = text(|out| string(out, "a\"\\\n\u{1}\u{7f}Å😀"));
        assert_eq!(written, r#""a\"\\\n\u0001\u007f\u00c5\ud83d\ude00""#);
    }
}
