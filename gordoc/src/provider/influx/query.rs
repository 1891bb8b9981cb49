//! The texts of queries, as Gordo writes them.
//!
//! Gordo pastes names in as they are. Where that would break the query, or let it read another tag,
//! names are escaped; the query of a plain name stays the same.

use super::settings::InfluxProvider;

/// The readings of a tag that are asked for.
pub(super) struct TagQuery<'a> {
    /// Where they are.
    pub(super) config: &'a InfluxProvider,
    /// The tag.
    pub(super) tag: &'a str,
    /// First and last time, whole seconds since 1970, both included.
    pub(super) seconds: (i64, i64),
}

impl TagQuery<'_> {
    /// All readings.
    pub(super) fn readings(&self) -> String {
        let (field, alias) = (quoted(&self.config.value_name), quoted(self.tag));
        format!("SELECT {field} as {alias} {}", self.condition())
    }

    /// The first reading of each series that has one, of so many series at most.
    pub(super) fn series(&self, most: usize) -> String {
        let field = quoted(&self.config.value_name);
        format!(
            "SELECT first({field}) {} GROUP BY * SLIMIT {most}",
            self.condition()
        )
    }

    fn condition(&self) -> String {
        let measurement = quoted(&self.config.measurement.value);
        let policy = self.config.retention_policy.as_deref();
        let policy = policy.map_or_else(String::new, |policy| format!("{}.", quoted(policy)));
        let (tag, (start, end)) = (pattern(self.tag), self.seconds);
        format!(
            "FROM {policy}{measurement} \
             WHERE(\"tag\" =~ /^{tag}$/) AND time >= {start}s AND time <= {end}s"
        )
    }
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
            '\\' | '/' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^'
            | '$' => {
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
    use serde_json::json;

    use super::super::KIND;
    use super::*;
    use crate::provider::kind::described;

    /// The queries of a tag: of its readings, and of its series.
    fn queries(measurement: &str, policy: Option<&str>, tag: &str) -> [String; 2] {
        let mut provider = json!({"measurement": measurement, "database": "d"});
        if let Some(policy) = policy {
            provider["retention_policy"] = json!(policy);
        }
        let (described, _) = described(&KIND, &provider);
        let config = described.unwrap().provider::<InfluxProvider>();
        let query = TagQuery {
            config: &config,
            tag,
            seconds: (0, 3600),
        };
        [query.readings(), query.series(9)]
    }

    #[test]
    fn plain_names_are_pasted_as_gordo_does() {
        let [readings, series] = queries("m 1", None, "ab-1 å");
        assert_eq!(
            readings,
            "SELECT \"Value\" as \"ab-1 å\" FROM \"m 1\" WHERE(\"tag\" =~ /^ab-1 å$/) \
             AND time >= 0s AND time <= 3600s"
        );
        assert_eq!(
            series,
            "SELECT first(\"Value\") FROM \"m 1\" WHERE(\"tag\" =~ /^ab-1 å$/) \
             AND time >= 0s AND time <= 3600s GROUP BY * SLIMIT 9"
        );
        assert_eq!(tags("d_1"), "SHOW TAG VALUES ON d_1 WITH KEY=\"tag\"");
    }

    #[test]
    fn a_retention_policy_stands_before_the_measurement() {
        let [readings, series] = queries("m", Some("five \"y\""), "A");
        let from = "FROM \"five \\\"y\\\"\".\"m\" WHERE(";
        assert!(readings.contains(from), "{readings}");
        assert!(series.contains(from), "{series}");
    }

    #[test]
    fn every_letter_of_a_tag_stands_for_itself() {
        let special = r"\/.+*?()|[]{}^$";
        for code in 0..0x250 {
            let letter = char::from_u32(code).unwrap();
            let expect = match letter {
                '\n' => "\\n".to_owned(),
                _ if special.contains(letter) => format!("\\{letter}"),
                _ => letter.to_string(),
            };
            assert_eq!(pattern(&letter.to_string()), expect);
        }
    }

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(quoted("a\"; DROP \\ \n"), "\"a\\\"; DROP \\\\ \\n\"");
        assert_eq!(
            pattern("a/b(1)|x\\.*\n\""),
            "a\\/b\\(1\\)\\|x\\\\\\.\\*\\n\""
        );
        assert_eq!(
            tags("plant-1"),
            "SHOW TAG VALUES ON \"plant-1\" WITH KEY=\"tag\""
        );
        assert_eq!(tags("1d"), "SHOW TAG VALUES ON \"1d\" WITH KEY=\"tag\"");
    }
}
