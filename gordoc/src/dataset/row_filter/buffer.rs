//! Rows around removed ones that go as well.

/// Removes up to `buffer` rows before and after every row that does not pass.
///
/// As in Gordo nothing changes if no row passes, and no row is left if the rows are fewer than
/// one with the buffers around it.
pub(super) fn widen(mask: &mut [bool], buffer: usize) {
    if buffer == 0 || !mask.contains(&true) {
        return;
    }
    if buffer.saturating_mul(2).saturating_add(1) > mask.len() {
        mask.fill(false);
        return;
    }
    let removed: Vec<usize> = (0..mask.len()).filter(|row| !mask[*row]).collect();
    let mut done = 0;
    for row in removed {
        let end = (row + buffer + 1).min(mask.len());
        let start = row.saturating_sub(buffer).max(done).min(end);
        mask[start..end].fill(false);
        done = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_removed_rows_go() {
        let check = |mask: &str, buffer, expect: &str| {
            let mut rows: Vec<bool> = mask.chars().map(|c| c == '1').collect();
            widen(&mut rows, buffer);
            let found: String = rows
                .iter()
                .map(|row| if *row { '1' } else { '0' })
                .collect();
            assert_eq!(found, expect, "{mask} {buffer}");
        };
        check("1111111101", 0, "1111111101");
        check("1111011111", 1, "1110001111");
        check("0111111110", 2, "0001111000");
        check("1101011111", 1, "1000001111");
        check("1010101010", 3, "0000000000");
        check("0000", 1, "0000");
        check("11111", 2, "11111");
        check("11111", 3, "00000");
        check("11111", usize::MAX, "00000");
        check("", 1, "");
    }
}
