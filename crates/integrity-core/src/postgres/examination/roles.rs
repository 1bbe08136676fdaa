//! The roles that Vigie knows: whether they are there, and not stronger than they should be; and what they lack.

use sqlx::PgPool;

use super::{Symptom, or_fine};
use crate::{Error, postgres::failure};

/// A role as the server has it.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute as the catalog has it"
)]
struct Role {
    name: String,
    exists: bool,
    may_log_in: bool,
    is_superuser: bool,
    bypasses_rls: bool,
    creates_roles: bool,
    creates_databases_or_replicates: bool,
    /// Every role that it is a member of, directly or through another,
    groups: Vec<String>,
    /// each beside the role that has the membership itself,
    holders: Vec<String>,
    /// and whether it is a superuser, bypasses Row Level Security or may create roles.
    are_strong: Vec<bool>,
}

/// Looks for the roles that roles.sql makes, and at `anon`.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn roles(pool: &PgPool) -> Result<Vec<Symptom>, Error> {
    let roles = sqlx::query_file_as!(Role, "../../sql/integrity-core/examine_roles.sql")
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    Ok(roles.iter().flat_map(Role::symptoms).collect())
}

/// Looks for grants and policies of roles.sql that are missing in the schema `vigie`, and for those that it does not make.
///
/// Cancel safe.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn grants(pool: &PgPool) -> Result<Vec<Symptom>, Error> {
    let differences = sqlx::query_file!("../../sql/integrity-core/examine_grants.sql")
        .fetch_all(pool)
        .await
        .map_err(failure)?;
    let (missing, excess): (Vec<_>, Vec<_>) = differences.into_iter().partition(|row| row.is_missing);
    let missing = missing.into_iter().map(|row| {
        let remedy = match row.remedy {
            Some(sql) => format!("run `vigie install`, or: {sql}"),
            None => "run `vigie install`".to_owned(),
        };
        Symptom::error("privilege.missing", row.what, remedy)
    });
    let excess = excess.into_iter().map(|row| {
        let (id, remedy) = ("privilege.excess", row.remedy.unwrap_or_default());
        if row.is_error {
            Symptom::error(id, row.what, remedy)
        } else {
            Symptom::warning(id, row.what, format!("unless a check needs it: {remedy}"))
        }
    });
    let mut symptoms = or_fine(
        missing.collect(),
        "privilege.missing",
        "every role has the grants and policies that it needs, and Row Level Security is on",
    );
    symptoms.extend(or_fine(
        excess.collect(),
        "privilege.excess",
        "in the schema vigie there are no grants and policies but Vigie's own",
    ));
    Ok(symptoms)
}

impl Role {
    fn symptoms(&self) -> Vec<Symptom> {
        let Self { name, .. } = self;
        let id = format!("role.{name}");
        if !self.exists {
            // A host without anonymous callers needs no role for them.
            return match name.as_str() {
                "anon" => Vec::new(),
                _ => vec![Symptom::error(
                    id,
                    format!("there is no role {name}"),
                    "run `vigie install`",
                )],
            };
        }
        let mut symptoms: Vec<_> = self
            .excesses()
            .into_iter()
            .map(|(is_error, what, remedy)| {
                let what = format!("{name} {what}");
                if is_error {
                    Symptom::error(id.clone(), what, remedy)
                } else {
                    Symptom::warning(id.clone(), what, remedy)
                }
            })
            .collect();
        if symptoms.is_empty() {
            symptoms.push(Symptom::ok(id, format!("{name} is as it should be")));
        }
        symptoms
    }

    /// What the role has and should not: whether that is an error, in words, and the remedy.
    fn excesses(&self) -> Vec<(bool, String, String)> {
        let name = &self.name;
        let is_persons = ["authenticated", "anon"].contains(&name.as_str());
        let alter = |what: &str| format!("alter role {name} {what}");
        let mut found = Vec::new();
        if self.is_superuser {
            found.push((
                true,
                "is a superuser, whom nothing is refused".to_owned(),
                alter("nosuperuser"),
            ));
        }
        if self.creates_roles {
            let what = "may create roles, and so make itself another".to_owned();
            found.push((true, what, alter("nocreaterole")));
        }
        if self.bypasses_rls && !self.is_superuser && name != "vigie_eval" {
            let what = "bypasses Row Level Security: it sees every row of every table that it may read";
            // the service reads what its policies let it; for people, the policies are all there is
            found.push((name != "vigie_sync", what.to_owned(), alter("nobypassrls")));
        }
        if self.creates_databases_or_replicates {
            let what = "may create databases or replicate, which it never needs".to_owned();
            found.push((false, what, alter("nocreatedb noreplication")));
        }
        if is_persons && self.may_log_in {
            let what = "may log in, though it only stands for callers".to_owned();
            found.push((false, what, alter("nologin")));
        }
        found.extend(self.memberships(is_persons));
        found
    }

    /// What the role may become, as [`Role::excesses`].
    fn memberships(&self, is_persons: bool) -> Vec<(bool, String, String)> {
        let name = &self.name;
        let mut found = Vec::new();
        for ((group, holder), is_strong) in self.groups.iter().zip(&self.holders).zip(&self.are_strong) {
            let is_error = *is_strong || group.starts_with("vigie_") || name == "vigie_eval";
            let is_direct = holder == name;
            // to act for people is what vigie_api is for
            let allowed = name == "vigie_api" && group == "authenticated" && is_direct;
            // what else a host's own roles are members of is the host's business
            if !allowed && (is_error || (!is_persons && is_direct)) {
                let through = if is_direct {
                    String::new()
                } else {
                    format!(" through {holder}")
                };
                let what = format!("is a member of {group}{through}, and so may do what that role may");
                found.push((is_error, what, format!("revoke {group} from {holder}")));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str) -> Role {
        Role {
            name: name.to_owned(),
            exists: true,
            may_log_in: false,
            is_superuser: false,
            bypasses_rls: false,
            creates_roles: false,
            creates_databases_or_replicates: false,
            groups: Vec::new(),
            holders: Vec::new(),
            are_strong: Vec::new(),
        }
    }

    fn levels(role: &Role) -> Vec<&'static str> {
        role.symptoms()
            .iter()
            .map(|symptom| symptom.level.as_str())
            .collect()
    }

    #[test]
    fn a_role_that_is_not_there_is_an_error_but_for_anon() {
        let absent = |name| Role {
            exists: false,
            ..role(name)
        };
        assert_eq!(levels(&absent("vigie_eval")), ["error"]);
        assert_eq!(levels(&absent("authenticated")), ["error"]);
        assert!(levels(&absent("anon")).is_empty());
    }

    #[test]
    fn only_the_evaluating_login_may_bypass_row_level_security() {
        let strong = |name| Role {
            bypasses_rls: true,
            ..role(name)
        };
        assert_eq!(levels(&strong("vigie_eval")), ["ok"]);
        assert_eq!(levels(&strong("vigie_sync")), ["warning"]);
        assert_eq!(levels(&strong("vigie_api")), ["error"]);
        assert_eq!(levels(&strong("authenticated")), ["error"]);
    }

    #[test]
    fn memberships_are_judged() {
        let through = |name: &str, holder: &str, of: &str, is_strong| Role {
            groups: vec![of.to_owned()],
            holders: vec![holder.to_owned()],
            are_strong: vec![is_strong],
            ..role(name)
        };
        let member = |name, of| through(name, name, of, of == "service_role");
        assert_eq!(levels(&member("vigie_api", "authenticated")), ["ok"]);
        assert_eq!(levels(&member("vigie_api", "readers")), ["warning"]);
        assert_eq!(levels(&member("vigie_api", "service_role")), ["error"]);
        assert_eq!(levels(&member("vigie_eval", "authenticated")), ["error"]);
        assert_eq!(levels(&member("authenticated", "vigie_sync")), ["error"]);
        assert_eq!(levels(&member("authenticated", "readers")), ["ok"]);
        let api = |of, is_strong| levels(&through("vigie_api", "authenticated", of, is_strong));
        assert_eq!(api("readers", false), ["ok"]);
        assert_eq!(api("service_role", true), ["error"]);
    }

    #[test]
    fn attributes_are_judged_each_by_itself() {
        let role = Role {
            may_log_in: true,
            creates_roles: true,
            creates_databases_or_replicates: true,
            ..role("authenticated")
        };
        assert_eq!(levels(&role), ["error", "warning", "warning"]);
        assert_eq!(
            levels(&Role {
                is_superuser: true,
                ..role.clone()
            })[0],
            "error"
        );
        assert_eq!(
            levels(&Role {
                may_log_in: true,
                ..self::role("vigie_sync")
            }),
            ["ok"]
        );
    }
}
