//! What the parts of a condition come to, as far as that is known of whoever asks.

use sqlparser::ast::{BinaryOperator, Expr, Function, Value};

use super::truth::{Possible, arguments, is_called, plain, possible};

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

/// What a part that is no condition comes to.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    Null,
    Text(String),
    /// Some value, and not an empty one: a subject, a token.
    Filled,
    /// Some value.
    Something,
    Unknown,
}

/// Whoever asks, and the columns that are never NULL.
pub(super) struct Knowledge<'a> {
    pub(super) caller: Caller,
    pub(super) not_null: &'a dyn Fn(&str) -> bool,
}

impl Knowledge<'_> {
    /// What the expression may come to.
    pub(super) fn possible(&self, expr: &Expr) -> Possible {
        possible(expr, &|part| self.part(part))
    }

    fn part(&self, expr: &Expr) -> Possible {
        match expr {
            Expr::BinaryOp { left, op, right } => match op {
                BinaryOperator::Eq => self.equal(left, right),
                BinaryOperator::NotEq => self.equal(left, right).not(),
                BinaryOperator::Gt => longer(&self.known(left), &self.known(right)),
                BinaryOperator::PGLikeMatch | BinaryOperator::PGILikeMatch => self.like(left, right),
                _ => self.flag(expr),
            },
            Expr::IsNotDistinctFrom(left, right) => self.same_or_null(left, right),
            Expr::IsDistinctFrom(left, right) => self.same_or_null(left, right).not(),
            Expr::IsNull(inner) => self.is_null(inner),
            Expr::IsNotNull(inner) => self.is_null(inner).not(),
            Expr::InList {
                expr,
                list,
                negated: false,
            } => self.any_of(expr, list),
            Expr::AnyOp {
                left,
                compare_op: BinaryOperator::Eq,
                right,
                ..
            } => match plain(right) {
                Expr::Array(array) => self.any_of(left, &array.elem),
                _ => Possible::ANYTHING,
            },
            Expr::Case {
                operand: Some(operand),
                conditions,
                else_result,
                ..
            } => self.chosen(operand, conditions, else_result.as_deref()),
            _ => self.flag(expr),
        }
    }

    /// A value that is a condition by itself.
    fn flag(&self, expr: &Expr) -> Possible {
        match self.known(expr) {
            Known::Null => Possible::NULL,
            Known::Text(text) if text == "true" => Possible::TRUE,
            Known::Text(text) if text == "false" => Possible::FALSE,
            Known::Something => Possible::EITHER,
            _ => Possible::ANYTHING,
        }
    }

    fn equal(&self, left: &Expr, right: &Expr) -> Possible {
        let (left, right) = (self.reduced(left), self.reduced(right));
        if left == right {
            return match (is_column(left), self.known(left)) {
                // For every row that has a value, that is.
                (true, _) | (_, Known::Text(_) | Known::Filled | Known::Something) => Possible::TRUE,
                (_, Known::Null) => Possible::NULL,
                (_, Known::Unknown) => Possible::ANYTHING,
            };
        }
        same(&self.known(left), &self.known(right))
    }

    fn same_or_null(&self, left: &Expr, right: &Expr) -> Possible {
        let (left, right) = (self.reduced(left), self.reduced(right));
        if left == right && is_column(left) {
            return Possible::TRUE;
        }
        match (self.known(left), self.known(right)) {
            (Known::Null, Known::Null) => Possible::TRUE,
            (Known::Null, other) | (other, Known::Null) if other != Known::Unknown => Possible::FALSE,
            _ => Possible::EITHER,
        }
    }

    fn is_null(&self, inner: &Expr) -> Possible {
        match self.known(inner) {
            Known::Null => Possible::TRUE,
            Known::Unknown => self.possible(inner).is_null(),
            _ => Possible::FALSE,
        }
    }

    fn like(&self, left: &Expr, pattern: &Expr) -> Possible {
        match (self.known(left), self.known(pattern)) {
            (Known::Null, _) | (_, Known::Null) => Possible::NULL,
            // For every row that has a value.
            (_, Known::Text(pattern)) if pattern == "%" => Possible::TRUE,
            _ => Possible::ANYTHING,
        }
    }

    fn any_of(&self, value: &Expr, list: &[Expr]) -> Possible {
        list.iter()
            .map(|own| self.equal(value, own))
            .fold(Possible::FALSE, Possible::or)
    }

    /// `CASE value WHEN this THEN … ELSE … END`
    fn chosen(
        &self,
        operand: &Expr,
        conditions: &[sqlparser::ast::CaseWhen],
        otherwise: Option<&Expr>,
    ) -> Possible {
        let branches = conditions
            .iter()
            .map(|own| (self.equal(operand, &own.condition), self.possible(&own.result)));
        let otherwise = otherwise.map_or(Possible::NULL, |own| self.possible(own));
        Possible::chosen(branches, otherwise)
    }

    /// Without what is known to be NULL before it: `coalesce(auth.uid(), owner)` is `owner` to a stranger.
    fn reduced<'e>(&self, expr: &'e Expr) -> &'e Expr {
        let expr = plain(expr);
        match expr {
            Expr::Function(function) if is_called(function, "coalesce") => {
                let given = arguments(function);
                let mut rest = given.iter().skip_while(|own| self.known(own) == Known::Null);
                match (rest.next(), rest.next()) {
                    (Some(last), None) => self.reduced(last),
                    _ => expr,
                }
            }
            _ => expr,
        }
    }

    fn known(&self, expr: &Expr) -> Known {
        let expr = plain(expr);
        match expr {
            _ if is_token(expr) => self.of_caller(Known::Filled, Known::Filled),
            Expr::Value(value) => match &value.value {
                Value::Null => Known::Null,
                Value::SingleQuotedString(text) => Known::Text(text.clone()),
                Value::Number(number, _) => Known::Text(number.clone()),
                Value::Boolean(truth) => Known::Text(truth.to_string()),
                _ => Known::Unknown,
            },
            Expr::Identifier(column) if (self.not_null)(&column.value) => Known::Something,
            Expr::Function(function) => self.called(function),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::LongArrow,
                right,
            } if is_token(left) => match plain(right).to_string().as_str() {
                "'sub'" => self.subject(),
                "'role'" => self.role(),
                "'is_anonymous'" => self.of_caller(Known::Null, Known::Text("false".to_owned())),
                _ => Known::Unknown,
            },
            _ => Known::Unknown,
        }
    }

    fn called(&self, function: &Function) -> Known {
        let given = arguments(function);
        let mut known = given.iter().map(|own| self.known(own));
        match function.name.to_string().to_lowercase().as_str() {
            "auth.uid" => self.subject(),
            "auth.role" => self.role(),
            "current_user" | "session_user" | "current_role" | "user" => Known::Filled,
            "coalesce" => known.find(|own| *own != Known::Null).unwrap_or(Known::Null),
            "nullif" => match known.next() {
                Some(Known::Null) => Known::Null,
                _ => Known::Unknown,
            },
            "length" | "char_length" => match known.next() {
                Some(Known::Text(text)) => Known::Text(text.chars().count().to_string()),
                Some(Known::Something) | None => Known::Unknown,
                Some(own) => own,
            },
            _ => Known::Unknown,
        }
    }

    fn subject(&self) -> Known {
        self.of_caller(Known::Null, Known::Filled)
    }

    fn role(&self) -> Known {
        let text = |role: &str| Known::Text(role.to_owned());
        self.of_caller(text("anon"), text("authenticated"))
    }

    fn of_caller(&self, anonymous: Known, signed_in: Known) -> Known {
        match self.caller {
            Caller::Anybody => Known::Unknown,
            Caller::Anonymous => anonymous,
            Caller::SignedIn => signed_in,
        }
    }
}

fn same(left: &Known, right: &Known) -> Possible {
    match (left, right) {
        (Known::Null, _) | (_, Known::Null) => Possible::NULL,
        (Known::Text(left), Known::Text(right)) if left == right => Possible::TRUE,
        (Known::Text(_), Known::Text(_)) => Possible::FALSE,
        (Known::Filled, Known::Text(text)) | (Known::Text(text), Known::Filled) if text.is_empty() => {
            Possible::FALSE
        }
        _ => Possible::ANYTHING,
    }
}

/// Whether the length of a value is more than nothing; of other numbers nothing is known.
fn longer(left: &Known, right: &Known) -> Possible {
    match (left, right) {
        (Known::Null, _) | (_, Known::Null) => Possible::NULL,
        (Known::Filled, Known::Text(number)) if number == "0" => Possible::TRUE,
        _ => Possible::ANYTHING,
    }
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
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
