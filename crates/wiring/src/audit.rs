//! An audit of who can do what, as the configuration has it.

mod auditor;
pub(crate) mod evaluations;
#[cfg(test)]
mod tests;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use rls_audit::{
    Access, Audit, Baseline, Command, DatabaseInspector as _, Error, Expectation, Inspection, Persona,
    PgDatabaseInspector, rules::Settings,
};

pub use self::{
    auditor::Auditor,
    evaluations::{AUDIT, is_rule},
};
use crate::{
    config::{AuditConfig, ExpectationConfig, PersonaConfig},
    postgres::PgPool,
    stop::{Exit, Stop},
};

/// Where it says what was agreed to.
#[derive(Debug, Clone)]
pub struct BaselineFile {
    /// The file.
    pub path: PathBuf,
    /// Somebody has named it: it has to be there.
    is_named: bool,
}

impl BaselineFile {
    /// What was agreed to; `None` where there is no such file and nobody has named it.
    ///
    /// # Errors
    /// `Usage` where it cannot be read, is no baseline, or is missing although it was named.
    pub fn read(&self) -> Result<Option<Baseline>, Stop> {
        let read = baseline(&self.path)?;
        if read.is_none() && self.is_named {
            return Err(Stop::usage(format!(
                "audit.baseline: there is no {}; `vigie audit baseline` writes one",
                self.path.display()
            )));
        }
        Ok(read)
    }
}

impl AuditConfig {
    /// Where it says what was agreed to.
    #[must_use]
    pub fn baseline_file(&self) -> BaselineFile {
        BaselineFile {
            path: match &self.baseline {
                Some(named) => named.clone(),
                None => self.folder.join(Baseline::FILE),
            },
            is_named: self.baseline.is_some(),
        }
    }

    /// What the database cannot say about itself.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            exposed_schemas: self.exposed_schemas.clone(),
            application_logins: self.application_logins.clone(),
            sensitive_words: self.sensitive_words.clone(),
        }
    }

    /// Whom to try besides those who are found.
    ///
    /// # Errors
    /// `Usage` for a command or a class that there is not.
    pub fn personas(&self) -> Result<Vec<Persona>, Stop> {
        self.personas.iter().map(persona).collect()
    }
}

/// Looks, as the configuration has it.
///
/// # Errors
/// `Usage` for what the configuration has wrong, `Unreachable` when the database does not answer.
pub async fn inspection(pool: PgPool, config: &AuditConfig) -> Result<Inspection, Stop> {
    inspected(&PgDatabaseInspector::new(pool), config).await
}

/// Looks and judges.
///
/// # Errors
/// As [`inspection`].
pub async fn audit(pool: PgPool, config: &AuditConfig) -> Result<Audit, Stop> {
    let inspector = PgDatabaseInspector::new(pool).for_rules();
    Ok(Audit::new(
        &inspected(&inspector, config).await?,
        &config.settings(),
    ))
}

async fn inspected(inspector: &PgDatabaseInspector, config: &AuditConfig) -> Result<Inspection, Stop> {
    let personas = config.personas()?;
    inspector.inspect(&personas).await.map_err(refused)
}

/// The baseline in this file; `None` where there is no such file.
///
/// # Errors
/// `Usage` where it cannot be read, or is no baseline.
pub fn baseline(path: &Path) -> Result<Option<Baseline>, Stop> {
    match fs::read_to_string(path) {
        Ok(text) => Baseline::from_text(&text)
            .map(Some)
            .map_err(|error| Stop::usage(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Stop::usage(format!("{} cannot be read: {error}", path.display()))),
    }
}

/// What an error of the audit means for a program.
#[must_use]
pub fn refused(error: Error) -> Stop {
    match error {
        Error::Unavailable(_) => Stop::unreachable(error.to_string()),
        Error::Invalid { .. } => Stop::usage(error.to_string()),
        error => Stop::new(Exit::Incomplete, error.code(), error.to_string()),
    }
}

fn persona(config: &PersonaConfig) -> Result<Persona, Stop> {
    let mut persona = Persona::new(&config.name, &config.database_role);
    persona.claims = config.claims.clone().into_iter().collect();
    persona.expect = config.expect.iter().map(expectation).collect::<Result<_, _>>()?;
    Ok(persona)
}

fn expectation(config: &ExpectationConfig) -> Result<Expectation, Stop> {
    let wrong = |key: &str, given: &str, right: &str| {
        Stop::usage(format!(
            "audit.personas.expect.{key}: {given:?}; right is one of {right}"
        ))
    };
    let command = Command::ALL
        .into_iter()
        .find(|own| own.as_str() == config.command);
    let command =
        command.ok_or_else(|| wrong("command", &config.command, "SELECT, INSERT, UPDATE, DELETE"))?;
    for class in &config.access {
        if !Access::CLASSES.contains(&class.as_str()) {
            return Err(wrong("access", class, &Access::CLASSES.join(", ")));
        }
    }
    Ok(Expectation {
        relation: config.relation.clone(),
        command,
        access: config.access.clone(),
    })
}
