//! Every output, read back by what reads such outputs.

mod names;
mod outputs;
mod read;

use integrity_core::Language;

use super::{html, junit, markdown, sarif};
use crate::{
    Access, Audit, Baseline, Command, Name, Persona,
    baseline::Suppression,
    rules::{
        Level,
        sample::{Sample, definer, policy, table},
    },
};

/// Somebody may read everything of a table, whatever they are called.
fn world(name: &str) -> Sample {
    let called = Name::new(name, name);
    let mut open = table(name)
        .without_rls()
        .granting("anon", &["SELECT", "DELETE"])
        .policed(policy(name, "true"));
    open.name = called.clone();
    let mut function = definer(name, "begin delete from public.tanks; end");
    function.name = called;
    let mut sample = Sample::new().with(open).calling(function);
    name.clone_into(&mut sample.catalog.server.database);
    sample.catalog.schemas[0].name = name.to_owned();
    sample.settings.exposed_schemas = Some(vec![name.to_owned()]);
    sample.matrix.personas.push(Persona::new(name, "anon"));
    for persona in ["anon", "authenticated", name] {
        for command in Command::ALL {
            sample = sample.cell(persona, name, command, Access::All);
        }
    }
    for cell in &mut sample.matrix.cells {
        name.clone_into(&mut cell.relation.schema);
    }
    sample
}

/// One of which nearly nothing is known.
fn incomplete() -> Audit {
    Sample::new()
        .with(table("tanks"))
        .reading("tanks", Access::Unknown(crate::Doubt::Timeout), Access::Denied)
        .audit()
}

/// Beside a baseline that knows the first finding and suppresses the second.
fn settled() -> Audit {
    let audit = world("tanks").audit();
    let mut baseline = Baseline::of(&audit, &Baseline::default());
    let found = &audit.findings[1];
    baseline.suppress(Suppression {
        fingerprint: found.fingerprint.clone(),
        evidence: found.evidence_hash.clone(),
        level: found.level,
        reason: "it is meant so".to_owned(),
        author: "A. Mbuyi".to_owned(),
        until: "2027-06-30".parse().expect("a day"),
    });
    baseline.findings.truncate(1);
    audit.beside(&baseline)
}

/// Every output of an audit.
fn all(audit: &Audit) -> [String; 5] {
    [
        sarif(audit),
        junit(audit, Level::Info),
        markdown(audit),
        html(audit, Language::En),
        html(audit, Language::Fr),
    ]
}
