//! Comparisons that can never be true.

use std::{ops::ControlFlow, rc::Rc};

use sqlparser::ast::{BinaryOperator, Expr, Query, Select, Spanned as _, UnaryOperator, Visit as _, Visitor};

use super::{
    range::{self, Clamp, Range},
    views::{Ctes, Scope, Views},
};

/// A comparison that can never be true.
#[derive(Debug)]
pub(super) struct Never {
    /// The line of the text, counted from 1.
    pub(super) line: usize,
    /// The comparison, as written.
    pub(super) text: String,
    /// What keeps it from being true.
    pub(super) clamp: Rc<Clamp>,
}

/// The comparisons of a query that a clamp keeps from ever being true.
pub(super) fn never_true(query: &Query, views: &Views) -> Vec<Never> {
    let mut search = Search {
        views,
        ctes: vec![Ctes::new()],
        scopes: Vec::new(),
        found: Vec::new(),
    };
    // It never breaks off.
    let _ = query.visit(&mut search);
    search.found
}

struct Search<'v> {
    views: &'v Views,
    ctes: Vec<Ctes>,
    /// From the outermost SELECT to the innermost.
    scopes: Vec<Scope>,
    found: Vec<Never>,
}

impl Visitor for Search<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let outer = self.ctes.last().cloned().unwrap_or_default();
        self.ctes.push(self.views.ctes(query, &outer));
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.ctes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let ctes = self.ctes.last().cloned().unwrap_or_default();
        self.scopes.push(self.views.scope(select, &ctes));
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _select: &Select) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Some(clamp) = self.never(expr) {
            let line = usize::try_from(expr.span().start.line).unwrap_or_default();
            self.found.push(Never {
                line: line.max(1),
                text: expr.to_string(),
                clamp,
            });
        }
        ControlFlow::Continue(())
    }
}

impl Search<'_> {
    fn never(&self, expr: &Expr) -> Option<Rc<Clamp>> {
        match expr {
            Expr::BinaryOp { left, op, right } => self.compared(left, op, right),
            Expr::UnaryOp {
                op: UnaryOperator::Not,
                expr,
            } => match range::bare(expr) {
                Expr::BinaryOp { left, op, right } => self.compared(left, &opposite(op)?, right),
                _ => None,
            },
            Expr::Between {
                expr,
                negated: false,
                low,
                high,
            } => {
                let (value, low, high) = (self.range(expr), self.range(low), self.range(high));
                let never = above(&value, &high) || above(&low, &value);
                never.then_some(value.clamp).flatten()
            }
            _ => None,
        }
    }

    fn compared(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Option<Rc<Clamp>> {
        let (left, right) = (self.range(left), self.range(right));
        let never = match op {
            BinaryOperator::Lt => at_least(&left, &right),
            BinaryOperator::LtEq => above(&left, &right),
            BinaryOperator::Gt => at_least(&right, &left),
            BinaryOperator::GtEq => above(&right, &left),
            BinaryOperator::Eq => above(&left, &right) || above(&right, &left),
            _ => false,
        };
        never.then(|| left.clamp.or(right.clamp)).flatten()
    }

    fn range(&self, expr: &Expr) -> Range {
        range::of(expr, &|names| {
            self.scopes.iter().rev().find_map(|scope| scope.column(names))
        })
    }
}

/// What holds where a comparison does not, NULL aside.
fn opposite(op: &BinaryOperator) -> Option<BinaryOperator> {
    Some(match op {
        BinaryOperator::Lt => BinaryOperator::GtEq,
        BinaryOperator::LtEq => BinaryOperator::Gt,
        BinaryOperator::Gt => BinaryOperator::LtEq,
        BinaryOperator::GtEq => BinaryOperator::Lt,
        BinaryOperator::NotEq => BinaryOperator::Eq,
        _ => return None,
    })
}

/// Whether every value of the first is at least every value of the second.
fn at_least(a: &Range, b: &Range) -> bool {
    matches!((a.low, b.high), (Some(low), Some(high)) if low >= high)
}

/// Whether every value of the first is above every value of the second.
fn above(a: &Range, b: &Range) -> bool {
    matches!((a.low, b.high), (Some(low), Some(high)) if low > high)
}
