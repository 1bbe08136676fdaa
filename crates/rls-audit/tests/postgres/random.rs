//! Schemas that chance has made, and the matrix beside what real commands come to.

#[path = "random/schema.rs"]
mod schema;

use std::{collections::BTreeMap, fmt::Write as _};

use rls_audit::{
    Access,
    postgres::sqlx::{self, Connection as _, Executor as _, PgConnection},
    shadow::{PgShadow, disagreements},
};

use self::schema::{FEATURES, Schema};
use crate::corpus::{Corpus, amina, inspected_at};

/// So many schemas, unless `VIGIE_RANDOM_SCHEMAS` says otherwise when this is compiled.
const SCHEMAS: u64 = 12;

/// How much of something was seen.
#[derive(Default)]
struct Tally {
    schemas: u64,
    cells: usize,
    unknown: usize,
}

#[tokio::test]
async fn the_matrix_of_random_schemas_is_what_real_commands_come_to() {
    let corpus = Corpus::load(Some("own_rows"));
    let times = option_env!("VIGIE_RANDOM_SCHEMAS")
        .and_then(|text| text.parse().ok())
        .unwrap_or(SCHEMAS);
    let mut tallies = BTreeMap::<&str, Tally>::new();
    let (mut wrong, mut doubts) = (Vec::new(), BTreeMap::<String, usize>::new());
    for seed in 0..times {
        let schema = Schema::made(seed);
        let url = corpus.database(&format!("random_{seed}"));
        let mut copy = PgConnection::connect(&url).await.expect("connected");
        copy.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(schema.sql.clone())))
            .await
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{}", schema.sql));
        let found = inspected_at(&url, &[amina()]).await;
        let real = PgShadow::new(&mut copy, false)
            .cells(&found)
            .await
            .expect("tried");
        let mut unknown = 0;
        for cell in &found.matrix.cells {
            if let Access::Unknown(_) = cell.access {
                *doubts.entry(cell.access.to_string()).or_default() += 1;
                unknown += 1;
            }
        }
        for feature in schema.features.iter().copied().chain(["everything"]) {
            let tally = tallies.entry(feature).or_default();
            tally.schemas += 1;
            tally.cells += real.len();
            tally.unknown += unknown;
        }
        let differs = disagreements(&found.matrix.cells, &real);
        if !differs.is_empty() {
            println!("seed {seed} is:\n{}", schema.sql);
        }
        let differs = differs.into_iter();
        wrong.extend(differs.map(|differs| format!("seed {seed}: {differs:?}")));
    }
    println!("{}not known, and why: {doubts:?}", histogram(&tallies, times));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for feature in FEATURES {
        let share = tallies.get(feature).map_or(0, |tally| tally.schemas);
        assert!(share * 10 >= times, "{feature} is in {share} of {times}");
    }
    for (feature, tally) in tallies {
        let Tally { cells, unknown, .. } = tally;
        assert!(
            unknown * 50 < cells,
            "{feature}: {unknown} of {cells} are not known"
        );
    }
}

/// One line a feature: in how many schemas it is, and how much of those is not known.
fn histogram(tallies: &BTreeMap<&str, Tally>, times: u64) -> String {
    let mut lines = String::new();
    for (feature, tally) in tallies {
        let Tally {
            schemas,
            cells,
            unknown,
        } = tally;
        // A `String` takes everything.
        let _ = writeln!(
            lines,
            "{feature:>16}: {:>3} % of the schemas, {unknown} of {cells} cells not known",
            schemas * 100 / times
        );
    }
    lines
}
