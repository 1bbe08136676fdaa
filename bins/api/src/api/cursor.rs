//! Where a list goes on: a place in it, in a form that fits into a URL and that nobody is meant to read.
//!
//! Not signed: a cursor that somebody made up is a place in a list that they may read anyway.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use serde::{Serialize, de::DeserializeOwned};

use crate::problem::Problem;

/// The longest cursor, in bytes.
const LONGEST: usize = 512;

pub(crate) fn write(position: &impl Serialize) -> Option<String> {
    serde_json::to_vec(position)
        .ok()
        .map(|json| URL_SAFE_NO_PAD.encode(json))
}

pub(crate) fn read<T: DeserializeOwned>(cursor: &str) -> Result<T, Problem> {
    let wrong = || Problem::invalid("cursor", "not one that a list has given; begin again without it");
    if cursor.len() > LONGEST {
        return Err(wrong());
    }
    let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    serde_json::from_slice(&json).map_err(|_| wrong())
}

#[cfg(test)]
mod fuzz {
    use alerts_store::Position;

    use super::*;
    use crate::spoil::spoil;

    /// Whatever stands in an address, it is a place in a list, or refused.
    #[test]
    fn fuzz_cursors() {
        let place = r#"{"severity":"WARN","overdue":true,"first_detected_at":"2026-11-24T08:00:00Z","id":"1b4e28ba-2fa1-41d2-883f-0016d3cca427"}"#;
        let good: Position = serde_json::from_str(place).expect("a place");
        let cursor = write(&good).expect("a cursor");
        assert_eq!(read::<Position>(&cursor).ok(), Some(good));
        spoil("cursors", &[&cursor], |text| {
            read::<Position>(&String::from_utf8_lossy(text)).is_ok()
        });
        spoil("cursors: what is behind them", &[place], |text| {
            read::<Position>(&URL_SAFE_NO_PAD.encode(text)).is_ok()
        });
    }
}
