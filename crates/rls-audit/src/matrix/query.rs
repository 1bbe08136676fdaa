//! The query of a view, as PostgreSQL prints it, over other rows than those that there are.

use std::ops::ControlFlow;

use sqlparser::{
    ast::{Ident, ObjectName, SetExpr, Statement, TableAlias, TableFactor, VisitMut as _, VisitorMut},
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use crate::Name;

/// The query with each relation that `stands_for` knows replaced by what it says; `None` where it is not understood.
pub(crate) fn replaced(
    definition: &str,
    stands_for: &mut dyn FnMut(&Name) -> Option<String>,
) -> Option<String> {
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, definition).ok()?;
    let [query] = statements.as_mut_slice() else {
        return None;
    };
    let _: ControlFlow<()> = query.visit(&mut Replacing(stands_for));
    Some(query.to_string())
}

/// The one relation of the query's FROM: what a view writes to.
pub(crate) fn written_to(definition: &str) -> Option<Name> {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, definition).ok()?;
    let [Statement::Query(query)] = statements.as_slice() else {
        return None;
    };
    let SetExpr::Select(select) = query.body.as_ref() else {
        return None;
    };
    let [from] = select.from.as_slice() else {
        return None;
    };
    match &from.relation {
        TableFactor::Table { name, .. } if from.joins.is_empty() => named(name),
        _ => None,
    }
}

/// A schema, and a name in it.
fn named(name: &ObjectName) -> Option<Name> {
    let parts = name
        .0
        .iter()
        .filter_map(|part| Some(part.as_ident()?.value.clone()));
    match parts.collect::<Vec<_>>().as_slice() {
        [schema, own] => Some(Name::new(schema, own)),
        _ => None,
    }
}

struct Replacing<'a>(&'a mut dyn FnMut(&Name) -> Option<String>);

impl VisitorMut for Replacing<'_> {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        let TableFactor::Table {
            name,
            alias,
            args: None,
            ..
        } = factor
        else {
            return ControlFlow::Continue(());
        };
        let Some(known) = named(name) else {
            return ControlFlow::Continue(());
        };
        let own = known.name.as_str();
        if let Some(other) = (self.0)(&known) {
            *name = ObjectName::from(vec![Ident::new(other)]);
            alias.get_or_insert_with(|| TableAlias {
                explicit: true,
                name: Ident::with_quote('"', own),
                columns: Vec::new(),
                at: None,
            });
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_replaced_and_goes_by_its_name() {
        let definition = " SELECT t.id,\n    x.\"N\"\n   FROM (public.t\n     JOIN public.\"T 2\" x ON ((x.id = t.id)))\n\
            WHERE ((t.state)::text = 'a'::text) AND (EXISTS ( SELECT 1 FROM pg_catalog.pg_class));";
        let mut asked = Vec::new();
        let query = replaced(definition, &mut |name| {
            asked.push(name.to_string());
            (name.schema == "public").then(|| format!("s{}", asked.len()))
        });
        let query = query.expect("it is understood");
        assert_eq!(asked, ["public.t", "public.\"T 2\"", "pg_catalog.pg_class"]);
        assert!(query.contains("s1 AS \"t\""), "{query}");
        assert!(
            query.contains("s2 x ON") && query.contains("pg_catalog.pg_class"),
            "{query}"
        );
        assert_eq!(replaced("no query", &mut |_| None), None);
    }
}
