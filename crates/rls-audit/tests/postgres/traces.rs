//! What an inspection leaves behind: nothing.

use rls_audit::postgres::sqlx::{self, Executor as _, PgConnection};

use crate::corpus::Corpus;

/// Whatever a command that writes would move.
const TRACES: &str = "select concat_ws(' ',
    (select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_all_tables where schemaname !~ '^pg_'),
    (select string_agg(sequencename || coalesce(last_value::text, '-'), ',' order by sequencename) from pg_sequences),
    (select string_agg(c.relname || c.relfilenode || c.reltuples, ',' order by c.oid) from pg_class c where c.oid > 16383),
    (select coalesce(string_agg(fired::text, ','), 'none') from public.fired))";

async fn traces(connection: &mut PgConnection) -> String {
    sqlx::query_scalar(TRACES)
        .fetch_one(connection)
        .await
        .expect("the traces")
}

#[tokio::test]
async fn an_inspection_writes_nothing_moves_no_sequence_and_fires_no_trigger() {
    let corpus = Corpus::load(Some("kinds"));
    let case = &corpus.cases()[0];
    let mut connection = corpus.connect(case).await;
    let trigger = "create table public.fired (fired int);
        create function public.fire() returns trigger language plpgsql as
            $$ begin insert into public.fired values (1); return coalesce(new, old); end $$;
        create trigger fire before insert or update or delete on public.kinds for each row execute function public.fire();
        select pg_stat_force_next_flush();";
    connection
        .execute(sqlx::raw_sql(trigger))
        .await
        .expect("a trigger");
    let wal = async |connection: &mut PgConnection| -> String {
        let position = "select pg_current_wal_insert_lsn()::text";
        sqlx::query_scalar(position)
            .fetch_one(connection)
            .await
            .expect("a position")
    };
    corpus.inspected(case, "postgres").await;
    let (before, position) = (traces(&mut connection).await, wal(&mut connection).await);
    let found = corpus.inspected(case, "postgres").await;
    assert!(
        found.matrix.cells.iter().any(|cell| cell.access.is_open()),
        "it has looked"
    );
    assert_eq!(traces(&mut connection).await, before);
    assert_eq!(
        wal(&mut connection).await,
        position,
        "nothing was written to the log"
    );
}

/// Somebody who writes at the same time waits for nobody.
#[tokio::test]
async fn nobody_waits_for_an_inspection() {
    let corpus = Corpus::load(Some("kinds"));
    let case = &corpus.cases()[0];
    let mut connection = corpus.connect(case).await;
    connection.execute("set lock_timeout = '1ms'").await.expect("set");
    let writes = async {
        let mut written = 0;
        loop {
            let write = "begin; update public.kinds set net = null; insert into public.kinds (amount, code) values (1, 'A');
                         delete from public.kinds where amount = 1 and state = 'new'; rollback";
            connection
                .execute(sqlx::raw_sql(write))
                .await
                .expect("nobody is in the way");
            written += 1;
            tokio::task::yield_now().await;
            if written == 200 {
                return;
            }
        }
    };
    let inspections = async {
        for _ in 0..3 {
            corpus.inspected(case, "postgres").await;
        }
    };
    tokio::join!(writes, inspections);
}
