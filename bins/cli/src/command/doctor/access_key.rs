//! Whether whoever has the database, or a copy of it, could find out about whom the journal of accesses is: judged by what its
//! pseudonyms were made with, and not by what this program is given.

use access_journal::privacy::{AccessKey, Keyed};
use integrity_core::postgres::examination::Symptom;
use wiring::{
    access::{self, AccessError, AccessKeeping},
    postgres::PgPool,
    stop::Stop,
};

use super::Place;

const ID: &str = "access.key";

const REMEDY: &str = "set VIGIE_ACCESS_KEY, or access.key_file, to the same 64 hexadecimal digits made by chance wherever \
                      accesses are recorded, timers too, and here; what was recorded without stays so until its month goes";

pub(super) async fn access_key(place: &Place<'_>, pool: &PgPool) -> Result<Symptom, Stop> {
    let secret = match access::secret(place.config) {
        Ok(secret) => secret,
        Err(stop) => {
            let remedy = "give 64 hexadecimal digits made by chance";
            return Ok(Symptom::error(ID, stop.message().to_owned(), remedy));
        }
    };
    let keeping = AccessKeeping::over(pool.clone(), place.config);
    let asked = async { Ok((keeping.keyed().await?, keeping.is_used().await?)) };
    match asked.await {
        Ok((months, is_used)) => Ok(judged(secret.as_ref(), &months, is_used)),
        Err(AccessError::Unavailable(_)) => Err(Stop::unreachable("the database did not answer")),
        Err(error) => Ok(Symptom::unseen(
            ID,
            format!("not looked at: {error}"),
            "run `vigie doctor` with the login vigie_sync, or the one that owns the schema vigie",
        )),
    }
}

/// The months that are used, the oldest first.
fn judged(secret: Option<&AccessKey>, months: &[Keyed], is_used: bool) -> Symptom {
    // Another secret may have begun with a month; the one of now is the last one's.
    if let Some(last) = months.last()
        && let (Some(check), Some(secret)) = (last.check, secret)
        && check != secret.check(last.month)
    {
        return Symptom::error(
            ID,
            format!(
                "accesses of {} are recorded with another secret than the one that is set here: whoever records with this \
                 one is refused",
                last.month
            ),
            "set VIGIE_ACCESS_KEY, or access.key_file, to the same everywhere",
        );
    }
    let bare: Vec<_> = months.iter().filter(|keyed| keyed.is_bare).collect();
    if !bare.is_empty() {
        let named: Vec<_> = bare.iter().map(|keyed| keyed.month.to_string()).collect();
        let though = match (secret, bare.last().and_then(|keyed| keyed.check)) {
            (Some(_), None) => ", though one is set here",
            _ => "",
        };
        return Symptom::warning(
            ID,
            format!(
                "pseudonyms of {} are made without a secret{though}: whoever has a copy of the database can try every address \
                 and every account against them",
                named.join(", ")
            ),
            REMEDY,
        );
    }
    match (secret, months.is_empty() && is_used) {
        _ if !months.is_empty() => Symptom::ok(
            ID,
            "pseudonyms of the journal of accesses need a secret that the database has not",
        ),
        (None, true) => Symptom::warning(
            ID,
            "a source is heard, and no secret is set here: what is recorded without one, whoever has a copy of the database \
             can try every address and every account against",
            REMEDY,
        ),
        _ => Symptom::ok(ID, "no access is recorded yet, and so no secret is missed"),
    }
}

#[cfg(test)]
mod tests {
    use integrity_core::postgres::examination::Level;

    use super::*;

    fn secret(of: &str) -> AccessKey {
        AccessKey::new(&of.repeat(32)).expect("long")
    }

    fn keyed(month: &str, with: Option<&str>, is_bare: bool) -> Keyed {
        let month = month.parse().expect("a month");
        Keyed {
            month,
            check: with.map(|of| secret(of).check(month)),
            is_bare,
        }
    }

    #[track_caller]
    fn is(with: Option<&str>, months: &[Keyed], level: Level, says: &str) {
        let symptom = judged(with.map(secret).as_ref(), months, true);
        assert_eq!(symptom.level, level, "{}", symptom.what);
        assert!(symptom.what.contains(says), "{}", symptom.what);
    }

    #[test]
    fn what_was_really_used_is_judged() {
        let [october, november] = ["2026-10", "2026-11"];
        let well = [
            keyed(october, Some("a"), false),
            keyed(november, Some("a"), false),
        ];
        is(Some("a"), &well, Level::Ok, "need a secret");
        is(None, &well, Level::Ok, "need a secret");
        is(
            Some("b"),
            &well,
            Level::Error,
            "of 2026-11 are recorded with another",
        );
        let changed = [
            keyed(october, Some("a"), false),
            keyed(november, Some("b"), false),
        ];
        is(Some("b"), &changed, Level::Ok, "need a secret");
        is(Some("a"), &changed, Level::Error, "another secret");
        let bare = [keyed(november, None, true)];
        is(
            None,
            &bare,
            Level::Warning,
            "of 2026-11 are made without a secret:",
        );
        is(
            Some("a"),
            &bare,
            Level::Warning,
            "without a secret, though one is set here",
        );
        let mended = [keyed(october, None, true), keyed(november, Some("a"), true)];
        is(Some("a"), &mended, Level::Warning, "of 2026-10, 2026-11 are made");
        is(None, &[], Level::Warning, "no secret is set here");
        is(Some("a"), &[], Level::Ok, "no access is recorded yet");
    }
}
