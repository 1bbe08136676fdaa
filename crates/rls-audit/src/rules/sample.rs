//! Small worlds, made by hand, for rules to look at.

use super::{Facts, Finding, Rule, Settings};
use crate::{
    Access, AccessMatrix, Audit, Catalog, Cell, Command, Inspection, Name, Persona, Trial,
    catalog::{
        Column, Function, FunctionKind, Grant, Membership, Policy, Reads, Relation, RelationKind, Role,
        Schema, Server, ViewOptions, Volatility,
    },
};

/// A catalog, what was measured, and what the catalog cannot know.
pub(crate) struct Sample {
    pub(crate) catalog: Catalog,
    /// The relations as they were given.
    order: Vec<Name>,
    pub(crate) matrix: AccessMatrix,
    pub(crate) trials: Vec<Trial>,
    pub(crate) settings: Settings,
}

impl Sample {
    /// The schema `public`, which everybody may use; `postgres`, who owns everything, and the roles `anon`,
    /// `authenticated` and `service_role`; a stranger and somebody signed in. Nothing to be seen yet, and nothing
    /// measured.
    pub(crate) fn new() -> Self {
        let role = |name: &str| Role {
            name: name.to_owned(),
            is_superuser: name == "postgres",
            bypasses_rls: name == "service_role" || name == "postgres",
            inherits: true,
            can_login: name == "postgres",
        };
        Self {
            order: Vec::new(),
            catalog: Catalog {
                server: Server {
                    version: 150_004,
                    database: "app".to_owned(),
                    is_standby: false,
                    login: "auditor".to_owned(),
                    exposed_schemas: None,
                },
                schemas: vec![schema("public")],
                roles: ["anon", "authenticated", "postgres", "service_role"]
                    .map(role)
                    .into(),
                memberships: Vec::new(),
                relations: Vec::new(),
                functions: Vec::new(),
                default_privileges: Vec::new(),
                domains: Vec::new(),
                enums: Vec::new(),
                publications: Vec::new(),
            },
            matrix: AccessMatrix {
                personas: vec![
                    Persona::new("anon", "anon"),
                    Persona::new("authenticated", "authenticated").with_claim("sub", "nobody"),
                ],
                cells: Vec::new(),
            },
            trials: Vec::new(),
            settings: Settings::default(),
        }
    }

    pub(crate) fn with(mut self, relation: Relation) -> Self {
        self.order.push(relation.name.clone());
        let relations = &mut self.catalog.relations;
        let at = relations.partition_point(|other| other.name < relation.name);
        relations.insert(at, relation);
        self
    }

    /// The relation that it was given as the nth.
    pub(crate) fn nth(&mut self, n: usize) -> &mut Relation {
        let name = &self.order[n];
        let mut relations = self.catalog.relations.iter_mut();
        relations.find(|own| own.name == *name).expect("given")
    }

    pub(crate) fn calling(mut self, function: Function) -> Self {
        self.catalog.functions.push(function);
        self
    }

    pub(crate) fn member(mut self, member: &str, role: &str) -> Self {
        self.catalog.memberships.push(Membership {
            role: role.to_owned(),
            member: member.to_owned(),
            inherits: true,
            can_set: true,
            admin: false,
        });
        self
    }

    /// That this was measured: as the persona, with a relation of `public`, by the command.
    pub(crate) fn cell(mut self, persona: &str, relation: &str, command: Command, access: Access) -> Self {
        self.matrix.cells.push(Cell {
            persona: persona.to_owned(),
            relation: Name::new("public", relation),
            command,
            access,
        });
        self
    }

    /// That these changes of rows of a relation of `public` went through, as the persona.
    pub(crate) fn changed(mut self, persona: &str, relation: &str, passed: &[serde_json::Value]) -> Self {
        self.trials.push(Trial {
            persona: persona.to_owned(),
            relation: Name::new("public", relation),
            made_up: Vec::new(),
            added: Vec::new(),
            updated: passed.to_vec(),
            passed: passed.to_vec(),
        });
        self
    }

    /// That reading was measured, as a stranger and as somebody signed in.
    pub(crate) fn reading(self, relation: &str, stranger: Access, signed_in: Access) -> Self {
        self.cell("anon", relation, Command::Select, stranger).cell(
            "authenticated",
            relation,
            Command::Select,
            signed_in,
        )
    }

    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts::new(&self.catalog, &self.matrix, &self.trials, &self.settings)
    }

    /// What an audit of it comes to.
    pub(crate) fn audit(&self) -> Audit {
        let inspection = Inspection {
            at: "2026-11-23T12:00:00Z".parse().expect("an instant"),
            catalog: self.catalog.clone(),
            matrix: self.matrix.clone(),
            trials: self.trials.clone(),
            untried: Vec::new(),
        };
        Audit::new(&inspection, &self.settings)
    }

    pub(crate) fn found(&self, rule: &Rule) -> Vec<Finding> {
        (rule.look)(&self.facts())
    }

    /// The one thing that the rule finds.
    #[track_caller]
    pub(crate) fn one(&self, rule: &Rule) -> Finding {
        let mut found = self.found(rule);
        assert_eq!(found.len(), 1, "{} finds one thing: {found:#?}", rule.id);
        found.remove(0)
    }

    #[track_caller]
    pub(crate) fn silent(&self, rule: &Rule) {
        let found = self.found(rule);
        assert!(found.is_empty(), "{} finds nothing: {found:#?}", rule.id);
    }
}

/// A schema that everybody may use.
pub(crate) fn schema(name: &str) -> Schema {
    Schema {
        name: name.to_owned(),
        owner: "postgres".to_owned(),
        extension: None,
        grants: vec![granted("PUBLIC", "USAGE")],
    }
}

pub(crate) fn granted(grantee: &str, privilege: &str) -> Grant {
    Grant {
        grantee: (grantee != "PUBLIC").then(|| grantee.to_owned()),
        privilege: privilege.to_owned(),
        grantable: false,
    }
}

/// A table of `public` with a column `id`; Row Level Security is on, and nothing is granted.
pub(crate) fn table(name: &str) -> Relation {
    Relation {
        name: Name::new("public", name),
        ..Relation::sample()
    }
}

/// A view of `public` that reads as its owner these columns of a relation of `public`.
pub(crate) fn view(name: &str, definition: &str, reads: &[(&Name, &[&str])]) -> Relation {
    let reads = reads.iter().map(|(relation, columns)| Reads {
        relation: (*relation).clone(),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
    });
    Relation {
        kind: RelationKind::View,
        rls: false,
        writable: Vec::new(),
        view: Some(ViewOptions {
            security_invoker: false,
            security_barrier: false,
            definition: definition.to_owned(),
            reads: reads.collect(),
        }),
        ..table(name)
    }
}

/// A permissive policy for everybody and every command that says this of rows.
pub(crate) fn policy(name: &str, using: &str) -> Policy {
    Policy {
        name: name.to_owned(),
        permissive: true,
        command: None,
        roles: Vec::new(),
        using: Some(using.to_owned()),
        check: None,
        reads: Vec::new(),
        calls: Vec::new(),
    }
}

/// A definer's function of `public` without arguments, which everybody may call.
pub(crate) fn definer(name: &str, body: &str) -> Function {
    Function {
        name: Name::new("public", name),
        arguments: String::new(),
        returns: Some("void".to_owned()),
        kind: FunctionKind::Function,
        language: "plpgsql".to_owned(),
        owner: "postgres".to_owned(),
        security_definer: true,
        volatility: Volatility::Volatile,
        leakproof: false,
        settings: vec!["search_path=\"\"".to_owned()],
        grants: vec![granted("PUBLIC", "EXECUTE")],
        body: Some(body.to_owned()),
        extension: None,
    }
}

impl Relation {
    pub(crate) fn granting(mut self, grantee: &str, privileges: &[&str]) -> Self {
        self.grants
            .extend(privileges.iter().map(|privilege| granted(grantee, privilege)));
        self
    }

    pub(crate) fn policed(mut self, policy: Policy) -> Self {
        self.policies.push(policy);
        self
    }

    pub(crate) fn column(mut self, name: &str, type_name: &str) -> Self {
        let first = self.columns.first().cloned();
        self.columns.extend(first.map(|first| Column {
            name: name.to_owned(),
            type_name: type_name.to_owned(),
            not_null: false,
            ..first
        }));
        self
    }

    pub(crate) fn without_rls(self) -> Self {
        Self { rls: false, ..self }
    }
}
