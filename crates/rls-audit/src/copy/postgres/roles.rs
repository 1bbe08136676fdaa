//! Roles belong to a whole server: those that the copy's lacks are made, those that it has are left as they are.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::{super::Loss, compose, tried};
use crate::{
    Catalog, Error,
    catalog::{Membership, Role},
};

/// Makes the roles of the original that the copy lacks, and who is a member of them. None of them can log in.
pub(super) async fn bring(
    copy: &mut PgConnection,
    original: &Catalog,
    before: &Catalog,
) -> Result<Vec<Loss>, Error> {
    let mut lost = Vec::new();
    for role in own(original).filter(|role| before.role(&role.name).is_none()) {
        lost.extend(tried(copy, compose::role(role), &format!("role {}", role.name)).await?);
    }
    for membership in &original.memberships {
        let is_there = before.memberships.contains(membership);
        let is_theirs = [&membership.role, &membership.member]
            .iter()
            .all(|name| before.role(name).is_some());
        if !is_there && !is_theirs {
            let sql = compose::member(membership, before.server.version);
            lost.extend(tried(copy, sql, &said(membership)).await?);
        }
    }
    Ok(lost)
}

/// Roles that can do something else there, for they were there before.
pub(super) fn differences(original: &Catalog, copied: &Catalog) -> Vec<Loss> {
    let mut lost = Vec::new();
    for role in own(original) {
        let Some(there) = copied.role(&role.name) else {
            continue;
        };
        let what = |role: &Role| (role.is_superuser, role.bypasses_rls, role.inherits);
        if what(role) != what(there) {
            lost.push(Loss::new(
                format!("role {}", role.name),
                "it is there already with other attributes",
            ));
        }
    }
    let known: BTreeSet<&str> = original.roles.iter().map(|role| role.name.as_str()).collect();
    let among = |catalog: &Catalog| -> BTreeSet<Membership> {
        let known = catalog.memberships.iter().filter(|membership| {
            known.contains(membership.role.as_str()) && known.contains(membership.member.as_str())
        });
        known
            .map(|membership| Membership {
                admin: false,
                ..membership.clone()
            })
            .collect()
    };
    let (here, there) = (among(original), among(copied));
    lost.extend(
        here.symmetric_difference(&there)
            .map(|membership| Loss::new(said(membership), "it is not the same there")),
    );
    lost
}

fn own(catalog: &Catalog) -> impl Iterator<Item = &Role> {
    catalog.roles.iter().filter(|role| !role.name.starts_with("pg_"))
}

fn said(membership: &Membership) -> String {
    format!("membership of {} in {}", membership.member, membership.role)
}
