use sqlx::{Connection as _, Executor as _, PgConnection};

use super::{
    super::super::{Error, postgres::failure},
    compose,
};

/// Whether two URLs lead to the same database, whatever they call it: a lock that is taken through one is held for the other.
/// Nothing is written.
///
/// # Errors
/// `Unavailable` where one of them does not answer.
pub async fn is_same_database(one: &str, other: &str) -> Result<bool, Error> {
    let mut one = PgConnection::connect(one).await.map_err(failure)?;
    let mut other = PgConnection::connect(other).await.map_err(failure)?;
    one.execute("begin").await.map_err(failure)?;
    let (key, _): (i64, bool) = sqlx::query_as(compose::TAKE_KEY)
        .fetch_one(&mut one)
        .await
        .map_err(failure)?;
    let is_free: bool = sqlx::query_scalar(compose::TRY_KEY)
        .bind(key)
        .fetch_one(&mut other)
        .await
        .map_err(failure)?;
    let _ = (one.close().await, other.close().await);
    Ok(!is_free)
}
