//! Between which numbers the columns of views and queries lie.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use sqlparser::{
    ast::{
        Expr, ObjectName, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, SetOperator,
        Statement, TableAlias, TableFactor, TableWithJoins,
    },
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use crate::check::without_collations;

use super::range::{self, Clamp, Range, folded};

/// The columns of a relation, in order.
pub(super) type Columns = Rc<Vec<(String, Range)>>;
/// The common table expressions that a query sees; the last one of a name counts.
pub(super) type Ctes = Vec<(String, Columns)>;

/// A view as the catalog describes it.
#[derive(Debug)]
pub(super) struct View {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) definition: String,
    pub(super) columns: Vec<String>,
}

/// The views of a database.
pub(super) struct Views {
    all: Vec<View>,
    known: RefCell<BTreeMap<usize, Columns>>,
    /// Those that were asked for and could not be read, and why.
    pub(super) unread: RefCell<BTreeMap<String, String>>,
}

/// What names mean within one SELECT: each relation's alias, and its columns.
pub(super) struct Scope(Vec<(String, Columns)>);

/// Reads one query.
///
/// # Errors
/// What the parser does not understand.
pub(super) fn parse(sql: &str) -> Result<Query, String> {
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, &without_collations(sql))
        .map_err(|error| error.to_string())?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => Ok(*query),
        _ => Err("it is not one query".to_owned()),
    }
}

impl Scope {
    /// The range of a column, by its name or by those of its relation and of itself.
    pub(super) fn column(&self, names: &[String]) -> Option<Range> {
        let (column, relation) = match names {
            [column] => (column, None),
            [.., relation, column] => (column, Some(relation)),
            [] => return None,
        };
        let of = |columns: &Columns| columns.iter().find(|(name, _)| name == column).cloned();
        self.0
            .iter()
            .filter(|(alias, _)| relation.is_none_or(|relation| alias == relation))
            .find_map(|(_, columns)| of(columns))
            .map(|(_, range)| range)
    }
}

impl Views {
    pub(super) fn new(all: Vec<View>) -> Self {
        Self {
            all,
            known: RefCell::default(),
            unread: RefCell::default(),
        }
    }

    /// The common table expressions that the body of a query sees.
    pub(super) fn ctes(&self, query: &Query, outer: &Ctes) -> Ctes {
        let mut ctes = outer.clone();
        let Some(with) = &query.with else { return ctes };
        for cte in &with.cte_tables {
            let name = folded(&cte.alias.name);
            // What a recursive one adds to itself has no bounds that its text would tell.
            ctes.push((name.clone(), Columns::default()));
            if !with.recursive {
                let columns = renamed(self.of_query(&cte.query, &ctes), &cte.alias);
                ctes.pop();
                ctes.push((name, columns));
            }
        }
        ctes
    }

    /// What names mean within a SELECT.
    pub(super) fn scope(&self, select: &Select, ctes: &Ctes) -> Scope {
        let mut scope = Vec::new();
        for table in &select.from {
            self.join(table, ctes, &mut scope);
        }
        Scope(scope)
    }

    fn join(&self, table: &TableWithJoins, ctes: &Ctes, scope: &mut Vec<(String, Columns)>) {
        let factors = std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation));
        for factor in factors {
            match factor {
                TableFactor::Table {
                    name,
                    alias,
                    args: None,
                    ..
                } => {
                    let columns = self.relation(name, ctes);
                    scope.push(named(alias.as_ref(), &last(name), columns));
                }
                TableFactor::Derived { subquery, alias, .. } => {
                    let columns = self.of_query(subquery, ctes);
                    scope.push(named(alias.as_ref(), "", columns));
                }
                TableFactor::NestedJoin { table_with_joins, .. } => self.join(table_with_joins, ctes, scope),
                _ => {}
            }
        }
    }

    fn relation(&self, name: &ObjectName, ctes: &Ctes) -> Columns {
        let parts: Vec<String> = name
            .0
            .iter()
            .filter_map(|part| part.as_ident().map(folded))
            .collect();
        let place = match parts.as_slice() {
            [name] => {
                if let Some((_, columns)) = ctes.iter().rev().find(|(cte, _)| cte == name) {
                    return Rc::clone(columns);
                }
                // As the search path of a check has it; pg_catalog has no view that would be here.
                self.place("public", name)
            }
            [.., schema, name] => self.place(schema, name),
            [] => None,
        };
        place.map(|place| self.columns(place)).unwrap_or_default()
    }

    fn place(&self, schema: &str, name: &str) -> Option<usize> {
        self.all
            .iter()
            .position(|view| view.schema == schema && view.name == name)
    }

    fn columns(&self, place: usize) -> Columns {
        if let Some(columns) = self.known.borrow().get(&place) {
            return Rc::clone(columns);
        }
        // For as long as it is looked at: PostgreSQL has no view that reads itself.
        self.known.borrow_mut().insert(place, Columns::default());
        let view = &self.all[place];
        let full_name = format!("{}.{}", view.schema, view.name);
        let columns = match parse(&view.definition) {
            Ok(query) => self.of_view(&query, view, &full_name),
            Err(why) => {
                self.unread.borrow_mut().insert(full_name, why);
                Columns::default()
            }
        };
        self.known.borrow_mut().insert(place, Rc::clone(&columns));
        columns
    }

    fn of_view(&self, query: &Query, view: &View, full_name: &str) -> Columns {
        let projection = match query.body.as_ref() {
            SetExpr::Select(select) => select.projection.as_slice(),
            _ => &[],
        };
        let columns = self.of_query(query, &Ctes::new());
        let named = columns.iter().zip(&view.columns).enumerate();
        let columns = named.map(|(n, ((_, range), name))| {
            let own = projection.get(n).and_then(expression);
            let clamp = range
                .clamp
                .as_deref()
                .map(|clamp| Rc::new(located(clamp, own, full_name, name, projection)));
            (
                name.clone(),
                Range {
                    clamp,
                    ..range.clone()
                },
            )
        });
        Rc::new(columns.collect())
    }

    /// The columns of a query, in order.
    pub(super) fn of_query(&self, query: &Query, outer: &Ctes) -> Columns {
        self.of_body(&query.body, &self.ctes(query, outer))
    }

    fn of_body(&self, body: &SetExpr, ctes: &Ctes) -> Columns {
        match body {
            SetExpr::Select(select) => self.of_select(select, ctes),
            SetExpr::Query(query) => self.of_query(query, ctes),
            SetExpr::SetOperation { left, op, right, .. } => {
                let (left, right) = (self.of_body(left, ctes), self.of_body(right, ctes));
                if *op != SetOperator::Union {
                    return left;
                }
                let both = left.iter().zip(right.iter());
                Rc::new(both.map(|((name, a), (_, b))| (name.clone(), a.or(b))).collect())
            }
            _ => Columns::default(),
        }
    }

    fn of_select(&self, select: &Select, ctes: &Ctes) -> Columns {
        let scope = self.scope(select, ctes);
        let mut columns = Vec::new();
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => columns.push((default_name(expr), range_of(expr, &scope))),
                SelectItem::ExprWithAlias { expr, alias } => {
                    columns.push((folded(alias), range_of(expr, &scope)));
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let alias = last(name);
                    for (_, of_one) in scope.0.iter().filter(|(known, _)| *known == alias) {
                        columns.extend(of_one.iter().cloned());
                    }
                }
                SelectItem::Wildcard(_) => {
                    columns.extend(scope.0.iter().flat_map(|(_, of_one)| of_one.iter().cloned()));
                }
                _ => columns.push((String::new(), Range::default())),
            }
        }
        Rc::new(columns)
    }
}

fn range_of(expr: &Expr, scope: &Scope) -> Range {
    range::of(expr, &|names| scope.column(names))
}

/// A clamp with the column that it stands behind, and what else the view offers.
fn located(clamp: &Clamp, own: Option<&Expr>, view: &str, column: &str, projection: &[SelectItem]) -> Clamp {
    if clamp.column.is_some() {
        return clamp.clone();
    }
    let is_here = own.is_some_and(|own| own.to_string().contains(&clamp.text));
    let offered: Vec<String> = match clamp.operands.as_slice() {
        operands if is_here => operands
            .iter()
            .map(|operand| offered(operand, projection))
            .collect::<Option<_>>()
            .unwrap_or_default(),
        _ => Vec::new(),
    };
    let instead = if offered.is_empty() {
        format!("{} from where {view} reads it", clamp.instead)
    } else {
        format!("{} of {view}", offered.join(" and "))
    };
    Clamp {
        column: Some((view.to_owned(), column.to_owned())),
        instead,
        ..clamp.clone()
    }
}

/// An expression in terms of the columns that a SELECT returns, if it can be said in them.
fn offered(expr: &Expr, projection: &[SelectItem]) -> Option<String> {
    let text = expr.to_string();
    let same = projection.iter().find_map(|item| match item {
        SelectItem::UnnamedExpr(found) if found.to_string() == text => Some(default_name(found)),
        SelectItem::ExprWithAlias { expr: found, alias } if found.to_string() == text => Some(folded(alias)),
        _ => None,
    });
    if same.is_some() {
        return same;
    }
    match expr {
        Expr::Nested(inner) => offered(inner, projection),
        Expr::Cast { expr, .. } => offered(expr, projection),
        Expr::BinaryOp { left, op, right } => {
            let (left, right) = (offered(left, projection)?, offered(right, projection)?);
            Some(format!("{left} {op} {right}"))
        }
        _ => None,
    }
}

fn expression(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// What PostgreSQL calls a column without an alias, as far as it matters here.
fn default_name(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(name) => folded(name),
        Expr::CompoundIdentifier(names) => names.last().map(folded).unwrap_or_default(),
        Expr::Cast { expr, .. } => default_name(expr),
        Expr::Function(function) => last(&function.name),
        _ => String::new(),
    }
}

fn last(name: &ObjectName) -> String {
    let last = name.0.last().and_then(|part| part.as_ident());
    last.map(folded).unwrap_or_default()
}

fn named(alias: Option<&TableAlias>, name: &str, columns: Columns) -> (String, Columns) {
    match alias {
        Some(alias) => (folded(&alias.name), renamed(columns, alias)),
        None => (name.to_owned(), columns),
    }
}

fn renamed(columns: Columns, alias: &TableAlias) -> Columns {
    if alias.columns.is_empty() {
        return columns;
    }
    let mut columns = Rc::unwrap_or_clone(columns);
    for (column, new) in columns.iter_mut().zip(&alias.columns) {
        column.0 = folded(&new.name);
    }
    Rc::new(columns)
}
