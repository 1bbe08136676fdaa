//! Where people's roles come from: the table `vigie.members`, a claim, or a query on a table of the host's.
//!
//! Whatever it is, `vigie.actor_role()` is made of it, which every policy and every act asks. The words it was set with
//! are kept in `vigie.role_source`, so that `vigie doctor` can compare.

use std::{fmt, str::FromStr};

use sqlx::{
    Column as _, Executor as _, PgConnection, PgPool, Statement as _, TypeInfo as _,
    postgres::{PgTypeInfo, PgTypeKind},
};

use super::{
    reads::{self, ReadRelation, Reads},
    role_query::{self, ReadColumn},
};
use crate::{
    Error,
    check::Statement,
    postgres::{columns::base_type, compose, error_code, failure},
};

/// Where people's roles come from. Written as `vigie install --role-source` takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoleSource {
    /// The table `vigie.members`.
    Members,
    /// A claim below `app_metadata`, by its path.
    Claim(Vec<String>),
    /// A query of one text column, with `:actor_id` for the signed-in person.
    Query(String),
}

/// The source that a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoleSourceInForce {
    /// As it was set.
    pub source: RoleSource,
    /// Whether `vigie.actor_role()` is what that source makes of it; false when somebody has replaced the function.
    pub is_in_force: bool,
    /// Whether that function still has its owner's rights and its search path, and `vigie.actor_id()` its body.
    pub is_untouched: bool,
    /// What would be refused if it were set now.
    pub objections: Vec<String>,
    /// What decides about roles: who may write these rows may make themselves admin.
    pub relations: Vec<ReadRelation>,
    /// What the source itself reads of them.
    pub columns: Vec<ReadColumn>,
}

/// The body of `vigie.actor_id()`, word for word as in the migration that creates it.
const ACTOR: &str = "
    select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')
";

/// The claim that only the issuer of tokens can write.
const OWN_CLAIMS: &str = "app_metadata";

impl FromStr for RoleSource {
    type Err = Error;

    fn from_str(words: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::invalid("role_source", reason);
        match words.trim().split_once(':') {
            None if words.trim() == "members" => Ok(Self::Members),
            Some(("claim", path)) => claim(path).map_err(wrong),
            Some(("query", sql)) => {
                query(sql).map_err(wrong)?;
                Ok(Self::Query(sql.trim().to_owned()))
            }
            _ => Err(wrong(
                "is none of members, claim:app_metadata.KEY and query:SELECT …".to_owned(),
            )),
        }
    }
}

impl fmt::Display for RoleSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Members => f.write_str("members"),
            Self::Claim(path) => write!(f, "claim:{}", path.join(".")),
            Self::Query(sql) => write!(f, "query:{sql}"),
        }
    }
}

impl RoleSource {
    /// The body of `vigie.actor_role()`.
    fn body(&self) -> Result<String, Error> {
        match self {
            // word for word as in the migration that creates the function
            Self::Members => {
                Ok("\n    select role from vigie.members where user_id = vigie.actor_id()\n".to_owned())
            }
            Self::Claim(path) => Ok(compose::role_of_claim(path)),
            Self::Query(sql) => Ok(compose::role_of_query(&self.statement(sql)?)),
        }
    }

    /// The query behind it, where there is one.
    fn query(&self) -> Result<Option<Statement>, Error> {
        match self {
            Self::Members => self
                .statement("select role from vigie.members where user_id = :actor_id")
                .map(Some),
            Self::Claim(_) => Ok(None),
            Self::Query(sql) => self.statement(sql).map(Some),
        }
    }

    #[expect(clippy::unused_self, reason = "reads as a property of the source")]
    fn statement(&self, sql: &str) -> Result<Statement, Error> {
        query(sql).map_err(|reason| Error::invalid("role_source", reason))
    }

    /// The SQL that makes it the source.
    pub(super) fn script(&self) -> Result<String, Error> {
        let (function, set) = (
            compose::role_function(&self.body()?),
            compose::role_source_set(&self.to_string()),
        );
        Ok(format!("{function};\n{set};"))
    }

    /// Makes it the source, after PostgreSQL has judged it. Within a transaction of an installation.
    pub(super) async fn set(&self, connection: &mut PgConnection) -> Result<(), Error> {
        if let Self::Query(_) = self {
            self.judge(connection).await?;
        }
        let script = sqlx::raw_sql(compose::script(self.script()?));
        connection
            .execute(script)
            .await
            .map_err(|error| refusal(&error))?;
        self.attempt(connection).await
    }

    /// Refuses whatever is not one SELECT of one text column that changes nothing.
    async fn judge(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let wrong = |reason: String| Err(Error::invalid("role_source", reason));
        let Some(query) = self.query()? else {
            return Ok(());
        };
        let text = vec![PgTypeInfo::with_name("text"); query.names.len()];
        // By itself, and prepared: what would only make sense within the function's words is refused here.
        let prepared = connection
            .prepare_with(compose::own_text(&query), &text)
            .await
            .map_err(|error| refusal(&error))?;
        match prepared.columns() {
            [column] if is_text(column.type_info()) => {}
            [column] => {
                let given = column.type_info().name().to_ascii_lowercase();
                return wrong(format!(
                    "the query returns {given}; it is to return one column of text or of an enum"
                ));
            }
            others => {
                return wrong(format!(
                    "the query returns {} columns; it is to return one, the role",
                    others.len()
                ));
            }
        }
        let reads = self.reads_within(connection, &query).await?;
        let objections = role_query::objections(connection, &self.to_string(), &reads).await;
        match objections.map_err(failure)?.into_iter().next() {
            Some(objection) => wrong(objection),
            None => Ok(()),
        }
    }

    async fn reads_within(&self, connection: &mut PgConnection, query: &Statement) -> Result<Reads, Error> {
        let create = compose::reads(&compose::for_actor(query), false);
        let told = reads::of_sql(connection, create).await;
        told.map_err(|error| refusal(&error))
    }

    /// Asks for the role of a person whom nobody knows: what fails for them would fail for everybody.
    async fn attempt(&self, connection: &mut PgConnection) -> Result<(), Error> {
        connection
            .execute(sqlx::raw_sql("savepoint attempt"))
            .await
            .map_err(failure)?;
        sqlx::query_file_scalar!("../../sql/integrity-core/role_source_try.sql")
            .fetch_one(&mut *connection)
            .await
            .map_err(failure)?;
        let role = connection
            .execute(sqlx::raw_sql("select vigie.actor_role()"))
            .await;
        connection
            .execute(sqlx::raw_sql(
                "rollback to savepoint attempt; release savepoint attempt",
            ))
            .await
            .map_err(failure)?;
        match role {
            Ok(_) => Ok(()),
            // The person is made up: that their name is no number, say, tells nothing.
            Err(error) if error_code(&error).is_some_and(|code| code.starts_with("22")) => Ok(()),
            Err(error) => Err(refusal(&error)),
        }
    }
}

/// The source that a database has, and what it reads.
///
/// Cancel safe.
///
/// # Errors
/// `Forbidden` when the login may not look, `Unavailable` when the database does not answer, `Corrupt` when what
/// stands there was not written by this program.
pub async fn role_source(pool: &PgPool) -> Result<RoleSourceInForce, Error> {
    let mut transaction = pool.begin().await.map_err(failure)?;
    reads::begin(&mut transaction).await?;
    let row = sqlx::query_file!("../../sql/integrity-core/role_source.sql", ACTOR)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failure)?
        .ok_or_else(|| Error::Corrupt {
            reason: "vigie.role_source has no row that this login sees".to_owned(),
        })?;
    let source: RoleSource = row.source.parse().map_err(|error: Error| Error::Corrupt {
        reason: format!("vigie.role_source: {error}"),
    })?;
    let (mut relations, mut columns, mut objections) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(query) = source.query()? {
        let reads = source.reads_within(&mut transaction, &query).await?;
        let create = compose::reads(&compose::for_actor(&query), false);
        columns = role_query::columns(&mut transaction, create)
            .await
            .map_err(failure)?;
        objections = role_query::objections(&mut transaction, &source.to_string(), &reads)
            .await
            .map_err(failure)?;
        relations = reads.relations;
    }
    transaction.rollback().await.map_err(failure)?;
    let is_in_force = source.body()? == row.body;
    Ok(RoleSourceInForce {
        source,
        is_in_force,
        is_untouched: row.is_definer && row.knows_actor,
        objections,
        relations,
        columns,
    })
}

fn claim(path: &str) -> Result<RoleSource, String> {
    let path: Vec<String> = path.trim().split('.').map(str::to_owned).collect();
    if path.first().map(String::as_str) == Some("user_metadata") {
        return Err(
            "claim:user_metadata is what a person can write about themselves, and so make themselves admin; \
             use a claim below app_metadata"
                .to_owned(),
        );
    }
    if path.first().map(String::as_str) != Some(OWN_CLAIMS) || path.len() < 2 {
        return Err(format!(
            "a claim is claim:{OWN_CLAIMS}.KEY: only what lies below {OWN_CLAIMS} cannot be written by the person"
        ));
    }
    let plain = |key: &String| {
        key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    match path.iter().find(|key| !plain(key)) {
        Some(key) => Err(format!(
            "{key:?} is no key of a claim: letters, digits, _ and - are"
        )),
        None => Ok(RoleSource::Claim(path)),
    }
}

/// Reads a query of roles: one statement with `:actor_id` in it.
fn query(sql: &str) -> Result<Statement, String> {
    let statement = Statement::read(sql)?;
    if let Some(other) = statement.names.iter().find(|name| *name != "actor_id") {
        return Err(format!("the query knows :actor_id only, not :{other}"));
    }
    if statement.names.is_empty() {
        return Err(
            "the query does not ask who it is about, so it would give everybody the same role; \
             compare something with :actor_id"
                .to_owned(),
        );
    }
    Ok(statement)
}

fn is_text(info: &PgTypeInfo) -> bool {
    matches!(info.kind(), PgTypeKind::Enum(_))
        || matches!(base_type(info).as_str(), "TEXT" | "VARCHAR" | "NAME" | "CHAR")
}

/// What PostgreSQL has against a query that the person at the keyboard has written.
fn refusal(error: &sqlx::Error) -> Error {
    let Some(said) = error.as_database_error() else {
        return Error::Corrupt {
            reason: "the role source could not be tried".to_owned(),
        };
    };
    let code = said.code().unwrap_or_default().into_owned();
    let hint = match code.as_str() {
        "42P01" | "42883" | "42704" => {
            "; names are looked up in pg_catalog only, so that nobody can put a table of theirs in between: \
             write schema.name"
        }
        "42501" => "; the owner of the schema vigie asks, and has to be allowed to",
        _ => "",
    };
    let words = if code.starts_with("42") || code.starts_with("3F") || code.starts_with("0A") {
        said.message().to_owned()
    } else {
        format!("SQLSTATE {code}")
    };
    Error::invalid(
        "role_source",
        format!("PostgreSQL refuses the query: {words}{hint}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(words: &str) -> String {
        words.parse::<RoleSource>().expect_err(words).to_string()
    }

    #[test]
    fn sources_are_read_and_written_alike() {
        for words in [
            "members",
            "claim:app_metadata.vigie_role",
            "claim:app_metadata.vigie.role-1",
            "query:select role from public.profils where id::text = :actor_id",
        ] {
            let source: RoleSource = words.parse().expect(words);
            assert_eq!(source.to_string(), words);
        }
    }

    #[test]
    fn what_a_person_can_write_is_no_source() {
        assert!(refused("claim:user_metadata.role").contains("make themselves admin"));
        for words in [
            "claim:role",
            "claim:app_metadata",
            "claim:",
            "claim:sub",
            "claim:raw.app_metadata.role",
        ] {
            assert!(refused(words).contains("claim:app_metadata.KEY"), "{words}");
        }
        for words in [
            "claim:app_metadata.a'b",
            "claim:app_metadata.",
            "claim:app_metadata.a,b",
            "claim:app_metadata.0",
        ] {
            assert!(refused(words).contains("no key of a claim"), "{words}");
        }
    }

    #[test]
    fn a_query_is_one_statement_about_one_person() {
        assert!(refused("query:select 'admin'").contains("give everybody the same role"));
        assert!(refused("query:select role from x where id = :id").contains("not :id"));
        assert!(refused("query:select 1; drop table x").contains("more than one statement"));
        assert!(refused("query:select ':actor_id'").contains("give everybody the same role"));
        assert!(refused("query:").contains("there is no SQL"));
        assert!(refused("table:x").contains("is none of members"));
    }
}
