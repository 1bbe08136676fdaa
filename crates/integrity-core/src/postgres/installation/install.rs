//! `vigie install`: one transaction, and nothing at all when there is nothing to do.
//!
//! Each step runs behind a savepoint. Where the facts are the same after it as before, it is taken back, so that a second
//! installation leaves no trace, not even a grant written anew.

use std::borrow::Cow;

use sqlx::PgPool;

use super::{
    reads::{Reads, reads},
    role_source::RoleSource,
    work::Work,
};
use crate::{Check, CheckCode, Error, Failure, postgres::ROLES};

/// A relation outside the schema `vigie` that is made on request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// `schema.relation`, plain names. Its comment begins with `Vigie: `; without that it is somebody else's.
    pub name: &'static str,
    /// Creates it or brings it up to date; no transaction of its own.
    pub script: Cow<'static, str>,
    /// Takes it away.
    pub undo: Cow<'static, str>,
}

/// What an installation is to bring about.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What these read, `vigie_eval` may read.
    pub checks: Vec<Check>,
    /// Whether these are all there are: then what `vigie_eval` may read beyond them is named.
    pub all_checks: bool,
    /// Where people's roles come from; as it is unless given.
    pub role_source: Option<RoleSource>,
    /// What is made outside the schema `vigie`.
    pub objects: Vec<Object>,
}

/// One thing that was done, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// In words, each thing on its own.
    pub did: Vec<String>,
    /// The SQL that did it.
    pub sql: String,
}

/// What came of an installation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Installed {
    /// What was done, in order; empty when there was nothing to do.
    pub steps: Vec<Step>,
    /// Checks for which nothing was granted, and why.
    pub left_out: Vec<(CheckCode, String)>,
    /// What will not work, and what follows from it.
    pub warnings: Vec<String>,
    /// What there is to know or to do.
    pub notes: Vec<String>,
}

/// Installs, or with `plan` only tells what would be done: everything is run, and taken back.
///
/// Needs the owner of the schema `vigie`, current migrations of every room, and CREATEROLE where a role is missing.
/// One transaction: after an error nothing was done. Cancel safe.
///
/// # Errors
/// `Forbidden` with what the login lacks; `Invalid` when an object's name is taken by somebody else's, or the role
/// source is refused; `Unavailable` when the database does not answer or somebody holds a lock.
pub async fn install(pool: &PgPool, wanted: &Wanted, plan: bool) -> Result<Installed, Error> {
    let known = reads(pool, &wanted.checks).await?;
    let outcome = attempt(pool, wanted, &known, plan).await;
    match outcome {
        Err(Error::Forbidden { reason }) => Err(Error::Forbidden {
            reason: with_lacks(pool, reason, !wanted.objects.is_empty()).await,
        }),
        other => other,
    }
}

/// Creates one object or brings it up to date, and remembers it.
///
/// Cancel safe.
///
/// # Errors
/// As [`install`].
pub async fn install_object(pool: &PgPool, object: &Object) -> Result<Installed, Error> {
    let mut work = Work::begin(pool, &[object.name.to_owned()]).await?;
    work.object(object).await?;
    work.end(false).await
}

async fn attempt(
    pool: &PgPool,
    wanted: &Wanted,
    known: &[(CheckCode, Result<Reads, Failure>)],
    plan: bool,
) -> Result<Installed, Error> {
    let names: Vec<String> = wanted
        .objects
        .iter()
        .map(|object| object.name.to_owned())
        .collect();
    let mut work = Work::begin(pool, &names).await?;
    work.step("roles.sql", ROLES.into()).await?;
    work.evaluator(known, wanted.all_checks).await?;
    if let Some(source) = &wanted.role_source {
        work.role_source(source).await?;
    }
    for object in &wanted.objects {
        work.object(object).await?;
    }
    work.end(plan).await
}

/// A refusal with what the login would need. Asked on another connection, since the first one's transaction is over.
async fn with_lacks(pool: &PgPool, reason: String, with_objects: bool) -> String {
    let lacks = sqlx::query_file_scalar!("../../sql/integrity-core/installation_lacks.sql", with_objects)
        .fetch_all(pool)
        .await
        .unwrap_or_default();
    if lacks.is_empty() {
        reason
    } else {
        format!("{reason}; the login has to {}", lacks.join(", and "))
    }
}
