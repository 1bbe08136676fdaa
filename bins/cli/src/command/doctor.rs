//! `vigie doctor`.
//!
//! Each thing is looked at by itself: what is missing hides nothing of the rest, and what cannot be looked at is said.

mod access_key;
mod journal;

use alerts_store::{AlertStore as _, CheckState, PgAlertStore, Summary};
use integrity_core::{
    Caller, Clock as _, Door, Error, SystemClock,
    postgres::{
        SchemaState,
        examination::{self, Evaluator, Level, Server, Symptom},
        installation,
        pooler::Pooling,
        view::{self, GeneratedView},
    },
};
use serde_json::json;

use wiring::{
    chosen::Chosen,
    postgres::{PgPool, Target},
    session::ROOMS,
    stop::{Exit, Stop},
};

use crate::{
    cli::DoctorArgs,
    command::{Place, install::system_alerts},
    output, show,
};

pub(crate) async fn run(args: &DoctorArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let chosen = Chosen::new(place.config, &args.packs.pack, &[])?;
    let symptoms = look(place, &chosen).await?;
    if place.json {
        output::json(&json!({ "database": place.config.database, "findings": symptoms }))?;
    } else {
        output::print(&show::doctor::findings(&symptoms))?;
    }
    let worst = symptoms.iter().map(|symptom| symptom.level).max();
    Ok(match worst {
        Some(Level::Error) => Exit::Negative,
        Some(Level::NotLookedAt) => Exit::Incomplete,
        _ => Exit::Fine,
    })
}

async fn look(place: &Place<'_>, chosen: &Chosen) -> Result<Vec<Symptom>, Stop> {
    let (pool, pooling) = place.target.look().await?;
    let mut symptoms = vec![pooler("connection.pooler", pooling)];
    if pooling == Pooling::Lossy {
        // What came through it could be the answer to another question.
        return Ok(symptoms);
    }
    let before = SystemClock.now();
    let server = examination::server(&pool).await?;
    let clock = server.clock(before, &SystemClock);
    symptoms.extend(server.symptoms());
    symptoms.push(clock);
    if server.only_evaluates() {
        return Ok(symptoms);
    }
    let is_whole = rooms(&pool, &mut symptoms).await?;
    let ask = |id, answer: Result<Vec<Symptom>, Error>| answer.or_else(|error| not_looked_at(id, error));
    symptoms.extend(ask("role", examination::roles(&pool).await)?);
    if is_whole {
        symptoms.extend(ask("privilege", examination::grants(&pool).await)?);
        symptoms.extend(ask("source", examination::source(&pool).await)?);
    } else {
        symptoms.push(Symptom::unseen(
            "privilege.missing",
            "privileges, the source of people's roles and freshness were not looked at: the schema is not up to date",
            "run `vigie migrate`, then `vigie doctor` again",
        ));
    }
    symptoms.extend(ask("exposure", examination::exposure(&pool).await)?);
    symptoms.extend(evaluation(place, chosen, &pool, &server).await?);
    let generated = view::generate(&pool, &chosen.checks).await;
    let generated = generated.as_ref().map(GeneratedView::object);
    let views = examination::views(
        &pool,
        &system_alerts(),
        generated.as_ref().map_err(|error| *error),
    )
    .await;
    symptoms.extend(ask("view", views)?);
    if is_whole {
        symptoms.extend(freshness(place, &pool).await?);
        symptoms.push(access_key::access_key(place, &pool).await?);
        symptoms.push(journal::sources(place, &pool).await?);
    }
    Ok(symptoms)
}

fn pooler(id: &str, pooling: Pooling) -> Symptom {
    match pooling {
        Pooling::Session => Symptom::ok(id, "each connection has a server process of its own"),
        Pooling::Transaction => Symptom::warning(
            id,
            "there is a pooler in transaction mode on the way; it keeps prepared statements, and migrate and install \
             do not work through it",
            "for those two, use a direct connection, or a pooler in session mode (at Supabase port 5432 in place of 6543)",
        ),
        _ => Symptom::error(
            id,
            "there is a pooler in transaction mode on the way that loses prepared statements; nothing else was looked at \
             through it, since it could answer another question",
            "use a direct connection, or a pooler in session mode (at Supabase port 5432 in place of 6543)",
        ),
    }
}

/// Says how each room's schema stands; whether all of it is there and known.
async fn rooms(pool: &PgPool, symptoms: &mut Vec<Symptom>) -> Result<bool, Stop> {
    let mut is_whole = true;
    for room in ROOMS {
        let id = format!("schema.{}", room.name);
        let symptom = match room.state(pool).await {
            Ok(SchemaState::Current) => Symptom::ok(id, format!("{}: up to date", room.name)),
            Ok(SchemaState::Pending(versions)) => Symptom::error(
                id,
                format!(
                    "{}: {} pending",
                    room.name,
                    show::words::count(versions.len() as u64, "migration")
                ),
                "run `vigie migrate`",
            ),
            Ok(newer) => Symptom::error(
                id,
                format!("{}: {newer}", room.name),
                "use the vigie that migrated it, or a later one",
            ),
            Err(error @ Error::Unavailable(_)) => return Err(error.into()),
            Err(error @ Error::Forbidden { .. }) => Symptom::unseen(
                id,
                format!("{}: not looked at: {error}", room.name),
                "use the login vigie_sync, or the one that owns the schema vigie",
            ),
            Err(error) => Symptom::error(
                id,
                format!("{}: not looked at: {error}", room.name),
                "use the login vigie_sync, or the one that owns the schema vigie",
            ),
        };
        is_whole &= symptom.level == Level::Ok;
        symptoms.push(symptom);
    }
    Ok(is_whole)
}

/// The checks' SQL: with which login it runs, and whether that one sees everything and can change nothing.
async fn evaluation(
    place: &Place<'_>,
    chosen: &Chosen,
    pool: &PgPool,
    server: &Server,
) -> Result<Vec<Symptom>, Stop> {
    let mut symptoms = Vec::new();
    let login = if let Some(target) = place.evaluator {
        evaluating_login(target, server, &mut symptoms).await?
    } else {
        symptoms.push(Symptom::warning(
            "evaluator.login",
            format!(
                "no eval_url is configured: the checks' SQL runs with the login {}, and may do what that one may",
                server.login
            ),
            "run `vigie install`, give vigie_eval a password, and name it in VIGIE_EVAL_URL or eval_url_file",
        ));
        Some(server.login.clone())
    };
    for bad in &chosen.bad {
        symptoms.push(Symptom::error(
            format!("check.{}", bad.code),
            format!("{}: its file is wrong and it is never evaluated", bad.code),
            "run `vigie checks lint` with the same packs",
        ));
    }
    let Some(login) = login else {
        return Ok(symptoms);
    };
    let told = match installation::reads(pool, &chosen.checks).await {
        Ok(told) => told,
        Err(error) => {
            symptoms.extend(not_looked_at("evaluator.reads", error)?);
            return Ok(symptoms);
        }
    };
    let mut evaluator = Evaluator {
        login,
        is_service: place.evaluator.is_none(),
        ..Evaluator::default()
    };
    for (code, reads) in told {
        match reads {
            Ok(reads) => evaluator.reads.push(reads),
            Err(why) => symptoms.push(Symptom::error(
                format!("check.{code}"),
                format!("{code} cannot be evaluated on this database: {why}"),
                "put right what it says, or disable the check in the configuration",
            )),
        }
    }
    let ask = |id, answer: Result<Vec<Symptom>, Error>| answer.or_else(|error| not_looked_at(id, error));
    symptoms.extend(ask(
        "evaluator.privilege",
        examination::lacks(pool, &evaluator).await,
    )?);
    symptoms.extend(ask(
        "evaluator.blind",
        examination::blindness(pool, &evaluator).await,
    )?);
    if place.evaluator.is_some() {
        symptoms.extend(ask(
            "evaluator.writes",
            examination::writes(pool, &evaluator).await,
        )?);
    }
    Ok(symptoms)
}

/// Connects as the login that evaluates; none where it cannot be asked.
async fn evaluating_login(
    target: &Target,
    server: &Server,
    symptoms: &mut Vec<Symptom>,
) -> Result<Option<String>, Stop> {
    let id = "evaluator.login";
    let remedy = "put eval_url right, then run `vigie doctor` again";
    let (pool, pooling) = match target.look().await {
        Ok(looked) => looked,
        Err(stop) => {
            let what = format!(
                "the login that evaluates checks cannot connect: {}",
                stop.message()
            );
            symptoms.push(Symptom::error(id, what, remedy));
            return Ok(None);
        }
    };
    if pooling != Pooling::Session {
        symptoms.push(pooler("evaluator.pooler", pooling));
    }
    if pooling == Pooling::Lossy {
        return Ok(None);
    }
    let own = examination::server(&pool).await?;
    symptoms.push(examination::same_database(server, &own));
    symptoms.push(if own.login == server.login {
        Symptom::warning(
            id,
            format!(
                "eval_url names the login {} too: checks can do what it may",
                own.login
            ),
            "name the login vigie_eval in eval_url",
        )
    } else if own.is_superuser {
        Symptom::error(
            id,
            format!(
                "checks are evaluated as {}, a superuser: a check could do anything",
                own.login
            ),
            "name the login vigie_eval in eval_url",
        )
    } else {
        Symptom::ok(id, format!("checks are evaluated as {}", own.login))
    });
    Ok(Some(own.login))
}

/// Whether the alerts can be believed.
async fn freshness(place: &Place<'_>, pool: &PgPool) -> Result<Vec<Symptom>, Stop> {
    let store = PgAlertStore::new(pool.clone(), Door::Cli);
    let database = &place.config.database;
    let summary = store.summary(&Caller::Service, database).await;
    let states = store.check_states(&Caller::Service, database).await;
    match (summary, states) {
        (Ok(summary), Ok(states)) => Ok(stale(&summary, &states)),
        (Err(error), _) | (_, Err(error)) => match Stop::from(error) {
            stop if stop.exit() == Exit::Unreachable => Err(stop),
            stop => Ok(vec![Symptom::unseen(
                "freshness.checks",
                format!("not looked at: {}", stop.message()),
                "run `vigie doctor` with the login vigie_sync, or the one that owns the schema vigie",
            )]),
        },
    }
}

fn stale(summary: &Summary, states: &[CheckState]) -> Vec<Symptom> {
    let coverage = summary.coverage;
    if coverage.enabled == 0 {
        let what = "no check was ever evaluated: that there is no alert proves nothing";
        return vec![Symptom::error("freshness.checks", what, "run `vigie sync`")];
    }
    let mut symptoms = Vec::new();
    if coverage.fresh < coverage.enabled {
        let what = format!(
            "{} of {} enabled checks were not completely evaluated lately",
            coverage.enabled - coverage.fresh,
            coverage.enabled
        );
        let remedy = "run `vigie sync` as often as the checks' `every` says";
        symptoms.push(Symptom::error("freshness.checks", what, remedy));
    }
    let reason = |code: &str| {
        let state = states.iter().find(|state| state.code.as_str() == code);
        state.map(|state| state.reason.clone()).unwrap_or_default()
    };
    symptoms.extend(summary.failing.iter().map(|code| {
        let what = format!("{code} fails: {}", reason(code));
        Symptom::error(
            "freshness.failing",
            what,
            format!("see `vigie checks show {code}`"),
        )
    }));
    symptoms.extend(summary.suspect.iter().map(|code| {
        let what = format!("{code} proves nothing: {}", reason(code));
        Symptom::warning(
            "freshness.suspect",
            what,
            format!("look at its source; if it is right, `vigie checks confirm {code}`"),
        )
    }));
    symptoms.extend(summary.truncated.iter().map(|code| {
        Symptom::warning(
            "freshness.truncated",
            format!("{code} finds more than its max_rows: what lies beyond was not looked at"),
            format!("mend what it finds, or raise its max_rows; see `vigie checks show {code}`"),
        )
    }));
    if !summary.frozen.is_empty() {
        symptoms.push(Symptom::warning(
            "freshness.frozen",
            format!("live alerts that nobody evaluates: {}", summary.frozen.join(", ")),
            "choose their pack again, or `vigie checks retire CODE`",
        ));
    }
    if !summary.unproved.is_empty() {
        symptoms.push(Symptom::warning(
            "freshness.unproved",
            format!(
                "no fixtures show that they can fire: {}",
                summary.unproved.join(", ")
            ),
            "write them, and run `vigie checks test`",
        ));
    }
    if !symptoms.iter().any(|symptom| symptom.level == Level::Error) {
        let what = format!("all {} enabled checks are fresh", coverage.enabled);
        symptoms.push(Symptom::ok("freshness.checks", what));
    }
    symptoms
}

/// What cannot be asked is said, unless nothing more can be asked at all.
fn not_looked_at(id: &str, error: Error) -> Result<Vec<Symptom>, Stop> {
    match error {
        error @ Error::Unavailable(_) => Err(error.into()),
        error => Ok(vec![Symptom::not_looked_at(id, &error)]),
    }
}
