//! How long each statement of the rules takes, and which rules it looks at.

use std::{fs, time::Instant};

use crate::{bench::stand::Stand, failure::Failure, workspace};

/// The file of the statement, the rules that it looks at, the types of its parameters between the first and the last, and their
/// values: the thresholds of `access_journal::rules::Thresholds` by default.
const STATEMENTS: [(&str, &str, &str, &str); 5] = [
    (
        "once",
        "ANON_DATA_EXPOSED, SERVICE_ROLE_FROM_BROWSER",
        "timestamptz, text[], text[], timestamptz[]",
        "MONTH, '{}', '{}', '{}'",
    ),
    (
        "account",
        "ACCESS_BRUTE_FORCE_ACCOUNT",
        "timestamptz, text[], text[], timestamptz[], bigint, bigint, bigint",
        "MONTH, '{}', '{}', '{}', 5, 600000000, 600000000",
    ),
    (
        "distinct",
        "ACCESS_PASSWORD_SPRAY, ACCESS_ENUMERATION",
        "timestamptz, text[], text[], timestamptz[], text[], bigint[], bigint[]",
        "MONTH, '{}', '{}', '{}', '{ACCESS_PASSWORD_SPRAY,ACCESS_ENUMERATION}', '{10,8}', '{600000000,300000000}'",
    ),
    (
        "buckets",
        "ACCESS_BRUTE_FORCE_IP, ACCESS_DENIED_IP, ACCESS_DENIED_USER",
        "timestamptz, text[], text[], timestamptz[], text[], bigint[], bigint[]",
        "MONTH, '{}', '{}', '{}', '{ACCESS_BRUTE_FORCE_IP,ACCESS_DENIED_IP,ACCESS_DENIED_USER}', '{5,10,10}',
         '{10000000,10000000,60000000}'",
    ),
    (
        "spike",
        "ACCESS_SPIKE",
        "text[], text[], timestamptz[], bigint, bigint",
        "'{}', '{}', '{}', 20, 6",
    ),
];

/// Of one statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Looked {
    pub(super) rules: &'static str,
    pub(super) milliseconds: f64,
    /// So many rows it told.
    pub(super) found: usize,
}

/// Each of them once, on a connection of its own, as a run sends it.
pub(super) fn times(stand: &Stand, database: &str) -> Result<Vec<Looked>, Failure> {
    let month = "date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'";
    let mut looked = Vec::new();
    for (name, rules, types, values) in STATEMENTS {
        let file = workspace::root().join(format!("sql/access-journal/detect_{name}.sql"));
        let statement = fs::read_to_string(file)?;
        let values = values.replace("MONTH", month);
        let script = format!(
            "prepare looking (timestamptz, {types}, timestamptz) as\n{statement};\n\
             execute looking (now(), {values}, now() - interval '24 hours');\n"
        );
        let begun = Instant::now();
        let told = stand.sql(database, &script)?;
        looked.push(Looked {
            rules,
            milliseconds: begun.elapsed().as_secs_f64() * 1e3,
            found: told.lines().filter(|line| line.contains('|')).count(),
        });
    }
    Ok(looked)
}
