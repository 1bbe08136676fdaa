//! Whether an expression is the same for every row. What is not known depends: nothing is claimed that is not seen.

use std::collections::BTreeSet;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, SelectItem, SetExpr,
    UnaryOperator, Value,
};

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Truth {
    /// True for every row.
    True,
    /// False or NULL for every row, which lets none through.
    False,
    /// On the row, on data elsewhere, or on what is not understood.
    Depends,
}

/// What a condition may come to: any of true, false and NULL that is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Possible(u8);

impl Possible {
    const NOTHING: Self = Self(0);
    pub(super) const TRUE: Self = Self(1);
    pub(super) const FALSE: Self = Self(2);
    pub(super) const NULL: Self = Self(4);
    /// True or false, and not NULL.
    pub(super) const EITHER: Self = Self(3);
    pub(super) const ANYTHING: Self = Self(7);
    pub(super) const EACH: [Self; 3] = [Self::TRUE, Self::FALSE, Self::NULL];

    pub(super) fn truth(self) -> Truth {
        match self {
            Self::TRUE => Truth::True,
            own if own.may_be(Self::TRUE) => Truth::Depends,
            _ => Truth::False,
        }
    }

    fn of(value: Option<bool>) -> Self {
        match value {
            Some(true) => Self::TRUE,
            Some(false) => Self::FALSE,
            None => Self::NULL,
        }
    }

    fn may_be(self, one: Self) -> bool {
        self.0 & one.0 != 0
    }

    fn or_else(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn values(self) -> impl Iterator<Item = Option<bool>> {
        let all = [Some(true), Some(false), None];
        all.into_iter().filter(move |value| self.may_be(Self::of(*value)))
    }

    fn map(self, change: impl Fn(Option<bool>) -> Option<bool>) -> Self {
        let changed = self.values().map(|value| Self::of(change(value)));
        changed.fold(Self::NOTHING, Self::or_else)
    }

    pub(super) fn not(self) -> Self {
        self.map(|value| value.map(|value| !value))
    }

    pub(super) fn and(self, other: Self) -> Self {
        let both = |one: Option<bool>| {
            other.map(|two| match (one, two) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            })
        };
        self.values().map(both).fold(Self::NOTHING, Self::or_else)
    }

    pub(super) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    /// Whether it is NULL, which is never NULL itself.
    pub(super) fn is_null(self) -> Self {
        self.map(|value| Some(value.is_none()))
    }

    /// The first of these that is not NULL.
    fn first(all: impl Iterator<Item = Self>) -> Self {
        let mut found = Self::NULL;
        for own in all {
            if !found.may_be(Self::NULL) {
                break;
            }
            found = Self(found.0 & Self::EITHER.0).or_else(own);
        }
        found
    }

    /// What the first branch says whose condition is true.
    pub(super) fn chosen(branches: impl Iterator<Item = (Self, Self)>, otherwise: Self) -> Self {
        let mut found = Self::NOTHING;
        for (condition, result) in branches {
            if condition.may_be(Self::TRUE) {
                found = found.or_else(result);
            }
            if condition == Self::TRUE {
                return found;
            }
        }
        found.or_else(otherwise)
    }
}

/// Without brackets, and queries that read nothing: `( SELECT auth.uid() AS uid)` is `auth.uid()`.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        Expr::Subquery(query) => alone(&query.body).map_or(expr, bare),
        _ => expr,
    }
}

/// What a query answers with that reads nothing.
pub(super) fn alone(body: &SetExpr) -> Option<&Expr> {
    let SetExpr::Select(select) = body else {
        return None;
    };
    match select.projection.as_slice() {
        [SelectItem::UnnamedExpr(inner) | SelectItem::ExprWithAlias { expr: inner, .. }]
            if select.from.is_empty() && select.selection.is_none() =>
        {
            Some(inner)
        }
        _ => None,
    }
}

/// The same, and without casts.
pub(super) fn plain(expr: &Expr) -> &Expr {
    match bare(expr) {
        Expr::Cast { expr: inner, .. } | Expr::Collate { expr: inner, .. } => plain(inner),
        other => other,
    }
}

/// The parts that the operator holds together.
pub(super) fn parts(expr: &Expr, operator: &BinaryOperator) -> BTreeSet<String> {
    match plain(expr) {
        Expr::BinaryOp { left, op, right } if op == operator => {
            let mut all = parts(left, operator);
            all.extend(parts(right, operator));
            all
        }
        part => BTreeSet::from([part.to_string()]),
    }
}

/// What an expression may come to, where `part` says it of what is put together in it.
pub(super) fn possible(expr: &Expr, part: &dyn Fn(&Expr) -> Possible) -> Possible {
    let of = |expr: &Expr| possible(expr, part);
    match plain(expr) {
        Expr::Value(value) => match &value.value {
            Value::Boolean(truth) => Possible::of(Some(*truth)),
            Value::Null => Possible::NULL,
            _ => Possible::ANYTHING,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => of(expr).not(),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => of(left).and(of(right)),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Or,
            right,
        } => of(left).or(of(right)),
        Expr::IsTrue(inner) => of(inner).map(|value| Some(value == Some(true))),
        Expr::IsNotTrue(inner) => of(inner).map(|value| Some(value != Some(true))),
        Expr::IsFalse(inner) => of(inner).map(|value| Some(value == Some(false))),
        Expr::IsNotFalse(inner) => of(inner).map(|value| Some(value != Some(false))),
        Expr::Case {
            operand: None,
            conditions,
            else_result,
            ..
        } => Possible::chosen(
            conditions.iter().map(|own| (of(&own.condition), of(&own.result))),
            else_result.as_deref().map_or(Possible::NULL, of),
        ),
        Expr::Exists { subquery, negated } if alone(&subquery.body).is_some() => Possible::of(Some(!negated)),
        Expr::Function(function) if is_called(function, "coalesce") => {
            Possible::first(arguments(function).into_iter().map(of))
        }
        other => part(other),
    }
}

pub(super) fn is_called(function: &Function, name: &str) -> bool {
    function.name.to_string().eq_ignore_ascii_case(name)
}

pub(super) fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return Vec::new();
    };
    let given = list.args.iter().filter_map(|own| match own {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    given.collect()
}
