//! One of everything that a trait of this crate returns, for the tests of those who embed it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Access, AccessMatrix, Audit, Catalog, Cell, Command, Inspection, Persona,
    catalog::{Grant, Relation, Role, Schema, Server},
    rules::Settings,
};

/// When the samples were made.
fn noon() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::hours(12)
}

impl Catalog {
    /// A sample: the table `public.tanks`, which `anon` may read, without Row Level Security.
    #[must_use]
    pub fn sample() -> Self {
        let granted = |grantee: Option<&str>, privilege: &str| Grant {
            grantee: grantee.map(str::to_owned),
            privilege: privilege.to_owned(),
            grantable: false,
        };
        let role = |name: &str| Role {
            name: name.to_owned(),
            is_superuser: name == "postgres",
            bypasses_rls: name == "postgres",
            inherits: true,
            can_login: name == "postgres",
        };
        Self {
            server: Server {
                version: 150_004,
                database: "app".to_owned(),
                is_standby: false,
                login: "auditor".to_owned(),
                exposed_schemas: None,
            },
            schemas: vec![Schema {
                name: "public".to_owned(),
                owner: "postgres".to_owned(),
                extension: None,
                grants: vec![granted(None, "USAGE")],
            }],
            roles: ["anon", "authenticated", "postgres"].map(role).into(),
            memberships: Vec::new(),
            relations: vec![Relation {
                rls: false,
                grants: vec![granted(Some("anon"), "SELECT")],
                ..Relation::sample()
            }],
            functions: Vec::new(),
            default_privileges: Vec::new(),
            domains: Vec::new(),
            enums: Vec::new(),
            publications: Vec::new(),
        }
    }
}

impl Inspection {
    /// A sample: of [`Catalog::sample`], in which a stranger reads everything, and may do nothing else.
    #[must_use]
    pub fn sample() -> Self {
        let catalog = Catalog::sample();
        let personas = vec![
            Persona::new("anon", "anon"),
            Persona::new("authenticated", "authenticated").with_claim("sub", "somebody"),
        ];
        let mut cells = Vec::new();
        for persona in &personas {
            for command in Command::ALL {
                let reads = persona.name == "anon" && command == Command::Select;
                cells.push(Cell {
                    persona: persona.name.clone(),
                    relation: catalog.relations[0].name.clone(),
                    command,
                    access: if reads { Access::All } else { Access::Denied },
                });
            }
        }
        Self {
            at: noon(),
            catalog,
            matrix: AccessMatrix { personas, cells },
            trials: Vec::new(),
            untried: Vec::new(),
        }
    }
}

impl Audit {
    /// A sample: of [`Inspection::sample`], with an error.
    #[must_use]
    pub fn sample() -> Self {
        Self::new(&Inspection::sample(), &Settings::default())
    }
}
