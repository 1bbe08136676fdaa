//! Functions without arguments that only answer with an expression, in whose place that may stand.

use std::ops::ControlFlow;

use sqlparser::{
    ast::{Expr, Function, VisitMut as _, VisitorMut},
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use super::{
    truth::{alone, arguments},
    walk::name_of,
};
use crate::{Catalog, catalog};

/// How often a function is looked for behind a function.
const TIMES: u8 = 3;

/// The expression with what such functions answer in place of their calls.
pub(super) fn inlined(mut expr: Expr, catalog: &Catalog) -> Expr {
    for _ in 0..TIMES {
        let _: ControlFlow<()> = expr.visit(&mut Inlining { catalog });
    }
    expr
}

struct Inlining<'a> {
    catalog: &'a Catalog,
}

impl VisitorMut for Inlining<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Function(call) = expr
            && let Some(answer) = self.answer(call)
        {
            *expr = Expr::Nested(Box::new(answer));
        }
        ControlFlow::Continue(())
    }
}

impl Inlining<'_> {
    fn answer(&self, call: &Function) -> Option<Expr> {
        let (schema, name) = name_of(&call.name);
        let schema = schema.filter(|schema| schema != "auth")?;
        let functions = self.catalog.functions.iter();
        let mut functions = functions.filter(|own| own.name.name == name && own.name.schema == schema);
        let function = functions.next().filter(|own| own.arguments.is_empty())?;
        if !arguments(call).is_empty() || functions.next().is_some() {
            return None;
        }
        let mut parser = Parser::new(&PostgreSqlDialect {})
            .try_with_sql(said(function)?)
            .ok()?;
        if function.language == "sql" {
            let query = parser.parse_query().ok()?;
            return alone(&query.body).cloned();
        }
        parser.parse_expr().ok()
    }
}

/// The text of its query, or of the one expression that it returns.
fn said(function: &catalog::Function) -> Option<&str> {
    let body = function.body.as_deref()?.trim().trim_end_matches(';');
    match function.language.as_str() {
        "sql" => Some(body),
        "plpgsql" => {
            let body = without(body, "begin")?;
            let returned = without(body, "return")?;
            let (returned, end) = returned.split_once(';')?;
            end.trim().eq_ignore_ascii_case("end").then_some(returned)
        }
        _ => None,
    }
}

/// What stands after the word.
fn without<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let text = text.trim_start();
    let first = text.get(..word.len())?;
    first.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}
