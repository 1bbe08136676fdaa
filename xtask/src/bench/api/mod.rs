//! `bench api`: how many people and programs can look at once, and what a look costs, beside the same statements sent
//! straight to the database.
//!
//! Service, client and database share the processors, as do the straight client and the database.

mod answers;
mod door;
mod http;
mod question;
mod report;
mod straight;
mod visitor;

use std::collections::BTreeMap;

pub(super) use self::{door::Door, http::Connection};
use self::{
    question::{Question, STATEMENTS},
    report::{Pair, Report},
    visitor::Visitor,
};
use super::{
    DATABASE,
    circumstances::Circumstances,
    fill, machine, measured, progress,
    stand::{Programs, Stand},
};
use crate::{
    cli::{ApiBench, Size},
    failure::Failure,
    setup::{self, For},
    workspace,
};

/// Who asks: an admin of sql/demo/access.sql, until 2100.
const CLAIMS: &str =
    r#"{"sub": "amina", "role": "authenticated", "aud": "authenticated", "exp": 4102444800}"#;

/// Over how many connections at once.
const CONNECTIONS: [usize; 3] = [1, 8, 32];

pub(super) fn run(wanted: &ApiBench) -> Result<(), Failure> {
    setup::run(false, For::Server)?;
    let metadata = workspace::metadata()?;
    let packages = ["vigie", "vigie-sync", "vigie-api"];
    let programs = Programs::build(&metadata, !wanted.debug, &packages, "vigie-api")?;
    let stand = Stand::start(programs, workspace::target(&metadata, "xtask/bench")?)?;
    let report = on(&stand, wanted)?;
    stand.stop()?;
    if wanted.json {
        println!("{:#}", report.json());
    } else {
        println!("{}", report.text());
    }
    Ok(())
}

fn on(stand: &Stand, wanted: &ApiBench) -> Result<Report, Failure> {
    prepare(stand, wanted)?;
    let before = machine::load();
    progress("what each statement takes");
    let mut costs = BTreeMap::new();
    for statement in &STATEMENTS {
        costs.insert(statement.name, straight::cost(stand, statement)?);
    }

    let (program, person) = (Visitor::with_token(stand)?, Visitor::signed_in(stand)?);
    let visitor = |question| {
        if question == Question::Page {
            &person
        } else {
            &program
        }
    };
    let live = stand.sql(
        DATABASE,
        "select count(*) from vigie.alerts where status <> 'RESOLVED';",
    )?;
    let mut weights = BTreeMap::new();
    for question in Question::ALL {
        weights.insert(question, visitor(question).weigh(question, live.trim())?);
    }

    let mut pairs: BTreeMap<(Question, usize), Pair> = BTreeMap::new();
    for round in 0..wanted.runs {
        progress(&format!("round {} of {}", round + 1, wanted.runs));
        for question in Question::ALL {
            for connections in CONNECTIONS {
                let pair = pairs.entry((question, connections)).or_default();
                for arm in Arm::rotated(round) {
                    match arm {
                        Arm::Api => {
                            let answers = visitor(question).ask(question, connections, wanted.seconds)?;
                            pair.api.merge(answers);
                        }
                        Arm::Straight if question.statements().is_empty() => {}
                        Arm::Straight => {
                            let statements = question.statements();
                            let answers = straight::ask(stand, statements, connections, wanted.seconds)?;
                            pair.straight.merge(answers);
                        }
                    }
                }
            }
        }
    }
    Ok(Report {
        circumstances: Circumstances::of(stand, data(stand)?, [before, machine::load()])?,
        costs,
        weights,
        pairs,
    })
}

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arm {
    Api,
    Straight,
}

impl Arm {
    /// The order of a round: each is first as often as the other.
    fn rotated(round: usize) -> [Self; 2] {
        if round.is_multiple_of(2) {
            [Self::Api, Self::Straight]
        } else {
            [Self::Straight, Self::Api]
        }
    }
}

/// A depot whose checks are known and have been run, and a history of alerts.
fn prepare(stand: &Stand, wanted: &ApiBench) -> Result<(), Failure> {
    let configuration = fill(stand, Size::S, 0.1, 42)?;
    measured::run(&stand.run(DATABASE, &configuration), &[0, 3])?;
    progress(&format!("making a history of {} alerts", wanted.alerts));
    let (alerts, live, recent) = (wanted.alerts, wanted.live, wanted.recent);
    let seed = include_str!("seed.sql");
    stand.sql(
        DATABASE,
        &format!("\\set alerts {alerts}\n\\set live {live}\n\\set recent {recent}\n{seed}"),
    )?;
    // What autovacuum would have done.
    stand.sql(DATABASE, "vacuum (analyze);").map(drop)
}

/// What is asked of, in words.
fn data(stand: &Stand) -> Result<String, Failure> {
    let counts = "select format('%s alerts, %s live, %s opened in the last 90 days; %s events; %s in all',
        count(*), count(*) filter (where status <> 'RESOLVED'),
        count(*) filter (where opened_at >= now() - interval '90 days'),
        (select count(*) from vigie.alert_events), pg_size_pretty(pg_database_size(current_database())))
        from vigie.alerts;";
    Ok(stand.sql(DATABASE, counts)?.trim().to_owned())
}
