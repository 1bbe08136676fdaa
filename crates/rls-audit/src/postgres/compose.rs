//! The SQL that is composed while running: probes of relations, and of what their policies say about rows.
//!
//! The only place of this crate that vouches for SQL that is no constant. What is pasted into a text here is an identifier
//! that [`quoted`] has quoted, or an expression of a policy as PostgreSQL itself prints it. Values are literals ([`literal`]).

#[expect(
    clippy::disallowed_types,
    reason = "this is the file that composes SQL; see its head"
)]
use sqlx::AssertSqlSafe;
use sqlx::{SqlSafeStr as _, SqlStr};

use crate::{
    Authority, Name,
    catalog::{Column, Relation},
    matrix::{NEVER, Questions},
    name::literal,
    quoted,
};

/// So many rows are counted at most: beyond, one more or less says nothing new.
pub(super) const COUNTED: u32 = 1_000;
/// So many rows are kept to be tried with.
pub(super) const KEPT: u32 = 20;
/// So many ranks of one column are tried.
const RANKS: u32 = 12;
/// A rank has so many characters at most.
const LONGEST: u32 = 40;

/// A statement, vouched for here.
#[derive(Debug)]
pub(super) struct Sql(String);

impl Sql {
    /// To be sent by itself.
    pub(super) fn alone(self) -> SqlStr {
        vouch(self.0)
    }
}

/// Statements one after another, to be sent at once.
pub(super) fn script(
    first: &'static str,
    statements: impl Iterator<Item = Sql>,
    last: &'static str,
) -> SqlStr {
    let mut script = first.to_owned();
    for Sql(statement) in statements {
        script.push_str(";\n");
        script.push_str(&statement);
    }
    script.push_str(";\n");
    script.push_str(last);
    vouch(script)
}

/// Looks for names in these schemas.
pub(super) fn search(schemas: &[&str]) -> Sql {
    let schemas: Vec<String> = schemas.iter().map(|schema| quoted(schema)).collect();
    Sql(format!("set local search_path = {}", schemas.join(", ")))
}

/// Sees what another transaction has said that it sees.
pub(super) fn see(snapshot: &str) -> Sql {
    Sql(format!("set transaction snapshot {}", literal(snapshot)))
}

/// Acts under this role and with these claims, until the savepoint is given back.
pub(super) fn take_on(role: &str, claims: &str) -> Sql {
    Sql(format!(
        "select set_config('request.jwt.claims', {}, true), set_config('role', {}, true)",
        literal(claims),
        literal(role)
    ))
}

/// Ranks, each with somebody who has it. What is long, or an address, is a text that somebody wrote.
pub(super) fn holders(authority: &Authority) -> Sql {
    let (relation, rank, subject) = (
        &authority.relation,
        quoted(&authority.column),
        quoted(&authority.subject),
    );
    Sql(format!(
        "select coalesce(jsonb_agg(jsonb_build_array(h.rank, h.subject) order by h.rank collate \"C\"), '[]')::text\n\
         from (select a.{rank}::text as rank, min(a.{subject}::text) as subject from {relation} a\n\
         where a.{subject} is not null and length(a.{rank}::text) <= {LONGEST} and strpos(a.{rank}::text, '@') = 0 group by 1 order by 1 limit {RANKS}) h"
    ))
}

/// The rows of a relation that are somebody's.
pub(super) fn rows_of(relation: &Name, column: &str, subject: &str) -> Sql {
    Sql(format!(
        "select coalesce(jsonb_agg(to_jsonb(s)), '[]')::text\n\
         from (select a.* from {relation} a where a.{}::text = {} limit {KEPT}) s",
        quoted(column),
        literal(subject)
    ))
}

/// How many rows there are, and some of them.
pub(super) fn sample(relation: &Name) -> Sql {
    Sql(format!(
        "select jsonb_build_object(\n\
         'total', (select count(*) from (select from {relation} limit {COUNTED} + 1) c),\n\
         'rows', (select coalesce(jsonb_agg(to_jsonb(s)), '[]')::text from (select * from {relation} limit {KEPT}) s))::text"
    ))
}

/// How many rows can be seen.
pub(super) fn seen(relation: &Name) -> Sql {
    Sql(format!(
        "select count(*)::text from (select from {relation} limit {COUNTED} + 1) s"
    ))
}

/// A question with three values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Probe(String);

impl Probe {
    /// Understood now, whoever it is asked as later.
    pub(super) fn prepared(&self) -> Sql {
        Sql(format!("prepare vigie_probe (text, text, text) as {}", self.0))
    }
}

/// Asks what was prepared.
pub(super) fn ask_prepared(values: &[String; 3]) -> Sql {
    let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
    Sql(format!("execute vigie_probe ({})", values.join(", ")))
}

/// Makes room for the next that is prepared.
pub(super) fn forget() -> Sql {
    Sql("deallocate vigie_probe".to_owned())
}

/// What stands in columns that nobody may give a value: their defaults, as whoever adds the row finds them. Numbers of
/// sequences are left as they are in the rows: to ask for one would move it.
pub(super) fn defaults(relation: &Relation, given: &[String]) -> String {
    let left: Vec<String> = relation
        .columns
        .iter()
        .filter(|column| {
            !given.contains(&column.name) && column.generated.is_none() && column.identity.is_none()
        })
        .filter(|column| {
            !column
                .default
                .as_deref()
                .is_some_and(|text| text.contains("nextval("))
        })
        .map(|column| {
            let default = column.default.as_deref().unwrap_or("null");
            format!(
                "{}::text, to_jsonb(({default})::{})",
                literal(&column.name),
                column.type_name
            )
        })
        .collect();
    format!("jsonb_build_object({})", left.join(", "))
}

/// Adds nothing.
pub(super) const NO_DEFAULTS: &str = "'{}'::jsonb";

/// What the policies say about rows and changes: `$1` rows that there are, `$2` changes to be laid over them where rows are
/// added, `$3` changes to rows that are there. Inside of the innermost `select` the relation's own name means one row, so
/// that the policy's expression means what it means in the policy.
pub(super) fn probe(relation: &Relation, questions: &Questions, defaults: &str) -> Probe {
    let (there_is, new, changed_to) = (
        whole(relation, "base.row".to_owned()),
        written(relation, "base.row || p.patch || d.row"),
        written(relation, "there.row || p.patch"),
    );
    let Questions {
        select,
        insert,
        update,
        changed,
        delete,
    } = questions;
    let ([seen, changeable, removable], there) =
        answers([("seen", select), ("changeable", update), ("removable", delete)]);
    let ([passes, stays_seen], turned) = answers([("passes", changed), ("seen", select)]);
    Probe(format!(
        "with base as materialized (select b.n, b.row from jsonb_array_elements($1::jsonb) with ordinality as b (row, n)),\n\
         defaults as materialized (select {defaults} as row),\n\
         there as materialized (select base.n, base.row, q.* from base cross join lateral (select\n\
         {there} from {there_is}) q),\n\
         added as materialized (select p.n, bool_or(q.passes) as passes\n\
         from base cross join defaults d cross join jsonb_array_elements($2::jsonb) with ordinality as p (patch, n)\n\
         cross join lateral (select coalesce(({insert}), false) as passes\n\
         from {new}) q group by p.n),\n\
         turned as materialized (select there.n, p.n as patch, q.*\n\
         from there cross join jsonb_array_elements($3::jsonb) with ordinality as p (patch, n)\n\
         cross join lateral (select {turned}\n\
         from {changed_to}) q where there.{changeable})\n\
         select jsonb_build_object(\n\
         'rows', (select count(*) from there),\n\
         'seen', (select count(*) from there where {seen}),\n\
         'changeable', (select count(*) from there where {changeable}),\n\
         'removable', (select count(*) from there where {removable}),\n\
         'added', (select count(*) from added where passes),\n\
         'tried_to_add', (select count(*) from added),\n\
         'turned', (select coalesce(jsonb_agg(jsonb_build_array(t.n, t.patch, t.{passes}, t.{stays_seen} and s.{seen})), '[]')\n\
         from turned t join there s using (n)))::text"
    ))
}

/// A row that is written from this: generated columns are computed, whatever they were.
fn written(relation: &Relation, row: &str) -> String {
    let generated: Vec<String> = generated(relation).map(|column| literal(&column.name)).collect();
    if generated.is_empty() {
        whole(relation, row.to_owned())
    } else {
        whole(relation, format!("(({row}) - array[{}])", generated.join(", ")))
    }
}

/// A row from this, under the relation's own name: generated columns that are not in it are computed.
fn whole(relation: &Relation, row: String) -> String {
    let (of, name) = (format!("null::{}", relation.name), quoted(&relation.name.name));
    let (names, computed): (Vec<String>, Vec<String>) = generated(relation)
        .filter_map(|column| {
            let name = literal(&column.name);
            let by = column.default.as_deref()?;
            Some((name.clone(), format!("{name}::text, to_jsonb({by})")))
        })
        .unzip();
    let row = if names.is_empty() {
        row
    } else {
        format!(
            "case when {row} ?& array[{}] then {row} else {row} || (select jsonb_build_object({})\n\
             from jsonb_populate_record({of}, {row}) as {name}) end",
            names.join(", "),
            computed.join(", ")
        )
    };
    format!("jsonb_populate_record({of}, {row}) as {name}")
}

fn generated(relation: &Relation) -> impl Iterator<Item = &Column> {
    relation
        .columns
        .iter()
        .filter(|column| column.generated.is_some())
}

/// Whether such a row can be, as far as its types say: `$1`, with `$2` and `$3` laid over it.
pub(super) fn fits(relation: &Name) -> Probe {
    Probe(format!(
        "select (count(jsonb_populate_record(null::{relation}, $1::jsonb || $2::jsonb || $3::jsonb)) > 0)::text"
    ))
}

/// What stands for a relation that a view reads.
#[derive(Debug)]
pub(super) struct Stand {
    /// What it is called.
    pub(super) name: String,
    query: String,
}

impl Stand {
    /// Rows of a table that are given, as far as `held` lets them through.
    pub(super) fn rows(n: usize, relation: &Relation, held: &str) -> Self {
        let (key, own) = (literal(&relation.name.to_string()), quoted(&relation.name.name));
        let row = whole(relation, "given.row".to_owned());
        Self {
            name: format!("vigie_{n}"),
            query: format!(
                "select {own}.* from jsonb_array_elements(($1::jsonb || $2::jsonb || $3::jsonb) -> {key}) as given (row)\n\
                 cross join lateral {row} where {held}"
            ),
        }
    }

    /// Another view, whose query this is.
    pub(super) fn query(n: usize, query: String) -> Self {
        Self {
            name: format!("vigie_{n}"),
            query,
        }
    }
}

/// How many rows a view's query shows of what stands for what it reads.
pub(super) fn shown_of(stands: &[Stand], query: &str) -> Probe {
    let stands: Vec<String> = stands
        .iter()
        .map(|stand| format!("{} as materialized ({})", stand.name, stand.query))
        .collect();
    Probe(format!(
        "with {} select count(*)::text from ({query}) vigie_shown",
        stands.join(",\n")
    ))
}

/// Columns that answer questions, and for each question its column: what several ask in the same words is asked once.
fn answers<const N: usize>(questions: [(&'static str, &String); N]) -> ([&'static str; N], String) {
    let of = questions.map(|(name, text)| {
        let same = questions.iter().find(|(_, other)| *other == text);
        same.map_or(name, |(first, _)| *first)
    });
    let asked = questions
        .iter()
        .zip(of)
        .filter(|((name, _), column)| name == column);
    let columns: Vec<String> = asked
        .map(|((name, text), _)| format!("coalesce(({text}), false) as {name}"))
        .collect();
    (of, columns.join(", "))
}

/// Questions that are all answered with no.
pub(super) fn none() -> Questions {
    let never = || NEVER.to_owned();
    Questions {
        select: never(),
        insert: never(),
        update: never(),
        changed: never(),
        delete: never(),
    }
}

fn vouch(sql: String) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}
