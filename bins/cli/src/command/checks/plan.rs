//! `vigie checks plan`: what a sync would do now. Reads only.

use alerts_store::{AlertStore as _, Applied, Error};
use integrity_core::{Caller, Door, Evaluation, postgres::SchemaState};
use serde::Serialize;

use wiring::{
    chosen::Chosen,
    postgres::PgPool,
    run::{Ending, Look, Row, everything},
    session::{ROOMS, Session, refused},
    stop::{Exit, Stop},
};

use crate::{
    cli::PlanArgs,
    command::{Place, sync},
    output, show,
};

/// On whose behalf the alerts are looked at.
const SERVICE: Caller = Caller::Service;

/// What a sync would do. Its JSON is what `vigie checks plan --json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Plan {
    /// By code; what would happen stands where `sync` says what has happened.
    pub(crate) checks: Vec<Row>,
    pub(crate) total: Total,
    /// What there is to compare with.
    pub(crate) standing: Standing,
}

/// The sums.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Total {
    pub(crate) findings: u64,
    pub(crate) opened: u64,
    pub(crate) reopened: u64,
    pub(crate) changed: u64,
    pub(crate) cleared: u64,
    pub(crate) refuted: u64,
    pub(crate) kept: u64,
    pub(crate) about_check: u64,
}

impl Total {
    fn of(rows: &[Row]) -> Self {
        let sum = |value: fn(&Row) -> u64| rows.iter().map(value).sum();
        Self {
            findings: sum(|row| row.findings as u64),
            opened: sum(|row| row.opened),
            reopened: sum(|row| row.reopened),
            changed: sum(|row| row.changed),
            cleared: sum(|row| row.cleared),
            refuted: sum(|row| row.refuted),
            kept: sum(|row| row.kept),
            about_check: sum(|row| row.about_check),
        }
    }

    /// Whether a sync would write an alert.
    pub(crate) fn is_nothing(&self) -> bool {
        let written = self.opened + self.reopened + self.changed + self.cleared + self.refuted;
        written + self.about_check == 0
    }
}

/// What the findings are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// The alerts that are there.
    Alerts,
    /// No check was ever evaluated.
    NeverEvaluated,
    /// Vigie's schema is not there.
    NoSchema,
}

pub(crate) async fn run(args: &PlanArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let chosen = Chosen::new(place.config, &args.packs.pack, &args.only)?;
    chosen.remarks.iter().for_each(|remark| output::say(remark));
    let pool = place.target.connect().await?;
    let session = if has_schema(&pool).await? {
        Some(Session::over(pool.clone(), Door::Cli).await?)
    } else {
        None
    };
    let evaluator = match place.evaluator {
        Some(target) => target.connect().await.map_err(|stop| stop.at(target.place()))?,
        None => pool,
    };
    let standing = standing(session.as_ref(), &chosen).await?;
    let look = Look {
        runner: &chosen.runner(&evaluator),
        chosen: &chosen,
        due: &everything,
        auditor: None,
        releases: None,
        access: None,
        ending: &Ending::default(),
        in_hand: &|_| {},
    };
    let mut checks = Vec::new();
    look.evaluate(async |evaluation| {
        checks.push(announce(session.as_ref(), evaluation).await?);
        Ok(())
    })
    .await?;
    checks.sort_by(|a, b| a.code.cmp(&b.code));
    let plan = Plan {
        total: Total::of(&checks),
        checks,
        standing,
    };

    if place.json {
        output::json(&plan)?;
    } else {
        output::print(&show::plan::table(&plan))?;
        if let Some(next) = show::plan::next(&plan, &args.packs.pack) {
            output::note(&next);
        }
    }
    Ok(exit(&plan, &chosen))
}

fn exit(plan: &Plan, chosen: &Chosen) -> Exit {
    let mut exit = sync::told(&plan.checks, chosen);
    for row in plan.checks.iter().filter(|row| row.stale) {
        output::say(&format!(
            "{}: a later snapshot was applied meanwhile; ask again",
            row.code
        ));
        exit = Exit::Incomplete;
    }
    match exit {
        Exit::Fine if !plan.total.is_nothing() => Exit::Difference,
        exit => exit,
    }
}

/// Whether anything of Vigie's was ever migrated here. What is there in part is for `Session` to judge.
async fn has_schema(pool: &PgPool) -> Result<bool, Stop> {
    for room in ROOMS {
        let state = room.state(pool).await.map_err(Stop::from);
        let state = state.map_err(|stop| stop.refused_login("it has to see Vigie's schema"))?;
        let all = room.migrator.iter().count();
        if !matches!(state, SchemaState::Pending(pending) if pending.len() == all) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn standing(session: Option<&Session>, chosen: &Chosen) -> Result<Standing, Stop> {
    let Some(session) = session else {
        return Ok(Standing::NoSchema);
    };
    let states = session.store.check_states(&SERVICE, &chosen.database).await;
    if states.map_err(refused(&SERVICE))?.is_empty() {
        return Ok(Standing::NeverEvaluated);
    }
    Ok(Standing::Alerts)
}

/// What applying the evaluation would change. What goes wrong with it is the check's own matter, unless the store is
/// gone.
async fn announce(session: Option<&Session>, evaluation: Evaluation) -> Result<Row, Stop> {
    let announced = match session {
        Some(session) => session.store.preview(&SERVICE, &evaluation).await,
        None => Ok(Applied::first(&evaluation)),
    };
    match announced {
        Ok(applied) => Ok(Row::new(&evaluation, Ok(applied))),
        Err(error @ (Error::Unavailable(_) | Error::Forbidden { .. })) => Err(refused(&SERVICE)(error)),
        Err(error) => Ok(Row::new(&evaluation, Err(error.to_string()))),
    }
}
