//! The statements that make a copy. What is pasted into a text here is an identifier that [`quoted`] has quoted, or text
//! that [`literal`] has made a literal. Rows are bound.

#[expect(
    clippy::disallowed_types,
    reason = "this is the file that composes SQL; see its head"
)]
use sqlx::AssertSqlSafe;
use sqlx::{SqlSafeStr as _, SqlStr};

use crate::{
    catalog::{Membership, Relation, Role},
    name::literal,
    quoted,
};

/// So many rows of a table are brought over at most.
const SAMPLED: u32 = 200;
/// PostgreSQL 16: since then a membership says for itself what it gives.
const SAYS_WHAT_IT_GIVES: u32 = 160_000;

/// The materialized views, in an order in which each finds those that it reads.
pub(super) const STORED_VIEWS: &str =
    "select c.oid::pg_catalog.regclass::text from pg_catalog.pg_class c where c.relkind = 'm' order by c.oid";

/// As whom other servers are reached.
pub(super) const USER_MAPPINGS: &str =
    "select srvname::text, usename::text from pg_catalog.pg_user_mappings order by 1, 2";

/// Whether the server follows another, and since when it runs.
pub(super) const SERVER: &str =
    "select pg_catalog.pg_is_in_recovery(), pg_catalog.pg_postmaster_start_time()";

/// What a server has in common with those that follow it.
pub(super) const IDENTIFIER: &str = "select system_identifier from pg_catalog.pg_control_system()";

/// A role that cannot log in.
pub(super) fn role(role: &Role) -> SqlStr {
    let word = |is: bool, word: &str| if is { word.to_owned() } else { format!("no{word}") };
    vouch(format!(
        "create role {} nologin {} {} {}",
        quoted(&role.name),
        word(role.is_superuser, "superuser"),
        word(role.bypasses_rls, "bypassrls"),
        word(role.inherits, "inherit"),
    ))
}

/// Makes somebody a member, on a server of this version.
pub(super) fn member(membership: &Membership, version: u32) -> SqlStr {
    let (role, member) = (quoted(&membership.role), quoted(&membership.member));
    if version < SAYS_WHAT_IT_GIVES {
        return vouch(format!("grant {role} to {member}"));
    }
    let (inherits, can_set) = (membership.inherits, membership.can_set);
    vouch(format!(
        "grant {role} to {member} with inherit {inherits}, set {can_set}"
    ))
}

/// What `PostgREST` serves.
pub(super) fn expose(database: &str, schemas: &[String]) -> SqlStr {
    vouch(format!(
        "alter database {} set pgrst.db_schemas = {}",
        quoted(database),
        literal(&schemas.join(","))
    ))
}

/// Nobody reaches that server as this user any more.
pub(super) fn forget_user(server: &str, user: &str) -> SqlStr {
    let user = if user == "public" {
        user.to_owned()
    } else {
        quoted(user)
    };
    vouch(format!("drop user mapping for {user} server {}", quoted(server)))
}

/// Fills a materialized view, which is named as the server prints it.
pub(super) fn refresh(view: &str) -> SqlStr {
    vouch(format!("refresh materialized view {view}"))
}

/// Some rows, each as the server prints it.
pub(super) fn rows(table: &Relation) -> SqlStr {
    vouch(format!(
        "select vigie_row::text from only {} vigie_row limit {SAMPLED}",
        table.name
    ))
}

/// The columns that can be given.
fn columns(table: &Relation) -> String {
    let columns = table.columns.iter().filter(|column| column.generated.is_none());
    let columns: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
    columns.join(", ")
}

/// Puts rows there, as the server has printed them.
pub(super) fn put(table: &Relation) -> SqlStr {
    let columns = columns(table);
    vouch(format!(
        "insert into {name} ({columns}) overriding system value select {columns}\n\
         from unnest($1::text[]) as printed (vigie_line)\n\
         cross join lateral (select (vigie_line::{name}).*) as r",
        name = table.name
    ))
}

/// Puts a row there, given as JSON.
pub(super) fn put_made_up(table: &Relation) -> SqlStr {
    let columns = columns(table);
    vouch(format!(
        "insert into {name} ({columns}) overriding system value\n\
         select {columns} from jsonb_populate_record(null::{name}, $1::text::jsonb) as r",
        name = table.name
    ))
}

fn vouch(sql: String) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}
