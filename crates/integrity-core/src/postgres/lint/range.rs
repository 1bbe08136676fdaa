//! Between which numbers the value of an expression lies, as far as its text tells.
//!
//! Only what bounds a value for certain is counted: constants, `GREATEST` and `LEAST` with a constant, and what
//! keeps a bound. NULL needs no care, since a comparison with it is never true either.

use std::rc::Rc;

use sqlparser::ast::{
    BinaryOperator, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    UnaryOperator, Value,
};

/// Where a bound comes from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clamp {
    /// The view and its column; none as long as it stands in the query itself.
    pub(super) column: Option<(String, String)>,
    /// `GREATEST(…, 0)`, as written.
    pub(super) text: String,
    /// What stands in it besides the constant.
    pub(super) operands: Vec<Expr>,
    /// What is to be read in its place, in words.
    pub(super) instead: String,
}

/// The least and the greatest that a value can be.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Range {
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) clamp: Option<Rc<Clamp>>,
}

impl Range {
    fn exactly(value: f64) -> Self {
        Self {
            low: Some(value),
            high: Some(value),
            clamp: None,
        }
    }

    fn constant(&self) -> Option<f64> {
        self.low.filter(|_| self.low == self.high && self.clamp.is_none())
    }

    /// A value that comes from one of both.
    pub(super) fn or(&self, other: &Self) -> Self {
        let both = |pick: fn(f64, f64) -> f64, a: Option<f64>, b: Option<f64>| Some(pick(a?, b?));
        Self {
            low: both(f64::min, self.low, other.low),
            high: both(f64::max, self.high, other.high),
            clamp: self.clamp.clone().or_else(|| other.clamp.clone()),
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let sum = |a: Option<f64>, b: Option<f64>| Some(a? + b?);
        Self {
            low: sum(self.low, other.low),
            high: sum(self.high, other.high),
            clamp: self.clamp.clone().or_else(|| other.clamp.clone()),
        }
    }

    fn negated(&self) -> Self {
        Self {
            low: self.high.map(|high| -high),
            high: self.low.map(|low| -low),
            clamp: self.clamp.clone(),
        }
    }

    /// After rounding, to a whole number or to some decimals.
    fn rounded(&self) -> Self {
        Self {
            low: self.low.map(f64::floor),
            high: self.high.map(f64::ceil),
            clamp: self.clamp.clone(),
        }
    }
}

/// The range of an expression; `column` knows those of columns.
pub(super) fn of(expr: &Expr, column: &dyn Fn(&[String]) -> Option<Range>) -> Range {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => number.parse().map(Range::exactly).unwrap_or_default(),
            _ => Range::default(),
        },
        Expr::Identifier(name) => column(&[folded(name)]).unwrap_or_default(),
        Expr::CompoundIdentifier(names) => {
            column(&names.iter().map(folded).collect::<Vec<_>>()).unwrap_or_default()
        }
        Expr::Nested(inner) => of(inner, column),
        Expr::UnaryOp { op, expr } => match op {
            UnaryOperator::Minus => of(expr, column).negated(),
            UnaryOperator::Plus => of(expr, column),
            _ => Range::default(),
        },
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::Plus => of(left, column).plus(&of(right, column)),
            BinaryOperator::Minus => of(left, column).plus(&of(right, column).negated()),
            _ => Range::default(),
        },
        Expr::Cast { expr, data_type, .. } => cast(expr, data_type, column),
        Expr::Function(function) => call(expr, function, column),
        Expr::Case { .. } => chosen(expr, column).unwrap_or_default(),
        _ => Range::default(),
    }
}

/// Without the brackets around it.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => bare(inner),
        _ => expr,
    }
}

/// `CASE WHEN a < 0 THEN 0 ELSE a END` and its like are `GREATEST` and `LEAST` in other words.
fn chosen(expr: &Expr, column: &dyn Fn(&[String]) -> Option<Range>) -> Option<Range> {
    let Expr::Case {
        operand: None,
        conditions,
        else_result: Some(otherwise),
        ..
    } = expr
    else {
        return None;
    };
    let [when] = conditions.as_slice() else {
        return None;
    };
    let Expr::BinaryOp { left, op, right } = bare(&when.condition) else {
        return None;
    };
    // The same value, however it is written.
    let same = |a: &Expr, b: &Expr| {
        let constant = |expr| of(expr, column).constant();
        bare(a).to_string() == bare(b).to_string() || (constant(a).is_some() && constant(a) == constant(b))
    };
    let takes_left = same(&when.result, left) && same(otherwise, right);
    let takes_right = same(&when.result, right) && same(otherwise, left);
    let greatest = match op {
        BinaryOperator::Gt | BinaryOperator::GtEq => takes_left,
        BinaryOperator::Lt | BinaryOperator::LtEq => takes_right,
        _ => return None,
    };
    (takes_left || takes_right).then(|| clamped(expr, greatest, &[left, right], column))
}

/// A name as PostgreSQL compares it.
pub(super) fn folded(name: &Ident) -> String {
    match name.quote_style {
        Some(_) => name.value.clone(),
        None => name.value.to_lowercase(),
    }
}

fn cast(inner: &Expr, to: &DataType, column: &dyn Fn(&[String]) -> Option<Range>) -> Range {
    let to = to.to_string().to_lowercase();
    let starts = |names: &[&str]| names.iter().any(|name| to.starts_with(name));
    let whole = starts(&["int", "bigint", "smallint"]) && !starts(&["interval"]);
    if !whole && !starts(&["numeric", "decimal", "double", "real", "float"]) {
        return Range::default();
    }
    let range = match inner {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => number(text).map(Range::exactly).unwrap_or_default(),
            _ => of(inner, column),
        },
        _ => of(inner, column),
    };
    // A scale, as in numeric(12,2), rounds as well.
    if whole || to.contains('(') {
        range.rounded()
    } else {
        range
    }
}

fn number(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

fn call(expr: &Expr, function: &Function, column: &dyn Fn(&[String]) -> Option<Range>) -> Range {
    let name = function.name.to_string().to_lowercase();
    let name = name.strip_prefix("pg_catalog.").unwrap_or(&name);
    let args = arguments(function);
    let first = || args.first().map(|arg| of(arg, column)).unwrap_or_default();
    match name {
        "greatest" | "least" => clamped(expr, name == "greatest", &args, column),
        "coalesce" => args
            .iter()
            .map(|arg| of(arg, column))
            .reduce(|a, b| a.or(&b))
            .unwrap_or_default(),
        "min" | "max" | "avg" | "trim_scale" => first(),
        "round" | "trunc" => first().rounded(),
        // Of at least one value; of none it is NULL.
        "sum" => {
            let range = first();
            Range {
                low: range.low.filter(|low| *low >= 0.0),
                high: range.high.filter(|high| *high <= 0.0),
                clamp: range.clamp,
            }
        }
        _ => Range::default(),
    }
}

/// `GREATEST` ignores NULL, and so is never below its constant; what has no constant is not above its least part.
fn clamped(
    expr: &Expr,
    greatest: bool,
    args: &[&Expr],
    column: &dyn Fn(&[String]) -> Option<Range>,
) -> Range {
    // What holds for GREATEST holds for LEAST with every sign turned.
    let turned = |range: Range| if greatest { range } else { range.negated() };
    let ranges: Vec<Range> = args.iter().map(|arg| turned(of(arg, column))).collect();
    let all = ranges.iter().cloned().reduce(|a, b| a.or(&b)).unwrap_or_default();
    let constant = ranges.iter().filter_map(Range::constant).reduce(f64::max);
    let operands: Vec<Expr> = args
        .iter()
        .zip(&ranges)
        .filter(|(_, range)| range.constant().is_none())
        .map(|(arg, _)| (*arg).clone())
        .collect();
    let clamp = (constant.is_some() && !operands.is_empty()).then(|| {
        let words: Vec<String> = operands.iter().map(ToString::to_string).collect();
        Rc::new(Clamp {
            column: None,
            text: expr.to_string(),
            operands,
            instead: words.join(" and "),
        })
    });
    turned(Range {
        low: constant.or(all.low),
        high: all.high,
        clamp: clamp.or(all.clamp),
    })
}

fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return Vec::new();
    };
    list.args
        .iter()
        .filter_map(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect()
}
