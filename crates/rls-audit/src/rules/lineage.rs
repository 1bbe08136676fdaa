//! What comes out of a view: for each of its columns, the columns that its values are made of. What only decides
//! which rows there are (conditions, `exists`, `count`) does not come out.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use sqlparser::{
    ast::{
        Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, Query, Select,
        SelectItem, SetExpr, Statement, TableAlias, TableFactor, TableWithJoins, Value, VisitMut, VisitorMut,
    },
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use crate::{Catalog, Name, catalog::Relation};

#[cfg(test)]
mod tests;

/// A column that values come from; `*` is all of its row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source {
    pub(super) relation: Name,
    pub(super) column: String,
}

type Sources = BTreeSet<Source>;
/// What a query gives: its columns, and what each is made of.
type Given = Vec<(String, Sources)>;

/// What a name in FROM stands for.
#[derive(Clone)]
enum Item {
    Relation(Name),
    Query(Given),
    /// A function: what it is given may come out of any of its columns.
    Call(Sources),
}

type Items = Vec<(String, Item)>;

/// Looks at views, each of them once.
pub(super) struct Lineage<'a> {
    catalog: &'a Catalog,
    known: BTreeMap<&'a Name, Option<Vec<Sources>>>,
}

impl<'a> Lineage<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        Self {
            catalog,
            known: BTreeMap::new(),
        }
    }

    /// What comes out of this view, through the views that it reads down to what has rows itself, by column; `None`
    /// where its text is not understood.
    pub(super) fn comes_out(&mut self, relation: &'a Relation) -> Option<Vec<Sources>> {
        if let Some(known) = self.known.get(&relation.name) {
            return known.clone();
        }
        let found = self.found(relation);
        self.known.insert(&relation.name, found.clone());
        found
    }

    fn found(&mut self, relation: &'a Relation) -> Option<Vec<Sources>> {
        let view = relation.view.as_ref()?;
        let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, &view.definition).ok()?;
        let Some(Statement::Query(query)) = statements.pop().filter(|_| statements.is_empty()) else {
            return None;
        };
        let columns = of_query(&query, &Vec::new())?;
        columns
            .into_iter()
            .map(|(_, sources)| self.down_from(sources))
            .collect()
    }

    fn down_from(&mut self, sources: Sources) -> Option<Sources> {
        let mut found = Sources::new();
        for source in sources {
            let Some(view) = self
                .catalog
                .relation(&source.relation)
                .filter(|own| own.view.is_some())
            else {
                found.insert(source);
                continue;
            };
            let columns = self.comes_out(view)?;
            let is_wanted = |name: &str| source.column == "*" || name == source.column;
            let wanted = view
                .columns
                .iter()
                .zip(columns)
                .filter(|(own, _)| is_wanted(&own.name));
            found.extend(wanted.flat_map(|(_, sources)| sources));
        }
        Some(found)
    }
}

fn of_query(query: &Query, outer: &Items) -> Option<Given> {
    let mut named = outer.clone();
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        let given = of_query(&cte.query, &named)?;
        named.push((
            cte.alias.name.value.clone(),
            Item::Query(renamed(given, &cte.alias)),
        ));
    }
    of_set(&query.body, &named)
}

fn of_set(body: &SetExpr, named: &Items) -> Option<Given> {
    match body {
        SetExpr::Select(select) => of_select(select, named),
        SetExpr::Query(query) => of_query(query, named),
        SetExpr::SetOperation { left, right, .. } => {
            let (mut left, right) = (of_set(left, named)?, of_set(right, named)?);
            for ((_, sources), (_, more)) in left.iter_mut().zip(right) {
                sources.extend(more);
            }
            Some(left)
        }
        SetExpr::Values(values) => {
            let width = values.rows.first().map_or(0, |row| row.len());
            Some(
                (1..=width)
                    .map(|at| (format!("column{at}"), Sources::new()))
                    .collect(),
            )
        }
        _ => None,
    }
}

fn of_select(select: &Select, named: &Items) -> Option<Given> {
    let mut items = Items::new();
    for from in &select.from {
        joined(from, named, &mut items)?;
    }
    let mut given = Given::new();
    for item in &select.projection {
        let (name, expression) = match item {
            SelectItem::ExprWithAlias { expr, alias } => (alias.value.clone(), expr),
            SelectItem::UnnamedExpr(expr) => (last_name(expr), expr),
            _ => return None,
        };
        given.push((name, made_of(expression, &items, named)?));
    }
    Some(given)
}

fn last_name(expression: &Expr) -> String {
    match expression {
        Expr::Identifier(name) => name.value.clone(),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.clone()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// What stands in FROM, with its joins, is added to `items`.
fn joined(from: &TableWithJoins, named: &Items, items: &mut Items) -> Option<()> {
    factor(&from.relation, named, items)?;
    from.joins
        .iter()
        .try_for_each(|join| factor(&join.relation, named, items))
}

fn factor(factor: &TableFactor, named: &Items, items: &mut Items) -> Option<()> {
    match factor {
        TableFactor::Table {
            name,
            alias,
            args: None,
            ..
        } => {
            let (own, item) = relation(name, named)?;
            let (own, item) = match (alias, item) {
                (Some(alias), Item::Query(given)) => {
                    (alias.name.value.clone(), Item::Query(renamed(given, alias)))
                }
                (Some(alias), item) if alias.columns.is_empty() => (alias.name.value.clone(), item),
                (Some(_), _) => return None,
                (None, item) => (own, item),
            };
            items.push((own, item));
        }
        TableFactor::Derived { subquery, alias, .. } => {
            // One that is LATERAL names what stands before it.
            let given = of_query(subquery, &[named.as_slice(), items.as_slice()].concat())?;
            let alias = alias.as_ref()?;
            items.push((alias.name.value.clone(), Item::Query(renamed(given, alias))));
        }
        TableFactor::NestedJoin {
            table_with_joins,
            alias: None,
        } => joined(table_with_joins, named, items)?,
        TableFactor::NestedJoin { .. } | TableFactor::Pivot { .. } | TableFactor::Unpivot { .. } => {
            return None;
        }
        call => {
            let mut gathering = Gathering::new(items, named);
            let _: ControlFlow<()> = call.clone().visit(&mut gathering);
            items.push((alias_of(call)?, Item::Call(gathering.known()?)));
        }
    }
    Some(())
}

fn alias_of(call: &TableFactor) -> Option<String> {
    let (TableFactor::Table { alias, .. }
    | TableFactor::Function { alias, .. }
    | TableFactor::TableFunction { alias, .. }
    | TableFactor::UNNEST { alias, .. }) = call
    else {
        return None;
    };
    alias.as_ref().map(|alias| alias.name.value.clone())
}

/// A name in FROM: a query that WITH names, or a relation with its schema.
fn relation(name: &ObjectName, named: &Items) -> Option<(String, Item)> {
    let parts: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
    match parts.as_slice() {
        [name] => {
            let (_, item) = named.iter().rev().find(|(own, _)| *own == name.value)?;
            Some((name.value.clone(), item.clone()))
        }
        [schema, name] => Some((
            name.value.clone(),
            Item::Relation(Name::new(&schema.value, &name.value)),
        )),
        _ => None,
    }
}

fn renamed(given: Given, alias: &TableAlias) -> Given {
    let mut names = alias.columns.iter().map(|column| column.name.value.clone());
    given
        .into_iter()
        .map(|(name, sources)| (names.next().unwrap_or(name), sources))
        .collect()
}

fn made_of(expression: &Expr, items: &Items, named: &Items) -> Option<Sources> {
    let mut gathering = Gathering::new(items, named);
    let _: ControlFlow<()> = expression.clone().visit(&mut gathering);
    gathering.known()
}

/// Gathers the columns that an expression is made of.
struct Gathering<'a> {
    items: &'a Items,
    named: &'a Items,
    found: Sources,
    is_understood: bool,
}

impl<'a> Gathering<'a> {
    fn new(items: &'a Items, named: &'a Items) -> Self {
        Self {
            items,
            named,
            found: Sources::new(),
            is_understood: true,
        }
    }

    fn known(self) -> Option<Sources> {
        self.is_understood.then_some(self.found)
    }

    fn query(&mut self, query: &Query) {
        match of_query(query, &[self.named.as_slice(), self.items.as_slice()].concat()) {
            Some(given) => self
                .found
                .extend(given.into_iter().flat_map(|(_, sources)| sources)),
            None => self.is_understood = false,
        }
    }

    /// A column by its own name stands in the one relation of FROM, or in the one query that gives it.
    fn column(&mut self, item: Option<&str>, column: &str) {
        let all = self.items.iter().rev().chain(self.named.iter().rev());
        let mut of_name = all.filter(|(name, item_of)| match (item, item_of) {
            (Some(item), _) => name == item,
            (None, Item::Query(given)) => given.iter().any(|(own, _)| own == column),
            (None, _) => true,
        });
        match of_name.next() {
            Some((_, Item::Relation(relation))) => {
                self.found.insert(Source {
                    relation: relation.clone(),
                    column: column.to_owned(),
                });
            }
            Some((_, Item::Query(given))) => {
                let wanted = given.iter().filter(|(own, _)| column == "*" || own == column);
                self.found.extend(wanted.flat_map(|(_, sources)| sources.clone()));
            }
            Some((_, Item::Call(sources))) => self.found.extend(sources.clone()),
            None => self.is_understood = false,
        }
    }

    fn call(&mut self, function: &Function) {
        match &function.args {
            FunctionArguments::Subquery(query) => self.query(query),
            FunctionArguments::List(list) => {
                for argument in &list.args {
                    if let FunctionArg::Unnamed(FunctionArgExpr::QualifiedWildcard(name)) = argument {
                        let item = name.0.last().and_then(|part| part.as_ident());
                        self.column(item.map(|item| item.value.as_str()), "*");
                    }
                }
            }
            FunctionArguments::None => {}
        }
    }
}

impl VisitorMut for Gathering<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<()> {
        // What has been looked at, or does not come out, is not visited again.
        let is_done = match expression {
            Expr::Identifier(name) => {
                self.column(None, &name.value);
                true
            }
            Expr::CompoundIdentifier(names) => {
                if let [.., item, column] = names.as_slice() {
                    self.column(Some(&item.value), &column.value);
                }
                true
            }
            Expr::Subquery(query) => {
                self.query(query);
                true
            }
            Expr::Exists { .. } | Expr::InSubquery { .. } | Expr::IsNull(_) | Expr::IsNotNull(_) => true,
            Expr::Function(function) => {
                self.call(function);
                let is_counting = function.name.to_string() == "count";
                is_counting || matches!(function.args, FunctionArguments::Subquery(_))
            }
            _ => false,
        };
        if is_done {
            *expression = Expr::value(Value::Null);
        }
        ControlFlow::Continue(())
    }
}
