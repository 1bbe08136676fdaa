//! The statements of a rehearsal. A fix is SQL that a rule has written: its names are quoted, and what else it holds is an
//! expression as PostgreSQL prints it.

#[expect(
    clippy::disallowed_types,
    reason = "this is the file that composes SQL; see its head"
)]
use sqlx::AssertSqlSafe;
use sqlx::{SqlSafeStr as _, SqlStr};

use crate::fix::Fix;

/// Nobody waits for a copy for long, and every name says its schema. Claims are there from the beginning: a setting that was
/// there once is empty afterwards, and no longer missing, so that a second look would see another database.
pub(super) const BEGIN: &str = "begin isolation level repeatable read; set local search_path = '';
    set local request.jwt.claims = '{}';
    set local statement_timeout = '60s'; set local lock_timeout = '5s'; set local client_min_messages = warning";

/// A key that nobody else takes, taken for as long as the transaction lasts.
pub(super) const TAKE_KEY: &str = "select key, pg_catalog.pg_try_advisory_xact_lock(key)
    from (select (pg_catalog.random() * 9e18)::bigint as key) as any_key";

/// Whether that key is free.
pub(super) const TRY_KEY: &str = "select pg_catalog.pg_try_advisory_xact_lock($1)";

/// Applies it.
pub(super) fn apply(fix: &Fix) -> SqlStr {
    AssertSqlSafe(fix.sql.clone()).into_sql_str()
}
