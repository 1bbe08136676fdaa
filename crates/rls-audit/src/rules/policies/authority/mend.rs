//! What takes such a column out of its subject's hands.

use std::collections::BTreeSet;

use super::{Trusted, Way};
use crate::{catalog::Grant, quoted};

impl Trusted<'_> {
    /// The privilege on every column but this one.
    pub(super) fn fix(&self, ways: &[Way]) -> String {
        let relation = &self.relation.name;
        let roles: BTreeSet<&str> = self
            .facts
            .low_trust()
            .map(|who| who.database_role.as_str())
            .collect();
        let mut statements = Vec::new();
        for command in ways.iter().map(|way| way.command.as_str()) {
            let has_public = |grants: &[Grant]| {
                grants
                    .iter()
                    .any(|own| own.grantee.is_none() && own.privilege == command)
            };
            let is_public = has_public(&self.relation.grants)
                || self.relation.columns.iter().any(|own| has_public(&own.grants));
            let from = is_public
                .then(|| "public".to_owned())
                .into_iter()
                .chain(roles.iter().map(|role| quoted(role)));
            let from: Vec<String> = from.collect();
            let verb = command.to_lowercase();
            statements.push(format!("revoke {verb} on {relation} from {};", from.join(", ")));
            for role in &roles {
                let others = self.relation.columns.iter().filter(|own| {
                    own.name != self.authority.column
                        && (self.facts.has(role, &self.relation.grants, command)
                            || self.facts.has(role, &own.grants, command))
                });
                let others: Vec<String> = others.map(|own| quoted(&own.name)).collect();
                if !others.is_empty() {
                    statements.push(format!(
                        "grant {verb} ({}) on {relation} to {};",
                        others.join(", "),
                        quoted(role)
                    ));
                }
            }
        }
        statements.join("\n")
    }
}
