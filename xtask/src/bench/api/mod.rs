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

use std::collections::BTreeMap;

use self::{
    door::Door,
    http::Connection,
    question::{Question, STATEMENTS},
    report::{Pair, Report},
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

    let programs = for_programs(stand)?;
    let people = for_people(stand)?;
    let asked = |question| {
        if question == Question::Page {
            &people
        } else {
            &programs
        }
    };
    let mut weights = BTreeMap::new();
    for question in Question::ALL {
        let (door, who) = asked(question);
        weights.insert(question, weigh(stand, door, who, question)?);
    }

    let mut pairs: BTreeMap<(Question, usize), Pair> = BTreeMap::new();
    for round in 0..wanted.runs {
        progress(&format!("round {} of {}", round + 1, wanted.runs));
        for question in Question::ALL {
            let (door, who) = asked(question);
            for connections in CONNECTIONS {
                let pair = pairs.entry((question, connections)).or_default();
                let statements = question.statements();
                // Each is first as often as the other.
                for is_api in [round % 2 == 0, round % 2 != 0] {
                    if is_api {
                        let answers = door::ask(door.address, who, question, connections, wanted.seconds)?;
                        pair.api.merge(answers);
                    } else if !statements.is_empty() {
                        let answers = straight::ask(stand, statements, connections, wanted.seconds)?;
                        pair.straight.merge(answers);
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

/// A service for programs, which bring a token.
fn for_programs(stand: &Stand) -> Result<(Door, String), Failure> {
    let secret = stand.sql("postgres", "select gen_random_uuid();")?;
    let secret = secret.trim();
    let file = stand.write("secret", secret)?;
    let door = Door::open(
        stand,
        "programs",
        &format!("secret_file = \"{}\"", file.display()),
    )?;
    let token = stand.sql(
        "postgres",
        &format!(
            "\\set secret {secret}\n\\set claims '{CLAIMS}'\n{}",
            include_str!("token.sql")
        ),
    )?;
    Ok((door, format!("authorization: Bearer {}\r\n", token.trim())))
}

/// A service for people, who have signed in; in the demo they need no password.
fn for_people(stand: &Stand) -> Result<(Door, String), Failure> {
    let door = Door::open(stand, "people", "mode = \"demo\"")?;
    let mut browser = Connection::open(door.address, "")?;
    let status = browser.post("/sign-in", "persona=admin")?;
    let cookie = browser.field("set-cookie").and_then(|set| set.split(';').next());
    let Some(cookie) = cookie.filter(|_| status == 303) else {
        return Err(Failure::new(format!("nobody can sign in: {status}")));
    };
    let who = format!("cookie: {cookie}\r\n");
    Ok((door, who))
}

/// What an answer weighs; insists that it is the one that was to be measured.
fn weigh(stand: &Stand, door: &Door, who: &str, question: Question) -> Result<usize, Failure> {
    let mut connection = Connection::open(door.address, who)?;
    let status = connection.get(question.path())?;
    let body = String::from_utf8_lossy(&connection.body);
    let live = stand.sql(
        DATABASE,
        "select count(*) from vigie.alerts where status <> 'RESOLVED';",
    )?;
    let is_right = match question {
        Question::List => body.matches("\"first_detected_at\"").count() == 50,
        Question::Summary => live_of(&body).is_some_and(|counted| counted.to_string() == live.trim()),
        Question::Page => body.matches("/governance/alerts/").count() >= 50,
        Question::Health => true,
    };
    if status == 200 && is_right {
        return Ok(connection.body.len());
    }
    Err(Failure::new(format!(
        "{} is answered by {status}, and by something else than {live} live alerts: {body}",
        question.path()
    )))
}

/// How many alerts are live, by the summary.
fn live_of(summary: &str) -> Option<u64> {
    let summary: serde_json::Value = serde_json::from_str(summary).ok()?;
    let counts = summary["live"].as_array()?;
    counts.iter().map(|count| count["count"].as_u64()).sum()
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
