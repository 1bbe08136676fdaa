//! The promises of every runner, kept on PostgreSQL.

use std::sync::Arc;

use async_trait::async_trait;
use integrity_core::{CheckCode, CheckRunner, Finding, postgres::PgCheckRunner};
use sqlx::PgPool;

use crate::contract::{self, World};

struct Postgres(PgPool);

impl Postgres {
    async fn new(pool: PgPool) -> Self {
        crate::prepare(
            &pool,
            "create table public.source (code text, entity_type text, entity_id text, entity_label text,
             severity text, message text, payload jsonb, occurred_at timestamptz, scope text, spoilt boolean)",
        )
        .await;
        Self(pool)
    }
}

#[async_trait]
impl World for Postgres {
    fn runner(&self) -> Arc<dyn CheckRunner> {
        Arc::new(PgCheckRunner::new(self.0.clone()))
    }

    async fn put(&self, code: &CheckCode, rows: &[Finding]) {
        let mut transaction = self.0.begin().await.expect("a transaction");
        sqlx::query("delete from public.source where code = $1")
            .bind(code.as_str())
            .execute(&mut *transaction)
            .await
            .expect("deleted");
        for row in rows {
            sqlx::query(
                "insert into public.source values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, false)",
            )
            .bind(code.as_str())
            .bind(&row.entity_type)
            .bind(&row.entity_id)
            .bind(&row.entity_label)
            .bind(row.severity.as_str())
            .bind(&row.message)
            .bind(row.payload.as_json())
            .bind(row.occurred_at)
            .bind(&row.scope)
            .execute(&mut *transaction)
            .await
            .expect("inserted");
        }
        transaction.commit().await.expect("committed");
    }

    async fn spoil(&self, code: &CheckCode) {
        sqlx::query("update public.source set spoilt = true where code = $1")
            .bind(code.as_str())
            .execute(&self.0)
            .await
            .expect("spoilt");
    }
}

contract::keep_contract!(sqlx::test, (pool: PgPool), Postgres::new(pool).await);
