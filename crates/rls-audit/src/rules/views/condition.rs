//! What the text of a view asks of rows, and gives: whether its condition is that of a policy, so that it shows nobody
//! more, and whether it gives one row of whatever there is.

use std::ops::ControlFlow;

use sqlparser::{
    ast::{
        BinaryOperator, Expr, GroupByExpr, Query, Select, SelectItem, SetExpr, Statement, TableFactor,
        VisitMut as _, VisitorMut,
    },
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use crate::{
    Command,
    catalog::{Policy, Relation},
};

/// Whether the view shows rows of this table alone, and of those only what these policies let through.
pub(super) fn is_of_policies<'a>(
    view: &Relation,
    table: &Relation,
    policies: impl Iterator<Item = &'a Policy>,
) -> bool {
    let Some(condition) = condition(view, table) else {
        return false;
    };
    let asked = parts(&condition);
    let is_asked = |policy: &&Policy| {
        policy
            .using
            .as_deref()
            .and_then(|text| read(text, &table.name.name))
            .is_some_and(|own| parts(&own).iter().all(|part| asked.contains(part)))
    };
    let (lets, holds): (Vec<&Policy>, Vec<&Policy>) = policies
        .filter(|policy| policy.is_for(Command::Select))
        .partition(|policy| policy.permissive);
    lets.iter().any(is_asked) && holds.iter().all(is_asked)
}

/// Whether the view gives one row whatever there is: a number, of no rows too.
pub(super) fn is_one_answer(view: &Relation) -> bool {
    let aggregates = [
        "count",
        "sum",
        "min",
        "max",
        "avg",
        "bool_and",
        "bool_or",
        "array_agg",
        "string_agg",
        "json_agg",
        "jsonb_agg",
    ];
    let is_aggregate = |item: &SelectItem| {
        let (SelectItem::UnnamedExpr(own) | SelectItem::ExprWithAlias { expr: own, .. }) = item else {
            return false;
        };
        let text = own.to_string().to_lowercase();
        aggregates.iter().any(|name| text.contains(&format!("{name}(")))
    };
    let query = query(view);
    let select = query.as_deref().and_then(plain);
    select.is_some_and(|select| {
        let is_grouped = !matches!(&select.group_by, GroupByExpr::Expressions(own, _) if own.is_empty());
        !is_grouped && select.projection.iter().any(is_aggregate)
    })
}

/// The condition of a view that reads this table and nothing else.
fn condition(view: &Relation, table: &Relation) -> Option<Expr> {
    let query = query(view)?;
    let select = plain(&query)?;
    let [from] = select.from.as_slice() else {
        return None;
    };
    let TableFactor::Table { name, alias, .. } = &from.relation else {
        return None;
    };
    let last = name.0.last()?.as_ident()?;
    if !from.joins.is_empty() || last.value != table.name.name {
        return None;
    }
    let called = alias.as_ref().map_or(&last.value, |alias| &alias.name.value);
    select.selection.clone().map(|own| normal(own, called))
}

fn query(view: &Relation) -> Option<Box<Query>> {
    let text = &view.view.as_ref()?.definition;
    match Parser::parse_sql(&PostgreSqlDialect {}, text).ok()?.pop()? {
        Statement::Query(query) => Some(query),
        _ => None,
    }
}

fn plain(query: &Query) -> Option<&Select> {
    match query.body.as_ref() {
        SetExpr::Select(select) if query.with.is_none() => Some(select),
        _ => None,
    }
}

fn read(text: &str, table: &str) -> Option<Expr> {
    let mut parser = Parser::new(&PostgreSqlDialect {}).try_with_sql(text).ok()?;
    parser.parse_expr().ok().map(|own| normal(own, table))
}

/// Without brackets, with the table's columns by their own names, and with what is asked once as what is asked.
fn normal(mut expression: Expr, table: &str) -> Expr {
    let _: ControlFlow<()> = expression.visit(&mut Normal { table });
    expression
}

struct Normal<'a> {
    table: &'a str,
}

impl VisitorMut for Normal<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        let simpler = match expression {
            Expr::Nested(inner) => Some((**inner).clone()),
            Expr::CompoundIdentifier(names) => match names.as_slice() {
                [.., of, column] if of.value == self.table => Some(Expr::Identifier(column.clone())),
                _ => None,
            },
            Expr::Subquery(query) => once(query),
            _ => None,
        };
        if let Some(simpler) = simpler {
            *expression = simpler;
        }
        ControlFlow::Continue(())
    }
}

/// What a query that reads nothing answers: `(select auth.uid())`.
fn once(query: &Query) -> Option<Expr> {
    let select = plain(query).filter(|select| select.from.is_empty() && select.selection.is_none())?;
    match select.projection.as_slice() {
        [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] => Some(expr.clone()),
        _ => None,
    }
}

/// What has to be so all together.
fn parts(expression: &Expr) -> Vec<&Expr> {
    match expression {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => [parts(left), parts(right)].concat(),
        own => vec![own],
    }
}
