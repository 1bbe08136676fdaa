//! What a check reads, as PostgreSQL itself understands it: from a temporary view that is rolled back.
//!
//! Refused: reading the names out of the text, which would have to know search paths, views and inheritance.

use std::time::Instant;

use chrono::DateTime;
use sqlx::{Executor as _, PgConnection, PgPool};

use crate::{
    Check, CheckCode, Error, Failure,
    check::{Statement, Variant},
    postgres::{
        columns::Columns,
        compose, failure,
        look::Look,
        trouble::{Limit, Trouble},
    },
};

/// A table, view or other relation that a check reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ReadRelation {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its oid.
    pub oid: i64,
    /// `r` for a table, `v` for a view, and so on: `pg_class.relkind`.
    pub kind: String,
    /// Whether Row Level Security is on.
    pub row_security: bool,
    /// Whether the check names it itself, and not only a view in between.
    pub direct: bool,
    /// The role whose rights decide: none for whoever runs the check, else the owner of a view in between.
    pub read_as: Option<String>,
}

/// A function, an operator's function or an aggregate that a check calls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct CalledFunction {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its oid.
    pub oid: i64,
    /// Whether PostgreSQL knows it as volatile: it may change something, or answer differently each time.
    pub volatile: bool,
    /// Whether the check calls it itself, and not only a view in between.
    pub direct: bool,
}

/// What one check reads and calls, guard included, also through views.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reads {
    /// In the order of their names; twice where it is read with several roles' rights.
    pub relations: Vec<ReadRelation>,
    /// In the order of their names.
    pub functions: Vec<CalledFunction>,
}

impl Reads {
    /// The relations that whoever runs the check must be allowed to read.
    pub fn as_caller(&self) -> impl Iterator<Item = &ReadRelation> {
        self.relations
            .iter()
            .filter(|relation| relation.read_as.is_none())
    }

    pub(super) fn add(&mut self, more: Self) {
        self.relations.extend(more.relations);
        self.functions.extend(more.functions);
        self.relations.sort();
        self.functions.sort();
        let same_relation = |a: &mut ReadRelation, b: &mut ReadRelation| {
            let same = a.oid == b.oid && a.read_as == b.read_as;
            b.direct |= same && a.direct;
            same
        };
        self.relations.dedup_by(same_relation);
        self.functions.dedup_by(|a, b| {
            let same = a.oid == b.oid;
            b.direct |= same && a.direct;
            same
        });
    }
}

/// What each of these checks reads, or why PostgreSQL could not tell: the failure that a run would end in. Leaves
/// nothing behind. Needs a login that may create temporary objects and see the schemas; it need not read anything.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer, `Forbidden` when the login may not create temporary objects.
pub async fn reads(
    pool: &PgPool,
    checks: &[Check],
) -> Result<Vec<(CheckCode, Result<Reads, Failure>)>, Error> {
    let mut transaction = pool.begin().await.map_err(failure)?;
    begin(&mut transaction).await?;
    let mut all = Vec::with_capacity(checks.len());
    for check in checks {
        let apart = take_apart(&mut transaction, check).await?;
        all.push((check.code().clone(), apart.map(|apart| apart.reads)));
    }
    transaction.rollback().await.map_err(failure)?;
    Ok(all)
}

/// Settings under which a check's text means what it means to the runner.
pub(in crate::postgres) async fn begin(connection: &mut PgConnection) -> Result<(), Error> {
    let settings = include_str!("../../../../../sql/integrity-core/reads_settings.sql");
    let set = connection.execute(sqlx::raw_sql(settings)).await;
    set.map(drop).map_err(failure)
}

/// A check as PostgreSQL understands it.
pub(in crate::postgres) struct Apart {
    /// Its file that is meant for this database.
    pub(in crate::postgres) file: String,
    /// What it returns, or what is wrong with that.
    pub(in crate::postgres) columns: Result<Columns, String>,
    pub(in crate::postgres) reads: Reads,
}

/// Takes a check apart. Within a transaction that was prepared by [`begin`], and is to be rolled back.
pub(in crate::postgres) async fn take_apart(
    connection: &mut PgConnection,
    check: &Check,
) -> Result<Result<Apart, Failure>, Error> {
    let mut look = Look {
        connection,
        check,
        as_of: DateTime::UNIX_EPOCH,
        limit: Limit::Timeout(check.timeout()),
        started: Instant::now(),
    };
    let apart = look
        .behind_savepoint(async |look| of_active_file(look).await)
        .await;
    match apart {
        Ok(apart) => Ok(Ok(apart)),
        Err(Trouble::Check(failure)) => Ok(Err(failure)),
        Err(Trouble::Lost(error)) => Err(failure(error)),
    }
}

async fn of_active_file(look: &mut Look<'_>) -> Result<Apart, Trouble> {
    look.arm().await?;
    // Nothing is read here, so nothing can be hidden: what a policy keeps from this login, the evaluating one may see.
    let row_security = sqlx::raw_sql("set local row_security = on");
    look.connection
        .execute(row_security)
        .await
        .map_err(Trouble::Lost)?;
    let variant = look.active_variant().await?;
    // By itself first: what would only make sense within the words around it is refused here.
    let prepared = look.prepare(variant, &variant.statement).await?;
    let mut reads = of_statement(look, variant, &variant.statement, false).await?;
    if let Some(guard) = &variant.guard {
        look.prepare(variant, guard).await?;
        reads.add(of_statement(look, variant, guard, true).await?);
    }
    Ok(Apart {
        file: variant.file.clone(),
        columns: Columns::of(&prepared),
        reads,
    })
}

async fn of_statement(
    look: &mut Look<'_>,
    variant: &Variant,
    statement: &Statement,
    is_guard: bool,
) -> Result<Reads, Trouble> {
    let sql = compose::reads(&compose::inlined(look.check, statement), is_guard);
    let told = of_sql(look.connection, sql).await;
    told.map_err(|error| look.trouble(error, &variant.file, None))
}

/// What a temporary view reads that this creates and drops again.
pub(super) async fn of_sql(
    connection: &mut PgConnection,
    create: sqlx::SqlStr,
) -> Result<Reads, sqlx::Error> {
    // Prepared, and so one statement at most.
    sqlx::query(create).execute(&mut *connection).await?;
    let relations = sqlx::query_file_as!(
        ReadRelation,
        "../../sql/integrity-core/reads_relations.sql",
        compose::READS
    );
    let relations = relations.fetch_all(&mut *connection).await?;
    let functions = sqlx::query_file_as!(
        CalledFunction,
        "../../sql/integrity-core/reads_functions.sql",
        compose::READS
    );
    let functions = functions.fetch_all(&mut *connection).await?;
    connection
        .execute(sqlx::raw_sql("drop view pg_temp.vigie_reads"))
        .await?;
    Ok(Reads { relations, functions })
}
