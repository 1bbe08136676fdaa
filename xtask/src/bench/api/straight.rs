//! The same statements, sent by PostgreSQL's own clients: in the same transactions, under the same role and claims,
//! prepared once on each connection.
//!
//! `pgbench` asks as fast as it is answered, `psql` one at a time. Refused: a client of our own, which would be measured
//! as well.

use std::{fs, path::Path};

use super::{
    CLAIMS,
    answers::{Answers, WARM_UP},
    question::{STATEMENTS, Statement},
};
use crate::{
    bench::{DATABASE, script, stand::Stand},
    failure::Failure,
};

/// Who signs in: the login that serves people.
const LOGIN: &str = "vigie_api";

/// How often a statement is sent to tell what it takes, and how often before: PostgreSQL plans it anew five times.
const TIMES: usize = 30;
const UNCOUNTED: usize = 6;

/// How long a statement takes on an open connection.
#[derive(Debug)]
pub(super) struct Cost {
    /// From the question to its last row, in milliseconds.
    pub(super) milliseconds: Vec<f64>,
    /// What the database itself says: planning and execution.
    pub(super) explained: f64,
}

/// What a statement takes when nobody else asks.
pub(super) fn cost(stand: &Stand, statement: &Statement) -> Result<Cost, Failure> {
    let (open, call) = (opening(statement), calling(statement));
    let once = format!("{open}\\timing on\n{call};\n\\timing off\nrollback;\n");
    let text = format!(
        "\\o /dev/null\n{}{}{open}\\o\nexplain (analyze, timing off) {call};\nrollback;\n",
        preparing(),
        once.repeat(UNCOUNTED + TIMES)
    );
    let script = stand.write("cost.sql", &text)?;
    let output = stand.psql(DATABASE, LOGIN).arg("--file").arg(script).output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let milliseconds: Vec<f64> = script::times(&printed).skip(UNCOUNTED).collect();
    match explained(&printed) {
        Some(explained) if milliseconds.len() == TIMES => Ok(Cost {
            milliseconds,
            explained,
        }),
        _ => Err(Failure::new(format!(
            "psql told too little of {}: {printed}{}",
            statement.name,
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}

/// Planning and execution, out of a plan.
fn explained(plan: &str) -> Option<f64> {
    let of = |name: &str| -> Option<f64> {
        let line = plan.lines().find_map(|line| line.trim().strip_prefix(name))?;
        line.trim().strip_suffix(" ms")?.parse().ok()
    };
    Some(of("Planning Time:")? + of("Execution Time:")?)
}

/// Asks over so many connections for so many seconds.
pub(super) fn ask(
    stand: &Stand,
    statements: &[Statement],
    connections: usize,
    seconds: u64,
) -> Result<Answers, Failure> {
    let transactions = statements
        .iter()
        .map(|statement| format!("{}{};\nrollback;\n", opening(statement), calling(statement)));
    let script = stand.write(
        "straight.sql",
        &format!(
            "\\if :fresh\n{}\\set fresh 0\n\\endif\n{}",
            preparing(),
            transactions.collect::<String>()
        ),
    )?;
    let logs = stand.empty_directory("pgbench")?;
    let output = stand
        .pgbench(DATABASE, LOGIN)?
        .args(["--no-vacuum", "--define", "fresh=1", "--log"])
        .args(["--client", &connections.to_string(), "--jobs", "1"])
        .args(["--time", &(WARM_UP + seconds).to_string()])
        .arg("--log-prefix")
        .arg(logs.join("log"))
        .arg("--file")
        .arg(script)
        .output()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("pgbench: {stderr}")));
    }
    read(&logs, seconds)
}

/// What pgbench wrote down of each transaction: client, number, microseconds, script, and when it ended.
fn read(logs: &Path, seconds: u64) -> Result<Answers, Failure> {
    let mut ended = Vec::new();
    for log in fs::read_dir(logs)? {
        for line in fs::read_to_string(log?.path())?.lines() {
            ended.push(transaction(line).ok_or_else(|| Failure::new(format!("pgbench wrote {line:?}")))?);
        }
    }
    let begun = ended
        .iter()
        .map(|(at, took)| at - took)
        .fold(f64::INFINITY, f64::min);
    Ok(Answers::counted(
        ended.into_iter().map(|(at, took)| (at - begun, took)),
        seconds,
    ))
}

/// When a transaction ended and how long it took, in milliseconds.
fn transaction(line: &str) -> Option<(f64, f64)> {
    let numbers: Vec<f64> = line.split(' ').map_while(|word| word.parse().ok()).collect();
    let [_, _, took, _, second, microsecond, ..] = numbers[..] else {
        return None;
    };
    Some((second * 1e3 + microsecond / 1e3, took / 1e3))
}

/// Prepares everything where the service would: names mean what they mean after its first statement.
fn preparing() -> String {
    let begin = include_str!("../../../../sql/integrity-core/begin.sql");
    let reader = include_str!("../../../../sql/alerts-store/reader_role.sql");
    let statements = STATEMENTS
        .iter()
        .map(|statement| format!("prepare {} as\n{};\n", statement.name, statement.sql));
    format!(
        "prepare identity as\n{begin};\nbegin;\n{};\nprepare reader as\n{reader};\n{}rollback;\n",
        identity(),
        statements.collect::<String>()
    )
}

/// Begins a transaction as the service does for a person.
fn opening(statement: &Statement) -> String {
    let reader = if statement.is_for_readers {
        "execute reader (true);\n"
    } else {
        ""
    };
    format!("begin;\n{};\n{reader}", identity())
}

fn identity() -> String {
    format!("execute identity ('authenticated', '{CLAIMS}', 'api')")
}

fn calling(statement: &Statement) -> String {
    format!("execute {} {}", statement.name, statement.arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_says_what_it_took() {
        let plan = "Result (actual rows=1)\n Planning Time: 0.250 ms\n Execution Time: 4.500 ms\n";
        assert_eq!(explained(plan), Some(4.75));
        assert_eq!(explained("Planning Time: 0.250 ms"), None);
    }

    #[test]
    fn a_line_of_the_log_says_when_and_how_long() {
        assert_eq!(transaction("3 17 2500 0 100 750000"), Some((100_750.0, 2.5)));
        assert_eq!(transaction("3 17 failed 0 100 750000"), None);
    }
}
