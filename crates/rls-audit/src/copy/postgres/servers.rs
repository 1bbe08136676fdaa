//! Whether two servers are two: roles and locks belong to a whole server, and a standby does what the one before it does.

use chrono::{DateTime, Utc};
use sqlx::{Connection as _, PgConnection};

use super::{compose, failure};
use crate::Error;

/// How the server of a copy stands to the audited one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Servers {
    /// Two, each on its own.
    Apart,
    /// Two as far as may be seen: the audited one follows another, and a login may not read which (`pg_control_system()`).
    PerhapsApart,
    /// One and the same, or the audited one follows the copy's.
    Together,
    /// The copy's follows another, so that nothing can be tried there.
    Standby,
}

/// What a server says of itself.
#[derive(Debug, Clone, Copy)]
struct Server {
    follows: bool,
    started: DateTime<Utc>,
    identifier: Option<i64>,
}

/// How the server of a copy stands to the audited one, both given by a URL. Nothing is written.
///
/// # Errors
/// `Unavailable` where one of them does not answer.
pub async fn servers(audited: &str, copy: &str) -> Result<Servers, Error> {
    Ok(judged(&Server::at(audited).await?, &Server::at(copy).await?))
}

/// One that was restored from a backup has the identifier of its original and is a server of its own. So the identifier
/// tells only where one follows; two that run since the same microsecond are one.
fn judged(audited: &Server, copy: &Server) -> Servers {
    if audited.started == copy.started {
        return Servers::Together;
    }
    if copy.follows {
        return Servers::Standby;
    }
    if !audited.follows {
        return Servers::Apart;
    }
    match audited.identifier.zip(copy.identifier) {
        Some((one, other)) if one == other => Servers::Together,
        Some(_) => Servers::Apart,
        None => Servers::PerhapsApart,
    }
}

impl Server {
    async fn at(url: &str) -> Result<Self, Error> {
        let mut connection = PgConnection::connect(url).await.map_err(failure)?;
        let (follows, started) = sqlx::query_as(compose::SERVER)
            .fetch_one(&mut connection)
            .await
            .map_err(failure)?;
        let identifier = sqlx::query_scalar(compose::IDENTIFIER)
            .fetch_one(&mut connection)
            .await;
        let identifier = match identifier.map_err(failure) {
            Ok(identifier) => Some(identifier),
            Err(Error::Forbidden { .. }) => None,
            Err(error) => return Err(error),
        };
        // It has answered; how it takes its leave does not matter.
        let _ = connection.close().await;
        Ok(Self {
            follows,
            started,
            identifier,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(follows: bool, started: &str, identifier: Option<i64>) -> Server {
        Server {
            follows,
            started: started.parse().expect("an instant"),
            identifier,
        }
    }

    #[test]
    fn two_servers_are_two_or_not() {
        let (early, late) = ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00.000001Z");
        let primary = server(false, early, Some(1));
        for (audited, copy, stands) in [
            (primary, server(false, early, None), Servers::Together),
            (primary, server(false, late, Some(2)), Servers::Apart),
            (primary, server(false, late, Some(1)), Servers::Apart),
            (primary, server(true, late, Some(1)), Servers::Standby),
            (server(true, late, Some(1)), primary, Servers::Together),
            (server(true, late, Some(2)), primary, Servers::Apart),
            (server(true, late, None), primary, Servers::PerhapsApart),
        ] {
            assert_eq!(judged(&audited, &copy), stands, "{audited:?} {copy:?}");
        }
    }
}
