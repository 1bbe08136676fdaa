//! What a case leaves on its server, where no new database takes it away.

use std::collections::BTreeMap;

use sqlx::{Executor as _, PgPool, Row as _, postgres::PgRow};

use super::{compose, failure};
use crate::Error;

/// What outlives transactions and databases, by name.
pub(super) struct Things(BTreeMap<String, Thing>);

struct Thing {
    state: String,
    takes_away: String,
    brings_back: Option<String>,
}

impl Things {
    pub(super) async fn read(pool: &PgPool) -> Result<Self, Error> {
        let query = sqlx::raw_sql(include_str!("../../../../sql/integrity-core/case_leftovers.sql"));
        let rows: Vec<PgRow> = query.fetch_all(pool).await.map_err(failure)?;
        let thing = |row: &PgRow| {
            let thing = Thing {
                state: row.try_get::<Option<_>, _>(1)?.unwrap_or_default(),
                takes_away: row.try_get(2)?,
                brings_back: row.try_get(3)?,
            };
            Ok((row.try_get(0)?, thing))
        };
        let things: Result<_, sqlx::Error> = rows.iter().map(thing).collect();
        things.map(Self).map_err(failure)
    }

    /// What a case left, as an objection. It is undone here, so that no other case sees it.
    ///
    /// # Errors
    /// `Invalid` when it cannot be undone: nothing is then proved on this server.
    pub(super) async fn left_behind(&self, pool: &PgPool) -> Result<Option<String>, Error> {
        let now = Self::read(pool).await?;
        let left = self.differences(&now);
        let mut connection = pool.acquire().await.map_err(failure)?.detach();
        for (_, undoing) in &left {
            if let Some(undoing) = undoing {
                // What cannot be undone is told below.
                let _ = connection
                    .execute(sqlx::raw_sql(compose::script((*undoing).to_owned())))
                    .await;
            }
        }
        // A setting of the server that was written and taken back may still be in force.
        let reload = sqlx::raw_sql("select pg_catalog.pg_reload_conf()");
        connection.execute(reload).await.map_err(failure)?;
        let _ = sqlx::Connection::close(connection).await;
        if left.is_empty() {
            return Ok(None);
        }
        let still: Vec<String> = self
            .differences(&Self::read(pool).await?)
            .into_iter()
            .map(|(what, _)| what)
            .collect();
        if !still.is_empty() {
            let reason = format!(
                "it leaves behind: {}, which cannot be undone for the next case; take it away in `after`",
                still.join(", ")
            );
            return Err(Error::invalid("case", reason));
        }
        let left: Vec<String> = left.into_iter().map(|(what, _)| what).collect();
        Ok(Some(format!(
            "the case leaves behind: {}; take it away in `after`",
            left.join(", ")
        )))
    }

    /// What is new, changed or gone, each with what undoes it.
    fn differences<'t>(&'t self, now: &'t Self) -> Vec<(String, Option<&'t str>)> {
        let mut left = Vec::new();
        for (name, thing) in &now.0 {
            match self.0.get(name) {
                None => left.push((name.clone(), Some(thing.takes_away.as_str()))),
                Some(was) if was.state != thing.state => {
                    left.push((format!("{name}, changed"), was.brings_back.as_deref()));
                }
                Some(_) => {}
            }
        }
        let gone = self.0.keys().filter(|name| !now.0.contains_key(*name));
        left.extend(gone.map(|name| (format!("{name}, gone"), None)));
        left
    }
}
