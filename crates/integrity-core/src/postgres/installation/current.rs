//! Whether what stands outside the schema `vigie` is what this program would make now.

use sqlx::PgPool;

use super::{install::Object, work::Work};
use crate::Error;

/// Whether making the object now would leave it, its triggers, its grants and the functions behind it as they are. It is
/// made, compared, and taken back.
///
/// Cancel safe.
///
/// # Errors
/// `Forbidden` when the login may not make it; `Invalid` when its name is somebody else's; `Unavailable` when the
/// database does not answer or somebody holds a lock.
pub async fn is_current(pool: &PgPool, object: &Object) -> Result<bool, Error> {
    let mut work = Work::begin(pool, &[object.name.to_owned()]).await?;
    work.object(object).await?;
    let made = work.end(true).await?;
    Ok(made.steps.iter().all(|step| step.sql != object.script))
}
