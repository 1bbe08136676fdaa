//! Which index would have spared a scan.
//!
//! Learnt by measuring: a partial index whose predicate is exactly a check's condition on single rows took a
//! check from 500 ms to 13 ms. Only scans that threw nearly everything away are worth one.

use std::ops::ControlFlow;

use serde::Serialize;
use sqlparser::{
    ast::{BinaryOperator, DataType, Expr, VisitMut as _, VisitorMut, visit_expressions},
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use super::PlanNode;

/// An index that may help a check, and what it would have spared this time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IndexAdvice {
    /// The statement that creates it without blocking writers. Vigie never runs it.
    pub statement: String,
    /// How many rows were read and thrown away for lack of it.
    pub spared_rows: f64,
    /// How many rows it would have found.
    pub found_rows: f64,
}

/// A scan that throws fewer rows away is not worth an index.
const MIN_SPARED: f64 = 10_000.0;
/// Nor is one that keeps more than this part.
const MAX_KEPT: f64 = 0.05;

/// What would have spared the scans of a plan.
pub(super) fn of(plan: &PlanNode) -> Vec<IndexAdvice> {
    let mut advice: Vec<IndexAdvice> = Vec::new();
    plan.walk(&mut |node| {
        if let Some(new) = of_scan(node)
            && !advice.iter().any(|known| known.statement == new.statement)
        {
            advice.push(new);
        }
    });
    advice.sort_by(|a, b| b.spared_rows.total_cmp(&a.spared_rows));
    advice
}

fn of_scan(node: &PlanNode) -> Option<IndexAdvice> {
    let is_wasteful = node.kind.ends_with("Seq Scan")
        && node.removed >= MIN_SPARED
        && node.rows <= MAX_KEPT * (node.rows + node.removed);
    if !is_wasteful {
        return None;
    }
    let parts = conjuncts(parse(node.filter.as_deref()?)?);
    // What moves with the instant of the run cannot be a predicate; it can be what the index is sorted by.
    let (moving, fixed): (Vec<&Expr>, Vec<&Expr>) = parts.iter().partition(|part| moves(part));
    let key = moving.iter().chain(&fixed).find_map(|part| column(part))?;
    let fixed: Vec<String> = fixed.iter().map(ToString::to_string).collect();
    let predicate = match fixed.as_slice() {
        [] => String::new(),
        fixed => format!(" where {}", fixed.join(" and ")),
    };
    Some(IndexAdvice {
        statement: format!(
            "create index concurrently on {} ({key}){predicate};",
            node.in_sql.as_deref()?
        ),
        spared_rows: node.removed,
        found_rows: node.rows,
    })
}

/// A condition as `EXPLAIN (VERBOSE)` prints it, its columns without the alias of their relation. None for one that
/// asks another step of the plan, or that the parser does not know.
fn parse(condition: &str) -> Option<Expr> {
    if ["SubPlan", "InitPlan", "$"]
        .iter()
        .any(|sign| condition.contains(sign))
    {
        return None;
    }
    let mut parser = Parser::new(&PostgreSqlDialect {}).try_with_sql(condition).ok()?;
    let mut expression = parser.parse_expr().ok()?;
    let ControlFlow::Continue(()) = expression.visit(&mut Unqualified);
    Some(expression)
}

struct Unqualified;

impl VisitorMut for Unqualified {
    type Break = std::convert::Infallible;

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<Self::Break> {
        if let Expr::CompoundIdentifier(names) = expression
            && let Some(column) = names.pop()
        {
            *expression = Expr::Identifier(column);
        }
        ControlFlow::Continue(())
    }
}

/// The parts of a condition that must all hold.
fn conjuncts(condition: Expr) -> Vec<Expr> {
    match condition {
        Expr::Nested(inner)
            if matches!(
                *inner,
                Expr::BinaryOp {
                    op: BinaryOperator::And,
                    ..
                }
            ) =>
        {
            conjuncts(*inner)
        }
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            let mut parts = conjuncts(*left);
            parts.extend(conjuncts(*right));
            parts
        }
        part => vec![part],
    }
}

/// Whether a condition compares with an instant, which may be another one in the next run.
fn moves(condition: &Expr) -> bool {
    let found = visit_expressions(condition, |expression| match expression {
        Expr::Cast {
            data_type: DataType::Timestamp(..) | DataType::Date,
            ..
        } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

/// The first column that a condition is about.
fn column(condition: &Expr) -> Option<String> {
    let found = visit_expressions(condition, |expression| match expression {
        Expr::Identifier(name) => ControlFlow::Break(name.to_string()),
        _ => ControlFlow::Continue(()),
    });
    found.break_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(filter: &str, rows: f64, removed: f64) -> PlanNode {
        PlanNode {
            kind: "Parallel Seq Scan".to_owned(),
            relation: Some("public.receptions".to_owned()),
            in_sql: Some("\"public\".\"receptions\"".to_owned()),
            index: None,
            filter: Some(filter.to_owned()),
            condition: None,
            cost: 1.0,
            estimated_rows: 1.0,
            rows,
            removed,
            ms: 1.0,
            inputs: Vec::new(),
        }
    }

    fn statements(filter: &str) -> Vec<String> {
        of(&scan(filter, 5.0, 1e6))
            .into_iter()
            .map(|advice| advice.statement)
            .collect()
    }

    #[test]
    fn a_condition_on_single_rows_becomes_the_predicate() {
        assert_eq!(
            statements("((r.volume_15c IS NULL) AND (r.statut = 'validee'::text))"),
            [
                "create index concurrently on \"public\".\"receptions\" (volume_15c) \
                 where (volume_15c IS NULL) and (statut = 'validee'::TEXT);"
            ]
        );
    }

    #[test]
    fn what_moves_with_the_run_is_the_key() {
        assert_eq!(
            statements(
                "((r.statut = 'validee'::text) AND (r.created_at > '2026-01-31 00:00:00+00'::timestamp with time zone))"
            ),
            [
                "create index concurrently on \"public\".\"receptions\" (created_at) where (statut = 'validee'::TEXT);"
            ]
        );
    }

    #[test]
    fn a_column_with_a_telling_name_does_not_move() {
        assert_eq!(
            statements("(r.timestamp_x = 5)"),
            ["create index concurrently on \"public\".\"receptions\" (timestamp_x) where (timestamp_x = 5);"]
        );
    }

    #[test]
    fn a_scan_that_keeps_much_or_asks_another_step_is_left_alone() {
        assert_eq!(statements("(r.citerne_id = $0)"), [] as [&str; 0]);
        assert_eq!(of(&scan("(r.a > 1)", 1e5, 1e6)), []);
        assert_eq!(of(&scan("(r.a > 1)", 5.0, 9_999.0)), []);
    }
}
