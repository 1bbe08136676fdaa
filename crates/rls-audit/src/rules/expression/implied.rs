//! What follows from an expression whatever its parts come to: all that they may come to is tried.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use sqlparser::ast::{BinaryOperator, Expr};

use super::truth::{Possible, bare, plain, possible};

/// The most parts of which all is tried: each may be true, false or NULL.
const MOST: usize = 8;

type Values<'a> = BTreeMap<&'a str, Possible>;

/// Whether the one is true for each row that the other is true for; not, where that cannot be tried.
pub(super) fn implies(narrow: &Expr, wide: &Expr) -> bool {
    let mut names = atoms(narrow);
    names.extend(atoms(wide));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut all = assignments(&names);
    names.len() <= MOST && all.all(|values| !holds(narrow, &values) || holds(wide, &values))
}

/// Whether it can be true while none of these parts is.
pub(super) fn holds_without(expr: &Expr, parts: &BTreeSet<String>) -> bool {
    let all = atoms(expr);
    let free: Vec<&str> = all.difference(parts).map(String::as_str).collect();
    let mut found = assignments(&free).flat_map(|values| {
        [Possible::FALSE, Possible::NULL].map(|none| {
            let mut values = values.clone();
            values.extend(parts.iter().map(|part| (part.as_str(), none)));
            values
        })
    });
    free.len() <= MOST && found.any(|values| holds(expr, &values))
}

/// The parts that it is put together from, as text.
pub(super) fn atoms(expr: &Expr) -> BTreeSet<String> {
    let found = RefCell::new(BTreeSet::new());
    possible(expr, &|part| {
        each(part, &|name| {
            found.borrow_mut().insert(name);
            Possible::ANYTHING
        })
    });
    found.into_inner()
}

fn holds(expr: &Expr, values: &Values<'_>) -> bool {
    let of = |name: String| values.get(name.as_str()).copied().unwrap_or(Possible::ANYTHING);
    possible(expr, &|part| each(part, &of)) == Possible::TRUE
}

/// What a part comes to by its name. What is not equal is not equal; one of several is any of them.
fn each(part: &Expr, of: &dyn Fn(String) -> Possible) -> Possible {
    match part {
        Expr::BinaryOp { left, op, right } if *op == BinaryOperator::Eq => of(pair(left, "=", right)),
        Expr::BinaryOp { left, op, right } if *op == BinaryOperator::NotEq => {
            of(pair(left, "=", right)).not()
        }
        Expr::IsNotDistinctFrom(left, right) => of(pair(left, "IS NOT DISTINCT FROM", right)),
        Expr::IsDistinctFrom(left, right) => of(pair(left, "IS NOT DISTINCT FROM", right)).not(),
        Expr::IsNotNull(inner) => of(format!("{} IS NULL", bare(inner))).not(),
        Expr::IsNull(inner) => of(format!("{} IS NULL", bare(inner))),
        Expr::AnyOp {
            left,
            compare_op: BinaryOperator::Eq,
            right,
            ..
        } => match plain(right) {
            Expr::Array(array) => {
                let any = array.elem.iter().map(|one| of(pair(left, "=", one)));
                any.fold(Possible::FALSE, Possible::or)
            }
            _ => of(part.to_string()),
        },
        _ => of(part.to_string()),
    }
}

/// The two sides in an order of their own.
fn pair(left: &Expr, operator: &str, right: &Expr) -> String {
    let mut sides = [bare(left).to_string(), bare(right).to_string()];
    sides.sort();
    format!("{} {operator} {}", sides[0], sides[1])
}

/// Everything that these may come to.
fn assignments<'a>(names: &'a [&'a str]) -> impl Iterator<Item = Values<'a>> {
    let count = 3_usize.pow(u32::try_from(names.len().min(MOST)).unwrap_or_default());
    (0..count).map(move |mut rest| {
        let mut next = || {
            let digit = rest % 3;
            rest /= 3;
            Possible::EACH[digit]
        };
        names.iter().map(|name| (*name, next())).collect()
    })
}
