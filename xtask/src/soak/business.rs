//! What goes on in the watched tables: anomalies appear, change and vanish.

use fastrand::Rng;

use super::psql::{Broken, Psql};

/// A watched table, and the check that looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) code: &'static str,
    pub(super) table: &'static str,
}

pub(super) const SOURCES: [Source; 3] = [
    Source {
        code: "TANK_OVER",
        table: "public.tanks",
    },
    Source {
        code: "VALVE_OVER",
        table: "public.valves",
    },
    Source {
        code: "METER_OVER",
        table: "public.meters",
    },
];

/// So many things there are in each table.
const NAMES: u8 = 12;

/// Notes that all changes made so far can be seen by everybody. One thread makes them, so it knows.
const SETTLE: &str = "set default_transaction_read_only = off;\n\
    update soak.changes set settled_at = clock_timestamp() where settled_at is null;\n";

/// Changes something in one transaction, elsewhere than in the source that has to stay quiet. Where the server is gone,
/// nothing changes, or something does and nobody is told: the history is written in the same transaction.
pub(super) fn change(psql: &Psql, rng: &mut Rng, quiet: Option<Source>) -> Result<(), Broken> {
    let sources: Vec<Source> = SOURCES
        .into_iter()
        .filter(|source| Some(*source) != quiet)
        .collect();
    let mut script = format!("{SETTLE}begin;\n");
    for _ in 0..rng.u8(1..=5) {
        if let Some(source) = rng.choice(&sources) {
            script += &one(rng, source.table);
        }
    }
    psql.run(&(script + "commit;\n")).map(drop)
}

/// Changes several things at once by the owner's own words.
pub(super) fn write(psql: &Psql, statements: &str) -> Result<(), Broken> {
    psql.run(&format!("{SETTLE}begin;\n{statements}\ncommit;\n{SETTLE}"))
        .map(drop)
}

/// Lets two things be an anomaly that are none, or the contrary.
pub(super) fn turn_over(Source { table, .. }: Source) -> String {
    format!(
        "insert into {table} values ('N-0', 13), ('N-1', 3)
         on conflict (name) do update set level = case when {table}.level > 9 then 3 else 13 end;"
    )
}

fn one(rng: &mut Rng, table: &str) -> String {
    let name = format!("N-{}", rng.u8(..NAMES));
    if rng.u8(..6) == 0 {
        return format!("delete from {table} where name = '{name}';\n");
    }
    // Below 10 all is well, from 20 on it is critical.
    let level = rng.u8(..25);
    format!(
        "insert into {table} values ('{name}', {level}) on conflict (name) do update set level = excluded.level;\n"
    )
}

/// What there is in the beginning: in each table something that is well, so that it is never empty by chance.
pub(super) fn begin(psql: &Psql, rng: &mut Rng) -> Result<(), Broken> {
    let mut statements = String::new();
    for source in SOURCES {
        statements.extend(["insert into ", source.table, " values ('always', 1);\n"]);
        for _ in 0..NAMES {
            statements += &one(rng, source.table);
        }
    }
    write(psql, &statements)
}

/// Notes that all changes made so far can be seen by everybody.
pub(super) fn settle(psql: &Psql) -> Result<(), Broken> {
    psql.run(SETTLE).map(drop)
}
