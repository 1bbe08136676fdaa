//! `vigie migrate`.

use integrity_core::postgres::{Room, SchemaState, close_schema};
use serde::Serialize;

use wiring::{
    postgres::{PgPool, Target},
    session::{ROOMS, newer_schema},
    stop::{Exit, Stop},
};

use crate::{cli::MigrateArgs, output};

/// One room's part, for programs.
#[derive(Serialize)]
struct Part {
    room: &'static str,
    state: &'static str,
    migrations: Vec<Migration>,
}

#[derive(Serialize)]
struct Migration {
    version: i64,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<String>,
}

pub(crate) async fn run(args: &MigrateArgs, target: &Target, json: bool) -> Result<Exit, Stop> {
    let pool = target.connect_lasting().await?;
    let mut pending = Vec::new();
    // All are looked at before any is changed: a room that is too new leaves the others as they are.
    for room in ROOMS {
        pending.push((room, pending_of(&room, &pool).await?));
    }
    let anything = pending.iter().any(|(_, versions)| !versions.is_empty());
    if anything && !args.check && !args.plan {
        for (room, versions) in &pending {
            if !versions.is_empty() {
                room.migrate(&pool).await.map_err(Stop::from).map_err(refused)?;
            }
        }
        // What is new is everybody's to whom the host gives everything new.
        close_schema(&pool).await.map_err(Stop::from).map_err(refused)?;
    }
    let parts: Vec<Part> = pending
        .iter()
        .map(|(room, versions)| part(args, room, versions))
        .collect();
    if json {
        output::json(&serde_json::json!({ "rooms": parts }))?;
    } else {
        output::print(&shown(args, &parts))?;
    }
    Ok(if args.check && anything {
        Exit::Difference
    } else {
        Exit::Fine
    })
}

async fn pending_of(room: &Room, pool: &PgPool) -> Result<Vec<i64>, Stop> {
    match room.state(pool).await.map_err(Stop::from).map_err(refused)? {
        SchemaState::Current => Ok(Vec::new()),
        SchemaState::Pending(versions) => Ok(versions),
        newer => Err(newer_schema(room.name, &newer)),
    }
}

fn refused(stop: Stop) -> Stop {
    stop.refused_login("migrate with the login that owns the schema vigie, or may create it")
}

fn part(args: &MigrateArgs, room: &Room, versions: &[i64]) -> Part {
    let migrations = room
        .migrator
        .iter()
        .filter(|migration| versions.contains(&migration.version));
    Part {
        room: room.name,
        state: match (versions.is_empty(), args.check || args.plan) {
            (true, _) => "current",
            (false, true) => "pending",
            (false, false) => "applied",
        },
        migrations: migrations
            .map(|migration| Migration {
                version: migration.version,
                description: migration.description.clone().into_owned(),
                sql: args.plan.then(|| migration.sql.as_str().to_owned()),
            })
            .collect(),
    }
}

fn shown(args: &MigrateArgs, parts: &[Part]) -> String {
    let mut lines = Vec::new();
    for part in parts {
        if args.plan {
            for migration in &part.migrations {
                lines.push(format!(
                    "-- {} {} {}",
                    part.room, migration.version, migration.description
                ));
                lines.push(migration.sql.as_deref().unwrap_or_default().trim_end().to_owned() + "\n");
            }
            continue;
        }
        lines.push(match part.migrations.len() {
            0 => format!("{}: up to date", part.room),
            n => format!("{}: {n} {}", part.room, part.state),
        });
        lines.extend(
            part.migrations
                .iter()
                .map(|m| format!("  {} {}", m.version, m.description)),
        );
    }
    if args.plan && lines.is_empty() {
        lines.push("-- nothing to do: the schema is up to date".to_owned());
    }
    lines.join("\n")
}
