//! Privileges that reach somebody: what they are, whom they were given to, and how they are taken back.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{catalog::Grant, quoted};

/// A privilege that reaches somebody of little trust.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gift<'a> {
    /// To whom it was granted; `None` is PUBLIC.
    pub(super) grantee: Option<&'a str>,
    pub(super) privilege: &'a str,
    /// On which column alone.
    pub(super) column: Option<&'a str>,
}

/// Some of them, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Gifts<'a>(pub(super) BTreeSet<Gift<'a>>);

impl<'a> Gifts<'a> {
    /// Those of the grants that reach any of these roles, each with all whose privileges it has, for any of these
    /// privileges.
    pub(super) fn of(
        roles: &[&BTreeSet<&str>],
        grants: &'a [Grant],
        privileges: &[&str],
        column: Option<&'a str>,
    ) -> Self {
        let reaches = |grant: &&Grant| match grant.grantee.as_deref() {
            None => !roles.is_empty(),
            Some(grantee) => roles.iter().any(|all| all.contains(grantee)),
        };
        let gift = |grant: &'a Grant| Gift {
            grantee: grant.grantee.as_deref(),
            privilege: &grant.privilege,
            column,
        };
        let wanted = grants
            .iter()
            .filter(|grant| privileges.contains(&grant.privilege.as_str()));
        Self(wanted.filter(reaches).map(gift).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As evidence, one a line.
    pub(super) fn told(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(ToString::to_string)
    }

    /// To whom these were granted, as a sentence lists them.
    pub(super) fn grantees(&self) -> String {
        listed(self.0.iter().map(|gift| grantee(gift.grantee)))
    }

    /// Which privileges these are, as a sentence lists them.
    pub(super) fn privileges(&self) -> String {
        listed(self.0.iter().map(|gift| gift.privilege.to_owned()))
    }

    /// SQL that takes these back. What is taken from a relation is taken from its columns as well.
    pub(super) fn revoked(&self, on: impl fmt::Display) -> String {
        let mut by_grantee: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for gift in &self.0 {
            by_grantee
                .entry(grantee(gift.grantee))
                .or_default()
                .push(gift.privilege.to_lowercase());
        }
        let statements = by_grantee
            .into_iter()
            .map(|(grantee, privileges)| format!("revoke {} on {on} from {grantee};", listed(privileges)));
        statements.collect::<Vec<_>>().join("\n")
    }
}

fn grantee(name: Option<&str>) -> String {
    name.map_or_else(|| "PUBLIC".to_owned(), quoted)
}

/// Each of them once, in order.
fn listed(items: impl IntoIterator<Item = String>) -> String {
    let items: BTreeSet<String> = items.into_iter().collect();
    items.into_iter().collect::<Vec<_>>().join(", ")
}

/// As evidence: `UPDATE (body) is granted to anon`.
impl fmt::Display for Gift<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.privilege)?;
        if let Some(column) = self.column {
            write!(f, " ({})", quoted(column))?;
        }
        write!(f, " is granted to {}", grantee(self.grantee))
    }
}
