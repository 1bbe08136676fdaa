//! `vigie alerts`.

use alerts_store::{AlertFilter, AlertStore as _, Command, Status, Verb};
use integrity_core::{Caller, Clock as _, Door, SystemClock};

use super::until::Until;
use crate::{
    cli::{Act, AlertsCommand, ListArgs, One},
    config::Config,
    exit::{Exit, Stop},
    output,
    postgres::Target,
    session::{Session, reader, refused},
    show,
};

pub(crate) async fn run(
    command: AlertsCommand,
    config: &Config,
    target: &Target,
    json: bool,
) -> Result<Exit, Stop> {
    // Whoever may not even ask is told before the database is.
    let verb = match &command {
        AlertsCommand::Ack(act) => Some((Verb::Ack, act, None)),
        AlertsCommand::Unack(act) => Some((Verb::Unack, act, None)),
        AlertsCommand::Resolve(act) => Some((Verb::Resolve, act, None)),
        AlertsCommand::Comment(act) => Some((Verb::Comment, act, None)),
        AlertsCommand::Accept(args) => Some((Verb::Accept, &args.act, args.until)),
        AlertsCommand::FalsePositive(args) => Some((Verb::FalsePositive, &args.act, args.until)),
        _ => None,
    };
    let asked = verb
        .map(|(verb, act, until)| ask(verb, act, until, config))
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
fn ask(verb: Verb, act: &Act, until: Option<Until>, config: &Config) -> Result<(Caller, Command), Stop> {
    let Some(user) = act.user.as_deref().filter(|user| !user.trim().is_empty()) else {
        return Err(Stop::usage(
            "say who you are with --as USER_ID: every act is recorded under a person's name",
        ));
    };
    let until = match until {
        None => None,
        Some(until) => Some(
            until
                .resolve(SystemClock.now(), config.time_zone.unwrap_or_default())
                .ok_or_else(|| Stop::usage("--until: no calendar has that day"))?,
        ),
    };
    let command = Command {
        comment: act.reason.clone(),
        until,
        expected_version: act.expect,
        request_id: act.request_id,
        ..Command::new(act.id, verb)
    };
    Ok((Caller::person(user), command))
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
        statuses,
        severities: args.severity.clone(),
        check_code: args.check.clone(),
        entity_type: args.entity_type.clone(),
        scope: args.scope.clone(),
        overdue: args.overdue,
        text: args.text.clone(),
        // One more, to know whether there are more.
        limit: args.limit.saturating_add(1),
    };
    let caller = reader(args.user.as_deref());
    let mut alerts = session
        .store
        .list(&caller, &filter)
        .await
        .map_err(refused(&caller))?;
    let most = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let more = alerts.len() > most;
    alerts.truncate(most);
    if json {
        output::json(&serde_json::json!({ "alerts": alerts, "more": more }))?;
    } else {
        output::print(&show::alert::list(&alerts, more, SystemClock.now()))?;
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
