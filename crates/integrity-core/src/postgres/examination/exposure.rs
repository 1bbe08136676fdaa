//! What strangers reach of Vigie's.

use sqlx::PgPool;

use super::{Symptom, or_fine};
use crate::{Error, postgres::failure};

/// Looks for anything of Vigie's that anonymous callers reach, object by object, and for who may put objects where
/// checks look names up.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn exposure(pool: &PgPool) -> Result<Vec<Symptom>, Error> {
    let reached = sqlx::query_file!("../../sql/integrity-core/examine_exposure.sql")
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    let reached = reached
        .into_iter()
        .map(|row| Symptom::error("exposure.anonymous", row.what, row.remedy));
    let mut reached: Vec<_> = reached.collect();
    let readers = sqlx::query_file!("../../sql/integrity-core/examine_readers.sql")
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    let (strangers, others): (Vec<_>, Vec<_>) = readers.into_iter().partition(|row| row.is_stranger);
    reached.extend(strangers.into_iter().map(|row| {
        Symptom::error(
            "exposure.anonymous",
            format!(
                "{} shows what is Vigie's with its owner's rights, and {} may read it",
                row.name, row.reader
            ),
            format!("revoke select on {} from {}", row.name, row.reader),
        )
    }));
    let mut symptoms = or_fine(
        reached,
        "exposure.anonymous",
        "anonymous callers reach nothing of Vigie's",
    );
    symptoms.extend(others.into_iter().map(|row| {
        Symptom::warning(
            "exposure.view",
            format!(
                "{} shows what is Vigie's with its owner's rights, and {} may read it: Row Level Security does not know \
                 who asks",
                row.name, row.reader
            ),
            format!("alter view {} set (security_invoker = true), or drop it", row.name),
        )
    }));
    let creators = sqlx::query_file_scalar!("../../sql/integrity-core/examine_public.sql")
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    symptoms.extend(creators.into_iter().map(|role| {
        Symptom::warning(
            "exposure.public",
            format!("{role} may create objects in the schema public, where checks look names up"),
            format!("revoke create on schema public from {role}"),
        )
    }));
    Ok(symptoms)
}
