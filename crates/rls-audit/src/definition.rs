//! What is written down in a database that decides who may do what, one line each: policies by what they say, never by what
//! they are called.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    catalog::{Column, Function, Grant, Policy, Relation},
    digest::digest,
    quoted,
    rules::Facts,
};

/// One thing that is written down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What it is about: `table public.notes`.
    pub about: String,
    /// What it says: `SELECT is granted to anon`.
    pub says: String,
    /// How to know what comes of it when it comes or goes.
    pub effect: Effect,
}

/// How to know what comes of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The cells of the matrix show it.
    Measured,
    /// It lets somebody do more whom nobody trusts.
    Opens,
    /// Not by itself.
    Text,
}

/// Everything that is written down, in order.
pub(crate) fn definitions(facts: &Facts<'_>) -> Vec<Definition> {
    let catalog = facts.catalog;
    let tried = Tried::new(facts);
    let mut all = Vec::new();
    for relation in catalog.own_relations() {
        of_relation(relation, &tried, &mut all);
    }
    for function in catalog
        .functions
        .iter()
        .filter(|function| function.extension.is_none())
    {
        of_function(function, &tried, &mut all);
    }
    for schema in catalog.schemas.iter().filter(|schema| schema.extension.is_none()) {
        let about = format!("schema {}", quoted(&schema.name));
        all.push(text(&about, format!("is owned by {}", quoted(&schema.owner))));
        all.extend(schema.grants.iter().map(|grant| tried.granted(&about, grant)));
    }
    all.extend(facts.exposed_schemas().into_iter().map(|name| Definition {
        about: format!("schema {}", quoted(name)),
        says: "is exposed to callers".to_owned(),
        effect: Effect::Opens,
    }));
    for given in &catalog.default_privileges {
        let schema = given
            .schema
            .as_ref()
            .map_or_else(|| "every schema".to_owned(), |name| quoted(name));
        let kind = format!("{:?}", given.kind).to_lowercase();
        let about = format!("future {kind}s of {} in {schema}", quoted(&given.owner));
        all.extend(given.grants.iter().map(|grant| tried.granted(&about, grant)));
    }
    for membership in &catalog.memberships {
        let about = format!("role {}", quoted(&membership.member));
        let mut says = format!("is a member of {}", quoted(&membership.role));
        says.push_str(if membership.inherits {
            ", with its privileges"
        } else {
            ", without its privileges"
        });
        if membership.admin {
            says.push_str(", and may add others");
        }
        all.push(Definition {
            about,
            says,
            effect: if membership.member == REQUEST_SERVER {
                Effect::Opens
            } else {
                tried.effect(Some(&membership.member))
            },
        });
    }
    for role in &catalog.roles {
        let about = format!("role {}", quoted(&role.name));
        let effect = tried.effect(Some(&role.name));
        let attributes = [
            (role.is_superuser, "is a superuser"),
            (role.bypasses_rls, "bypasses Row Level Security"),
        ];
        let has = attributes.into_iter().filter(|(has, _)| *has);
        all.extend(has.map(|(_, says)| Definition {
            about: about.clone(),
            says: says.to_owned(),
            effect,
        }));
    }
    for publication in &catalog.publications {
        let about = format!("publication {}", quoted(&publication.name));
        let opens = |says| Definition {
            about: about.clone(),
            says,
            effect: Effect::Opens,
        };
        if publication.all_tables {
            all.push(opens("publishes every table".to_owned()));
        }
        all.extend(
            publication
                .tables
                .iter()
                .map(|table| opens(format!("publishes {table}"))),
        );
    }
    all.sort();
    all.dedup();
    all
}

/// The login of a server that answers requests, and takes on for them the roles that it is a member of.
const REQUEST_SERVER: &str = "authenticator";

/// The roles that personas act under, and whose privileges they have.
struct Tried<'a>(BTreeSet<&'a str>);

impl<'a> Tried<'a> {
    fn new(facts: &'a Facts<'_>) -> Self {
        let personas = facts.matrix.personas.iter();
        Self(
            personas
                .flat_map(|persona| facts.roles_of(&persona.database_role))
                .collect(),
        )
    }

    /// What comes of something that is given to this role; `None` is everybody.
    fn effect(&self, role: Option<&str>) -> Effect {
        if role.is_none_or(|role| self.0.contains(role)) {
            Effect::Opens
        } else {
            Effect::Text
        }
    }

    /// What the cells show where it is about one of these roles, and only there; `None` is everybody.
    fn measured(&self, about: &str, role: Option<&str>, says: String) -> Definition {
        match self.effect(role) {
            Effect::Opens => measured(about, says),
            _ => text(about, says),
        }
    }

    /// A privilege that the cells show. That it may be granted further they do not.
    fn reached(&self, about: &str, grant: &Grant) -> Definition {
        if grant.grantable {
            text(about, granted(grant))
        } else {
            self.measured(about, grant.grantee.as_deref(), granted(grant))
        }
    }

    fn granted(&self, about: &str, grant: &Grant) -> Definition {
        Definition {
            about: about.to_owned(),
            says: granted(grant),
            effect: self.effect(grant.grantee.as_deref()),
        }
    }
}

fn text(about: &str, says: String) -> Definition {
    Definition {
        about: about.to_owned(),
        says,
        effect: Effect::Text,
    }
}

fn measured(about: &str, says: String) -> Definition {
    Definition {
        about: about.to_owned(),
        says,
        effect: Effect::Measured,
    }
}

fn granted(grant: &Grant) -> String {
    let to = grant
        .grantee
        .as_deref()
        .map_or_else(|| "PUBLIC".to_owned(), quoted);
    let further = if grant.grantable {
        ", who may grant it further"
    } else {
        ""
    };
    format!("{} is granted to {to}{further}", grant.privilege)
}

fn of_relation(relation: &Relation, tried: &Tried<'_>, all: &mut Vec<Definition>) {
    let about = about_relation(relation);
    all.push(tried.measured(
        &about,
        Some(&relation.owner),
        format!("is owned by {}", quoted(&relation.owner)),
    ));
    let flags = [
        (relation.rls, "Row Level Security is enabled"),
        (relation.force_rls, "Row Level Security is forced"),
    ];
    let set = flags.into_iter().filter(|(is_set, _)| *is_set);
    all.extend(set.map(|(_, says)| measured(&about, says.to_owned())));
    all.extend(
        relation
            .parents
            .iter()
            .map(|parent| measured(&about, format!("is a part of {parent}"))),
    );
    all.extend(relation.grants.iter().map(|grant| {
        if is_measured(grant) {
            tried.reached(&about, grant)
        } else {
            tried.granted(&about, grant)
        }
    }));
    all.extend(
        relation
            .columns
            .iter()
            .flat_map(|column| of_column(&about, column, tried)),
    );
    all.extend(
        relation
            .policies
            .iter()
            .map(|policy| measured(&about, said(policy))),
    );
    all.extend(
        relation
            .triggers
            .iter()
            .filter(|trigger| trigger.enabled)
            .map(|trigger| text(&about, trigger.definition.clone())),
    );
    all.extend(
        relation
            .rules
            .iter()
            .map(|rule| text(&about, rule.definition.clone())),
    );
    if let Some(view) = &relation.view {
        let asks = if view.security_invoker {
            "asks as whoever reads it"
        } else {
            "asks as its owner"
        };
        all.push(measured(&about, asks.to_owned()));
        all.push(measured(&about, format!("is {}", view.definition.trim_end())));
    }
}

/// How a relation is called here: `table public.notes`.
fn about_relation(relation: &Relation) -> String {
    format!("{} {}", relation.kind.as_str(), relation.name)
}

fn is_measured(grant: &Grant) -> bool {
    crate::Command::ALL
        .iter()
        .any(|command| command.as_str() == grant.privilege)
}

fn of_column<'a>(
    about: &str,
    column: &'a Column,
    tried: &'a Tried<'_>,
) -> impl Iterator<Item = Definition> + use<'a> {
    let about = format!("{about}, column {}", quoted(&column.name));
    column
        .grants
        .iter()
        .map(move |grant| tried.reached(&about, grant))
}

fn said(policy: &Policy) -> String {
    let kind = if policy.permissive {
        "permissive"
    } else {
        "restrictive"
    };
    let command = policy.command.map_or("ALL", crate::Command::as_str);
    let mut roles: Vec<String> = policy.roles.iter().map(|role| quoted(role)).collect();
    roles.sort();
    let mut says = format!("{kind} policy for {command} to {}", roles.join(", "));
    for (word, expression) in [("using", &policy.using), ("with check", &policy.check)] {
        if let Some(expression) = expression {
            says = format!("{says} {word} ({expression})");
        }
    }
    says
}

fn of_function(function: &Function, tried: &Tried<'_>, all: &mut Vec<Definition>) {
    let about = format!("function {}", function.signature());
    // Whoever calls a function that acts as its caller can do no more by it.
    let opens = function.security_definer && !function.is_trigger();
    let acts = if function.security_definer {
        "acts as its owner"
    } else {
        "acts as whoever calls it"
    };
    let is_callable = function
        .grants
        .iter()
        .any(|grant| tried.effect(grant.grantee.as_deref()) == Effect::Opens);
    let effect = if opens && is_callable {
        Effect::Opens
    } else {
        Effect::Text
    };
    all.push(Definition {
        about: about.clone(),
        says: acts.to_owned(),
        effect,
    });
    all.push(text(&about, format!("is owned by {}", quoted(&function.owner))));
    all.extend(
        function
            .settings
            .iter()
            .map(|setting| text(&about, format!("sets {setting}"))),
    );
    all.extend(function.grants.iter().map(|grant| {
        if opens {
            tried.granted(&about, grant)
        } else {
            text(&about, granted(grant))
        }
    }));
    if let Some(body) = &function.body {
        all.push(text(
            &about,
            format!("its body has the digest {}", digest([body.as_str()])),
        ));
    }
}
