//! What of a dump is left out, and why.

use super::cut::{Kind, Piece};

/// Why a piece is not even tried.
pub(super) fn unseen(piece: &Piece<'_>) -> Option<&'static str> {
    const BY_WORDS: [(&[&str], &str); 15] = [
        // How quoted text is read must not change halfway: it is always the standard's way.
        (&["SET", "STANDARD_CONFORMING_STRINGS"], "always on here"),
        (&["INSERT"], ROWS),
        (&["CREATE", "DATABASE"], ELSEWHERE),
        (&["ALTER", "DATABASE"], ELSEWHERE),
        (&["DROP", "DATABASE"], ELSEWHERE),
        (&["COMMENT", "ON", "DATABASE"], ELSEWHERE),
        (&["ALTER", "SYSTEM"], ELSEWHERE),
        (&["CREATE", "SUBSCRIPTION"], STREAM),
        (&["ALTER", "SUBSCRIPTION"], STREAM),
        (&["CREATE", "PUBLICATION"], STREAM),
        (&["ALTER", "PUBLICATION"], STREAM),
        (&["COMMENT", "ON", "PUBLICATION"], STREAM),
        (&["CREATE", "EVENT", "TRIGGER"], EVENTS),
        (&["ALTER", "EVENT", "TRIGGER"], EVENTS),
        (&["COMMENT", "ON", "EVENT"], EVENTS),
    ];
    match piece.kind {
        Kind::Command => Some("a command of psql"),
        Kind::Rows => Some(ROWS),
        Kind::Statement => BY_WORDS
            .iter()
            .find(|(words, _)| piece.begins(words))
            .map(|(_, why)| *why),
    }
}

const ROWS: &str = "rows; only the schema is loaded";
const ELSEWHERE: &str = "about the server and not about this schema";
const STREAM: &str = "replication has no part in what a query returns";
const EVENTS: &str = "an event trigger would fire on what is loaded after it";

/// Why the server's refusal of a piece does not matter; none: it does. `code` is the SQLSTATE.
pub(super) fn refused(piece: &Piece<'_>, code: &str) -> Option<&'static str> {
    const UNDEFINED_OBJECT: &str = "42704";
    let is = |words: &[&str]| piece.begins(words);
    let is_setting = is(&["SET"]) || (is(&["SELECT"]) && piece.words.iter().any(|word| word == "SET_CONFIG"));
    if is_setting && matches!(code, UNDEFINED_OBJECT | "22023") {
        return Some("this server has no such setting");
    }
    if is(&["CREATE", "EXTENSION"]) || is(&["ALTER", "EXTENSION"]) || is(&["COMMENT", "ON", "EXTENSION"]) {
        return Some("this server has no such extension");
    }
    let gives_away = piece.words.windows(2).any(|pair| pair == ["OWNER", "TO"]);
    if is(&["ALTER"]) && gives_away && code == UNDEFINED_OBJECT {
        return Some("this server has no such role");
    }
    let is_policy = is(&["CREATE", "POLICY"]) || is(&["ALTER", "POLICY"]);
    let is_default = is(&["ALTER", "DEFAULT", "PRIVILEGES"]);
    if (is_policy || is_default) && code == UNDEFINED_OBJECT {
        return Some("this server has no such role");
    }
    // Also on what an extension would have brought.
    if (is(&["GRANT"]) || is(&["REVOKE"])) && matches!(code, UNDEFINED_OBJECT | "42883" | "42P01" | "3F000") {
        return Some("a privilege of a role or on a thing that is not here");
    }
    if is(&["CREATE", "SCHEMA"]) && code == "42P06" {
        return Some("it is there already");
    }
    if (is(&["CREATE", "ROLE"]) || is(&["CREATE", "USER"])) && code == "42710" {
        return Some("it is there already");
    }
    None
}
