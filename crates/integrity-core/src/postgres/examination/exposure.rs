//! What strangers reach of Vigie's.

use sqlx::PgPool;

use super::{Symptom, or_fine};
use crate::{Error, postgres::failure};

/// Looks for anything of Vigie's that anonymous callers reach, object by object, and for who may put objects where
/// checks look names up.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn exposure(pool: &PgPool) -> Result<Vec<Symptom>, Error> {
    let reached = sqlx::query_file!("../../sql/integrity-core/examine_exposure.sql")
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    let reached = reached
        .into_iter()
        .map(|row| Symptom::error("exposure.anonymous", row.what, row.remedy));
    let mut symptoms = or_fine(
        reached.collect(),
        "exposure.anonymous",
        "anonymous callers reach nothing of Vigie's",
    );
    let creators = sqlx::query_file_scalar!("../../sql/integrity-core/examine_public.sql")
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    symptoms.extend(creators.into_iter().map(|role| {
        Symptom::warning(
            "exposure.public",
            format!("{role} may create objects in the schema public, where checks look names up"),
            format!("revoke create on schema public from {role}"),
        )
    }));
    Ok(symptoms)
}

/// Looks at the views in `public`, where there are any: whose they are, whose rights they use, and whether the view of
/// the checks is the one that this text (the SQL that would create it now) makes.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn views(pool: &PgPool, generated: Option<&str>) -> Result<Vec<Symptom>, Error> {
    let views = sqlx::query_file!("../../sql/integrity-core/examine_views.sql")
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    let mut symptoms = Vec::new();
    for view in views {
        let (id, name) = (format!("view.{}", view.name), format!("public.{}", view.name));
        if !view.is_ours {
            symptoms.push(Symptom::warning(
                id,
                format!("{name} is not Vigie's: clients that read it do not read Vigie's alerts"),
                format!("rename it, and run `vigie install --compat`; or leave it: {name} is optional"),
            ));
            continue;
        }
        if !view.is_invoker {
            symptoms.push(Symptom::error(
                id.clone(),
                format!("{name} is read with its owner's rights: Row Level Security does not know who asks"),
                format!("alter view {name} set (security_invoker = true)"),
            ));
        }
        let is_checks = view.name == "v_integrity_checks";
        match generated.filter(|_| is_checks) {
            Some(sql) if !sql.contains(&view.comment) => symptoms.push(Symptom::warning(
                id.clone(),
                format!("{name} was made of other checks, or other parameters, than those chosen now"),
                "run `vigie checks view --install`",
            )),
            None if is_checks => symptoms.push(Symptom::warning(
                id.clone(),
                format!(
                    "whether {name} is up to date: not looked at, since the view of today could not be made"
                ),
                "see what is said of the checks",
            )),
            _ => {}
        }
        if !symptoms.iter().any(|symptom| symptom.id == id) {
            symptoms.push(Symptom::ok(id, format!("{name} is Vigie's and up to date")));
        }
    }
    Ok(symptoms)
}
