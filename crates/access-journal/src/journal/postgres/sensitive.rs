//! What audits call sensitive, told and asked by `vigie.tell_access_sensitive` and `vigie.access_sensitive`.

use integrity_core::postgres::CallerTransaction;

use super::record::refused;
use crate::journal::{Error, SensitiveRelations};

pub(super) async fn tell(
    mut transaction: CallerTransaction,
    database: &str,
    sensitive: &SensitiveRelations,
) -> Result<(), Error> {
    sqlx::query_file_scalar!(
        "../../sql/access-journal/tell_sensitive.sql",
        database,
        &sensitive.relations,
        sensitive.audited_at
    )
    .fetch_one(transaction.connection())
    .await
    .map_err(refused)?;
    Ok(transaction.commit().await?)
}

pub(super) async fn read(
    mut transaction: CallerTransaction,
    database: &str,
) -> Result<Option<SensitiveRelations>, Error> {
    sqlx::query_file_as!(
        SensitiveRelations,
        "../../sql/access-journal/sensitive.sql",
        database
    )
    .fetch_optional(transaction.connection())
    .await
    .map_err(refused)
}
