//! What a policy asks of a row itself, as far as its text shows: a row that has this may pass.

use serde_json::{Map, Value, json};
use sqlparser::{
    ast::{BinaryOperator, Expr, SetExpr, UnaryOperator, Value as Literal},
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use crate::catalog::Relation;

/// The most ways to pass that are told apart.
const MOST_WAYS: usize = 12;
/// How deep expressions may nest; machines write them too.
const DEEPEST: usize = 300;

/// What a row has to hold so that it may pass, one entry for each way.
type Ways = Vec<Map<String, Value>>;

/// The ways to pass that the policies of this relation show.
pub(crate) fn wanted(relation: &Relation) -> Ways {
    let policies = relation.policies.iter().filter(|policy| policy.permissive);
    let texts = policies
        .flat_map(|policy| [&policy.using, &policy.check])
        .flatten();
    let held: Ways = relation
        .policies
        .iter()
        .filter(|policy| !policy.permissive)
        .flat_map(|policy| [&policy.using, &policy.check])
        .flatten()
        .filter_map(|text| ways_of(text).into_iter().next())
        .collect();
    let mut found = Ways::new();
    for mut way in texts.flat_map(|text| ways_of(text)) {
        for more in &held {
            way.extend(more.clone());
        }
        if !way.is_empty() && !found.contains(&way) && found.len() < MOST_WAYS {
            found.push(way);
        }
    }
    found
}

/// The ways to be shown that the conditions of a query show.
pub(crate) fn asked_by(query: &str) -> Ways {
    let parsed = Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(DEEPEST)
        .try_with_sql(query)
        .and_then(|mut parser| parser.parse_query());
    let Ok(query) = parsed else {
        return Ways::new();
    };
    let SetExpr::Select(select) = *query.body else {
        return Ways::new();
    };
    let mut found = select.selection.as_ref().map(ways).unwrap_or_default();
    found.retain(|way| !way.is_empty());
    found
}

fn ways_of(text: &str) -> Ways {
    let parsed = Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(DEEPEST)
        .try_with_sql(text)
        .and_then(|mut parser| parser.parse_expr());
    parsed.map_or_else(|_| Ways::new(), |expr| ways(&expr))
}

fn ways(expr: &Expr) -> Ways {
    match bare(expr) {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            let (left, right) = (ways(left), ways(right));
            let both = left.iter().flat_map(|one| {
                right.iter().map(move |other| {
                    let mut both = one.clone();
                    both.extend(other.clone());
                    both
                })
            });
            both.take(MOST_WAYS).collect()
        }
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Or,
            right,
        } => ways(left)
            .into_iter()
            .chain(ways(right))
            .take(MOST_WAYS)
            .collect(),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } if inside(left).is_some() => kept(left, right),
        Expr::BinaryOp { left, op, right } => match (column(left), column(right)) {
            (Some(name), None) => compared(name, op, right),
            (None, Some(name)) => op_turned(op).map_or_else(any, |op| compared(name, &op, left)),
            _ => any(),
        },
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => holds(expr, json!(false)),
        Expr::IsFalse(inner) => holds(inner, json!(false)),
        Expr::IsTrue(inner) => holds(inner, json!(true)),
        Expr::IsNull(inner) => holds(inner, Value::Null),
        Expr::InList {
            expr,
            list,
            negated: false,
        } => listed(expr, list),
        Expr::AnyOp {
            left,
            compare_op: BinaryOperator::Eq,
            right,
            ..
        } => match bare(right) {
            Expr::Array(array) => listed(left, &array.elem),
            _ => any(),
        },
        other => holds(other, json!(true)),
    }
}

/// It asks for nothing in particular.
fn any() -> Ways {
    vec![Map::new()]
}

fn one(name: &str, value: Value) -> Ways {
    vec![Map::from_iter([(name.to_owned(), value)])]
}

fn holds(expr: &Expr, value: Value) -> Ways {
    column(expr).map_or_else(any, |name| one(name, value))
}

fn listed(expr: &Expr, list: &[Expr]) -> Ways {
    let Some(name) = column(expr) else {
        return any();
    };
    let each = list.iter().filter_map(literal).map(|value| one(name, value));
    let each: Ways = each.flatten().take(MOST_WAYS).collect();
    if each.is_empty() { any() } else { each }
}

/// What makes the comparison true: the value itself, one that is more or less, a day long gone or far ahead.
fn compared(name: &str, op: &BinaryOperator, with: &Expr) -> Ways {
    let step = match op {
        BinaryOperator::Eq => 0,
        BinaryOperator::Gt | BinaryOperator::GtEq => 1,
        BinaryOperator::Lt | BinaryOperator::LtEq => -1,
        _ => return any(),
    };
    let value = match literal(with) {
        Some(Value::Number(number)) if step != 0 => number.as_i64().map(|number| json!(number + step)),
        Some(value) if step == 0 => Some(value),
        None if is_now(with) && step != 0 => Some(json!(if step > 0 { "2999-01-01" } else { "2000-01-01" })),
        _ => None,
    };
    value.map_or_else(any, |value| one(name, value))
}

/// What makes a value inside of a JSON column the literal.
fn kept(left: &Expr, right: &Expr) -> Ways {
    let Some(((name, keys), value)) = inside(left).zip(literal(right)) else {
        return any();
    };
    let nested = keys
        .into_iter()
        .rev()
        .fold(value, |value, key| json!({ key: value }));
    one(name, nested)
}

/// A JSON column, and the keys that lead inside of it.
fn inside(expr: &Expr) -> Option<(&str, Vec<String>)> {
    let Expr::BinaryOp {
        left,
        op: BinaryOperator::Arrow | BinaryOperator::LongArrow,
        right,
    } = bare(expr)
    else {
        return None;
    };
    let key = literal(right)?.as_str()?.to_owned();
    if let Some(name) = column(left) {
        return Some((name, vec![key]));
    }
    let (name, mut keys) = inside(left)?;
    keys.push(key);
    Some((name, keys))
}

fn op_turned(op: &BinaryOperator) -> Option<BinaryOperator> {
    Some(match op {
        BinaryOperator::Eq => BinaryOperator::Eq,
        BinaryOperator::Gt | BinaryOperator::GtEq => BinaryOperator::Lt,
        BinaryOperator::Lt | BinaryOperator::LtEq => BinaryOperator::Gt,
        _ => return None,
    })
}

fn is_now(expr: &Expr) -> bool {
    let text = bare(expr).to_string().to_lowercase();
    ["now()", "current_timestamp", "current_date"]
        .iter()
        .any(|word| text.starts_with(word))
}

/// Without brackets and casts.
fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::Collate { expr: inner, .. } => {
            bare(inner)
        }
        _ => expr,
    }
}

/// The row's own column; a query's names say whose they are.
fn column(expr: &Expr) -> Option<&str> {
    match bare(expr) {
        Expr::Identifier(ident) => Some(&ident.value),
        Expr::CompoundIdentifier(parts) => parts.last().map(|ident| ident.value.as_str()),
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<Value> {
    match bare(expr) {
        Expr::Value(value) => match &value.value {
            Literal::SingleQuotedString(text) | Literal::EscapedStringLiteral(text) => Some(json!(text)),
            Literal::Number(digits, _) => serde_json::from_str(digits).ok(),
            Literal::Boolean(is) => Some(json!(is)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_has_to_hold_is_read_from_the_text() {
        for (text, expected) in [
            (
                "(is_public AND (status = 'published'::text))",
                json!([{"is_public": true, "status": "published"}]),
            ),
            (
                "((NOT hidden) OR (owner = auth.uid()))",
                json!([{"hidden": false}, {}]),
            ),
            (
                "((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
                json!([{"kind": "a"}, {"kind": "b"}]),
            ),
            (
                "((deleted_at IS NULL) AND (expires_at > now()) AND (level >= 3))",
                json!([{"deleted_at": null, "expires_at": "2999-01-01", "level": 4}]),
            ),
            (
                "(EXISTS ( SELECT 1 FROM public.m WHERE (m.id = t.id)))",
                json!([{}]),
            ),
            (
                "(((about -> 'who'::text) ->> 'role'::text) = 'admin'::text)",
                json!([{"about": {"who": {"role": "admin"}}}]),
            ),
            ("((auth.jwt() ->> 'role'::text) = 'admin'::text)", json!([{}])),
            ("(\"User\" IS NOT NULL)", json!([{}])),
            ("(", json!([])),
        ] {
            assert_eq!(json!(ways_of(text)), expected, "{text}");
        }
        let query = " SELECT t.id\n   FROM public.t\n  WHERE ((t.state = 'on'::text) AND t.open);";
        assert_eq!(json!(asked_by(query)), json!([{"state": "on", "open": true}]));
    }
}
