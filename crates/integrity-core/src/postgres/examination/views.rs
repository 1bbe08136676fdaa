//! The views in `public` for clients that know them.

use sqlx::PgPool;

use super::Symptom;
use crate::{
    Error,
    postgres::{
        failure,
        installation::{Object, is_current},
    },
};

/// Looks at the views in `public`, where there are any: whose they are, whose rights they use, and whether they are what
/// these would make now: `system_alerts`, and the view of the checks, or why that one could not be made.
///
/// Each is made, compared and taken back: the comment on a view proves nothing.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn views(
    pool: &PgPool,
    alerts: &Object,
    checks: Result<&Object, &Error>,
) -> Result<Vec<Symptom>, Error> {
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
                id,
                format!("{name} is read with its owner's rights: Row Level Security does not know who asks"),
                format!("alter view {name} set (security_invoker = true)"),
            ));
            continue;
        }
        let is_checks = view.name == "v_integrity_checks";
        let wanted = if is_checks { checks } else { Ok(alerts) };
        symptoms.push(match wanted {
            Err(why) => unknown(id, &name, why),
            Ok(object) if is_checks && !object.script.contains(&view.comment) => Symptom::warning(
                id,
                format!("{name} was made of other checks, or other parameters, than those chosen now"),
                "run `vigie checks view --install`",
            ),
            Ok(object) => match is_current(pool, object).await {
                Ok(true) => Symptom::ok(id, format!("{name} is Vigie's and up to date")),
                Ok(false) => Symptom::error(
                    id,
                    format!(
                        "{name} says that it is Vigie's, and is not what this program makes: its SQL, its triggers or \
                         its grants differ"
                    ),
                    "run `vigie install --compat` with the same packs",
                ),
                Err(why) => unknown(id, &name, &why),
            },
        });
    }
    Ok(symptoms)
}

/// A lock that somebody holds, or a right that is missing: the view may be anything.
fn unknown(id: String, name: &str, why: &Error) -> Symptom {
    Symptom::unseen(
        id,
        format!("whether {name} is what this program makes was not looked at: {why}"),
        "run `vigie doctor` with the login that owns the schema vigie and the view",
    )
}
