//! The grants of `vigie_eval`: it reads what the checks read, and nothing else.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::{reads::Reads, work::Work};
use crate::{CheckCode, Error, Failure, postgres::failure};

impl Work {
    /// Lets `vigie_eval` read what the checks read, and nothing else. `are_all`: what it may read beyond is named.
    pub(super) async fn evaluator(
        &mut self,
        known: &[(CheckCode, Result<Reads, Failure>)],
        are_all: bool,
    ) -> Result<(), Error> {
        let mut relations = BTreeSet::new();
        let mut functions = BTreeSet::new();
        let mut guarded = BTreeSet::new();
        for (code, reads) in known {
            let granted = reads
                .as_ref()
                .map_err(|why| format!("what it reads cannot be told: {why}"))
                .and_then(|reads| refused(reads).map_or(Ok(reads), Err));
            match granted {
                Ok(reads) => {
                    for relation in reads.as_caller() {
                        relations.insert(relation.oid);
                        if relation.row_security {
                            guarded.insert(format!("{}.{}", relation.schema, relation.name));
                        }
                    }
                    functions.extend(reads.functions.iter().map(|function| function.oid));
                }
                Err(why) => self.installed.left_out.push((code.clone(), why)),
            }
        }
        let (relations, functions): (Vec<i64>, Vec<i64>) =
            (relations.into_iter().collect(), functions.into_iter().collect());
        let grants = missing_grants(&mut self.transaction, &relations, &functions).await?;
        if !grants.is_empty() {
            let sql = grants.join(";\n");
            if let Err(error) = self.step("the grants of vigie_eval", sql.clone().into()).await {
                return Err(match error {
                    Error::Forbidden { reason } => Error::Forbidden {
                        reason: format!(
                            "{reason}; let the owner run this first: {}",
                            sql.replace('\n', " ")
                        ),
                    },
                    other => other,
                });
            }
            // A login that may not give something is only warned by PostgreSQL, and gives nothing.
            let still = missing_grants(&mut self.transaction, &relations, &functions).await?;
            if !still.is_empty() {
                return Err(Error::Forbidden {
                    reason: format!(
                        "this login may not give this; let the owner run it first: {};",
                        still.join("; ")
                    ),
                });
            }
        }
        if known
            .iter()
            .filter_map(|(_, reads)| reads.as_ref().ok())
            .any(reads_sequences)
        {
            self.sequences().await?;
        }
        for (grant, _) in self.missing(&relations, &functions).await? {
            self.installed.warnings.push(format!(
                "vigie_eval lacks what belongs to the server itself, and Vigie does not grant it: {grant}"
            ));
        }
        if are_all {
            self.unused(&relations, &functions).await?;
        }
        self.evaluators_standing(&guarded).await
    }

    /// Lets `vigie_eval` see how far sequences have got. Those that are not this login's to give are named.
    async fn sequences(&mut self) -> Result<(), Error> {
        let missing = sqlx::query_file!("../../sql/integrity-core/installation_missing_sequences.sql")
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(failure)?;
        let (given, kept): (Vec<_>, Vec<_>) = missing.into_iter().partition(|row| row.may_grant);
        if !given.is_empty() {
            let grants: Vec<String> = given.into_iter().map(|row| row.grant).collect();
            self.step("the sequences for vigie_eval", grants.join(";\n").into())
                .await?;
        }
        for row in kept {
            self.installed.warnings.push(format!(
                "vigie_eval cannot see how far a sequence has got, and this login may not let it: {}",
                row.grant
            ));
        }
        Ok(())
    }

    async fn missing(&mut self, relations: &[i64], functions: &[i64]) -> Result<Vec<(String, bool)>, Error> {
        missing(&mut self.transaction, relations, functions).await
    }

    async fn unused(&mut self, relations: &[i64], functions: &[i64]) -> Result<(), Error> {
        let unused = sqlx::query_file_scalar!(
            "../../sql/integrity-core/installation_unused_grants.sql",
            relations,
            functions
        )
        .fetch_all(&mut *self.transaction)
        .await
        .map_err(failure)?;
        for undo in unused {
            self.installed.notes.push(format!(
                "no check chosen now needs this; to take it back: {undo};"
            ));
        }
        Ok(())
    }

    /// What follows from how the evaluating login stands.
    async fn evaluators_standing(&mut self, guarded: &BTreeSet<String>) -> Result<(), Error> {
        let standing = sqlx::query_file!("../../sql/integrity-core/installation_evaluator.sql")
            .fetch_one(&mut *self.transaction)
            .await
            .map_err(failure)?;
        let warnings = &mut self.installed.warnings;
        if !standing.bypasses_rls {
            let tables: Vec<_> = guarded.iter().map(String::as_str).collect();
            warnings.push(format!(
                "vigie_eval has no BYPASSRLS, and this login may not give it; {}; remedy, as a superuser: \
                 alter role vigie_eval bypassrls",
                if tables.is_empty() {
                    "a check that comes to read a table with Row Level Security will end as Failed(Privilege)"
                        .to_owned()
                } else {
                    format!(
                        "checks that read {} will end as Failed(Privilege)",
                        tables.join(", ")
                    )
                }
            ));
        }
        if !standing.member_of.is_empty() {
            warnings.push(format!(
                "vigie_eval is a member of {}, and a check could become that role; remedy: revoke {0} from vigie_eval",
                standing.member_of.join(", ")
            ));
        }
        Ok(())
    }
}

/// Why a check is given nothing, though it is known what it reads: the evaluating login sees none of Vigie's rows and
/// calls nothing that may change something.
fn refused(reads: &Reads) -> Option<String> {
    let is_ours = |schema: &str| schema == "vigie";
    let relation = reads.as_caller().find(|relation| is_ours(&relation.schema));
    if let Some(relation) = relation {
        return Some(format!(
            "it reads {}.{}, which is Vigie's own",
            relation.schema, relation.name
        ));
    }
    let functions = &reads.functions;
    let is_systems = |schema: &str| matches!(schema, "pg_catalog" | "information_schema");
    functions.iter().find_map(|function| {
        let name = format!("{}.{}()", function.schema, function.name);
        if is_ours(&function.schema) {
            Some(format!("it calls {name}, which is Vigie's own"))
        } else if function.volatile && !is_systems(&function.schema) {
            Some(format!(
                "it calls {name}, which is volatile: it may change something; make it stable, if it is"
            ))
        } else {
            None
        }
    })
}

fn reads_sequences(reads: &Reads) -> bool {
    let is_it = |schema: &str, name: &str| schema == "pg_catalog" && name == "pg_sequence_last_value";
    reads
        .functions
        .iter()
        .any(|function| is_it(&function.schema, &function.name))
}

async fn missing_grants(
    connection: &mut PgConnection,
    relations: &[i64],
    functions: &[i64],
) -> Result<Vec<String>, Error> {
    let missing = missing(connection, relations, functions).await?;
    Ok(missing
        .into_iter()
        .filter(|(_, is_systems)| !is_systems)
        .map(|(grant, _)| grant)
        .collect())
}

async fn missing(
    connection: &mut PgConnection,
    relations: &[i64],
    functions: &[i64],
) -> Result<Vec<(String, bool)>, Error> {
    let rows = sqlx::query_file!(
        "../../sql/integrity-core/installation_missing_grants.sql",
        relations,
        functions
    )
    .fetch_all(connection)
    .await
    .map_err(failure)?;
    Ok(rows.into_iter().map(|row| (row.grant, row.is_systems)).collect())
}
