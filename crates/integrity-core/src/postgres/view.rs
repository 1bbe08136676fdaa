//! The generated view: what the checks find, for clients that speak SQL and nothing else.
//!
//! It is made of the very statements that a run sends, so that both find the same; what a run binds stands here as quoted
//! literals. A check that a run could not evaluate on this database is left out, and named. Where a run would be suspect,
//! or the reader is not shown every row, the view says so in a row of its own.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use sqlx::PgPool;

use super::{
    compose, failure,
    installation::{
        Object,
        reads::{self, Reads, take_apart},
    },
};
use crate::{Check, CheckCode, Error, Failure, FailureKind};

/// The view of the checks, ready to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GeneratedView {
    /// Creates or replaces it; without transaction, which is the caller's.
    pub sql: String,
    /// The checks in it, in the order of their codes.
    pub codes: Vec<CheckCode>,
    /// The checks that are not in it because a run could not evaluate them here, and why.
    pub left_out: Vec<(CheckCode, String)>,
    /// The checks that are not in it because the configuration disables them.
    pub disabled: Vec<CheckCode>,
}

impl GeneratedView {
    /// Where it is created.
    pub const NAME: &str = "public.v_integrity_checks";
    /// What takes it away.
    pub const UNDO: &str = "drop view public.v_integrity_checks";

    /// As something to install.
    #[must_use]
    pub fn object(&self) -> Object {
        Object {
            name: Self::NAME,
            script: self.sql.clone().into(),
            undo: Self::UNDO.into(),
        }
    }
}

/// Makes the view of these checks for this database. Reads only; changes nothing.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer, `Forbidden` when the login may not create temporary objects.
pub async fn generate(pool: &PgPool, checks: &[Check]) -> Result<GeneratedView, Error> {
    let mut transaction = pool.begin().await.map_err(failure)?;
    reads::begin(&mut transaction).await?;
    let mut checks: Vec<&Check> = checks.iter().collect();
    checks.sort_by_key(|check| check.code());
    let mut branches = Vec::new();
    let mut view = GeneratedView {
        sql: String::new(),
        codes: Vec::new(),
        left_out: Vec::new(),
        disabled: Vec::new(),
    };
    for check in &checks {
        if !check.is_enabled() {
            view.disabled.push(check.code().clone());
            continue;
        }
        match branch(&mut transaction, check).await? {
            Ok(branch) => {
                branches.push(branch);
                view.codes.push(check.code().clone());
            }
            Err(why) => view.left_out.push((check.code().clone(), why.message)),
        }
    }
    transaction.rollback().await.map_err(failure)?;
    let packs: Vec<&str> = checks
        .iter()
        .filter(|check| view.codes.contains(check.code()))
        .map(|check| check.pack())
        .collect();
    view.sql = compose::view::whole(&branches, &comment(packs, &branches));
    Ok(view)
}

async fn branch(
    connection: &mut sqlx::PgConnection,
    check: &Check,
) -> Result<Result<String, Failure>, Error> {
    let apart = match take_apart(connection, check).await? {
        Ok(apart) => apart,
        Err(why) => return Ok(Err(why)),
    };
    let contract = |message: String| Failure {
        kind: FailureKind::Contract,
        message: format!("{}: {message}", apart.file),
    };
    let variant = check.variants().iter().find(|variant| variant.file == apart.file);
    Ok(match (variant, &apart.columns) {
        (Some(variant), Ok(columns)) => Ok(compose::view::branch(
            check,
            variant,
            columns,
            &with_policies(&apart.reads),
        )),
        (_, Err(what)) => Err(contract(what.clone())),
        (None, _) => Err(contract("it is no file of the check".to_owned())),
    })
}

/// The relations from which Row Level Security may hide rows from a reader of the view, today or later.
fn with_policies(reads: &Reads) -> Vec<(&str, &str)> {
    reads
        .as_caller()
        .filter(|relation| matches!(relation.kind.as_str(), "r" | "p"))
        .filter(|relation| !matches!(relation.schema.as_str(), "pg_catalog" | "information_schema"))
        .map(|relation| (relation.schema.as_str(), relation.name.as_str()))
        .collect()
}

/// Which checks it holds, by their packs, and the digest of their SQL with the values in force: whether the view is that
/// of the packs at hand can be told without reading it.
fn comment(mut packs: Vec<&str>, branches: &[String]) -> String {
    packs.sort_unstable();
    packs.dedup();
    let mut hasher = Sha256::new();
    for branch in branches {
        hasher.update((branch.len() as u64).to_be_bytes());
        hasher.update(branch.as_bytes());
    }
    let digest = hasher.finalize().iter().fold(String::new(), |mut digest, byte| {
        // A `String` takes everything.
        let _ = write!(digest, "{byte:02x}");
        digest
    });
    let packs = if packs.is_empty() {
        "no pack".to_owned()
    } else {
        packs.join(", ")
    };
    format!(
        "Vigie: the checks of {packs}, sha256 {digest}; drop this view before a migration of the columns it reads"
    )
}
