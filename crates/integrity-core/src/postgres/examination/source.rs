//! Where people's roles come from, and whether they could write it themselves.

use sqlx::PgPool;

use super::Symptom;
use crate::{
    Error,
    postgres::{
        failure,
        installation::{RoleSource, RoleSourceInForce, role_source},
    },
};

/// Looks at the source of roles.
///
/// Cancel safe.
///
/// # Errors
/// `Forbidden` when the login may not look, `Unavailable` when the database does not answer, `Corrupt` when what stands
/// there was not written by this program.
pub async fn source(pool: &PgPool) -> Result<Vec<Symptom>, Error> {
    let in_force = role_source(pool).await?;
    let mut symptoms = Vec::new();
    if !in_force.is_in_force {
        symptoms.push(Symptom::error(
            "source.replaced",
            format!(
                "vigie.actor_role() is not what its source ({}) makes of it",
                in_force.source
            ),
            format!("run `vigie install --role-source '{}'`", in_force.source),
        ));
    }
    if !in_force.is_untouched {
        symptoms.push(Symptom::error(
            "source.replaced",
            "vigie.actor_role() has lost its owner, its owner's rights or its search path, or vigie.actor_id() is not as \
             it was made: who is signed in, or their role, could be another",
            "make both as the migration create_identity does, owned by the owner of vigie.members; then run \
             `vigie install --role-source …` again",
        ));
    }
    symptoms.extend(in_force.objections.iter().map(|objection| {
        Symptom::error(
            "source.query",
            format!("this source of roles would be refused now: {objection}"),
            "run `vigie install --role-source …` with another source",
        )
    }));
    symptoms.extend(writable(pool, &in_force).await?);
    symptoms.extend(code(pool, &in_force).await?);
    if in_force.source == RoleSource::Members {
        let count = sqlx::query_file_scalar!("../../sql/integrity-core/examine_members.sql")
            .fetch_one(pool)
            .await;
        match count.map_err(failure) {
            Ok(0) => symptoms.push(Symptom::warning(
                "source.members",
                "vigie.members is empty: nobody can act on an alert",
                "insert into vigie.members (user_id, role) values ('…', 'admin')",
            )),
            Ok(_) => {}
            Err(error @ Error::Unavailable(_)) => return Err(error),
            Err(error) => symptoms.push(Symptom::not_looked_at("source.members", &error)),
        }
    }
    if symptoms.is_empty() {
        let what = format!(
            "people's roles come from {}, which they cannot write as far as privileges, policies and the text of \
             functions tell",
            in_force.source
        );
        symptoms.push(Symptom::ok("source.roles", what));
    }
    Ok(symptoms)
}

/// Every way in which a caller could make themselves admin.
async fn writable(pool: &PgPool, in_force: &RoleSourceInForce) -> Result<Vec<Symptom>, Error> {
    let (oids, direct): (Vec<i64>, Vec<bool>) = in_force
        .relations
        .iter()
        .map(|relation| (relation.oid, relation.direct))
        .unzip();
    let (read, names): (Vec<i64>, Vec<String>) = in_force
        .columns
        .iter()
        .map(|column| (column.relation, column.name.clone()))
        .unzip();
    let ways = sqlx::query_file!(
        "../../sql/integrity-core/examine_source.sql",
        &oids,
        &direct,
        &read,
        &names
    );
    let ways = ways.fetch_all(pool).await.map_err(failure)?;
    let symptoms = ways.into_iter().map(|way| {
        let kind = if way.is_view { "the view " } else { "" };
        let seen = format!(
            "{} may {} on {kind}{}, which decides about people's roles",
            way.role, way.privilege, way.relation
        );
        if way.privilege == "TRUNCATE" {
            let what = format!("{seen}: it can empty it, and then nobody has a role");
            return Symptom::warning("source.writable", what, way.remedy);
        }
        let whoever = if way.role == "anon" {
            "anybody, without being signed in, could decide who is admin"
        } else {
            "who is signed in could make themselves admin"
        };
        Symptom::error("source.writable", format!("{seen}: {whoever}"), way.remedy)
    });
    Ok(symptoms.collect())
}

/// Functions and triggers that could write it for a caller who may not.
async fn code(pool: &PgPool, in_force: &RoleSourceInForce) -> Result<Vec<Symptom>, Error> {
    let oids: Vec<i64> = in_force.relations.iter().map(|relation| relation.oid).collect();
    let found = sqlx::query_file!("../../sql/integrity-core/examine_source_code.sql", &oids)
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    let symptoms = found.into_iter().map(|code| {
        if code.is_known {
            Symptom::warning("source.function", code.what, code.remedy)
        } else {
            let what = format!(
                "{}: whether that decides about roles was not looked at",
                code.what
            );
            Symptom::unseen("source.trigger", what, code.remedy)
        }
    });
    Ok(symptoms.collect())
}
