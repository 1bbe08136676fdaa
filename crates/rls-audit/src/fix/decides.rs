//! What no cell hangs on. A fix that changes nothing else need not be measured, and most of those of a large schema do not.

use crate::{
    Catalog, Command,
    catalog::{Grant, Relation},
};

/// Whether both let everybody do the same: they differ in nothing but indexes, what future objects will be granted, and
/// privileges of which no cell speaks.
#[must_use]
pub fn decides_the_same(one: &Catalog, other: &Catalog) -> bool {
    one == other || deciding(one) == deciding(other)
}

fn deciding(catalog: &Catalog) -> Catalog {
    let relation = |own: &Relation| Relation {
        indexes: Vec::new(),
        grants: of_rows(&own.grants),
        ..own.clone()
    };
    Catalog {
        relations: catalog.relations.iter().map(relation).collect(),
        default_privileges: Vec::new(),
        ..catalog.clone()
    }
}

fn of_rows(grants: &[Grant]) -> Vec<Grant> {
    let is_of_rows = |own: &&Grant| {
        Command::ALL
            .iter()
            .any(|command| command.as_str() == own.privilege)
    };
    grants.iter().filter(is_of_rows).cloned().collect()
}
