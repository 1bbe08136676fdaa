//! What an expression of a policy says, as far as its text shows it: which columns it compares with what, which
//! functions it calls where, and whether it is the same for every row.
//!
//! PostgreSQL prints such expressions with every name qualified: inside a query each column says whose it is, outside
//! of any the bare names are the policy's own table's.

mod implied;
mod inlined;
mod known;
mod truth;
mod walk;

use std::collections::BTreeSet;

use sqlparser::{ast::Expr, dialect::PostgreSqlDialect, parser::Parser};

pub(super) use self::{known::Caller, truth::Truth};
use self::{known::Knowledge, truth::plain};
use crate::{Catalog, Name, catalog::Function};

/// How deep expressions may nest; machines write them too.
const DEEPEST: usize = 300;

/// An expression that was understood.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    root: Expr,
    /// The same, where functions that only answer with an expression are looked through.
    inlined: Expr,
    /// The queries in it, in their order.
    pub(super) queries: Vec<Source>,
    /// Every column that it names.
    pub(super) columns: Vec<Column>,
    /// What it compares.
    pub(super) comparisons: Vec<Comparison>,
    /// The functions that it calls.
    pub(super) calls: Vec<CallSite>,
    /// The keys that it looks up in JSON: `app_metadata`.
    pub(super) keys: BTreeSet<String>,
}

/// A query inside an expression.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    /// What it reads: the name that it goes by there, and the relation, where it is one; without a schema where none
    /// is said.
    pub(super) tables: Vec<(String, Option<Name>)>,
    /// What has to be so of what it reads all together, each as PostgreSQL would print it.
    pub(super) conjuncts: BTreeSet<String>,
    /// It names something of what it stands in, and so is asked again for each row.
    pub(super) is_correlated: bool,
    /// It names a column of the policy's own table, or is where one is looked for.
    pub(super) names_row: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Column {
    /// Of which query's table, by the name that it goes by there; `None` is the policy's own table.
    pub(super) of: Option<(usize, String)>,
    /// What it is called.
    pub(super) name: String,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    /// A column.
    Column(Column),
    /// What a query answers: this column of that relation.
    Answer(Name, String),
    /// Who asks.
    Caller,
    /// Values that stand there.
    Literals(Vec<String>),
    /// Anything else.
    Other,
}

/// Two things that are to be equal, or not to be.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    /// One.
    pub(super) left: Side,
    /// The other.
    pub(super) right: Side,
    /// They are to be equal, and not to differ.
    pub(super) is_equal: bool,
    /// As it stands there.
    pub(super) text: String,
}

/// Where a function is called.
#[derive(Debug, Clone)]
pub(super) struct CallSite {
    /// The schema, where it is said: the system's own functions have none.
    pub(super) schema: Option<String>,
    /// The function.
    pub(super) name: String,
    /// What it is given: literals as they are.
    pub(super) text: String,
    /// It is given something of the policy's own row.
    pub(super) takes_row: bool,
    /// The queries around it, the outermost first.
    path: Vec<usize>,
}

impl Expression {
    /// What the text says; `None` where it is not understood.
    pub(super) fn of(text: &str, catalog: &Catalog) -> Option<Self> {
        let dialect = PostgreSqlDialect {};
        let mut parser = Parser::new(&dialect)
            .with_recursion_limit(DEEPEST)
            .try_with_sql(text)
            .ok()?;
        let root = parser.parse_expr().ok()?;
        // What is left over was not understood.
        (parser.peek_token().token == sqlparser::tokenizer::Token::EOF).then(|| walk::walked(root, catalog))
    }

    /// Whether it is the same for every row, for this caller.
    pub(super) fn truth(&self, caller: Caller, not_null: &dyn Fn(&str) -> bool) -> Truth {
        Knowledge { caller, not_null }.possible(&self.inlined).truth()
    }

    /// Whether it holds only where the other holds, as far as their texts show it.
    pub(super) fn implies(&self, wide: &Self) -> bool {
        implied::implies(&self.root, &wide.root)
    }

    /// Whether it can hold while none of the parts does that it is put together from and that are so.
    pub(super) fn holds_without(&self, catalog: &Catalog, is_so: impl Fn(&Self) -> bool) -> bool {
        let parts = implied::atoms(&self.root);
        let parts = parts
            .into_iter()
            .filter(|text| Self::of(text, catalog).is_none_or(|part| is_so(&part)));
        implied::holds_without(&self.root, &parts.collect())
    }

    /// The parts that it is put together from.
    pub(super) fn parts(&self, catalog: &Catalog) -> Vec<Self> {
        let parts = implied::atoms(&self.root);
        parts.iter().filter_map(|text| Self::of(text, catalog)).collect()
    }

    /// Whether it is `true`, and says so.
    pub(super) fn is_plainly_true(&self) -> bool {
        plain(&self.root).to_string().eq_ignore_ascii_case("true")
    }

    /// The columns of the policy's own table that it names.
    pub(super) fn own_columns(&self) -> BTreeSet<&str> {
        let own = self.columns.iter().filter(|column| column.of.is_none());
        own.map(|column| column.name.as_str()).collect()
    }

    /// The columns of the policy's own table that have to be what the caller is.
    pub(super) fn compared_with_caller(&self) -> BTreeSet<&str> {
        let pairs = self
            .comparisons
            .iter()
            .flat_map(|own| [(&own.left, &own.right), (&own.right, &own.left)]);
        pairs
            .filter_map(|pair| match pair {
                (Side::Column(Column { of: None, name }), Side::Caller) => Some(name.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Of these, the columns that have to be the very subject of the caller.
    pub(super) fn compared_with_subject(&self) -> BTreeSet<&str> {
        let is_subject = |own: &&Comparison| own.text.contains("auth.uid()") || own.text.contains("'sub'");
        let compared = self.compared_with_caller();
        let sides = self
            .comparisons
            .iter()
            .filter(is_subject)
            .flat_map(|own| [&own.left, &own.right]);
        sides
            .filter_map(|side| match side {
                Side::Column(Column { of: None, name }) => compared.get(name.as_str()).copied(),
                _ => None,
            })
            .collect()
    }

    /// Whether it looks at who asks, itself or through a function that it calls.
    pub(super) fn names_caller(&self, catalog: &Catalog) -> bool {
        self.calls.iter().any(|call| call.is_of_caller(catalog))
    }

    /// The relations that its queries read.
    pub(super) fn sources(&self) -> BTreeSet<&Name> {
        let tables = self.queries.iter().flat_map(|query| &query.tables);
        tables.filter_map(|(_, relation)| relation.as_ref()).collect()
    }

    /// The relation of a column, where it is one of a query.
    pub(super) fn relation_of(&self, column: &Column) -> Option<&Name> {
        let (query, alias) = column.of.as_ref()?;
        let tables = &self.queries.get(*query)?.tables;
        tables
            .iter()
            .find(|(own, _)| own == alias)
            .and_then(|(_, relation)| relation.as_ref())
    }

    /// Whether this is called again for each row: not in a query that is asked once.
    pub(super) fn is_per_row(&self, call: &CallSite) -> bool {
        call.path.iter().all(|query| self.queries[*query].is_correlated)
    }

    /// What is enough by itself, each as PostgreSQL would print it.
    pub(super) fn disjuncts(&self) -> BTreeSet<String> {
        truth::parts(&self.root, &sqlparser::ast::BinaryOperator::Or)
    }
}

impl CallSite {
    /// Whether it says who asks.
    pub(super) fn is_of_caller(&self, catalog: &Catalog) -> bool {
        match self.schema.as_deref() {
            None => {
                (self.name == "current_setting" && self.text.contains('.'))
                    || ["current_user", "session_user", "current_role", "user"].contains(&self.name.as_str())
            }
            Some("auth") => ["uid", "jwt", "role", "email"].contains(&self.name.as_str()),
            Some(schema) => {
                let mut functions = catalog.functions.iter();
                functions.any(|own| {
                    own.name.schema == schema && own.name.name == self.name && asks_caller(catalog, own, 0)
                })
            }
        }
    }

    /// The functions of the catalog that it may be.
    pub(super) fn functions<'a>(&self, catalog: &'a Catalog) -> impl Iterator<Item = &'a Function> {
        let name = self.schema.as_ref().map(|schema| Name::new(schema, &self.name));
        catalog
            .functions
            .iter()
            .filter(move |own| name.as_ref() == Some(&own.name))
    }
}

/// Whether the text of a function, or of one that it calls, names the caller. One without a text may.
pub(super) fn asks_caller(catalog: &Catalog, function: &Function, depth: u8) -> bool {
    const SIGNS: [&str; 8] = [
        "auth.uid",
        "auth.jwt",
        "auth.role",
        "auth.email",
        "request.",
        "current_user",
        "session_user",
        "current_setting",
    ];
    let Some(body) = function.body.as_deref().map(str::to_lowercase) else {
        return true;
    };
    if SIGNS.iter().any(|sign| body.contains(sign)) {
        return true;
    }
    let others = catalog
        .functions
        .iter()
        .filter(|other| depth < 3 && other.name != function.name);
    others
        .filter(|other| body.contains(&format!("{}(", other.name.name.to_lowercase())))
        .any(|other| asks_caller(catalog, other, depth + 1))
}

#[cfg(test)]
mod tests;
