//! Whether an expression is the same for every row. What is not known depends: nothing is claimed that is not seen.

use std::collections::BTreeSet;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, SelectItem, SetExpr,
    UnaryOperator, Value,
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Caller {
    /// Whoever.
    Anybody,
    /// Somebody who has not shown who they are.
    Anonymous,
    /// Somebody who has.
    SignedIn,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Truth {
    /// True for every row.
    True,
    /// False for every row.
    False,
    /// NULL for every row, which lets none through.
    Null,
    /// On the row, on data elsewhere, or on what is not understood.
    Depends,
}

/// What a part that is no condition comes to.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    Null,
    Text(String),
    /// Some value.
    Something,
    Unknown,
}

/// Without brackets, casts, and queries that read nothing: `( SELECT auth.uid() AS uid)` is `auth.uid()`.
pub(super) fn plain(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::Collate { expr: inner, .. } => {
            plain(inner)
        }
        Expr::Subquery(query) => match query.body.as_ref() {
            SetExpr::Select(select) if select.from.is_empty() && select.selection.is_none() => {
                match select.projection.as_slice() {
                    [SelectItem::UnnamedExpr(inner) | SelectItem::ExprWithAlias { expr: inner, .. }] => {
                        plain(inner)
                    }
                    _ => expr,
                }
            }
            _ => expr,
        },
        _ => expr,
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

pub(super) fn of(expr: &Expr, caller: Caller, not_null: &dyn Fn(&str) -> bool) -> Truth {
    let of = |expr| of(expr, caller, not_null);
    let known = |expr: &Expr| known(expr, caller, not_null);
    match plain(expr) {
        Expr::Value(value) => match &value.value {
            Value::Boolean(true) => Truth::True,
            Value::Boolean(false) => Truth::False,
            Value::Null => Truth::Null,
            _ => Truth::Depends,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => not(of(expr)),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => and(of(left), of(right)),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Or,
            right,
        } => not(and(not(of(left)), not(of(right)))),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } => equal(left, right, &known),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::NotEq,
            right,
        } if plain(left) != plain(right) => not(equal(left, right, &known)),
        Expr::IsNotDistinctFrom(left, right) if plain(left) == plain(right) => Truth::True,
        Expr::IsNull(inner) => is_null(&known(inner)),
        Expr::IsNotNull(inner) => not(is_null(&known(inner))),
        Expr::IsTrue(inner) => holds(of(inner), Truth::True),
        Expr::IsNotFalse(inner) => not(holds(of(inner), Truth::False)),
        Expr::IsFalse(inner) => holds(of(inner), Truth::False),
        Expr::IsNotTrue(inner) => not(holds(of(inner), Truth::True)),
        Expr::InList {
            expr,
            list,
            negated: false,
        } => any_of(&known(expr), list, &known),
        Expr::AnyOp {
            left,
            compare_op: BinaryOperator::Eq,
            right,
            ..
        } => match plain(right) {
            Expr::Array(array) => any_of(&known(left), &array.elem, &known),
            _ => Truth::Depends,
        },
        Expr::Function(function) if is_called(function, "coalesce") => {
            // What comes first decides; where that is not known, nothing is.
            let mut given = arguments(function).into_iter().map(of);
            given.find(|given| *given != Truth::Null).unwrap_or(Truth::Null)
        }
        _ => Truth::Depends,
    }
}

fn and(left: Truth, right: Truth) -> Truth {
    match (left, right) {
        (Truth::False, _) | (_, Truth::False) => Truth::False,
        (Truth::True, other) | (other, Truth::True) => other,
        (Truth::Null, Truth::Null) => Truth::Null,
        _ => Truth::Depends,
    }
}

fn not(truth: Truth) -> Truth {
    match truth {
        Truth::True => Truth::False,
        Truth::False => Truth::True,
        other => other,
    }
}

/// Whether it is this, which is never NULL.
fn holds(truth: Truth, expected: Truth) -> Truth {
    match truth {
        Truth::Depends => Truth::Depends,
        own if own == expected => Truth::True,
        _ => Truth::False,
    }
}

fn is_null(known: &Known) -> Truth {
    match known {
        Known::Null => Truth::True,
        Known::Text(_) | Known::Something => Truth::False,
        Known::Unknown => Truth::Depends,
    }
}

fn equal(left: &Expr, right: &Expr, known: &dyn Fn(&Expr) -> Known) -> Truth {
    let is_column = |expr: &Expr| matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    if plain(left) == plain(right) && is_column(plain(left)) {
        // For every row that has a value, that is.
        return Truth::True;
    }
    same(&known(left), &known(right))
}

fn same(left: &Known, right: &Known) -> Truth {
    match (left, right) {
        (Known::Null, _) | (_, Known::Null) => Truth::Null,
        (Known::Text(left), Known::Text(right)) if left == right => Truth::True,
        (Known::Text(_), Known::Text(_)) => Truth::False,
        _ => Truth::Depends,
    }
}

fn any_of(value: &Known, list: &[Expr], known: &dyn Fn(&Expr) -> Known) -> Truth {
    let each = list.iter().map(|own| same(value, &known(own)));
    each.fold(Truth::False, |all, own| not(and(not(all), not(own))))
}

fn known(expr: &Expr, caller: Caller, not_null: &dyn Fn(&str) -> bool) -> Known {
    match plain(expr) {
        Expr::Value(value) => match &value.value {
            Value::Null => Known::Null,
            Value::SingleQuotedString(text) => Known::Text(text.clone()),
            Value::Number(number, _) => Known::Text(number.clone()),
            Value::Boolean(truth) => Known::Text(truth.to_string()),
            _ => Known::Unknown,
        },
        Expr::Identifier(column) if not_null(&column.value) => Known::Something,
        Expr::Function(function) if is_called(function, "coalesce") => {
            let mut given = arguments(function)
                .into_iter()
                .map(|own| known(own, caller, not_null));
            given.find(|own| *own != Known::Null).unwrap_or(Known::Null)
        }
        Expr::Function(function) if is_called(function, "nullif") => match arguments(function).as_slice() {
            [first, ..] => match known(first, caller, not_null) {
                Known::Null => Known::Null,
                _ => Known::Unknown,
            },
            [] => Known::Unknown,
        },
        Expr::Function(function) => match function.name.to_string().to_lowercase().as_str() {
            "auth.uid" => subject(caller),
            "auth.role" => role(caller),
            _ => Known::Unknown,
        },
        Expr::BinaryOp {
            left,
            op: BinaryOperator::LongArrow,
            right,
        } if is_token(left) => match plain(right).to_string().as_str() {
            "'sub'" => subject(caller),
            "'role'" => role(caller),
            _ => Known::Unknown,
        },
        _ => Known::Unknown,
    }
}

/// The whole token of the caller.
fn is_token(expr: &Expr) -> bool {
    match plain(expr) {
        Expr::Function(function) if is_called(function, "nullif") => {
            arguments(function).first().is_some_and(|own| is_token(own))
        }
        Expr::Function(function) => {
            is_called(function, "auth.jwt") || function.to_string().contains("'request.jwt.claims'")
        }
        _ => false,
    }
}

fn subject(caller: Caller) -> Known {
    match caller {
        Caller::Anonymous => Known::Null,
        Caller::SignedIn => Known::Something,
        Caller::Anybody => Known::Unknown,
    }
}

fn role(caller: Caller) -> Known {
    match caller {
        Caller::Anonymous => Known::Text("anon".to_owned()),
        Caller::SignedIn => Known::Text("authenticated".to_owned()),
        Caller::Anybody => Known::Unknown,
    }
}

fn is_called(function: &Function, name: &str) -> bool {
    function.name.to_string().eq_ignore_ascii_case(name)
}

fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return Vec::new();
    };
    let given = list.args.iter().filter_map(|own| match own {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    given.collect()
}
