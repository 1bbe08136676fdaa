//! An installation in progress: steps behind savepoints, and the list of what they did outside the schema `vigie`.

use std::borrow::Cow;

use sqlx::{Executor as _, PgConnection, PgPool};

use super::{
    facts::Facts,
    install::{Installed, Object, Step},
    role_source::RoleSource,
};
use crate::{
    Error,
    postgres::{compose, error_code, failure},
};

/// An installation in progress.
pub(super) struct Work {
    pub(super) transaction: sqlx::Transaction<'static, sqlx::Postgres>,
    objects: Vec<String>,
    first: Facts,
    last: Facts,
    /// Objects made or found, with the SQL that takes them away.
    made: Vec<(String, String)>,
    pub(super) installed: Installed,
}

impl Work {
    pub(super) async fn begin(pool: &PgPool, objects: &[String]) -> Result<Self, Error> {
        let mut transaction = pool.begin().await.map_err(failure)?;
        let settings = include_str!("../../../../../sql/integrity-core/installation_settings.sql");
        transaction
            .execute(sqlx::raw_sql(settings))
            .await
            .map_err(failure)?;
        let facts = Facts::now(&mut transaction, objects).await?;
        Ok(Self {
            transaction,
            objects: objects.to_vec(),
            last: facts.clone(),
            first: facts,
            made: Vec::new(),
            installed: Installed::default(),
        })
    }

    /// Runs a script. It stays only when it changed a fact.
    pub(super) async fn step(&mut self, what: &str, sql: Cow<'static, str>) -> Result<bool, Error> {
        send(&mut self.transaction, "savepoint step").await?;
        run(&mut self.transaction, what, &sql).await?;
        self.judge(sql).await
    }

    /// Keeps what was done since `savepoint step` if it changed anything.
    async fn judge(&mut self, sql: Cow<'static, str>) -> Result<bool, Error> {
        let now = Facts::now(&mut self.transaction, &self.objects).await?;
        if now == self.last {
            send(
                &mut self.transaction,
                "rollback to savepoint step; release savepoint step",
            )
            .await?;
            return Ok(false);
        }
        send(&mut self.transaction, "release savepoint step").await?;
        let did = told(&self.last, &now);
        self.installed.steps.push(Step {
            did,
            sql: sql.into_owned(),
        });
        self.last = now;
        Ok(true)
    }

    pub(super) async fn role_source(&mut self, source: &RoleSource) -> Result<(), Error> {
        send(&mut self.transaction, "savepoint step").await?;
        source.set(&mut self.transaction).await?;
        let sql = source.script()?;
        self.judge(sql.into()).await.map(drop)
    }

    pub(super) async fn object(&mut self, object: &Object) -> Result<(), Error> {
        let found = sqlx::query_file_scalar!("../../sql/integrity-core/installation_object.sql", object.name)
            .fetch_optional(&mut *self.transaction)
            .await
            .map_err(failure)?;
        if found == Some(false) {
            return Err(Error::invalid(
                "install",
                format!(
                    "{} is there already and is not Vigie's; rename it first, nothing of yours is replaced",
                    object.name
                ),
            ));
        }
        send(&mut self.transaction, "savepoint step").await?;
        match run(&mut self.transaction, object.name, &object.script).await {
            Err(error) if is_misfit(&error) => {
                // Other columns than before: it cannot be replaced, so it is made anew.
                send(&mut self.transaction, "rollback to savepoint step").await?;
                run(&mut self.transaction, object.name, &object.undo).await?;
                run(&mut self.transaction, object.name, &object.script).await?;
            }
            other => other?,
        }
        send(
            &mut self.transaction,
            "set local search_path = pg_catalog, pg_temp",
        )
        .await?;
        self.judge(object.script.clone()).await?;
        self.made.push((object.name.to_owned(), object.undo.to_string()));
        Ok(())
    }

    /// Writes the list and commits, or takes everything back.
    pub(super) async fn end(mut self, plan: bool) -> Result<Installed, Error> {
        self.record().await?;
        let is_new = |role: &str| self.last.has("role", role) && !self.first.has("role", role);
        let logins: Vec<_> = ["vigie_eval", "vigie_sync", "vigie_api", "vigie_ingest"]
            .into_iter()
            .filter(|role| is_new(role))
            .collect();
        if !logins.is_empty() {
            self.installed.notes.push(format!(
                "{} made without a password; set one in psql with \\password NAME, or use another way to log in",
                logins.join(", ")
            ));
        }
        // roles.sql leaves them out where the login may make no roles, so that an upgrade does not end there.
        for role in ["vigie_ingest", "vigie_access_reader"] {
            if !self.last.has("role", role) {
                self.installed.warnings.push(format!(
                    "there is no role {role}, and this login may not make it: accesses are not recorded or read under it"
                ));
            }
        }
        if plan || self.installed.steps.is_empty() {
            self.transaction.rollback().await.map_err(failure)?;
        } else {
            self.transaction.commit().await.map_err(failure)?;
        }
        Ok(self.installed)
    }

    async fn record(&mut self) -> Result<(), Error> {
        let recorded = sqlx::query_file!("../../sql/integrity-core/installation_recorded.sql")
            .fetch_all(&mut *self.transaction)
            .await
            .map_err(failure)?;
        let is_recorded = |kind: &str, name: &str| {
            recorded
                .iter()
                .any(|entry| entry.kind == kind && entry.name == name)
        };
        let mut entries = Vec::new();
        for fact in self.last.since(&self.first) {
            let Some(undo) = fact.undo.as_deref() else {
                continue;
            };
            // What a role of ours has goes with the role.
            let role = fact.name.split(' ').next().unwrap_or_default();
            let is_ours = is_recorded("role", role) || !self.first.has("role", role);
            if matches!(fact.kind.as_str(), "attribute" | "setting" | "member") && is_ours {
                continue;
            }
            // A setting that had another value gets that one back.
            let undo = self.first.redo(&fact.kind, &fact.name).unwrap_or(undo);
            entries.push((fact.kind.clone(), fact.name.clone(), undo.to_owned()));
        }
        for (name, undo) in &self.made {
            if !is_recorded("object", name) {
                entries.push(("object".to_owned(), name.clone(), undo.clone()));
            }
        }
        if entries.is_empty() {
            return Ok(());
        }
        let sql = compose::record(&entries);
        run(&mut self.transaction, "the list vigie.installation", &sql).await?;
        self.installed.steps.push(Step {
            did: vec![format!("remembered how {} of these are undone", entries.len())],
            sql,
        });
        Ok(())
    }
}

/// What changed, in words: outside the schema vigie each thing by its name, within it by its kind.
fn told(before: &Facts, after: &Facts) -> Vec<String> {
    let mut lines = Vec::new();
    let mut is_within = false;
    for fact in after.since(before) {
        match (fact.kind.as_str(), &fact.undo) {
            ("role", _) => lines.push(format!("role {} made", fact.name)),
            ("grant", _) => lines.push(format!("granted: {}", fact.name)),
            ("member", _) => lines.push(format!("member: {}", fact.name)),
            ("setting", _) => lines.push(format!("set: {}", fact.name)),
            ("attribute", _) => lines.push(format!("given: {}", fact.name)),
            ("source", _) => lines.push(format!("people's roles come from {}", fact.name)),
            ("object", _) if before.has("object", &fact.name) => {
                lines.push(format!("view {} brought up to date", fact.name));
            }
            ("object", _) => lines.push(format!("view {} made", fact.name)),
            ("function", _) if fact.name == "vigie.actor_role()" => {
                lines.push("vigie.actor_role() made of the source of roles".to_owned());
            }
            _ => is_within = true,
        }
    }
    is_within |= before
        .since(after)
        .any(|fact| matches!(fact.kind.as_str(), "acl" | "policy"));
    if is_within {
        lines.push("grants and policies within the schema vigie brought up to date".to_owned());
    }
    lines
}

async fn send(connection: &mut PgConnection, words: &'static str) -> Result<(), Error> {
    let sent = connection.execute(sqlx::raw_sql(words)).await;
    sent.map(drop).map_err(failure)
}

/// Runs a script of Vigie's own. What the server says about it may be shown: it names nothing but objects.
async fn run(connection: &mut PgConnection, what: &str, sql: &str) -> Result<(), Error> {
    let script = sqlx::raw_sql(compose::script(sql.to_owned()));
    let Err(error) = connection.execute(script).await else {
        return Ok(());
    };
    let words = error
        .as_database_error()
        .map(|said| format!("{what}: {}", said.message()));
    match (error_code(&error).as_deref(), words) {
        (Some("42501"), Some(reason)) => Err(Error::Forbidden { reason }),
        (Some(code), Some(reason)) if ["42", "2B", "0A", "P0"].contains(&&code[..2]) => Err(Error::invalid(
            if code == MISFIT { MISFIT } else { "install" },
            reason,
        )),
        _ => Err(failure(error)),
    }
}

/// The SQLSTATE of a view whose columns cannot be replaced by others.
const MISFIT: &str = "42P16";

fn is_misfit(error: &Error) -> bool {
    matches!(error, Error::Invalid { field, .. } if *field == MISFIT)
}
