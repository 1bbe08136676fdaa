//! Personas that nobody has to name: strangers, whoever is signed in, and one for each rank that the policies know.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
#[cfg(feature = "postgres")]
use serde_json::json;

#[cfg(feature = "postgres")]
use super::Persona;
use crate::{
    Catalog, Name,
    catalog::{Call, Column, ConstraintKind, Function, Relation},
    name::mentions,
};

/// A subject that nobody is.
#[cfg(feature = "postgres")]
pub(super) const NOBODY: &str = "00000000-0000-4000-8000-0000000000aa";

/// What columns of ranks are called.
const RANKS: [&str; 9] = [
    "role",
    "rank",
    "level",
    "permission",
    "scope",
    "type",
    "status",
    "tier",
    "plan",
];

/// A column that policies trust to say what somebody may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Where it stands.
    pub relation: Name,
    /// The column that says whose row it is.
    pub subject: String,
    /// The column that says what they may do.
    pub column: String,
}

/// The columns that policies trust: of a relation that a policy of another one reads, itself, through a view, or through a
/// function that it calls. Whose row it is says the column that is compared with the caller.
pub(crate) fn authorities(catalog: &Catalog) -> Vec<Authority> {
    let mut found = BTreeSet::new();
    for (place, text) in places(catalog) {
        let Some(subject) = subject(place, &text) else {
            continue;
        };
        let ranks = place.columns.iter().filter(|column| {
            column.name != subject && mentions(&text, &column.name) && has_ranks(catalog, place, column)
        });
        found.extend(ranks.map(|column| Authority {
            relation: place.name.clone(),
            subject: subject.clone(),
            column: column.name.clone(),
        }));
    }
    found.into_iter().collect()
}

/// Where policies look somebody up: the relation, and its column that says whose row it is.
#[cfg(feature = "postgres")]
pub(crate) fn looked_up(catalog: &Catalog) -> BTreeSet<(Name, String)> {
    places(catalog)
        .into_iter()
        .filter_map(|(place, text)| Some((place.name.clone(), subject(place, &text)?)))
        .collect()
}

/// The relations that policies of others read, each with the text that does.
fn places(catalog: &Catalog) -> Vec<(&Relation, String)> {
    let mut found = Vec::new();
    let mut calls: BTreeSet<&Call> = BTreeSet::new();
    for relation in &catalog.relations {
        for policy in &relation.policies {
            let text = [policy.using.as_deref(), policy.check.as_deref()];
            let text: String = text.into_iter().flatten().collect::<Vec<_>>().join(" ");
            let others = policy
                .reads
                .iter()
                .filter(|reads| reads.relation != relation.name);
            for reads in others {
                below(catalog, &reads.relation, &text, &mut found);
            }
            calls.extend(&policy.calls);
        }
    }
    let functions = catalog.functions.iter();
    for function in functions.filter(|own| calls.iter().any(|call| call.is(own))) {
        called(catalog, function, &mut found, 0);
    }
    found
}

/// What a function reads, as far as its text says so; functions that it calls count as well.
fn called<'a>(catalog: &'a Catalog, function: &Function, found: &mut Vec<(&'a Relation, String)>, depth: u8) {
    let Some(body) = function.body.as_deref().filter(|_| depth < 3) else {
        return;
    };
    for relation in catalog
        .relations
        .iter()
        .filter(|relation| mentions(body, &relation.name.name))
    {
        below(catalog, &relation.name, body, found);
    }
    let others = catalog
        .functions
        .iter()
        .filter(|other| other.name != function.name);
    for other in others.filter(|other| mentions(body, &other.name.name)) {
        called(catalog, other, found, depth + 1);
    }
}

/// That relation; through a view, what it reads.
fn below<'a>(catalog: &'a Catalog, name: &Name, text: &str, found: &mut Vec<(&'a Relation, String)>) {
    let Some(relation) = catalog
        .relation(name)
        .filter(|relation| relation.extension.is_none())
    else {
        return;
    };
    match &relation.view {
        Some(view) => {
            for reads in &view.reads {
                let both = format!("{text} {}", view.definition);
                below(catalog, &reads.relation, &both, found);
            }
        }
        None => found.push((relation, text.to_owned())),
    }
}

/// The column that says whose row it is: one that the text names, and that could hold a subject.
fn subject(relation: &Relation, text: &str) -> Option<String> {
    let could = relation.columns.iter().filter(|column| {
        ["uuid", "text"].contains(&column.type_name.as_str()) && mentions(text, &column.name)
    });
    let of_users = |column: &&Column| {
        relation.constraints.iter().any(|own| {
            own.kind == ConstraintKind::ForeignKey
                && own.columns == [column.name.as_str()]
                && own
                    .references
                    .as_ref()
                    .is_some_and(|to| to.relation == Name::new("auth", "users"))
        })
    };
    let is_called_so = |column: &&Column| {
        ["user_id", "uid", "sub", "subject", "auth_id", "id"].contains(&column.name.as_str())
    };
    let could: Vec<&Column> = could.collect();
    let best = could.iter().copied().find(|column| of_users(column));
    let best = best.or_else(|| could.iter().copied().find(|column| is_called_so(column)));
    best.or_else(|| could.iter().copied().find(|column| column.type_name == "uuid"))
        .map(|column| column.name.clone())
}

/// Whether its values are a few that are told apart, and not texts that people write.
fn has_ranks(catalog: &Catalog, relation: &Relation, column: &Column) -> bool {
    let is_of = |name: &Name| name.to_string() == column.type_name;
    let lists = |text: &str| text.contains(" = ANY (") || text.contains(" = '");
    let is_listed = relation.constraints.iter().any(|own| {
        own.kind == ConstraintKind::Check && own.columns == [column.name.as_str()] && lists(&own.definition)
    });
    match column.type_name.as_str() {
        "boolean" => true,
        "text" | "character varying" => is_listed || is_called_a_rank(&column.name),
        _ => {
            catalog.enums.iter().any(|own| is_of(&own.name))
                || catalog.domains.iter().any(|own| is_of(&own.name))
        }
    }
}

/// Whether a word of the name says that it is a rank. Addresses are of people, whatever else the name says.
fn is_called_a_rank(name: &str) -> bool {
    let name = name.to_lowercase();
    !["email", "e_mail", "e-mail"].iter().any(|own| name.contains(own))
        && name.split('_').any(|word| RANKS.contains(&word))
}

/// Strangers and whoever is signed in, where the database has a role for them; one persona for each rank that somebody has;
/// and whoever else requests are made as. `holders` are those ranks: where they stand, the rank, and somebody who has it.
#[cfg(feature = "postgres")]
pub(crate) fn automatic(catalog: &Catalog, holders: &[(Authority, String, String)]) -> Vec<Persona> {
    let signed_in = |name: String, role: &str, subject: &str| {
        Persona::new(name, role)
            .with_claim("sub", subject)
            .with_claim("role", role)
            .with_claim("aal", "aal1")
            .with_claim("app_metadata", json!({}))
            .with_claim("is_anonymous", false)
    };
    let mut personas = Vec::new();
    if catalog.role("anon").is_some() {
        personas.push(Persona::new("anon", "anon").with_claim("role", "anon"));
    }
    if catalog.role("authenticated").is_some() {
        personas.push(signed_in("authenticated".to_owned(), "authenticated", NOBODY));
        for (authority, rank, subject) in holders {
            let name = format!("{}.{}={rank}", authority.relation.name, authority.column);
            personas.push(signed_in(name, "authenticated", subject));
        }
    }
    for role in requested_as(catalog) {
        if ["anon", "authenticated"].contains(&role) {
            continue;
        }
        personas.push(if is_called_anonymous(role) {
            Persona::new(role, role).with_claim("role", role)
        } else {
            signed_in(role.to_owned(), role, NOBODY)
        });
    }
    if personas.is_empty() {
        personas.extend(granted(catalog).into_iter().map(|role| Persona::new(role, role)));
    }
    personas
}

/// The roles that requests are made as: those that `PostgREST` logs in to take on, and that policies hold.
#[cfg(feature = "postgres")]
fn requested_as(catalog: &Catalog) -> BTreeSet<&str> {
    let taken_on = catalog
        .memberships
        .iter()
        .filter(|own| own.member == "authenticator" && own.can_set);
    taken_on
        .filter_map(|own| catalog.role(&own.role))
        .filter(|role| !role.is_superuser && !role.bypasses_rls)
        .map(|role| role.name.as_str())
        .collect()
}

/// Whether a role is called as the one that strangers have.
#[cfg(feature = "postgres")]
fn is_called_anonymous(role: &str) -> bool {
    ["anon", "guest", "public"].iter().any(|word| role.contains(word))
}

/// Roles that something was granted to, or that a policy names, and that own nothing and are above nothing.
#[cfg(feature = "postgres")]
fn granted(catalog: &Catalog) -> BTreeSet<&str> {
    let relations = catalog
        .relations
        .iter()
        .filter(|relation| relation.extension.is_none());
    let named = relations.flat_map(|relation| {
        let granted = relation
            .grants
            .iter()
            .filter_map(|grant| grant.grantee.as_deref());
        let of_policies = relation
            .policies
            .iter()
            .flat_map(|policy| policy.roles.iter().map(String::as_str));
        granted.chain(of_policies).filter(|role| *role != relation.owner)
    });
    let is_ordinary = |role: &&str| {
        let is_owner = catalog.relations.iter().any(|relation| relation.owner == *role);
        catalog
            .role(role)
            .is_some_and(|role| !role.is_superuser && !role.bypasses_rls && !role.name.starts_with("pg_"))
            && !is_owner
    };
    named.filter(is_ordinary).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::Constraint, rules::sample::Sample};

    #[test]
    fn a_text_is_a_rank_where_its_values_are_listed_or_its_name_says_so() {
        let with_check = |definition: &str| Relation {
            constraints: vec![Constraint {
                name: "listed".to_owned(),
                kind: ConstraintKind::Check,
                definition: definition.to_owned(),
                columns: vec!["what".to_owned()],
                references: None,
            }],
            ..Relation::sample()
        };
        let world = Sample::new();
        let is_rank = |relation: &Relation, name: &str, type_name: &str| {
            let column = Column {
                name: name.to_owned(),
                type_name: type_name.to_owned(),
                ..relation.columns[0].clone()
            };
            has_ranks(&world.catalog, relation, &column)
        };
        let plain = Relation::sample();
        for name in ["role", "user_role", "Plan", "tier", "account_status_code"] {
            assert!(is_rank(&plain, name, "text"), "{name}");
        }
        for name in [
            "what",
            "role_email",
            "type_e_mail",
            "subtype",
            "enrolement",
            "planet",
            "admin_note",
        ] {
            assert!(!is_rank(&plain, name, "text"), "{name}");
        }
        assert!(is_rank(&plain, "what", "boolean"));
        for listed in [
            "CHECK ((what = ANY (ARRAY['a'::text, 'b'::text])))",
            "CHECK (((what)::text = ANY ((ARRAY['a'::character varying])::text[])))",
            "CHECK (((what = 'a'::text) OR (what = 'b'::text)))",
        ] {
            assert!(is_rank(&with_check(listed), "what", "text"), "{listed}");
        }
        for other in [
            "CHECK ((char_length(what) <= 80))",
            "CHECK ((what ~ '^.+@.+$'::text))",
            "CHECK ((what <> ''::text))",
        ] {
            assert!(!is_rank(&with_check(other), "what", "text"), "{other}");
        }
    }
}
