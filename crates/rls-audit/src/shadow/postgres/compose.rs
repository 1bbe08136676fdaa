//! The commands that are tried. Identifiers are quoted by the function that quotes them everywhere; rows and changes stand
//! as literals.

use serde_json::Value;
#[expect(
    clippy::disallowed_types,
    reason = "this is the file that composes SQL; see its head"
)]
use sqlx::AssertSqlSafe;
use sqlx::{SqlSafeStr as _, SqlStr};

use crate::{
    Command, Name,
    catalog::{Identity, Relation},
    name::literal,
    quoted,
};

/// How many rows there are.
pub(super) fn count(relation: &Relation) -> SqlStr {
    vouch(format!("select count(*) from {}", relation.name))
}

/// The rows that there are.
pub(super) fn rows(relation: &Relation) -> SqlStr {
    vouch(format!("select to_jsonb(r)::text from {} r", relation.name))
}

/// Where the rows are.
pub(super) fn places(relation: &Relation) -> SqlStr {
    vouch(format!(
        "select tableoid::oid::text || ' ' || ctid::text from {}",
        relation.name
    ))
}

/// Reads, or takes away, whatever there is.
pub(super) fn whole(relation: &Relation, command: Command) -> SqlStr {
    vouch(match command {
        Command::Select => format!("select count(*) from {}", relation.name),
        _ => format!("delete from {}", relation.name),
    })
}

/// The columns that this role may give a value, or read. A view takes none for a column of its table that numbers or computes itself.
pub(super) fn columns(relation: &Name, role: &str, command: Command) -> SqlStr {
    vouch(format!(
        "select a.attname::text from pg_catalog.pg_attribute a\n\
         where a.attrelid = {relation}::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''\n\
         and (a.attidentity <> 'a' or '{command}' <> 'UPDATE') and has_column_privilege({role}, a.attrelid, a.attnum, '{command}')\n\
         and not exists (\n\
             select from pg_catalog.pg_rewrite w\n\
             join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid\n\
             join pg_catalog.pg_attribute b on b.attrelid = d.refobjid and b.attnum = d.refobjsubid\n\
             where w.ev_class = a.attrelid and b.attname = a.attname and b.attrelid <> a.attrelid\n\
             and (b.attidentity = 'a' or b.attgenerated <> ''))\n\
         order by a.attnum",
        relation = literal(&relation.to_string()),
        role = literal(role),
        command = command.as_str(),
    ))
}

fn record(relation: &Relation, row: &str) -> String {
    format!("jsonb_populate_record(null::{}, {}::jsonb)", relation.name, row)
}

/// Looks for names in these schemas.
pub(super) fn search(schemas: &[String]) -> SqlStr {
    let schemas: Vec<String> = schemas.iter().map(|schema| quoted(schema)).collect();
    vouch(format!("set local search_path = {}", schemas.join(", ")))
}

/// Puts a row there, whoever may.
pub(super) fn put(relation: &Relation, row: &str) -> SqlStr {
    let columns: Vec<String> = relation
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .map(|column| quoted(&column.name))
        .collect();
    let list = columns.join(", ");
    vouch(format!(
        "insert into {} ({list}) overriding system value select {list} from {} r",
        relation.name,
        record(relation, &literal(row))
    ))
}

/// Adds a row with a change laid over it, giving the columns that may be given.
pub(super) fn add(relation: &Relation, columns: &[String], row: &str, patch: &Value) -> SqlStr {
    let list: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let list = list.join(", ");
    if list.is_empty() {
        return vouch(format!("insert into {} default values", relation.name));
    }
    let is_always = |name: &String| {
        let mut columns = relation.columns.iter();
        columns.any(|column| column.name == *name && column.identity == Some(Identity::Always))
    };
    let overriding = if columns.iter().any(is_always) {
        " overriding system value"
    } else {
        ""
    };
    let row = format!(
        "({}::jsonb || {}::jsonb)",
        literal(row),
        literal(&patch.to_string())
    );
    vouch(format!(
        "insert into {} ({list}){overriding} select {list} from {} r",
        relation.name,
        record(relation, &row)
    ))
}

/// A row's columns, and what it holds in them; as many as one function takes.
fn object(columns: &[String]) -> String {
    let pairs = columns.iter().take(50);
    let pairs: Vec<String> = pairs
        .map(|name| format!("{}, vigie_row.{}", literal(name), quoted(name)))
        .collect();
    format!("jsonb_build_object({})", pairs.join(", "))
}

/// What the rows hold in these columns.
pub(super) fn told_by(relation: &Relation, columns: &[String]) -> SqlStr {
    vouch(format!(
        "select {}::text from {} vigie_row",
        object(columns),
        relation.name
    ))
}

/// One row.
#[derive(Debug)]
pub(super) enum Place {
    /// Where it is: its table and its place there.
    At(String),
    /// Every row that is the same as this one in these columns.
    Same(Vec<String>, String),
}

impl Place {
    fn condition(&self) -> String {
        match self {
            Self::At(place) => {
                let (table, ctid) = place.split_once(' ').unwrap_or((place, ""));
                format!(
                    " where vigie_row.tableoid = {table} and vigie_row.ctid = {}::tid",
                    literal(ctid)
                )
            }
            Self::Same(columns, row) => format!(" where {} = {}::jsonb", object(columns), literal(row)),
        }
    }
}

/// Changes rows: all, without looking at any, or one. `free` is a column that is changed where the patch changes none, to
/// what a row has there.
pub(super) fn change(
    relation: &Relation,
    patch: &Value,
    (free, row): (Option<&String>, &str),
    place: Option<&Place>,
) -> SqlStr {
    let changed: Vec<String> = match patch.as_object().filter(|patch| !patch.is_empty()) {
        Some(patch) => patch.keys().cloned().collect(),
        None => free.cloned().into_iter().collect(),
    };
    let sets: Vec<String> = changed
        .iter()
        .map(|name| {
            let column = quoted(name);
            let is_patched = patch.get(name).is_some();
            let value = if is_patched {
                patch.to_string()
            } else {
                row.to_owned()
            };
            let record = record(relation, &literal(&value));
            format!("{column} = ({record}).{column}")
        })
        .collect();
    let only = place.map_or_else(String::new, Place::condition);
    vouch(format!(
        "update {} vigie_row set {}{only}",
        relation.name,
        sets.join(", ")
    ))
}

/// Takes away what holds the rows of a table besides policies: its constraints, and those that it has from above.
pub(super) fn unbind(relation: &Name) -> SqlStr {
    let relation = literal(&relation.to_string());
    vouch(format!(
        "do $vigie$ declare it record; top regclass := {relation}::regclass; above regclass; begin\n\
         loop select inhparent into above from pg_inherits where inhrelid = top; exit when above is null; top := above; end loop;\n\
         for it in select conname from pg_constraint where conrelid = top and contype in ('c', 'f', 'p', 'u', 'x') loop\n\
         execute format('alter table %s drop constraint if exists %I cascade', top, it.conname);\n\
         end loop;\n\
         for it in select attname, attidentity from pg_attribute where attrelid = top and attnum > 0 and attnotnull\n\
         and (select relkind from pg_class where oid = top) in ('r', 'p') loop\n\
         if it.attidentity <> '' then execute format('alter table %s alter column %I drop identity', top, it.attname); end if;\n\
         execute format('alter table %s alter column %I drop not null', top, it.attname);\n\
         end loop; end $vigie$"
    ))
}

fn vouch(sql: String) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}
