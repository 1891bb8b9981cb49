//! The texts of queries, as Gordo writes them.
//!
//! Gordo pastes names in as they are. Where that would break the query, or let it read
//! another tag, names are escaped; a `.` in a tag still stands for any character, as there.

/// All readings of a tag; both bounds are whole seconds since 1970 and included.
pub(super) fn readings(field: &str, measurement: &str, tag: &str, seconds: (i64, i64)) -> String {
    let (field, alias, measurement) = (quoted(field), quoted(tag), quoted(measurement));
    let (tag, (start, end)) = (pattern(tag), seconds);
    format!(
        "SELECT {field} as {alias} FROM {measurement} \
         WHERE(\"tag\" =~ /^{tag}$/) AND time >= {start}s AND time <= {end}s"
    )
}

/// All tags of a database, by measurement.
pub(super) fn tags(database: &str) -> String {
    let is_bare = database.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && database
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let database = if is_bare {
        database.to_owned()
    } else {
        quoted(database)
    };
    format!("SHOW TAG VALUES ON {database} WITH KEY=\"tag\"")
}

fn quoted(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push('"');
    for letter in name.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A tag as a regular expression between slashes.
fn pattern(tag: &str) -> String {
    let mut pattern = String::with_capacity(tag.len());
    for letter in tag.chars() {
        match letter {
            '\\' | '/' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                pattern.extend(['\\', letter]);
            }
            '\n' => pattern.push_str("\\n"),
            _ => pattern.push(letter),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_are_pasted_as_gordo_does() {
        assert_eq!(
            readings("Value", "m 1", "a.b-1 å", (0, 3600)),
            "SELECT \"Value\" as \"a.b-1 å\" FROM \"m 1\" WHERE(\"tag\" =~ /^a.b-1 å$/) \
             AND time >= 0s AND time <= 3600s"
        );
        assert_eq!(tags("d_1"), "SHOW TAG VALUES ON d_1 WITH KEY=\"tag\"");
    }

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(quoted("a\"; DROP \\ \n"), "\"a\\\"; DROP \\\\ \\n\"");
        assert_eq!(pattern("a/b(1)|x\\.*\n\""), "a\\/b\\(1\\)\\|x\\\\.\\*\\n\"");
        assert_eq!(
            tags("plant-1"),
            "SHOW TAG VALUES ON \"plant-1\" WITH KEY=\"tag\""
        );
        assert_eq!(tags("1d"), "SHOW TAG VALUES ON \"1d\" WITH KEY=\"tag\"");
    }
}
