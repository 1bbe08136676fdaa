//! The login that runs the checks' SQL: whether it sees everything, and can change nothing.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgPool;

use super::{Server, Symptom, or_fine};
use crate::{
    Error,
    postgres::{failure, installation::Reads},
};

/// Who runs the checks' SQL, and what the checks read.
#[derive(Debug, Clone, Default)]
pub struct Evaluator {
    /// The login.
    pub login: String,
    /// Whether it is the service's own login, since no other was configured: then nothing is to be granted to it.
    pub is_service: bool,
    /// What every check that PostgreSQL could take apart reads and calls.
    pub reads: Vec<Reads>,
}

/// Whether the evaluating login looks at the same database, which is what alerts are about.
#[must_use]
pub fn same_database(alerts: &Server, checks: &Server) -> Symptom {
    let id = "evaluator.database";
    if alerts.database != checks.database {
        let what = format!(
            "checks are evaluated on the database {}, alerts are kept in {}",
            checks.database, alerts.database
        );
        return Symptom::error(id, what, "name the same database in both URLs");
    }
    if checks.is_replica {
        let what = "checks are evaluated on a server that follows another one, and sees what was";
        return Symptom::warning(id, what, "name the server that it follows in eval_url");
    }
    if alerts.started_at != checks.started_at {
        let what = "checks are evaluated on another server than the one that keeps the alerts";
        return Symptom::error(id, what, "name the same server in both URLs");
    }
    Symptom::ok(id, "checks are evaluated on the database that keeps the alerts")
}

/// What the login lacks to read what the checks read.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn lacks(pool: &PgPool, evaluator: &Evaluator) -> Result<Vec<Symptom>, Error> {
    let relations: BTreeSet<i64> = evaluator
        .reads
        .iter()
        .flat_map(Reads::as_caller)
        .map(|relation| relation.oid)
        .collect();
    let functions: BTreeSet<i64> = evaluator
        .reads
        .iter()
        .flat_map(|reads| &reads.functions)
        .map(|function| function.oid)
        .collect();
    let lacks = sqlx::query_file!(
        "../../sql/integrity-core/examine_lacks.sql",
        evaluator.login,
        &Vec::from_iter(relations),
        &Vec::from_iter(functions)
    );
    let lacks = lacks.fetch_all(pool).await.map_err(failure)?;
    let symptoms = lacks.into_iter().map(|row| {
        let id = "evaluator.privilege";
        let remedy = evaluator.remedy(format!(
            "run `vigie install` with the same packs, or: {}",
            row.remedy
        ));
        if row.is_known {
            let what = format!("{} runs the checks, and {}", evaluator.login, row.lack);
            Symptom::error(id, what, remedy)
        } else {
            let what = format!(
                "{} runs the checks, and {}; whether the checks read others was not looked at",
                evaluator.login, row.lack
            );
            Symptom::unseen(id, what, remedy)
        }
    });
    Ok(or_fine(
        symptoms.collect(),
        "evaluator.privilege",
        &format!(
            "{} may read every relation and call every function that the checks name",
            evaluator.login
        ),
    ))
}

/// From which tables that the checks read Row Level Security hides rows: from the login, or from the owner of a view in
/// between, whose rights decide there; and behind which relations and functions that cannot be told.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn blindness(pool: &PgPool, evaluator: &Evaluator) -> Result<Vec<Symptom>, Error> {
    let guarded: BTreeSet<(i64, &str)> = evaluator
        .reads
        .iter()
        .flat_map(|reads| &reads.relations)
        .filter(|relation| relation.row_security)
        .map(|relation| {
            let role = relation.read_as.as_deref().unwrap_or(&evaluator.login);
            (relation.oid, role)
        })
        .collect();
    let (oids, roles): (Vec<i64>, Vec<String>) = guarded
        .into_iter()
        .map(|(oid, role)| (oid, role.to_owned()))
        .unzip();
    let blind = sqlx::query_file!("../../sql/integrity-core/examine_blindness.sql", &oids, &roles);
    let blind = blind.fetch_all(pool).await.map_err(failure)?;
    let mut by_role: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in blind {
        by_role.entry(row.role).or_default().push(row.relation);
    }
    let symptoms = by_role.into_iter().map(|(role, relations)| {
        let relations = relations.join(", ");
        let is_login = role == evaluator.login;
        let who = if is_login {
            format!("{role}, who runs the checks")
        } else {
            format!("{role}, who owns a view that the checks read through")
        };
        Symptom::error(
            "evaluator.blind",
            format!(
                "Row Level Security hides rows of {relations} from {who}; what a check does not see, it cannot find"
            ),
            match format!("alter role {} bypassrls", quoted(&role)) {
                alter if is_login => evaluator.remedy(alter),
                alter => alter,
            },
        )
    });
    let mut symptoms: Vec<_> = symptoms.collect();
    symptoms.extend(opaque(pool, evaluator).await?);
    Ok(or_fine(
        symptoms,
        "evaluator.blind",
        "Row Level Security hides nothing from the checks",
    ))
}

/// What hides what it reads, and so whether Row Level Security hides rows from it.
async fn opaque(pool: &PgPool, evaluator: &Evaluator) -> Result<Vec<Symptom>, Error> {
    let reads = || evaluator.reads.iter();
    let relations: BTreeSet<i64> = reads().flat_map(|r| &r.relations).map(|r| r.oid).collect();
    let functions: BTreeSet<i64> = reads().flat_map(|r| &r.functions).map(|f| f.oid).collect();
    let opaque = sqlx::query_file_scalar!(
        "../../sql/integrity-core/examine_opaque.sql",
        &Vec::from_iter(relations),
        &Vec::from_iter(functions)
    );
    let opaque = opaque.fetch_all(pool).await.map_err(failure)?;
    let symptoms = opaque.into_iter().map(|what| {
        Symptom::unseen(
            "evaluator.blind",
            format!("{what}: whether rows are hidden from the checks there was not looked at"),
            "let the checks read the tables themselves",
        )
    });
    Ok(symptoms.collect())
}

/// What the evaluating login could change.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn writes(pool: &PgPool, evaluator: &Evaluator) -> Result<Vec<Symptom>, Error> {
    let login = &evaluator.login;
    let writes = sqlx::query_file!("../../sql/integrity-core/examine_writes.sql", login);
    let writes = writes.fetch_all(pool).await.map_err(failure)?;
    let symptoms = writes.into_iter().map(|row| {
        let (object, privileges) = (row.object, row.privileges);
        Symptom::warning(
            "evaluator.writes",
            format!("{login} only has to read, and may {privileges} on {object}"),
            format!("revoke {privileges} on {object} from {}", quoted(login)),
        )
    });
    let mut symptoms: Vec<_> = symptoms.collect();
    let definers = sqlx::query_file_scalar!("../../sql/integrity-core/examine_definers.sql", login);
    let definers = definers.fetch_all(pool).await.map_err(failure)?;
    if !definers.is_empty() {
        let more = if definers.len() > 3 { " and others" } else { "" };
        let named = definers.iter().take(3).map(String::as_str).collect::<Vec<_>>();
        symptoms.push(Symptom::warning(
            "evaluator.writes",
            format!(
                "{login} only has to read, and may call {}{more}, which may change what their owners may (SECURITY \
                 DEFINER)",
                named.join(", ")
            ),
            format!(
                "revoke execute on them from public, or from {}, where they change anything",
                quoted(login)
            ),
        ));
    }
    Ok(or_fine(
        symptoms,
        "evaluator.writes",
        &format!(
            "{login} may write to no relation, create nothing that stays, and call no volatile function with its owner's \
             rights"
        ),
    ))
}

impl Evaluator {
    /// What would mend the evaluating login; where the service's own stands in for it, that one is left as it is.
    fn remedy(&self, mend: String) -> String {
        if self.is_service {
            "run `vigie install`, and name the login vigie_eval in VIGIE_EVAL_URL or eval_url_file".to_owned()
        } else {
            mend
        }
    }
}

/// A role's name as SQL writes it; for people to read and paste.
fn quoted(role: &str) -> String {
    let is_plain = role.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && role
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain {
        role.to_owned()
    } else {
        format!("\"{}\"", role.replace('"', "\"\""))
    }
}
