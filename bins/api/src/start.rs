//! From configuration and environment to a service that is ready to serve.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use access_journal::{
    journal::{AccessJournal as _, Error, PgAccessJournal},
    layer::{AccessJournalLayer, Worker},
    privacy::{AccessKey, Month},
};
use alerts_store::PgAlertStore;
use chrono_tz::Tz;
use integrity_core::{Caller, Check, Clock as _, Door, SystemClock, postgres::pooler::Pooling};
use release_info::{AppEnv, Standing, ledger::PgReleaseLedger};
use rls_audit::PgAuditStore;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use wiring::{
    chosen::Chosen,
    config::{AuthMode, Config},
    flags::Origins,
    postgres::{PgPool, Target},
    session::Session,
    source,
    stop::Stop,
};

use crate::{
    access_layer,
    api::EXPORTS,
    app::App,
    cli::Cli,
    health::{Health, PgSource},
    identity::Identity,
    trends::Trends,
};

/// Where operations look unless told otherwise.
const OPS_PORT: u16 = 8082;

/// What is to be done, known to be fine as far as it can be known without the database.
#[derive(Debug)]
pub(crate) struct Plan {
    config: Config,
    target: Target,
    standing: Standing,
    identity: Identity,
    checks: Vec<Check>,
    zone: Tz,
    /// Of the pseudonyms in the journal of accesses.
    secret: Option<AccessKey>,
}

/// Ready to serve.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) app: Arc<App>,
    /// Records what is refused, unless that is switched off.
    pub(crate) recorder: Option<Worker>,
    /// Where it hears of changes; `None` where a pooler keeps the database from telling.
    pub(crate) hearing: Option<PgPool>,
    pub(crate) listen: SocketAddr,
    pub(crate) ops: SocketAddr,
    pub(crate) cors: Vec<String>,
    pub(crate) concurrency: usize,
}

impl Plan {
    /// Judges what was given.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub(crate) fn read(cli: &Cli, origins: Origins) -> Result<Self, Stop> {
        let config = Config::read(cli.flags.config.as_deref())?;
        // First of all, so that nothing else that is wrong hides it.
        refuse_demo_where_it_matters(&config, cli.told.env())?;
        let target = source::target(&cli.flags, origins.database, &config);
        let program = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let standing = cli
            .told
            .judged(program, &config, &[("VIGIE_DATABASE_URL", target.as_ref().ok())])?;
        refuse_what_is_out_of_range(&config)?;
        let chosen = Chosen::new(&config, &[], &[])?;
        let zone = chosen
            .time_zone
            .or_else(|| chosen.checks.first().map(|check| check.description().time_zone));
        Ok(Self {
            target: target?,
            identity: Identity::new(&config.auth, &config.api.trusted_proxies)?,
            standing,
            secret: wiring::access::secret(&config)?,
            zone: zone.unwrap_or(Tz::UTC),
            checks: chosen.checks,
            config,
        })
    }

    /// The configuration in force. Where a secret would stand, it says whether there is one.
    pub(crate) fn effective(&self) -> Value {
        let set = |is_set: bool| if is_set { "set, not shown" } else { "not set" };
        let auth = &self.config.auth;
        json!({
            "database": self.target.place(),
            "name": self.config.database,
            "release": self.standing.release.to_string(),
            "environment": self.standing.env.to_string(),
            "packs": wiring::chosen::names(&self.config, &[]),
            "time_zone": self.zone.name(),
            "api": {
                "listen": self.config.api.listen.to_string(),
                "origin": self.config.api.origin,
                "trusted_proxies": self.config.api.trusted_proxies,
                "cors_origins": self.config.api.cors_origins,
                "connections": self.config.api.connections,
                "concurrency": self.config.api.concurrency,
                "administrator": self.config.api.administrator,
            },
            "auth": {
                "mode": match auth.mode { AuthMode::Jwt => "jwt", AuthMode::Demo => "demo" },
                "secret_file": set(auth.secret_file.is_some()),
                "jwks_url": auth.jwks_url,
                "audience": auth.audience,
                "issuer": auth.issuer,
                "sign_in_url": auth.sign_in_url,
                "sign_in_key_file": set(auth.sign_in_key_file.is_some()),
            },
            "access": {
                "key": set(self.secret.is_some()),
                "record": self.config.access.record,
                "allow": self.config.access.allow.iter().map(ToString::to_string).collect::<Vec<_>>(),
            },
            "ops": { "listen": self.config.ops.listen_or(OPS_PORT).to_string() },
        })
    }

    /// Connects, and makes sure that program and schema go together.
    ///
    /// # Errors
    /// When the database cannot be reached, or program and schema do not go together.
    pub(crate) async fn connect(self) -> Result<Service, Stop> {
        let (pool, pooling) = self
            .target
            .connect_many(self.config.api.connections, ENTRY)
            .await?;
        let session = Session::over(pool, Door::Api).await?;
        // Of its own, so that a look waits behind nobody: that all others wait is what it is to tell.
        let (looking, _) = self.target.connect_many(2, ENTRY).await?;
        let audits = PgAuditStore::new(session.pool.clone(), Door::Api);
        let journal = PgAccessJournal::new(session.pool.clone(), Door::Api);
        let ledger = PgReleaseLedger::new(session.pool.clone(), Door::Api);
        let (layer, recorder) = self.recording().await?.unzip();
        let source = PgSource {
            store: PgAlertStore::new(looking.clone(), Door::Api),
            pool: looking,
            working: session.pool.clone(),
            database: self.config.database.clone(),
            accesses: layer.clone(),
        };
        Ok(Service {
            recorder,
            hearing: (pooling == Pooling::Session).then_some(session.pool),
            listen: self.config.api.listen,
            ops: self.config.ops.listen_or(OPS_PORT),
            cors: self.config.api.cors_origins,
            concurrency: self.config.api.concurrency,
            app: Arc::new(App {
                store: Arc::new(session.store),
                audits: Arc::new(audits),
                journal: Arc::new(journal),
                ledger: Arc::new(ledger),
                audit_every: self.config.audit.every,
                drill_every: self.config.release.drill_every,
                accesses: layer,
                identity: self.identity,
                changes: Arc::default(),
                health: Health::new(Arc::new(source)),
                trends: Trends::default(),
                exports: Arc::new(Semaphore::new(EXPORTS)),
                database: self.config.database,
                checks: self.checks,
                zone: self.zone,
                origin: self.config.api.origin,
                administrator: self.config.api.administrator,
                standing: self.standing,
                draining: CancellationToken::new(),
            }),
        })
    }

    /// What tells the journal of accesses, and what records for it, unless that is switched off.
    async fn recording(&self) -> Result<Option<(AccessJournalLayer, Worker)>, Stop> {
        let access = &self.config.access;
        if !access.record {
            return Ok(None);
        }
        // A connection of its own: a flood of what is to be recorded takes nothing from those who work.
        let (recording, _) = self.target.connect_many(1, ENTRY).await?;
        let journal = Arc::new(PgAccessJournal::new(recording, Door::Api));
        let secret = self.secret.clone();
        say_whether_the_secret_is_the_same(&journal, secret.as_ref()).await;
        Ok(Some(access_layer::layer(
            journal,
            &self.identity.proxies,
            &access.allow,
            secret,
        )))
    }
}

/// With another secret than the month's nothing is recorded. That is no reason to show no alerts; it is said at once, and not
/// only counted when something is lost for it.
async fn say_whether_the_secret_is_the_same(journal: &PgAccessJournal, secret: Option<&AccessKey>) {
    let month = Month::of(SystemClock.now());
    let check = secret.map(|secret| secret.check(month));
    let asked = journal.salt(&Caller::Service, month, check).await;
    if let Err(error @ Error::OtherSecret { .. }) = asked {
        tracing::error!(%error, "no access is recorded");
    }
}

/// How long a request may wait for a connection: somebody waits before the screen.
const ENTRY: Duration = Duration::from_secs(3);

/// How long a request may take, all in all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

fn refuse_what_is_out_of_range(config: &Config) -> Result<(), Stop> {
    let api = &config.api;
    if !(2..=100).contains(&api.connections) {
        return Err(Stop::usage("api.connections: a number from 2 to 100"));
    }
    if !(1..=10_000).contains(&api.concurrency) {
        return Err(Stop::usage("api.concurrency: a number from 1 to 10000"));
    }
    for origin in api.origin.iter().chain(&api.cors_origins) {
        let rest = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        if rest.is_none_or(|rest| rest.is_empty() || rest.contains(['/', '*', ' ', '@'])) {
            return Err(Stop::usage(format!(
                "api: {origin:?} is no origin; write scheme and host, such as \"https://vigie.example.org\""
            )));
        }
    }
    Ok(())
}

/// In the demo anybody is whoever they like.
fn refuse_demo_where_it_matters(config: &Config, env: Option<AppEnv>) -> Result<(), Stop> {
    if config.auth.mode != AuthMode::Demo {
        return Ok(());
    }
    if let Some(env) = env.filter(|env| env.demands_a_clean_release()) {
        return Err(Stop::usage(format!(
            "auth.mode = \"demo\" with APP_ENV={env}: there, anybody could be anybody; use \"jwt\""
        )));
    }
    if !config.api.listen.ip().is_loopback() {
        return Err(Stop::usage(format!(
            "auth.mode = \"demo\" with api.listen = \"{}\": it lets anybody be anybody, so it listens on this machine alone, \
             such as 127.0.0.1:8080",
            config.api.listen
        )));
    }
    Ok(())
}
