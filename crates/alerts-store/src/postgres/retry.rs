//! Once more, where somebody else's transaction came in between.

use integrity_core::postgres::error_code;

use crate::Error;

/// How often a transaction is tried.
const TRIES: u32 = 4;

/// Does `transaction` anew when the database ended it for the sake of another. Each try must begin its own, and have
/// written nothing when it fails.
///
/// Several rows locked in an order of somebody else's own can wait in a circle with those that are locked here.
pub(super) async fn tried<T, Trying: Future<Output = Result<T, Error>>>(
    transaction: impl Fn() -> Trying,
) -> Result<T, Error> {
    for _ in 1..TRIES {
        match transaction().await {
            Err(error) if lost_to_another(&error) => {}
            done => return done,
        }
    }
    transaction().await
}

/// Whether it was the one that had to give way, in a deadlock or to a change of what it had read.
fn lost_to_another(error: &Error) -> bool {
    let Error::Unavailable(source) = error else {
        return false;
    };
    let code = source.downcast_ref().and_then(error_code);
    matches!(code.as_deref(), Some("40P01" | "40001"))
}
