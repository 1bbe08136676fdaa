//! `bench access-flood`: what it costs to record what is refused, and what becomes of a flood in the journal.
//!
//! Two `vigie-api`, of which one records, are asked in turn for what they refuse: whatever else the machine does then, it does
//! to both. Service, client and database share the processors.

mod report;

use std::{
    thread,
    time::{Duration, Instant},
};

use self::report::{Counted, Report};
use super::{
    DATABASE,
    api::{Connection, Door},
    circumstances::Circumstances,
    fill, machine,
    numbers::p99,
    progress,
    stand::{Programs, Stand},
};
use crate::{
    cli::{FloodBench, Size},
    failure::Failure,
    setup::{self, For},
    workspace,
};

/// Over how many connections at once.
const CONNECTIONS: usize = 8;
/// What nobody may ask for without saying who they are.
const PATH: &str = "/api/v1/alerts";
/// How long what waits may take to be recorded.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn run(wanted: &FloodBench) -> Result<(), Failure> {
    setup::run(false, For::Server)?;
    let metadata = workspace::metadata()?;
    let packages = ["vigie", "vigie-api"];
    let programs = Programs::build(&metadata, !wanted.debug, &packages, "vigie-api")?;
    let stand = Stand::start(programs, workspace::target(&metadata, "xtask/bench")?)?;
    let report = on(&stand, wanted)?;
    stand.stop()?;
    if wanted.json {
        println!("{:#}", report.json());
    } else {
        println!("{}", report.text());
    }
    report.insist()
}

fn on(stand: &Stand, wanted: &FloodBench) -> Result<Report, Failure> {
    fill(stand, Size::S, 0.1, 42)?;
    let secret = stand.write("secret", "what nobody needs here, since nobody has a token")?;
    let door = |name: &str, records: bool| {
        let auth = format!(
            "secret_file = \"{}\"\n[access]\nrecord = {records}",
            secret.display()
        );
        Door::open(stand, name, &auth)
    };
    let (without, with) = (door("silent", false)?, door("recording", true)?);
    let rounds = u32::try_from(wanted.runs).map_err(|_| Failure::usage("so many rounds"))?;
    let each = wanted.requests.div_ceil(rounds);

    progress("warming up");
    for door in [&without, &with] {
        flood(door, each)?;
    }
    let before = machine::load();
    let memory_before = with.memory_kib("VmRSS")?;
    let (mut off, mut on) = (Vec::new(), Vec::new());
    for round in 0..wanted.runs {
        progress(&format!("round {} of {}", round + 1, wanted.runs));
        let mut arms = [(&without, &mut off), (&with, &mut on)];
        if round % 2 == 1 {
            arms.reverse();
        }
        for (door, p99s) in arms {
            p99s.extend(p99(&flood(door, each)?));
        }
    }
    let sent = u64::from(each) * u64::from(rounds + 1);
    let data =
        format!("{sent} refused requests each, {each} of them to warm up, over {CONNECTIONS} connections");
    let counted = settled(&with)?;
    let in_journal = stand.sql(
        DATABASE,
        "select count(*), coalesce(sum(count), 0) from vigie.access_events;",
    )?;
    let (rows, requests) = in_journal.trim().split_once('|').unwrap_or_default();
    Ok(Report {
        circumstances: Circumstances::of(stand, data, [before, machine::load()])?,
        off,
        on,
        memory_kib: [
            memory_before,
            with.memory_kib("VmRSS")?,
            with.memory_kib("VmHWM")?,
        ],
        sent,
        counted,
        rows: rows.parse().unwrap_or_default(),
        requests: requests.parse().unwrap_or_default(),
    })
}

/// Sends so many requests; gives how long each took, in milliseconds.
fn flood(door: &Door, requests: u32) -> Result<Vec<f64>, Failure> {
    let requests = usize::try_from(requests).map_err(|_| Failure::usage("so many requests"))?;
    thread::scope(|scope| {
        let asking: Vec<_> = (0..CONNECTIONS)
            .map(|n| {
                let share = requests / CONNECTIONS + usize::from(n < requests % CONNECTIONS);
                scope.spawn(move || one_after_the_other(door, share))
            })
            .collect();
        let mut took = Vec::new();
        for one in asking {
            took.extend(one.join().map_err(|_| Failure::new("who asks has panicked"))??);
        }
        Ok(took)
    })
}

fn one_after_the_other(door: &Door, requests: usize) -> Result<Vec<f64>, Failure> {
    let mut connection = Connection::open(door.address, "")?;
    let mut took = Vec::with_capacity(requests);
    for _ in 0..requests {
        let asked = Instant::now();
        let status = connection.get(PATH)?;
        took.push(asked.elapsed().as_secs_f64() * 1e3);
        if status != 401 {
            return Err(Failure::new(format!("{PATH} is answered by {status}")));
        }
    }
    Ok(took)
}

/// What the layer has counted, once nothing waits any more.
fn settled(door: &Door) -> Result<Counted, Failure> {
    let begun = Instant::now();
    loop {
        let mut connection = Connection::open(door.ops, "")?;
        connection.get("/metrics")?;
        let counted = Counted::read(&String::from_utf8_lossy(&connection.body))?;
        if counted.waiting == 0 {
            return Ok(counted);
        }
        if begun.elapsed() > PATIENCE {
            return Err(Failure::new(format!("something waits for ever: {counted:?}")));
        }
        thread::sleep(Duration::from_millis(200));
    }
}
