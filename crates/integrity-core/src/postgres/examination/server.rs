//! The server, its clock, and the login that asks.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use super::Symptom;
use crate::{Clock, Error, postgres::failure};

/// What can be known of a server and a login whatever is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer of the server to one question"
)]
pub struct Server {
    /// Such as 150018.
    pub version: i32,
    /// As the server writes it.
    pub version_text: String,
    /// Its clock, when it answered.
    pub now: DateTime<Utc>,
    /// Whether it only follows another server.
    pub is_replica: bool,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// The database.
    pub database: String,
    /// Who asks.
    pub login: String,
    /// Whether nothing is refused to that login.
    pub is_superuser: bool,
    /// Whether no row is hidden from it.
    pub bypasses_rls: bool,
    /// Whether there is a schema `vigie`.
    pub has_schema: bool,
    /// Whether the login owns it.
    pub owns_schema: bool,
    /// Whether the login may apply evaluations.
    pub may_sync: bool,
    /// Whether the login may act for signed-in people.
    pub may_serve_people: bool,
}

/// Asks the server about itself.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when it does not answer.
pub async fn server(pool: &PgPool) -> Result<Server, Error> {
    sqlx::query_file_as!(Server, "../../sql/integrity-core/examine_server.sql")
        .fetch_one(pool)
        .await
        .map_err(failure)
}

/// Beyond this, people who read times of the database beside a clock of theirs are misled.
const MAX_SKEW: TimeDelta = TimeDelta::seconds(5);

/// The login that runs the checks' SQL, and nothing else.
const EVALUATOR: &str = "vigie_eval";

impl Server {
    /// Whether this is the login that only runs the checks' SQL, whose answers about the rest would mislead.
    #[must_use]
    pub fn only_evaluates(&self) -> bool {
        self.login == EVALUATOR && self.has_schema && !self.is_superuser
    }

    /// What is wrong with the server and the login.
    #[must_use]
    pub fn symptoms(&self) -> Vec<Symptom> {
        let mut symptoms = vec![self.version()];
        if self.is_replica {
            symptoms.push(Symptom::error(
                "server.replica",
                "the server follows another one: nothing can be written",
                "connect to the server that it follows",
            ));
        }
        symptoms.extend(self.login());
        symptoms
    }

    fn version(&self) -> Symptom {
        let what = format!("PostgreSQL {}", self.version_text);
        match self.version / 10_000 {
            15..=18 => Symptom::ok("server.version", what),
            ..15 => Symptom::error(
                "server.version",
                format!("{what}, which is too old"),
                "upgrade to PostgreSQL 15, 16, 17 or 18",
            ),
            _ => Symptom::warning(
                "server.version",
                format!("{what}, with which this program was never tested"),
                "use a later vigie, or PostgreSQL 15, 16, 17 or 18",
            ),
        }
    }

    fn login(&self) -> Vec<Symptom> {
        let login = &self.login;
        let mut symptoms = Vec::new();
        if self.is_superuser {
            symptoms.push(Symptom::warning(
                "login.superuser",
                format!("{login} is a superuser: nothing holds it back, and no row is hidden from it"),
                "run `vigie sync` with the login vigie_sync; keep this one for migrate and install",
            ));
        }
        if !self.has_schema || self.is_superuser {
            return symptoms;
        }
        symptoms.push(if self.login == EVALUATOR {
            Symptom::unseen(
                "login.rights",
                format!("{login} sees nothing of Vigie's: nothing else was looked at"),
                "run `vigie doctor` with another login, and name this one in eval_url",
            )
        } else if self.owns_schema {
            Symptom::ok("login.rights", format!("{login} owns the schema vigie"))
        } else if self.may_sync {
            Symptom::ok("login.rights", format!("{login} may apply evaluations"))
        } else if self.may_serve_people {
            Symptom::warning(
                "login.rights",
                format!("{login} may act for people, and not apply evaluations"),
                "run `vigie sync` with the login vigie_sync",
            )
        } else {
            Symptom::error(
                "login.rights",
                format!("{login} may neither apply evaluations nor act for people"),
                "use the login vigie_sync, or grant vigie_sync to this one",
            )
        });
        symptoms
    }

    /// How the server's clock goes with this machine's, asked just before and just after.
    #[must_use]
    pub fn clock(&self, before: DateTime<Utc>, clock: &dyn Clock) -> Symptom {
        let after = clock.now();
        // The server looked at its clock somewhere in between.
        let skew = if self.now < before {
            before - self.now
        } else if self.now > after {
            self.now - after
        } else {
            TimeDelta::zero()
        };
        if skew <= MAX_SKEW {
            return Symptom::ok("server.clock", "the server's clock goes with this machine's");
        }
        let (seconds, way) = (
            skew.num_seconds(),
            if self.now < before { "behind" } else { "ahead of" },
        );
        Symptom::warning(
            "server.clock",
            format!(
                "the server's clock is {seconds} s {way} this machine's; only the server's is ever stored"
            ),
            "set both by the network's time (NTP)",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManualClock;

    fn server() -> Server {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a time");
        Server {
            version: 150_018,
            version_text: "15.18".to_owned(),
            now,
            is_replica: false,
            started_at: now,
            database: "depot".to_owned(),
            login: "vigie_sync".to_owned(),
            is_superuser: false,
            bypasses_rls: false,
            has_schema: true,
            owns_schema: false,
            may_sync: true,
            may_serve_people: false,
        }
    }

    fn levels(server: &Server) -> Vec<String> {
        let symptoms = server.symptoms().into_iter();
        symptoms
            .map(|s| format!("{} {}", s.id, s.level.as_str()))
            .collect()
    }

    #[test]
    fn versions_are_judged() {
        for (version, level) in [
            (140_022, "error"),
            (150_000, "ok"),
            (180_004, "ok"),
            (190_000, "warning"),
        ] {
            let server = Server { version, ..server() };
            assert_eq!(levels(&server)[0], format!("server.version {level}"), "{version}");
        }
    }

    #[test]
    fn a_login_is_judged_by_what_it_may() {
        assert_eq!(levels(&server())[1..], ["login.rights ok"]);
        let lost = Server {
            may_sync: false,
            ..server()
        };
        assert_eq!(levels(&lost)[1..], ["login.rights error"]);
        let people = Server {
            may_serve_people: true,
            ..lost.clone()
        };
        assert_eq!(levels(&people)[1..], ["login.rights warning"]);
        let superuser = Server {
            is_superuser: true,
            ..lost
        };
        assert_eq!(levels(&superuser)[1..], ["login.superuser warning"]);
        let replica = Server {
            is_replica: true,
            ..server()
        };
        assert_eq!(levels(&replica)[1..], ["server.replica error", "login.rights ok"]);
    }

    #[test]
    fn clocks_may_differ_by_five_seconds() {
        let server = server();
        for (offset, level) in [(-6, "warning"), (-5, "ok"), (0, "ok"), (5, "ok"), (6, "warning")] {
            let clock = ManualClock::new(server.now - TimeDelta::seconds(offset));
            let symptom = server.clock(clock.now(), &clock);
            assert_eq!(symptom.level.as_str(), level, "{offset}: {symptom:?}");
        }
    }
}
