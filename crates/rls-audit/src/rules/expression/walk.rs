//! Going through an expression once, and noting what stands where.

use std::{collections::BTreeSet, ops::ControlFlow};

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArguments, Ident, ObjectName, Query, SelectItem, SetExpr,
    TableFactor, TableWithJoins, Value, Visit as _, Visitor, visit_expressions,
};

use super::{
    CallSite, Column, Comparison, Expression, Side, Source,
    inlined::inlined,
    truth::{alone, parts, plain},
};
use crate::{Catalog, Name};

/// The expression, with what it says.
pub(super) fn walked(root: Expr, catalog: &Catalog) -> Expression {
    let mut walk = Walk {
        catalog,
        path: Vec::new(),
        queries: Vec::new(),
        columns: Vec::new(),
        comparisons: Vec::new(),
        calls: Vec::new(),
        keys: BTreeSet::new(),
        sought: None,
    };
    let _: ControlFlow<()> = root.visit(&mut walk);
    Expression {
        queries: walk.queries,
        columns: walk.columns,
        comparisons: walk.comparisons,
        calls: walk.calls,
        keys: walk.keys,
        inlined: inlined(root.clone(), catalog),
        root,
    }
}

struct Walk<'a> {
    catalog: &'a Catalog,
    /// The queries around what is looked at, the outermost first.
    path: Vec<usize>,
    queries: Vec<Source>,
    columns: Vec<Column>,
    comparisons: Vec<Comparison>,
    calls: Vec<CallSite>,
    keys: BTreeSet<String>,
    /// The query that a column of the policy's own table is looked for in.
    sought: Option<usize>,
}

impl Visitor for Walk<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let mut source = Source {
            names_row: self.sought == Some(self.queries.len()),
            ..Source::default()
        };
        tables(&query.body, &mut source.tables);
        if let SetExpr::Select(select) = query.body.as_ref() {
            source.conjuncts = select
                .selection
                .iter()
                .flat_map(|own| parts(own, &BinaryOperator::And))
                .collect();
        }
        self.path.push(self.queries.len());
        self.queries.push(source);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.path.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Some((column, depth)) = self.column(expr) {
            for query in &self.path[depth..] {
                self.queries[*query].is_correlated = true;
                self.queries[*query].names_row |= column.of.is_none();
            }
            self.columns.push(column);
        }
        match expr {
            Expr::BinaryOp { left, op, right } if is_comparison(op) => {
                self.compare(expr, left, self.side(right));
            }
            Expr::BinaryOp { left: _, op, right } if is_lookup(op) => {
                if let Some(key) = text(right) {
                    self.keys.insert(key);
                }
            }
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.compare(expr, left, self.side(right));
            }
            Expr::Like {
                expr: left, pattern, ..
            }
            | Expr::ILike {
                expr: left, pattern, ..
            } => {
                // What is like a pattern need not be in the list of values: the pattern is no literal.
                let right = if self.side(pattern) == Side::Caller {
                    Side::Caller
                } else {
                    Side::Other
                };
                self.compare(expr, left, right);
            }
            Expr::InList { expr: left, list, .. } => {
                let literals: Option<Vec<String>> = list.iter().map(text).collect();
                self.compare(expr, left, literals.map_or(Side::Other, Side::Literals));
            }
            Expr::InSubquery {
                expr: left, subquery, ..
            } => {
                if matches!(self.side(left), Side::Column(Column { of: None, .. })) {
                    self.sought = Some(self.queries.len());
                }
                let right = alone(&subquery.body).map_or(Side::Other, |one| self.side(one));
                self.compare(expr, left, right);
            }
            Expr::AnyOp { left, right, .. } | Expr::AllOp { left, right, .. } => {
                let right = listed(right).map_or_else(|| self.side(right), Side::Literals);
                self.compare(expr, left, right);
            }
            Expr::Function(function) => self.call(function),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Walk<'_> {
    fn compare(&mut self, whole: &Expr, left: &Expr, right: Side) {
        let left = self.side(left);
        let is_equal = match whole {
            Expr::BinaryOp { op, .. } => *op == BinaryOperator::Eq,
            Expr::InList { negated, .. } | Expr::InSubquery { negated, .. } => !negated,
            Expr::AnyOp { compare_op, .. } => *compare_op == BinaryOperator::Eq,
            Expr::IsNotDistinctFrom(..) => true,
            _ => false,
        };
        self.comparisons.push(Comparison {
            left,
            right,
            is_equal,
            text: whole.to_string(),
        });
    }

    fn call(&mut self, function: &Function) {
        let takes_row = match &function.args {
            FunctionArguments::List(list) => {
                let mut takes = false;
                let _: ControlFlow<()> = visit_expressions(list, |expr| {
                    takes |= self.column(expr).is_some_and(|(column, _)| column.of.is_none());
                    ControlFlow::Continue(())
                });
                takes
            }
            _ => false,
        };
        let (schema, name) = name_of(&function.name);
        self.calls.push(CallSite {
            schema,
            name: name.to_lowercase(),
            text: function.to_string(),
            takes_row,
            path: self.path.clone(),
        });
    }

    /// The column that this is, and how many of the queries around it know it: those further in reach out for it.
    fn column(&self, expr: &Expr) -> Option<(Column, usize)> {
        match expr {
            Expr::Identifier(ident) => match self.path.last() {
                None => Some((column(None, ident), 0)),
                Some(query) => match self.queries[*query].tables.as_slice() {
                    [(alias, _)] => Some((column(Some((*query, alias.clone())), ident), self.path.len())),
                    _ => None,
                },
            },
            Expr::CompoundIdentifier(parts) => {
                let [.., table, ident] = parts.as_slice() else {
                    return None;
                };
                let knows = |query: &usize| {
                    self.queries[*query]
                        .tables
                        .iter()
                        .any(|(alias, _)| *alias == table.value)
                };
                let depth = self.path.iter().rposition(knows);
                let of = depth.map(|depth| (self.path[depth], table.value.clone()));
                Some((column(of, ident), depth.map_or(0, |depth| depth + 1)))
            }
            _ => None,
        }
    }

    fn side(&self, expr: &Expr) -> Side {
        let expr = plain(expr);
        if let Some((column, _)) = self.column(expr) {
            return Side::Column(column);
        }
        if let Some(text) = text(expr) {
            return Side::Literals(vec![text]);
        }
        if let Some(answer) = answer(expr) {
            return answer;
        }
        let (mut names_column, mut names_caller) = (false, false);
        let _: ControlFlow<()> = visit_expressions(expr, |part| {
            match part {
                Expr::Identifier(_) | Expr::CompoundIdentifier(_) => names_column = true,
                Expr::Function(function) => {
                    let (schema, name) = name_of(&function.name);
                    let call = CallSite {
                        schema,
                        name: name.to_lowercase(),
                        text: function.to_string(),
                        takes_row: false,
                        path: Vec::new(),
                    };
                    names_caller |= call.is_of_caller(self.catalog);
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        if names_caller && !names_column {
            Side::Caller
        } else {
            Side::Other
        }
    }
}

fn column(of: Option<(usize, String)>, ident: &Ident) -> Column {
    Column {
        of,
        name: ident.value.clone(),
    }
}

fn is_comparison(op: &BinaryOperator) -> bool {
    matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq)
}

fn is_lookup(op: &BinaryOperator) -> bool {
    matches!(
        op,
        BinaryOperator::Arrow
            | BinaryOperator::LongArrow
            | BinaryOperator::HashArrow
            | BinaryOperator::HashLongArrow
    )
}

/// The text that stands there.
fn text(expr: &Expr) -> Option<String> {
    match plain(expr) {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The texts of an array that stands there: `ARRAY['a', 'b']`, `'{a,b}'`.
fn listed(expr: &Expr) -> Option<Vec<String>> {
    match plain(expr) {
        Expr::Array(array) => array.elem.iter().map(text).collect(),
        other => {
            let text = text(other)?;
            let inner = text.strip_prefix('{')?.strip_suffix('}')?;
            Some(
                inner
                    .split(',')
                    .map(|part| part.trim_matches('"').to_owned())
                    .collect(),
            )
        }
    }
}

pub(super) fn name_of(name: &ObjectName) -> (Option<String>, String) {
    let parts: Vec<&str> = name
        .0
        .iter()
        .filter_map(|part| Some(part.as_ident()?.value.as_str()))
        .collect();
    match parts.as_slice() {
        [.., schema, name] => (Some((*schema).to_owned()), (*name).to_owned()),
        [name] => (None, (*name).to_owned()),
        [] => (None, String::new()),
    }
}

fn tables(body: &SetExpr, found: &mut Vec<(String, Option<Name>)>) {
    match body {
        SetExpr::Select(select) => select.from.iter().for_each(|table| joined(table, found)),
        SetExpr::SetOperation { left, right, .. } => {
            tables(left, found);
            tables(right, found);
        }
        _ => {}
    }
}

fn joined(table: &TableWithJoins, found: &mut Vec<(String, Option<Name>)>) {
    factor(&table.relation, found);
    table.joins.iter().for_each(|join| factor(&join.relation, found));
}

fn factor(factor: &TableFactor, found: &mut Vec<(String, Option<Name>)>) {
    match factor {
        TableFactor::Table {
            name, alias, args, ..
        } => {
            let (schema, name) = name_of(name);
            let known_as = alias
                .as_ref()
                .map_or_else(|| name.clone(), |alias| alias.name.value.clone());
            let relation = args
                .is_none()
                .then(|| Name::new(schema.unwrap_or_default(), name));
            found.push((known_as, relation));
        }
        TableFactor::NestedJoin {
            table_with_joins,
            alias,
        } => {
            joined(table_with_joins, found);
            found.extend(alias.iter().map(|alias| (alias.name.value.clone(), None)));
        }
        TableFactor::Derived { alias, .. }
        | TableFactor::Function { alias, .. }
        | TableFactor::UNNEST { alias, .. } => {
            found.extend(alias.iter().map(|alias| (alias.name.value.clone(), None)));
        }
        _ => {}
    }
}

/// The column that a query answers with: `( SELECT p.role FROM public.profiles p WHERE …)`.
fn answer(expr: &Expr) -> Option<Side> {
    let Expr::Subquery(query) = expr else {
        return None;
    };
    let SetExpr::Select(select) = query.body.as_ref() else {
        return None;
    };
    let [SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts))] = select.projection.as_slice() else {
        return None;
    };
    let [table, ident] = parts.as_slice() else {
        return None;
    };
    let mut known = Vec::new();
    tables(&query.body, &mut known);
    let (_, relation) = known.into_iter().find(|(alias, _)| *alias == table.value)?;
    Some(Side::Answer(relation?, ident.value.clone()))
}
