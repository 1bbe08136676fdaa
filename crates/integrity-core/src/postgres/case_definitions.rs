//! Whether a case changes what the schema means. A case is about data: one that puts a view of its own in place of the
//! schema's proves nothing about the schema's.

use std::collections::BTreeMap;

use sqlx::{Executor as _, PgConnection, Row as _, postgres::PgRow};

/// How many of the changed objects are named.
const NAMED: usize = 5;

/// What the objects of a database are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definitions {
    /// Of all of them in one, which is quickly compared.
    digest: String,
    /// By name: whether a new one of its kind changes what others mean, and its own digest.
    objects: BTreeMap<String, (bool, String)>,
}

impl Definitions {
    pub(super) async fn read(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        Ok(Self {
            digest: digest(connection).await?,
            objects: objects(connection).await?,
        })
    }

    /// What is another now, in words; nothing: all of them are what they were. A file that says that it `alters` the
    /// schema may change tables, and what is the server's own; never a view or a function of the schema.
    pub(super) async fn changes(
        &self,
        connection: &mut PgConnection,
        alters: bool,
    ) -> Result<Option<String>, sqlx::Error> {
        if digest(connection).await? == self.digest {
            return Ok(None);
        }
        let now = objects(connection).await?;
        let gone = self.objects.keys().filter(|object| !now.contains_key(*object));
        let other =
            now.iter().filter(
                |(object, (counts_when_new, definition))| match self.objects.get(*object) {
                    Some((_, was)) => was != definition,
                    None => *counts_when_new,
                },
            );
        let mut changed: Vec<&str> = gone
            .chain(other.map(|(object, _)| object))
            .map(String::as_str)
            .filter(|object| !(alters && may_be_altered(object)))
            .collect();
        changed.sort_unstable();
        let more = changed.len().saturating_sub(NAMED);
        changed.truncate(NAMED);
        Ok((!changed.is_empty()).then(|| {
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            let remedy = if alters {
                "a view or a function of the schema is what is being proved"
            } else {
                "a file about other tables says so at its top with alters_schema = \"why\""
            };
            format!(
                "the case changes {}{more}; a case is about data: {remedy}",
                changed.join(", ")
            )
        }))
    }
}

fn may_be_altered(object: &str) -> bool {
    object.starts_with("table ") || object.contains(" pg_catalog.") || object.contains(" information_schema.")
}

async fn digest(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let query = sqlx::raw_sql(concat!(
        "select md5(string_agg(d::text, ',' order by object collate \"C\")) from (",
        include_str!("../../../../sql/integrity-core/case_definitions.sql"),
        ") as d"
    ));
    connection.fetch_one(query).await?.try_get(0)
}

async fn objects(connection: &mut PgConnection) -> Result<BTreeMap<String, (bool, String)>, sqlx::Error> {
    let query = sqlx::raw_sql(include_str!(
        "../../../../sql/integrity-core/case_definitions.sql"
    ));
    let rows: Vec<PgRow> = connection.fetch_all(query).await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?))))
        .collect()
}
