//! What is asked at every look at the screen costs the live alerts, not all that there ever were.

use alerts_store::postgres::sqlx::{self, PgPool, Row as _};
use integrity_core::{Caller, Door, postgres::CallerTransaction};

use crate::server::Postgres;

/// 20,000 alerts, one of forty live.
const MANY: &str = "
    insert into vigie.alerts
    select gen_random_uuid(), 'main', 'CHECK_' || n % 30, 'CITERNE', 'T' || n, null, null, 'WARN', repeat('x', 200), '{}',
           '', null, case when n % 40 = 0 then 'PRESENT' else 'ABSENT' end, 0, at, at,
           case when n % 40 = 0 then 'OPEN' else 'RESOLVED' end, case when n % 40 <> 0 then 'CLEARED' end, at, null, null,
           null, null, null, case when n % 40 <> 0 then at end, null, null, null, null, 0, 1, '', at, at
    from generate_series(1, 20000) n, lateral (select now() - n * interval '50 min' as at) t;
    insert into vigie.alert_events
    select id, 1, opened_at, 'OPENED', null, 'sync', 'sync', null, '{\"set\": {\"status\": \"OPEN\", \"severity\": \"WARN\"}}', ''
    from vigie.alerts";

/// How a statement would be run for a person, line by line.
async fn plan(postgres: &Postgres, types: &str, sql: &str, arguments: &str) -> String {
    let amina = Caller::person("amina");
    let begun = CallerTransaction::begin(&postgres.owner, &amina, Door::Api).await;
    let mut transaction = begun.expect("begun");
    let asked =
        format!("prepare asked ({types}) as {sql}; explain execute asked ({arguments}); deallocate asked");
    let lines = sqlx::raw_sql(sqlx::AssertSqlSafe(asked))
        .fetch_all(transaction.connection())
        .await
        .expect("a plan");
    let lines: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
    lines.join("\n")
}

#[sqlx::test(migrations = false)]
async fn no_look_at_the_screen_reads_every_alert(pool: PgPool) {
    let postgres = Postgres::new(pool).await;
    for statement in [
        MANY,
        "vacuum analyze vigie.alerts",
        "vacuum analyze vigie.alert_events",
    ] {
        sqlx::raw_sql(statement)
            .execute(&postgres.owner)
            .await
            .expect(statement);
    }
    let list = include_str!("../../../../sql/alerts-store/list.sql");
    let list_types = "text, text[], text[], text, text, text, boolean, boolean, text, text, boolean, timestamptz, uuid, bigint, timestamptz";
    let live = "null, '{OPEN,ACK}', '{}', null, null, null, false, false, null";
    let first = format!("{live}, null, null, null, null, 51, null");
    let second = format!("{live}, 'WARN', true, now(), '00000000-0000-0000-0000-000000000000', 51, null");
    let summary = include_str!("../../../../sql/alerts-store/summary.sql");
    let checks = include_str!("../../../../sql/alerts-store/checks.sql");
    let times = include_str!("../../../../sql/alerts-store/times.sql");
    let events = include_str!("../../../../sql/alerts-store/last_events.sql");
    let trend = include_str!("../../../../sql/alerts-store/trend.sql");
    for (what, types, sql, arguments) in [
        ("the first page", list_types, list, first.as_str()),
        ("the second page", list_types, list, second.as_str()),
        ("the summary", "text", summary, "'main'"),
        ("the checks", "text", checks, "'main'"),
        ("the times", "text, text", times, "'main', 'CHECK_1'"),
        (
            "the last events",
            "uuid, integer, bigint",
            events,
            "'00000000-0000-0000-0000-000000000000', null, 100",
        ),
        (
            "the trend",
            "text, timestamptz[]",
            trend,
            "'main', array[now() - interval '2 days', now() - interval '1 day']",
        ),
    ] {
        let plan = plan(&postgres, types, sql, arguments).await;
        for table in ["alerts", "alert_events"] {
            assert!(!plan.contains(&format!("Seq Scan on {table} ")), "{what}: {plan}");
        }
        // The trend and the history read events; the times, which no list shows, read what was opened in 90 days. The
        // others read the live alerts alone.
        if !["the trend", "the times", "the last events"].contains(&what) {
            assert!(
                plan.contains("Index Only Scan using alerts_live_idx"),
                "{what}: {plan}"
            );
            assert!(!plan.contains("alerts_opened_idx"), "{what}: {plan}");
        }
    }
}
