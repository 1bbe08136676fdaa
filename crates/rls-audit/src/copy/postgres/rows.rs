//! Rows for a copy: some of the original's, or such as there might be.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::{Executor as _, PgConnection};

use super::{super::Loss, compose, failure, refusal};
use crate::{
    Catalog, Error,
    catalog::{Relation, RelationKind},
    matrix::{About, CANDIDATES, candidate, ranks, wanted},
    persona,
};

/// The tables that hold rows themselves.
fn tables(catalog: &Catalog) -> impl Iterator<Item = &Relation> {
    catalog
        .own_relations()
        .filter(|relation| relation.kind == RelationKind::Table)
}

/// Some rows of each table of the original.
pub(super) async fn sampled(
    source: &mut PgConnection,
    copy: &mut PgConnection,
    original: &Catalog,
) -> Result<Vec<Loss>, Error> {
    let mut lost = Vec::from_iter(quietly(copy).await?);
    for table in tables(original) {
        let rows = sqlx::query_scalar(compose::rows(table))
            .fetch_all(&mut *source)
            .await;
        let rows: Vec<String> = match rows {
            Ok(rows) => rows,
            Err(error) => {
                let why = format!("its rows cannot be read: {}", refusal(error)?);
                lost.push(Loss::new(table.name.to_string(), why));
                continue;
            }
        };
        if rows.is_empty() {
            continue;
        }
        if let Err(error) = sqlx::query(compose::put(table))
            .bind(rows)
            .execute(&mut *copy)
            .await
        {
            let why = format!("its rows cannot be put there: {}", refusal(error)?);
            lost.push(Loss::new(table.name.to_string(), why));
        }
    }
    Ok(lost)
}

/// Rows as the matrix makes them up: as many as there are ranks, and one of whoever is signed in. A row that a constraint
/// refuses is no loss: there is none.
pub(super) async fn made_up(copy: &mut PgConnection, copied: &Catalog) -> Result<Vec<Loss>, Error> {
    let lost = Vec::from_iter(quietly(copy).await?);
    let personas = persona::automatic(copied, &[]);
    for table in tables(copied) {
        let mut rows: Vec<Value> = Vec::new();
        // Of two rows with the same key the first stays: rather one of whoever has shown who they are.
        for persona in personas.iter().rev() {
            let about = About {
                catalog: copied,
                relation: table,
                persona,
                trusted: &[],
                found: &BTreeMap::new(),
                wanted: &wanted(table),
            };
            rows.extend(about.made_up(&CANDIDATES));
        }
        rows.extend((0..ranks(copied, table).max(2)).map(|n| candidate(copied, table, n).into()));
        for row in rows {
            let put = sqlx::query(compose::put_made_up(table)).bind(row.to_string());
            if let Err(error) = copy.execute(put).await {
                refusal(error)?;
            }
        }
    }
    Ok(lost)
}

/// No trigger fires and no reference is checked from now on.
async fn quietly(copy: &mut PgConnection) -> Result<Option<Loss>, Error> {
    match copy.execute("set session_replication_role = replica").await {
        Ok(_) => Ok(None),
        Err(error) if integrity_core::postgres::error_code(&error).is_some() => {
            let why = "this login may not keep triggers and references out of the way of rows";
            Ok(Some(Loss::new("rows", why)))
        }
        Err(error) => Err(failure(error)),
    }
}
