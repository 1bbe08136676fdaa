//! `vigie alerts`.

use alerts_store::{AlertFilter, AlertId, AlertStore as _, CheckCommand, Command, Status, Verb};
use chrono::{DateTime, Utc};
use integrity_core::{Caller, Clock as _, Door, SystemClock};

use super::{until::Until, whole_check};
use wiring::{
    config::Config,
    postgres::Target,
    session::{Session, reader, refused},
    stop::{Exit, Stop},
};

use crate::{
    cli::{AlertsCommand, ListArgs, One, Words},
    output, show,
};

pub(crate) async fn run(
    command: AlertsCommand,
    config: &Config,
    target: &Target,
    json: bool,
) -> Result<Exit, Stop> {
    // Whoever may not even ask is told before the database is.
    let asked = match &command {
        AlertsCommand::Ack(act) => Some((Verb::Ack, act.id, &act.words, None)),
        AlertsCommand::Unack(act) => Some((Verb::Unack, act.id, &act.words, None)),
        AlertsCommand::Resolve(act) => Some((Verb::Resolve, act.id, &act.words, None)),
        AlertsCommand::Comment(act) => Some((Verb::Comment, act.id, &act.words, None)),
        AlertsCommand::FalsePositive(args) => {
            Some((Verb::FalsePositive, args.act.id, &args.act.words, args.until))
        }
        AlertsCommand::Accept(args) => match (args.id, &args.code) {
            (Some(id), _) => Some((Verb::Accept, id, &args.words, args.until)),
            (None, code) => {
                let command = CheckCommand {
                    comment: args.words.reason.clone(),
                    until: instant(args.until, config)?,
                    ..CheckCommand::new(
                        &config.database,
                        code.as_deref().unwrap_or_default(),
                        Verb::Accept,
                    )
                };
                let caller = person(args.words.user.as_deref())?;
                let session = Session::open(target, Door::Cli).await?;
                return whole_check::act(&session, &caller, &command, json).await;
            }
        },
        _ => None,
    };
    let asked = asked
        .map(|(verb, id, words, until)| ask(verb, id, words, until, config))
        .transpose()?;
    let session = Session::open(target, Door::Cli).await?;
    match (command, asked) {
        (_, Some((caller, command))) => act(&session, &caller, &command, json).await,
        (AlertsCommand::List(args), _) => list(&session, &args, json).await,
        (AlertsCommand::Show(one), _) => show_one(&session, &one, json).await,
        (AlertsCommand::History(one), _) => history(&session, &one, json).await,
        (_, None) => verify(&session, json).await,
    }
}

/// What a person asks for, and who that is.
fn ask(
    verb: Verb,
    alert: AlertId,
    words: &Words,
    until: Option<Until>,
    config: &Config,
) -> Result<(Caller, Command), Stop> {
    let caller = person(words.user.as_deref())?;
    let command = Command {
        comment: words.reason.clone(),
        until: instant(until, config)?,
        expected_version: words.expect,
        request_id: words.request_id,
        ..Command::new(alert, verb)
    };
    Ok((caller, command))
}

/// Who acts.
pub(super) fn person(user: Option<&str>) -> Result<Caller, Stop> {
    match user.filter(|user| !user.trim().is_empty()) {
        Some(user) => Ok(Caller::person(user)),
        None => Err(Stop::usage(
            "say who you are with --as USER_ID: every act is recorded under a person's name",
        )),
    }
}

fn instant(until: Option<Until>, config: &Config) -> Result<Option<DateTime<Utc>>, Stop> {
    let Some(until) = until else { return Ok(None) };
    let instant = until.resolve(SystemClock.now(), config.time_zone.unwrap_or_default());
    match instant {
        None => Err(Stop::usage("--until: no calendar has that day")),
        instant => Ok(instant),
    }
}

async fn act(session: &Session, caller: &Caller, command: &Command, json: bool) -> Result<Exit, Stop> {
    let acted = session.store.act(caller, command).await?;
    if json {
        output::json(&acted)?;
    } else {
        output::print(&show::alert::acted(command.verb, &acted))?;
    }
    Ok(Exit::Fine)
}

async fn list(session: &Session, args: &ListArgs, json: bool) -> Result<Exit, Stop> {
    let statuses = match (args.all, args.status.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => vec![Status::Open, Status::Ack],
        (false, false) => args.status.clone(),
    };
    let filter = AlertFilter {
        database: None,
        statuses,
        severities: args.severity.clone(),
        check_code: args.check.clone(),
        entity_type: args.entity_type.clone(),
        scope: args.scope.clone(),
        overdue: args.overdue,
        text: args.text.clone(),
        after: None,
        limit: args.limit,
    };
    let caller = reader(args.user.as_deref());
    let page = session
        .store
        .list(&caller, &filter)
        .await
        .map_err(refused(&caller))?;
    let more = page.next.is_some();
    if json {
        output::json(&serde_json::json!({ "alerts": page.alerts, "more": more }))?;
    } else {
        output::print(&show::alert::list(&page.alerts, more, page.at))?;
    }
    Ok(Exit::Fine)
}

async fn show_one(session: &Session, one: &One, json: bool) -> Result<Exit, Stop> {
    let caller = reader(one.user.as_deref());
    let alert = session
        .store
        .get(&caller, one.id)
        .await
        .map_err(refused(&caller))?;
    if json {
        output::json(&alert)?;
    } else {
        output::print(&show::alert::whole(&alert, SystemClock.now()))?;
    }
    Ok(Exit::Fine)
}

async fn history(session: &Session, one: &One, json: bool) -> Result<Exit, Stop> {
    let caller = reader(one.user.as_deref());
    let alert = session
        .store
        .get(&caller, one.id)
        .await
        .map_err(refused(&caller))?;
    let events = session.store.events(&caller, one.id).await?;
    if json {
        output::json(&serde_json::json!({ "alert": alert, "events": events }))?;
    } else {
        output::print(&show::history::told(&alert, &events))?;
    }
    Ok(Exit::Fine)
}

async fn verify(session: &Session, json: bool) -> Result<Exit, Stop> {
    let verification = session
        .store
        .verify(&Caller::Service)
        .await
        .map_err(refused(&Caller::Service))?;
    if json {
        output::json(&verification)?;
    } else {
        output::print(&show::verification::told(&verification))?;
    }
    Ok(if verification.broken == 0 {
        Exit::Fine
    } else {
        Exit::Negative
    })
}
