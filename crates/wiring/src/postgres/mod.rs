//! The connection. The only place of this program that knows sqlx.

pub mod reason;

use std::{fmt, str::FromStr, time::Duration};

pub use alerts_store::postgres::sqlx::PgPool;
use alerts_store::postgres::sqlx::{
    self, ConnectOptions as _, Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use integrity_core::postgres::{
    error_code, pool_options,
    pooler::{self, Pooling},
};

use crate::stop::{Exit, Stop};

/// A database, and how to get there. Shown, it is its place only.
#[derive(Clone)]
pub struct Target {
    options: PgConnectOptions,
    place: String,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}

impl Target {
    /// Reads a URL; `given` says where it was given. No message repeats it.
    ///
    /// # Errors
    /// When it is not the URL of a PostgreSQL database.
    pub fn parse(given: &str, url: &str) -> Result<Self, Stop> {
        let wrong = |what: &str| {
            Stop::usage(format!(
                "{given}: {what}; right is postgres://user@host:5432/database"
            ))
        };
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(wrong("not the URL of a PostgreSQL database"));
        }
        whole(url).map_err(wrong)?;
        let options = PgConnectOptions::from_str(url).map_err(|error| match error {
            sqlx::Error::Configuration(source) => wrong(&format!("not a URL that can be used ({source})")),
            _ => wrong("not a URL that can be used"),
        })?;
        // The server's own default does, and poolers refuse a setting that they do not know.
        let options = options.extra_float_digits(None);
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("vigie"),
        };
        // A URL needs the brackets around an IPv6 address, a name lookup does not know them.
        let bare = options
            .get_host()
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .map(str::to_owned);
        let options = match bare {
            Some(host) => options.host(&host),
            None => options,
        };
        Ok(Self {
            place: place(&options),
            options,
        })
    }

    /// The host, or the folder of its socket.
    #[must_use]
    pub fn host(&self) -> String {
        let socket = self.options.get_socket();
        socket.map_or_else(
            || self.options.get_host().to_owned(),
            |folder| folder.display().to_string(),
        )
    }

    /// Host, port and database, which may be shown; never who logs in.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The URL with all that is known of the way, a password included: for programs that are handed one, never to be shown.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "the driver always writes a host, with which there may be a user"
    )]
    pub fn url(&self) -> String {
        // What the driver writes lacks the brackets of an IPv6 address, the escapes of a user's name, and `options`.
        let (host, user) = (self.options.get_host(), self.options.get_username());
        let mut options = self.options.clone().username("_");
        if host.contains(':') {
            options = options.host(&format!("[{host}]"));
        }
        let mut url = options.to_url_lossy();
        url.set_username(user).expect("a URL with a host has a user");
        if let Some(given) = self.options.get_options() {
            url.query_pairs_mut().append_pair("options", given);
        }
        url.into()
    }

    /// Connections that are known to work, for what ends with its transaction.
    ///
    /// # Errors
    /// When the database cannot be reached, or a pooler on the way loses prepared statements.
    pub async fn connect(&self) -> Result<PgPool, Stop> {
        Ok(self.connect_many(2, reason::PATIENCE).await?.0)
    }

    /// Connections that are known to work and to keep what outlives a transaction, such as the lock of a migration.
    ///
    /// # Errors
    /// As `connect`, and when a pooler on the way gives the connection to others.
    pub async fn connect_lasting(&self) -> Result<PgPool, Stop> {
        let (pool, pooling) = self.look().await?;
        match pooling {
            Pooling::Session => Ok(pool),
            _ => Err(self.unusable("and this command needs a connection of its own")),
        }
    }

    /// Connections, and what stands between. Two are tried first: a pool would try a refused one again and again for
    /// as long as it may, and a pooler shows what it does only to two.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn look(&self) -> Result<(PgPool, Pooling), Stop> {
        self.look_with(2, reason::PATIENCE).await
    }

    /// So many connections that are known to work, for what ends with its transaction, each waited for no longer than
    /// `patience`; and what stands between.
    ///
    /// # Errors
    /// As `connect`.
    pub async fn connect_many(
        &self,
        connections: u32,
        patience: Duration,
    ) -> Result<(PgPool, Pooling), Stop> {
        let (pool, pooling) = self.look_with(connections, patience).await?;
        match pooling {
            Pooling::Session | Pooling::Transaction => Ok((pool, pooling)),
            _ => Err(self.lossy()),
        }
    }

    async fn look_with(&self, connections: u32, patience: Duration) -> Result<(PgPool, Pooling), Stop> {
        let Ok(looked) = tokio::time::timeout(reason::PATIENCE, self.probe()).await else {
            let seconds = reason::PATIENCE.as_secs();
            return Err(Stop::unreachable(format!("no answer within {seconds} s")).at(&self.place));
        };
        let options: PgPoolOptions = pool_options()
            .max_connections(connections)
            .acquire_timeout(patience);
        Ok((options.connect_lazy_with(self.options.clone()), looked?))
    }

    async fn probe(&self) -> Result<Pooling, Stop> {
        let connect = || PgConnection::connect_with(&self.options);
        let (first, second) = tokio::try_join!(connect(), connect()).map_err(|error| self.refusal(&error))?;
        let (mut first, mut second) = (first, second);
        let pooling = pooler::probe(&mut first, &mut second).await;
        // They have answered; how they take their leave does not matter.
        let _ = tokio::join!(first.close(), second.close());
        pooling.map_err(|error| Stop::from(error).at(&self.place))
    }

    fn lossy(&self) -> Stop {
        self.unusable("that loses prepared statements, so that queries fail or get other queries' rows")
    }

    fn unusable(&self, pooler: &str) -> Stop {
        Stop::usage(format!(
            "{}: there is a pooler in transaction mode on the way, {pooler}; use a direct connection, or a pooler in \
             session mode (at Supabase port 5432 in place of 6543)",
            self.place
        ))
    }

    fn refusal(&self, error: &sqlx::Error) -> Stop {
        let place = &self.place;
        let misconfigured = |what: &str| Stop::new(Exit::Usage, "invalid", format!("{place}: {what}"));
        match error_code(error).as_deref() {
            Some("28P01") => misconfigured("the server refuses the login or its password"),
            Some("28000") => misconfigured("the server refuses the login"),
            Some("3D000") => misconfigured("the server has no such database"),
            Some("42501") => misconfigured("the login may not connect to this database"),
            _ => match error {
                sqlx::Error::Tls(source) => misconfigured(&format!("no encrypted connection: {source}")),
                sqlx::Error::Configuration(source) => misconfigured(&source.to_string()),
                _ => Stop::unreachable(reason::of(error)).at(place),
            },
        }
    }
}

/// Who these connections log in as.
///
/// # Errors
/// When the database does not answer.
pub async fn login(pool: &PgPool) -> Result<String, Stop> {
    sqlx::query_scalar("select session_user::text")
        .fetch_one(pool)
        .await
        .map_err(|error| Stop::unreachable(reason::of(&error)))
}

/// Whether a URL is made of the parts that were meant. What is not percent-encoded in a password would move a part
/// of it into the host or the database, which are shown.
fn whole(url: &str) -> Result<(), &'static str> {
    if url.contains(char::is_control) || url.contains("%00") {
        return Err("holds a control character");
    }
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if authority.matches('@').count() > 1 || after.contains(['@', '#']) {
        return Err(
            "its parts cannot be told apart; percent-encode the password (and the user): \
             %40 for @, %2F for /, %3F for ?, %23 for #, %3A for :",
        );
    }
    Ok(())
}

/// Whether a URL holds a password, or could hold one in a way that is not recognised.
#[must_use]
pub fn holds_password(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
    let user = before_query.rsplit_once('@').map_or("", |(user, _)| user);
    let by_parameter = query.split(['&', ';']).any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        name.contains('%') || name.to_ascii_lowercase().contains("password")
    });
    user.contains(':') || by_parameter
}

fn place(options: &PgConnectOptions) -> String {
    let database = match options.get_database() {
        Some(database) => format!("database {database:?}"),
        None => "the login's own database".to_owned(),
    };
    match options.get_socket() {
        Some(socket) => format!("{database} at {}, port {}", socket.display(), options.get_port()),
        None => match options.get_host() {
            address if address.contains(':') => format!("{database} at [{address}]:{}", options.get_port()),
            host => format!("{database} at {host}:{}", options.get_port()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_found_wherever_a_url_can_hold_one() {
        for url in [
            "postgres://u:p@h/d",
            "postgres://u:@h/d",
            "postgres://u:p@ss@h/d",
            "postgres://h/d?user=u&password=p",
            "postgres://h/d?p%61ssword=p",
            "postgres://h/d?sslpassword=p",
        ] {
            assert!(holds_password(url), "{url}");
        }
        for url in [
            "postgres://u@h:5432/d",
            "postgres://h/d?sslmode=require",
            "postgres:///d?host=/run/a:b",
        ] {
            assert!(!holds_password(url), "{url}");
        }
    }

    #[test]
    fn a_url_whose_parts_cannot_be_told_apart_is_refused() {
        for url in [
            "postgres://u:a/b@h/d",
            "postgres://u:a?b@h/d",
            "postgres://u:a#b@h/d",
            "postgres://u:a@b@h/d",
            "postgres://u:p@h/d@e",
            "postgres://h/d?password=a@b",
            "postgres://h/d?password=a#b",
            "postgres://u:p@h/d%00",
            "postgres://u:p@h/d\n",
        ] {
            assert!(whole(url).is_err(), "{url}");
        }
        for url in [
            "postgres://h",
            "postgres://u:p@h/d",
            "postgres://u:a%2Fb%40c@[::1]:5432/d?sslmode=require",
            "postgres:///d?host=/run/postgresql",
            "postgres://u@%2Frun%2Fpostgresql/d",
        ] {
            assert_eq!(whole(url), Ok(()), "{url}");
        }
    }

    #[test]
    fn a_url_is_handed_on_with_all_that_it_says() {
        for given in [
            "postgres://a%40b:c%2Fd@[::1]:5432/d?options=-c%20role%3Dx",
            "postgres:///d?host=/run/postgresql&user=a%20b&options=-c%20role%3Dx",
            "postgres://h:1/?dbname=a%20b&hostaddr=10.0.0.1&password=x%26y",
        ] {
            let target = Target::parse("here", given).expect("well formed");
            let again = Target::parse("there", &target.url()).expect("well formed");
            let said = |target: &Target| {
                (
                    target.options.get_username().to_owned(),
                    target.options.get_options().map(str::to_owned),
                    target.place.clone(),
                )
            };
            assert_eq!(said(&again), said(&target), "{given}");
        }
    }

    #[test]
    fn messages_name_the_place_and_no_login() {
        let target =
            Target::parse("here", "postgres://amina:secret@db.example:6543/depot").expect("well formed");
        assert_eq!(target.place(), "database \"depot\" at db.example:6543");
        for url in [
            "mysql://amina:secret@h/d",
            "postgres://amina:secret@h:port/d",
            "amina:secret",
        ] {
            let Err(stop) = Target::parse("here", url) else {
                panic!("{url} was accepted")
            };
            let text = format!("{stop:?}");
            assert!(
                !text.contains("secret") && text.contains("postgres://user@host"),
                "{text}"
            );
        }
    }
}
