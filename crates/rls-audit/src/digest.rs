use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Half of a SHA-256 over these lines, in this order, in hexadecimal: enough to know the same again.
pub(crate) fn digest<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(line.len().to_be_bytes());
        hasher.update(line);
    }
    hasher.finalize()[..16]
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
