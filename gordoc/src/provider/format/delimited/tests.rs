//! Files as people write them, and what is wrong with them.

use std::fmt::Write as _;

use super::header::MAX_COLUMNS;
use super::*;
use crate::provider::series::Series;
use crate::provider::time_range::TimeRange;

fn at(text: &str) -> i64 {
    Clock::utc().parse(text.as_bytes()).unwrap()
}

/// The same numbers in every run, each below what is asked for.
fn draws() -> impl FnMut(usize) -> usize {
    let mut state = 1_u64;
    move |below| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % below
    }
}

fn load(text: &str, separator: char, columns: &[&str]) -> Result<Vec<Series>, ReadError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, text).unwrap();
    let mut rows = RowBuffer::new(columns.iter().map(|_| TimeRange::ALL.into()));
    let value_columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
    let layout = Layout {
        time_column: "time",
        value_columns: &value_columns,
        separator,
        clock: &Clock::utc(),
    };
    read(&path, &layout, &mut rows)?;
    rows.into_series().into_iter().collect()
}

#[test]
fn columns_are_found_by_name_after_a_byte_order_mark() {
    let text = "\u{feff}time;B;A b\r\n1970-01-01;1;\r\n;5;6\n\n1970-01-02 00:00;nan; -2e3 \n";
    let loaded = load(text, ';', &["A b", "B"]).unwrap();
    assert_eq!(loaded[0].times, [0, 86_400_000_000_000]);
    assert!(loaded[0].values[0].is_nan());
    assert_eq!(loaded[0].values[1..], [-2000.0]);
    assert_eq!(loaded[1].values[..1], [1.0]);
    assert!(loaded[1].values[1].is_nan());
}

#[test]
fn refusals_name_file_line_and_columns() {
    let error = load("time,A\n1970-01-01,1\nsoon,2\n", ',', &["A"]).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("a.csv:3: `soon` is not a time stamp")
    );
    let error = load("time,A\n1970-01-01,\"1,5\"\n", ',', &["A"]).unwrap_err();
    let message = error.to_string();
    assert!(
        message.ends_with("a.csv:2: `1,5` in column `A` is not a number"),
        "{message}"
    );
    let error = load("time,A\n", ',', &["pressure"]).unwrap_err();
    assert_eq!(error.code(), "dataset::missing_column");
    assert_eq!(error.help(), "the columns are `time`, `A`");
    let error = load("time, A ,B\n", ',', &["A"]).unwrap_err();
    let help = "did you mean ` A `, which has blanks around it?";
    assert_eq!(error.help(), help);
}

#[test]
fn columns_may_stand_anywhere_and_be_shared() {
    let text = "x,A,time,B\r\n7,1,1970-01-01,2\r\n7,3,1970-01-02,\r\n\r\n  \r\n8,,1970-01-03,4";
    let loaded = load(text, ',', &["B", "A", "x", "B"]).unwrap();
    let bits = |series: &Series| {
        series
            .values
            .iter()
            .map(|v| v.to_bits())
            .collect::<Vec<_>>()
    };
    let expect = [
        [2.0, f64::NAN, 4.0],
        [1.0, 3.0, f64::NAN],
        [7.0, 7.0, 8.0],
        [2.0, f64::NAN, 4.0],
    ];
    for (series, expect) in loaded.iter().zip(expect) {
        assert_eq!(bits(series), expect.map(f64::to_bits));
        assert_eq!(series.times.len(), 3);
    }
}

/// What is wrong with a line, without the path; with quotes somewhere behind it as without.
#[track_caller]
fn check_line(header: &str, line: &str, columns: &[&str], expect: &str) {
    let names = header.split(',');
    let row = names.map(|name| if name == "time" { "1970-01-01" } else { "1" });
    let row = row.collect::<Vec<_>>().join(",") + "\n";
    // More than is read at a time.
    let many = row.repeat(9_000);
    for (before, after) in [("", ""), ("", "\"\"\n"), (&*many, &*row)] {
        let text = format!("{header}\n{before}{line}\n{after}");
        let message = match load(&text, ',', columns) {
            Ok(_) => "read".to_owned(),
            Err(cause) => {
                assert_eq!(cause.code(), "dataset::ragged_line");
                let message = cause.to_string();
                let (_, message) = message.split_once("a.csv:").unwrap();
                let (at, message) = message.split_once(": ").unwrap();
                assert_eq!(at, (2 + before.lines().count()).to_string(), "{message}");
                message.to_owned()
            }
        };
        assert_eq!(message, expect, "{line:?} of {header:?}");
    }
}

#[test]
fn lines_with_cells_too_many_or_too_few_are_refused() {
    let header = "time,A,B";
    let extra = "5 cells, more than the 3 columns of the header";
    check_line(header, "1970-01-01,110,0,20,5", &["A", "B"], extra);
    // Whoever is asked for, and whether the row is wanted or has a time at all.
    check_line(header, "1970-01-01,110,0,20,5", &["A"], extra);
    check_line(header, ",,,,5", &["A"], extra);
    check_line(header, "1970-01-01,\"1\",,\"5\",", &["A"], extra);
    check_line(header, "1970-01-01,\"110,0\",20,5", &["B"], {
        "4 cells, more than the 3 columns of the header"
    });
    for fine in [
        "1970-01-01,1,2,",
        "1970-01-01,1,2,,, ,\t",
        "1970-01-01,1,2,\"\"",
    ] {
        check_line(header, fine, &["A", "B"], "read");
    }
    check_line("time,A,", "1970-01-01,1,2", &["A"], "read");

    let short = "the line ends after 2 cells, and column `B` is the 3rd";
    check_line(header, "1970-01-01,1", &["A", "B"], short);
    check_line(header, "1970-01-01,1", &["A"], "read");
    let short = "the line ends after 1 cell, and column `A` is the 2nd";
    check_line(header, "1970-01-01", &["A"], short);
    check_line(header, "\"1970-01-01\"", &["A"], short);
    let no_time = "the line ends after 1 cell, and column `time` is the 3rd";
    check_line("A,B,time", "7", &["A"], no_time);
    check_line("A,B,time", "\" \"", &["A"], "read");
    for blank in ["", " ", "\t ", "\r", "\"\"", ",", ",1"] {
        check_line(header, blank, &["A", "B"], "read");
    }
}

#[test]
fn a_short_line_fails_the_tags_it_does_not_reach() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "time,A,B\n1970-01-01,1\n1970-01-02,2,3\n").unwrap();
    let columns = ["A".to_owned(), "B".to_owned()];
    let read_in = |wanted: TimeRange| {
        let mut rows = RowBuffer::new([wanted.into(), wanted.into()]);
        let layout = Layout {
            time_column: "time",
            value_columns: &columns,
            separator: ',',
            clock: &Clock::utc(),
        };
        read(&path, &layout, &mut rows).unwrap();
        let read = rows.into_series().into_iter();
        read.map(|one| one.map(|series| series.values))
            .collect::<Vec<_>>()
    };
    let all = read_in(TimeRange::ALL);
    assert_eq!(all[0].as_ref().unwrap(), &[1.0, 2.0]);
    assert!(matches!(
        all[1],
        Err(ReadError::MissingCell { line: 2, .. })
    ));
    // Of rows that nobody wants, values are not looked at.
    let day = at("1970-01-02");
    let late = read_in(TimeRange {
        first: day,
        last: day,
    });
    assert_eq!(late[1].as_ref().unwrap(), &[3.0]);
}

/// Numbers with a decimal comma between commas: no row is read with the digits of another.
#[test]
fn a_cell_that_is_cut_in_two_never_moves_the_others() {
    let mut draw = draws();
    for _ in 0..500 {
        let n_columns = 1 + draw(6);
        let names: Vec<String> = (0..n_columns).map(|at| format!("T{at}")).collect();
        let mut text = format!("time,{}\n", names.join(","));
        let n_rows = 1 + draw(5);
        let (bad_row, bad_column) = (draw(n_rows), draw(n_columns));
        for row in 0..n_rows {
            write!(text, "1970-01-0{}", row + 1).unwrap();
            for column in 0..n_columns {
                let is_bad = (row, column) == (bad_row, bad_column);
                let cell = ["7", "7,25"][usize::from(is_bad)];
                write!(text, ",{cell}").unwrap();
            }
            text.push('\n');
        }
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        for columns in [&columns[..], &columns[..1]] {
            let cause = load(&text, ',', columns).unwrap_err();
            let expect = (bad_row + 2, "dataset::ragged_line");
            let ReadError::ExtraCells { line, .. } = cause else {
                panic!("{cause} in {text:?}");
            };
            assert_eq!((usize::try_from(line).unwrap(), cause.code()), expect);
        }
    }
}

#[test]
fn quoted_cells_and_old_line_ends_are_read_too() {
    let text = "time,note,A\n1970-01-01,x,1\n\n\"1970-01-02\",\"a,\n\"\"b\",2\n1970-01-03,,soon\n";
    let message = load(text, ',', &["A"]).unwrap_err().to_string();
    assert!(message.contains("a.csv:6: `soon`"), "{message}");
    let message = load(&text.replace('\n', "\r\n"), ',', &["A"]).unwrap_err();
    let message = message.to_string();
    assert!(message.contains("a.csv:6: `soon`"), "{message}");
    let loaded = load(&text.replace("soon", "\"3\""), ',', &["A"]).unwrap();
    assert_eq!(loaded[0].values, [1.0, 2.0, 3.0]);
    let loaded = load("time,A\r1970-01-01,1\r1970-01-02,2\r", ',', &["A"]).unwrap();
    assert_eq!(loaded[0].values, [1.0, 2.0]);
    let message = load("time,A\r1970-01-01,1\r\r1970-01-02,x\r", ',', &["A"]).unwrap_err();
    assert!(message.to_string().contains("a.csv:4: `x`"));
    assert!(load("time,A", ',', &["A"]).unwrap()[0].values.is_empty());
}

#[test]
fn plain_lines_and_quoted_ones_come_to_the_same() {
    let mut plain = "time,A,B,last\n".to_owned();
    let mut draw = draws();
    for row in 0..40_000 {
        let (day, hour, minute) = (row / 1440 % 28 + 1, row / 60 % 24, row % 60);
        let zone = ["", "Z", "+02:00"][draw(3)];
        let value = match draw(6) {
            0 => String::new(),
            1 => format!("-{}.{:03}", draw(100_000), draw(1000)),
            2 => format!("{}e-3", draw(100_000)),
            3 => format!(" {}.{} ", draw(100_000_000), draw(100_000_000)),
            _ => format!("{}.{:02}", draw(1000), draw(100)),
        };
        let second = draw(60);
        write!(
            plain,
            "2020-02-{day:02} {hour:02}:{minute:02}:{second:02}{zone}"
        )
        .unwrap();
        match draw(5) {
            0 => writeln!(plain, ",{value},").unwrap(),
            1 => writeln!(plain, ",,, ,,").unwrap(),
            _ => writeln!(plain, ",{value},{},x", draw(10_000)).unwrap(),
        }
    }
    let quoted = plain.replacen(",x\n", ",\"x\"\n", 1);
    // Read in blocks up to the last line.
    let late = format!("{plain}2020-03-01,1,2,\"x\"\n");
    let bits = |text: &str| -> Vec<(i64, u64)> {
        let series = load(text, ',', &["A", "B"]).unwrap();
        let rows = series
            .iter()
            .flat_map(|one| one.times.iter().zip(&one.values));
        rows.map(|(time, value)| (*time, value.to_bits())).collect()
    };
    assert!(plain.len() > 1 << 20);
    let expect = bits(&quoted);
    assert_eq!(bits(&plain), expect);
    let rows = bits(&late);
    let n_each = expect.len() / 2;
    assert_eq!(rows.len(), 2 * (n_each + 1));
    assert_eq!(rows[..n_each], expect[..n_each]);
    assert_eq!(rows[n_each], (at("2020-03-01"), 1_f64.to_bits()));
}

#[test]
fn an_error_far_into_a_file_is_found_at_its_line() {
    let mut rows: Vec<String> = (0..60_000)
        .map(|row| format!("2020-01-01 {:02}:{:02},{row},0", row / 60 % 24, row % 60))
        .collect();
    let load = |rows: &[String], columns: &[&str]| {
        let text = format!("time,A,B\n{}\n", rows.join("\n"));
        assert!(text.len() > 1 << 20);
        load(&text, ',', columns).map_err(|cause| cause.to_string())
    };
    rows[40_000] = "2020-01-01,forty,1".into();
    rows[50_000] = "2020-01-01,fifty,1".into();
    let message = load(&rows, &["A", "B"]).unwrap_err();
    let expect = "a.csv:40002: `forty` in column `A` is not a number";
    assert!(message.ends_with(expect), "{message}");
    assert_eq!(
        load(&rows, &["B"]).unwrap()[0].values[40_000..=40_001],
        [1.0, 0.0]
    );

    rows[45_000] = "someday,1,1".into();
    let message = load(&rows, &["B"]).unwrap_err();
    let expect = "a.csv:45002: `someday` is not a time stamp";
    assert!(message.ends_with(expect), "{message}");
}

#[test]
fn whatever_stands_in_lines_is_read_as_with_quotes() {
    let pieces: &[&str] = &[
        ",",
        ",",
        ",",
        ";",
        "\n",
        "\n",
        "\r\n",
        "\r",
        " ",
        "-",
        ".",
        "+",
        "e",
        "1",
        "2",
        "30",
        "456",
        "7890123",
        "0.5",
        "-12.75",
        "nan",
        "NA",
        "x",
        "\u{e9}",
        "\u{0}",
        "1970-01-01",
        "1970-01-01T00:00:07Z",
        "1970-01-02 03:04:05.6,",
        "1970-01-02 03:59,1.5,",
        "1e3,",
    ];
    let mut draw = draws();
    let outcome = |text: &str| {
        let loaded = load(text, ',', &["A", "B"]).map_err(|cause| {
            let message = cause.to_string();
            message.split_once("a.csv").unwrap_or_default().1.to_owned()
        })?;
        let rows = |one: &Series| -> Vec<(i64, u64)> {
            let rows = one.times.iter().zip(&one.values);
            rows.map(|(time, value)| (*time, value.to_bits())).collect()
        };
        Ok::<_, String>(loaded.iter().map(rows).collect::<Vec<_>>())
    };
    for _ in 0..4000 {
        let header = ["time,A,B", "A,time,B", "B,x,A,time"][draw(3)];
        let n_pieces = draw(24);
        let body: String = (0..n_pieces).map(|_| pieces[draw(pieces.len())]).collect();
        let plain = format!("{header}\n{body}\n");
        // A row without a time, which is none.
        let quoted = format!("{plain}\"\"\n");
        assert_eq!(outcome(&plain), outcome(&quoted), "{plain:?}");
    }
}

/// What is said of a file as a whole, by the reader of its rows and by that of its header.
#[track_caller]
fn refused_whole(bytes: &[u8]) -> (&'static str, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, bytes).unwrap();
    let mut rows = RowBuffer::new([TimeRange::ALL.into()]);
    let layout = Layout {
        time_column: "time",
        value_columns: &["A".to_owned()],
        separator: ',',
        clock: &Clock::utc(),
    };
    let error = read(&path, &layout, &mut rows).unwrap_err();
    let of_header = Header::read(&path, ',').unwrap_err();
    assert_eq!(error.to_string(), of_header.to_string());
    assert_eq!(error.help(), of_header.help());
    let message = error.to_string();
    let (_, message) = message.split_once("a.csv").unwrap();
    (
        error.code(),
        message.trim_start_matches('`').trim().to_owned(),
    )
}

#[test]
fn files_that_are_no_text_are_told_by_what_they_are() {
    let utf_16 = |little: bool, mark: bool| -> Vec<u8> {
        let text = format!("{}time,A\r\n", if mark { "\u{feff}" } else { "" });
        let units = text.encode_utf16();
        let bytes = units.map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        });
        bytes.flatten().collect()
    };
    let utf_16_told = "is text in UTF-16, not UTF-8";
    for (bytes, expect) in [
        (Vec::new(), "is empty"),
        (b"\xef\xbb\xbf".to_vec(), "is empty"),
        (b"\n\n \r\n".to_vec(), "is empty"),
        (utf_16(true, true), utf_16_told),
        (utf_16(false, true), utf_16_told),
        (utf_16(true, false), utf_16_told),
        (utf_16(false, false), utf_16_told),
        (
            b"\xff\xfe\0\0t\0\0\0".to_vec(),
            "is text in UTF-32, not UTF-8",
        ),
        (
            b"time,A\0\n".to_vec(),
            "holds zeros where UTF-8 has letters",
        ),
        (
            b"time,A,T [\xb0C]\n".to_vec(),
            "has names of columns that are not UTF-8",
        ),
        (b"\x1f\x8b\x08\0".to_vec(), "is packed by gzip"),
        (b"BZh91AY&SY".to_vec(), "is packed by bzip2"),
        (
            b"PK\x03\x04\x14\0".to_vec(),
            "is a ZIP archive or a spreadsheet",
        ),
        (b"PAR1".to_vec(), "is a Parquet file"),
        (
            format!("time,A{}\n", ",".repeat(MAX_COLUMNS)).into_bytes(),
            "has 100002 columns, more than 100000",
        ),
        (vec![0; MAX_LINE + 1], ":1: the line is longer than 16 MiB"),
        (
            b"\n\n"
                .iter()
                .copied()
                .chain(vec![b'x'; MAX_LINE + 1])
                .collect(),
            ":3: the line is longer than 16 MiB",
        ),
    ] {
        let start = bytes[..bytes.len().min(30)].escape_ascii();
        assert_eq!(
            refused_whole(&bytes),
            ("dataset::unreadable_file", expect.to_owned()),
            "{start}"
        );
    }
    let (code, message) = refused_whole(b"time,\"A\n1970-01-01,2\n");
    assert_eq!(code, "dataset::open_quote");
    assert_eq!(message, ":1: a quote opens here and is never closed");
    // Blank lines before the header are none, and are counted.
    let message = load("\n \t\r\n\ntime,A\nsoon,1\n", ',', &["A"]).unwrap_err();
    assert!(message.to_string().contains("a.csv:5: "), "{message}");
    assert!(load("\t\ntime\tA\n", '\t', &["A"]).is_err());
    // Columns that only look like something else.
    for header in ["BZh,time,A", "PK,time,A", "time,A,\u{b0}C"] {
        let text = format!("{header}\n");
        assert!(load(&text, ',', &["A"]).unwrap()[0].values.is_empty());
    }
}

#[test]
fn a_quote_that_is_never_closed_is_told_where_it_opens() {
    let rows = "1970-01-02,2\n".repeat(20_000);
    for (before, line) in [("", 2), ("\"1970-01-01\",1\n\n", 4), (&*rows, 20_002)] {
        for behind in ["", &*rows] {
            let text = format!("time,A\n{before}1970-01-02,\"3\n{behind}");
            let error = load(&text, ',', &["A"]).unwrap_err();
            assert_eq!(error.code(), "dataset::open_quote");
            let message = error.to_string();
            let expect = format!("a.csv:{line}: a quote opens here and is never closed");
            assert!(message.ends_with(&expect), "{message}");
        }
    }
    // What is wrong before it is told first, however far the file was read by then.
    let text = format!("time,A\n{rows}soon,1\n{rows}1970-01-02,\"3\n");
    let message = load(&text, ',', &["A"]).unwrap_err().to_string();
    assert!(
        message.ends_with("a.csv:20002: `soon` is not a time stamp"),
        "{message}"
    );
}

#[test]
fn a_line_without_end_is_told_by_its_number() {
    let rows = "1970-01-02,2\n".repeat(20_000);
    let long = "7".repeat(MAX_LINE);
    for (before, line) in [("", 2), ("\"1970-01-01\",1\n\n", 4), (&*rows, 20_002)] {
        for behind in ["", "\n1970-01-02,2\n"] {
            let text = format!("time,A\n{before}1970-01-02,{long}{behind}");
            let message = load(&text, ',', &["A"]).unwrap_err().to_string();
            let expect = format!("a.csv:{line}: the line is longer than 16 MiB");
            assert!(message.ends_with(&expect), "{message}");
        }
    }
}

#[test]
fn texts_of_files_are_shown_short_and_without_control_characters() {
    let long = "\u{1b}[31m".to_owned() + &"7".repeat(1_000_000);
    for (text, columns) in [
        (format!("time,A\n1970-01-01,{long}\n"), ["A"]),
        (format!("time,A\n{long},1\n"), ["A"]),
        (format!("time,{long}\n"), ["A"]),
        (format!("time,{long}\n1970-01-01,x\n"), [&*long]),
        (format!("time,{long}\n1970-01-01\n"), [&*long]),
        ("time,A\n".to_owned(), [&*long]),
    ] {
        let error = load(&text, ',', &columns).unwrap_err();
        let told = error.to_string() + &error.help();
        assert!(told.len() < 600 && !told.contains('\u{1b}'), "{told}");
        assert!(told.contains(r"\u{1b}[31m777"), "{told}");
    }
}
