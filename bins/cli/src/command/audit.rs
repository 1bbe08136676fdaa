//! `vigie audit`.

use rls_audit::{
    Access, Command, DatabaseInspector as _, Expectation, Inspection, Persona, PgDatabaseInspector,
    rules::{self, Facts, Level, Settings},
};
use serde_json::json;
use wiring::{
    config::{AuditConfig, ExpectationConfig, PersonaConfig},
    stop::{Exit, Stop},
};

use super::Place;
use crate::{
    cli::{AuditCommand, ExplainArgs, FailOn, RlsArgs},
    output, show,
};

/// Of a hundred cells so many may be unknown.
const UNKNOWN: usize = 2;

pub(crate) async fn run(command: AuditCommand, place: &Place<'_>) -> Result<Exit, Stop> {
    match command {
        AuditCommand::Rls(args) => rls(&args, place).await,
        AuditCommand::Matrix => matrix(place).await,
        AuditCommand::Explain(args) => explain(&args, place.json),
    }
}

/// What a rule means.
pub(crate) fn explain(args: &ExplainArgs, as_json: bool) -> Result<Exit, Stop> {
    let wanted = args.rule.to_uppercase();
    let Some(rule) = rules::all().into_iter().find(|rule| rule.id == wanted) else {
        let known: Vec<&str> = rules::all().iter().map(|rule| rule.id).collect();
        return Err(Stop::usage(format!(
            "{:?} is no rule; there are {}",
            args.rule,
            known.join(", ")
        )));
    };
    if as_json {
        output::json(&json!({ "id": rule.id, "title": rule.title, "why": rule.why }))?;
    } else {
        output::print(&show::audit::rule(rule))?;
    }
    Ok(Exit::Fine)
}

async fn matrix(place: &Place<'_>) -> Result<Exit, Stop> {
    let inspected = inspect(place).await?;
    if place.json {
        output::json(&json!({ "looked": looked(&inspected), "matrix": inspected.matrix }))?;
    } else {
        output::print(&show::audit::matrix(&inspected))?;
    }
    Ok(whole(&inspected))
}

async fn rls(args: &RlsArgs, place: &Place<'_>) -> Result<Exit, Stop> {
    let inspected = inspect(place).await?;
    let settings = settings(&place.config.audit);
    let facts = Facts {
        catalog: &inspected.catalog,
        matrix: &inspected.matrix,
        trials: &inspected.trials,
        settings: &settings,
    };
    let findings = rules::findings(&facts);
    if place.json {
        output::json(&json!({
            "looked": looked(&inspected), "findings": findings, "matrix": inspected.matrix,
        }))?;
    } else {
        output::print(&show::audit::findings(&inspected, &findings))?;
    }
    let from = match args.fail_on {
        FailOn::Error => Level::Error,
        FailOn::Warn => Level::Warn,
        FailOn::Info => Level::Info,
    };
    Ok(match whole(&inspected) {
        Exit::Fine if findings.iter().any(|finding| finding.level >= from) => Exit::Negative,
        exit => exit,
    })
}

async fn inspect(place: &Place<'_>) -> Result<Inspection, Stop> {
    let given = place
        .config
        .audit
        .personas
        .iter()
        .map(persona)
        .collect::<Result<Vec<_>, _>>()?;
    let pool = place.target.connect().await?;
    let inspector = PgDatabaseInspector::new(pool);
    inspector.inspect(&given).await.map_err(|error| match error {
        rls_audit::Error::Unavailable(_) => Stop::unreachable(error.to_string()),
        error => Stop::new(Exit::Incomplete, error.code(), error.to_string()),
    })
}

/// What was looked at, for programs.
fn looked(inspected: &Inspection) -> serde_json::Value {
    let unknown = inspected.matrix.unknown().count();
    json!({
        "server": inspected.catalog.server,
        "relations": inspected.catalog.relations.len(),
        "personas": inspected.matrix.personas.len(),
        "cells": inspected.matrix.cells.len(),
        "unknown": unknown,
    })
}

/// Whether enough is known to say anything.
fn whole(inspected: &Inspection) -> Exit {
    let cells = &inspected.matrix.cells;
    let unknown = inspected.matrix.unknown().count();
    let nobody = inspected.matrix.personas.is_empty();
    if nobody || unknown * 100 > cells.len() * UNKNOWN {
        Exit::Incomplete
    } else {
        Exit::Fine
    }
}

fn settings(config: &AuditConfig) -> Settings {
    Settings {
        exposed_schemas: config.exposed_schemas.clone(),
        application_logins: config.application_logins.clone(),
        sensitive_words: config.sensitive_words.clone(),
    }
}

fn persona(config: &PersonaConfig) -> Result<Persona, Stop> {
    let mut persona = Persona::new(&config.name, &config.database_role);
    persona.claims = config.claims.clone().into_iter().collect();
    persona.expect = config.expect.iter().map(expectation).collect::<Result<_, _>>()?;
    Ok(persona)
}

fn expectation(config: &ExpectationConfig) -> Result<Expectation, Stop> {
    let wrong = |key: &str, given: &str, right: &str| {
        Stop::usage(format!(
            "audit.personas.expect.{key}: {given:?}; right is one of {right}"
        ))
    };
    let command = Command::ALL
        .into_iter()
        .find(|own| own.as_str() == config.command);
    let command =
        command.ok_or_else(|| wrong("command", &config.command, "SELECT, INSERT, UPDATE, DELETE"))?;
    for class in &config.access {
        if !Access::CLASSES.contains(&class.as_str()) {
            return Err(wrong("access", class, &Access::CLASSES.join(", ")));
        }
    }
    Ok(Expectation {
        relation: config.relation.clone(),
        command,
        access: config.access.clone(),
    })
}
