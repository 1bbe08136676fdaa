//! `proved.toml`: which files' cases were seen to pass.
//!
//! The record holds a digest of the very files that passed, so that nothing that was changed since can pass for
//! proved. Refused: a flag in the check's own file, which anybody can type.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest as _, Sha256};
use toml::de::DeTable;

use super::{
    Check, Fixture, Pack, Problem,
    fields::{Fields, an, text},
    folder::Files,
    problem::Report,
};
use crate::Language;

/// The record's name within a pack.
pub(super) const RECORD: &str = "proved.toml";

const HEAD: &str = "\
# Written by `vigie checks test`: for each file of a check whose cases passed, the SHA-256 of that file, of the cases
# beside it, of the pack's schema, language and time zone. A check whose files differ from this is shown as UNPROVED until the cases pass
# again. Commit it; do not edit it.
format = 1

[proved]
";

/// What the record says.
pub(super) enum Record {
    /// Digests by the names of the checks' files.
    Read(BTreeMap<String, String>),
    /// It is there and nothing in it can be trusted.
    Bad,
}

impl Record {
    pub(super) fn of(&self, check_file: &str) -> Result<Option<String>, String> {
        match self {
            Self::Read(digests) => Ok(digests.get(check_file).cloned()),
            Self::Bad => Err(format!("{RECORD} cannot be read; run `vigie checks test`")),
        }
    }
}

/// Reads the record; one that is not there proves nothing.
pub(super) fn read(files: &Files<'_>, problems: &mut Vec<Problem>) -> Record {
    let bytes = match files.get(RECORD) {
        None => return Record::Read(BTreeMap::new()),
        Some(Ok(bytes)) => std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned()),
        Some(Err(why)) => Err((*why).to_owned()),
    };
    let source = match bytes {
        Ok(source) => source,
        Err(why) => {
            let mut report = Report::new(RECORD, "");
            report.add(0, format!("it cannot be read: {why}"), REMEDY);
            problems.extend(report.into_problems());
            return Record::Bad;
        }
    };
    let mut report = Report::new(RECORD, source);
    let (table, errors) = DeTable::parse_recoverable(source);
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        report.add(at, format!("TOML: {}", error.message()), REMEDY);
    }
    let fields = Fields::new(table.get_ref(), 0);
    fields.refuse_others(&mut report, &["format", "proved"]);
    fields.format(&mut report);
    let mut digests = BTreeMap::new();
    if let Some(proved) = fields.table(&mut report, "proved", "{ \"x.sql\" = \"…\" }") {
        for (name, _) in proved.keys() {
            let digest = proved.optional(&mut report, name, "\"sha256…\"", |value| {
                let digest = text(value)?;
                let is_digest = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
                is_digest
                    .then(|| digest.to_owned())
                    .ok_or_else(|| format!("{} is no SHA-256", an(value)))
            });
            digests.extend(digest.map(|(digest, _)| (name.to_owned(), digest)));
        }
    }
    if report.is_clean() {
        Record::Read(digests)
    } else {
        problems.extend(report.into_problems());
        Record::Bad
    }
}

const REMEDY: &str = "take it away and run `vigie checks test`, which writes it";

/// How cases are run and judged. Raised when cases that passed could fail now: nothing stays proved that was seen by
/// other eyes.
const RUNNER: &str = "2";

/// What a proof is about. A length before each part, so that no border between them can shift.
pub(super) fn digest(pack: &Pack, check: &[u8], cases: &[u8], schema: Option<&[u8]>) -> String {
    let language = match pack.language {
        Language::Fr => "fr",
        Language::En => "en",
    };
    let settings = format!("{RUNNER} {language} {}", pack.time_zone.name());
    let mut hasher = Sha256::new();
    for part in [Some(settings.as_bytes()), Some(check), Some(cases), schema] {
        match part {
            Some(bytes) => {
                hasher.update((bytes.len() as u64).to_be_bytes());
                hasher.update(bytes);
            }
            None => hasher.update(u64::MAX.to_be_bytes()),
        }
    }
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        // A `String` takes everything.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl Pack {
    /// The name of the file that [`Pack::proofs`] belongs into.
    pub const PROOFS: &'static str = RECORD;

    /// The contents of `proved.toml` after a run of cases: `passed` tells of the file of a check whether all its
    /// cases passed, or none where they did not run. What did not run stays proved if it was.
    #[must_use]
    pub fn proofs(&self, passed: impl Fn(&str) -> Option<bool>) -> String {
        let fixtures = self.checks.iter().flat_map(Check::fixtures);
        let holds = |fixture: &&Fixture| match passed(&fixture.check_file) {
            Some(passed) => passed && fixture.lacks().is_none(),
            None => fixture.unproved_because().is_none(),
        };
        let proved: BTreeMap<&str, &str> = fixtures
            .filter(holds)
            .filter_map(|fixture| Some((fixture.check_file.as_str(), fixture.digest.as_deref()?)))
            .collect();
        proved.iter().fold(HEAD.to_owned(), |mut text, (file, digest)| {
            // A name in JSON's quotes is a key in TOML's.
            let _ = writeln!(text, "{} = \"{digest}\"", serde_json::Value::from(*file));
            text
        })
    }
}
