//! Which code a file is filed under: its stem's, or one that no check can have where the stem is none.

use std::collections::BTreeSet;

use crate::CheckCode;

const LONGEST: usize = 63;

/// Whether no file may have that code.
pub(super) fn is_reserved(code: &str) -> bool {
    CheckCode::RESERVED.contains(&code)
}

/// The code that a stem is, if a check may have it.
pub(super) fn code_of(stem: &str) -> Option<CheckCode> {
    stem.parse().ok().filter(|_| !is_reserved(stem))
}

/// A code for a stem that is none, so that its problems can be told: none of `taken`, so that a misnamed file
/// takes down no check that is well named.
pub(super) fn stand_in(stem: &str, taken: &BTreeSet<CheckCode>) -> CheckCode {
    let plain = |c: char| {
        if c.is_ascii_uppercase() || c.is_ascii_digit() {
            c
        } else {
            '_'
        }
    };
    let mut near: String = stem.chars().map(plain).collect();
    if !near.starts_with(|c: char| c.is_ascii_uppercase()) {
        near.insert_str(0, "X_");
    }
    let mut suffix = "_FILE".to_owned();
    let mut n = 1;
    loop {
        near.truncate(LONGEST - suffix.len());
        let code: CheckCode = format!("{near}{suffix}")
            .parse()
            .unwrap_or_else(|_| unreachable!("{near}{suffix} was made to be a code"));
        if !taken.contains(&code) {
            return code;
        }
        n += 1;
        suffix = format!("_FILE_{n}");
    }
}
